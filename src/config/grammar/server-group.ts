/** The lines of virtual_server_group: addresses, ranges of them, and firewall marks. */
import {
  addressBytes,
  addressFromBytes,
  compareAddresses,
  parseIpAddress,
} from "../../base/address.ts";
import { familyOf } from "../../base/address.ts";
import type { Family, IpAddress } from "../../base/address.ts";
import type { GroupMember } from "../../lvs/config.ts";
import type { ServerGroupDraft } from "../lvs-drafts.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { integer } from "./arguments.ts";
import { reportFor } from "./keyword.ts";
import type { Context, KeywordDescription } from "./keyword.ts";
import { readPort } from "./lvs-address.ts";
import { UNSIGNED_MAXIMUM } from "./lvs-shared.ts";

const MARK = integer(0, UNSIGNED_MAXIMUM);

export const GROUP_MARK: KeywordDescription = {
  name: "fwmark",
  since: "1.0.3",
  group: "lvs",
  default: "none",
  help: "A firewall mark; its family is needed when servers of both are reached by tunnels.",
  arguments: [MARK, { kind: "choice", shape: "[inet|inet6]", choices: ["inet", "inet6"] }],
  inside: [],
};

/** Adds what a line names to the group; a line that cannot be used is reported and left out. */
export function readGroupLine(
  group: ServerGroupDraft,
  found: readonly [Word, ...Word[]],
  context: Context,
): void {
  const [first] = found;
  const value =
    first.text === "fwmark" ? readMark(group, found, context) : readRange(found, context);
  if (value !== undefined) group.members.push({ value, at: spanOf(first) });
}

function readMark(
  group: ServerGroupDraft,
  [keyword, number, familyWord]: readonly Word[],
  context: Context,
): GroupMember | undefined {
  if (keyword === undefined) return undefined;
  if (number === undefined) {
    context.report({
      severity: "error",
      code: "missing-parameter",
      message:
        "*** Configuration line starting `fwmark` is missing a parameter " +
        "after keyword `fwmark` at word position 2",
      at: spanOf(keyword),
      fix: "write fwmark N",
    });
    return undefined;
  }
  const mark = MARK.parse(number, reportFor("fwmark", MARK, context.report));
  if (mark === undefined) return undefined;
  if (mark === 0) {
    context.report({
      severity: "warning",
      code: "ignored",
      message: `(${group.name.value}): fwmark 0 is what packets without a mark have - ignoring`,
      at: spanOf(number),
      fix: "choose a mark from 1 up",
    });
    return undefined;
  }
  if (familyWord === undefined) return { kind: "mark", mark, family: undefined };
  const family = FAMILIES[familyWord.text];
  if (family !== undefined) return { kind: "mark", mark, family };
  context.report({
    severity: "error",
    code: "bad-value",
    message: `(${group.name.value}): fwmark '${mark}' family ${familyWord.text} unknown - ignoring`,
    at: spanOf(familyWord),
    fix: "write inet or inet6",
  });
  return undefined;
}

const FAMILIES: Readonly<Record<string, Family>> = { inet: "ipv4", inet6: "ipv6" };

/** `ADDR`, `ADDR-LAST`, `ADDR-ADDR` or `ADDR/LEN`, and a port. */
function readRange([word, portWord]: readonly Word[], context: Context): GroupMember | undefined {
  if (word === undefined) return undefined;
  const port = portWord === undefined ? 0 : readPort(portWord, context);
  const range = rangeOf(word.text);
  if (typeof range !== "string" && port !== undefined) {
    return { kind: "addresses", first: range.first, last: range.last, port };
  }
  const written = `${word.text} /port/${portWord?.text ?? "0"}`;
  const message =
    typeof range === "string" ? range : `Invalid virtual server group IP address ${written}`;
  const at = spanOf(typeof range === "string" ? word : (portWord ?? word));
  context.report({
    severity: "error",
    code: "bad-value",
    message: `${message} - skipping`,
    at,
    fix:
      typeof range === "string"
        ? "write ADDR, ADDR-LAST, ADDR-ADDR or ADDR/LEN, with the lower end first"
        : "write a port number from 1 to 65535",
  });
  return undefined;
}

interface Range {
  readonly first: IpAddress;
  readonly last: IpAddress;
}

/** The first and the last address, or what is wrong. */
function rangeOf(text: string): Range | string {
  const slash = text.indexOf("/");
  const dash = text.indexOf("-");
  const end = slash >= 0 ? slash : dash;
  const first = parseIpAddress(end < 0 ? text : text.slice(0, end));
  if (first === undefined) return `Invalid virtual server group IP address ${text}`;
  if (end < 0) return { first, last: first };
  const tail = text.slice(end + 1);
  return slash >= 0 ? blockFrom(first, tail, text) : rangeFrom(first, tail, text);
}

function rangeFrom(first: IpAddress, tail: string, text: string): Range | string {
  const full = parseIpAddress(tail);
  const last = full ?? withLastPart(first, tail);
  if (last === undefined) {
    const digits = familyOf(first) === "ipv4" ? "a number up to 255" : "up to four hex digits";
    return `Virtual server group range '${text}' must end in an address or in ${digits}`;
  }
  if (familyOf(last) !== familyOf(first)) {
    return `Invalid virtual server group IP address ${text}: both ends must be of one family`;
  }
  if (compareAddresses(first, last) < 0) return { first, last };
  if (full !== undefined && first === last) return { first, last };
  return `Address range end is not greater than address range start - ${text}`;
}

/** The address with its last byte, or the last 16 bits of IPv6, replaced. */
function withLastPart(address: IpAddress, tail: string): IpAddress | undefined {
  const isIpv4 = familyOf(address) === "ipv4";
  if (!(isIpv4 ? /^[0-9]{1,3}$/ : /^[0-9a-f]{1,4}$/i).test(tail)) return undefined;
  const number = parseInt(tail, isIpv4 ? 10 : 16);
  if (isIpv4 && number > 255) return undefined;
  const bytes = addressBytes(address).slice();
  bytes[bytes.length - 1] = number & 0xff;
  if (!isIpv4) bytes[bytes.length - 2] = number >> 8;
  return addressFromBytes(bytes);
}

function blockFrom(first: IpAddress, tail: string, text: string): Range | string {
  const bytes = addressBytes(first).slice();
  const length = /^[0-9]{1,3}$/.test(tail) ? Number(tail) : 0;
  if (length < 1 || length > bytes.length * 8) return `Invalid netmask - ${text}`;
  for (const [i, byte] of bytes.entries()) {
    const kept = Math.min(8, Math.max(0, length - i * 8));
    const open = 0xff >> kept;
    if ((byte & open) !== 0) return `Address mask bits not empty - ${text}`;
    bytes[i] = byte | open;
  }
  return { first, last: addressFromBytes(bytes) };
}
