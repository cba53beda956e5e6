/** `encap` of a route: lightweight tunnels, in the words of ip-route(8). */
import { parseIpAddress } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import type { RouteTunnel } from "../../vrrp/route-config.ts";
import type { Report } from "../diagnostics.ts";
import type { Word } from "../words.ts";
import { refuse } from "./arguments.ts";

export interface ReadTunnel {
  /** Undefined once the problem has been reported. */
  readonly tunnel: RouteTunnel | undefined;
  /** How many words belong to it. */
  readonly used: number;
}

/** RFC 3032: 20 bits. */
const LABEL_MAXIMUM = 1_048_575;

/** Reads the words after `encap`, up to the first that is none of the tunnel's. */
export function readTunnel(encap: Word, words: readonly Word[], report: Report): ReadTunnel {
  const [kind, value] = words;
  switch (kind?.text) {
    case "ip":
    case "ip6":
      return readIpTunnel(kind.text, words, report);
    case "mpls": {
      const labels = value?.text.split("/").map((label) => numberIn(label, LABEL_MAXIMUM)) ?? [];
      const known = labels.filter((label) => label !== undefined);
      const isUsable = known.length > 0 && known.length === labels.length;
      return usable(isUsable ? { kind: "mpls", labels: known } : undefined, value ?? kind, report);
    }
    case "ila": {
      const locator = locatorOf(value?.text ?? "");
      const tunnel = locator === undefined ? undefined : ({ kind: "ila", locator } as const);
      return usable(tunnel, value ?? kind, report);
    }
    default:
      refuse(report, "bad-value", kind ?? encap, `Unknown encap type - ${kind?.text ?? "(none)"}`);
      return { tunnel: undefined, used: words.length };
  }
}

function usable(tunnel: RouteTunnel | undefined, word: Word, report: Report): ReadTunnel {
  if (tunnel === undefined) refuse(report, "bad-value", word, `invalid encap value '${word.text}'`);
  return { tunnel, used: 2 };
}

function readIpTunnel(kind: "ip" | "ip6", words: readonly Word[], report: Report): ReadTunnel {
  const numbers = new Map<string, number>();
  const addresses = new Map<string, IpAddress>();
  let used = 1;
  for (; used < words.length; used += 2) {
    const [name, value] = [words[used]?.text ?? "", words[used + 1]];
    const maximum = NUMBERS.get(name);
    if (maximum === undefined && !ADDRESSES.has(name)) break;
    const number = maximum === undefined ? undefined : numberIn(value?.text ?? "", maximum);
    const address = maximum === undefined ? parseIpAddress(value?.text ?? "") : undefined;
    if (number !== undefined) numbers.set(name === "hoplimit" ? "ttl" : name, number);
    else if (address !== undefined) addresses.set(name, address);
    else {
      const word = value ?? words[used];
      if (word !== undefined) refuse(report, "bad-value", word, `invalid encap ${name}`);
      return { tunnel: undefined, used: used + 2 };
    }
  }
  const tunnel: RouteTunnel = {
    kind,
    id: numbers.get("id"),
    destination: addresses.get("dst"),
    source: addresses.get("src"),
    ttl: numbers.get("ttl"),
    tos: numbers.get("tos"),
    flags: numbers.get("flags"),
  };
  return { tunnel, used };
}

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ["id", Number.MAX_SAFE_INTEGER],
  ["tos", 255],
  ["ttl", 255],
  ["hoplimit", 255],
  ["flags", 65_535],
]);
const ADDRESSES: ReadonlySet<string> = new Set(["dst", "src"]);

function numberIn(text: string, maximum: number): number | undefined {
  if (!/^(0x[0-9a-f]+|[0-9]+)$/i.test(text)) return undefined;
  const value = Number(text);
  return value <= maximum ? value : undefined;
}

/** `0:0:0:1`: the upper half of an IPv6 address, as 16 digits. */
function locatorOf(text: string): string | undefined {
  const parts = text.split(":");
  if (parts.length !== 4 || !parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part))) return undefined;
  return parts.map((part) => part.padStart(4, "0")).join("");
}
