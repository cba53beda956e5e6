/** Lines of virtual_ipaddress, virtual_ipaddress_excluded and static_ipaddress. */
import { parseIpAddress } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import type { AddressDraft } from "../drafts.ts";
import { nearest } from "../nearest.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { COUNT_MAXIMUM, integer, interfaceName, prefix, refuse, text } from "./arguments.ts";
import type { ArgumentDescription, ArgumentType } from "./arguments.ts";
import type { Context } from "./keyword.ts";
import { optionFlag, optionTable, optionValue, readOptions } from "./options.ts";
import { VMAC_OPTION } from "./vmac.ts";

/** rtnetlink scopes by name (rtnetlink(7)). */
const SCOPES: Readonly<Record<string, number>> = {
  global: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
};

const scope: ArgumentType<number> = {
  kind: "scope",
  shape: "SCOPE",
  choices: Object.keys(SCOPES),
  parse: (word, report) => {
    const named = Object.hasOwn(SCOPES, word.text) ? SCOPES[word.text] : undefined;
    if (named !== undefined) return named;
    if (/^[0-9]{1,3}$/.test(word.text) && Number(word.text) <= 255) return Number(word.text);
    const close = nearest(word.text, Object.keys(SCOPES));
    report({
      severity: "error",
      code: "bad-value",
      message: `unknown scope '${word.text}'`,
      at: spanOf(word),
      ...(close === undefined ? {} : { fix: `did you mean ${close}?` }),
    });
    return undefined;
  },
};

const broadcast: ArgumentType<IpAddress | "+" | "-"> = {
  kind: "broadcast",
  shape: "ADDR|+|-",
  parse: (word, report) => {
    if (word.text === "+" || word.text === "-") return word.text;
    const value = parseIpAddress(word.text);
    if (value?.includes(":") === false) return value;
    refuse(report, "bad-value", word, `'${word.text}' is not a broadcast address, + or -`);
    return undefined;
  },
};

const lifetime: ArgumentType<number | "forever"> = {
  kind: "lifetime",
  shape: "SECS|forever",
  unit: "s",
  minimum: 0,
  maximum: COUNT_MAXIMUM,
  parse: (word, report) =>
    word.text === "forever" ? "forever" : integer(0, COUNT_MAXIMUM).parse(word, report),
};

/** What a line of addresses begins with. */
export const ADDRESS_LINE: ArgumentDescription = {
  kind: "address line",
  shape: "ADDRESS[/LEN] [OPTIONS]",
  choiceHelp: { "ADDRESS[/LEN]": "The address, by itself with a full prefix length." },
};

const MAX_LABEL_LENGTH = 15;

export const ADDRESS_OPTIONS = optionTable<AddressDraft>("ip address", [
  optionValue(interfaceName, {
    name: "dev",
    since: "1.0.3",
    group: "vip",
    default: "instance interface or default_interface",
    help: "Interface that carries it.",
    set: (draft, value) => (draft.interfaceName = value),
  }),
  optionValue(scope, {
    name: "scope",
    since: "1.0.3",
    group: "vip",
    default: "global",
    help: "Address scope.",
    set: (draft, { value }) => (draft.scope = value),
  }),
  optionValue(broadcast, {
    name: "broadcast",
    since: "1.1.3",
    group: "vip",
    default: "none",
    help: "Broadcast address or host bits all ones/zero.",
    spoil: (draft) => (draft.isSpoiled = true),
    set: (draft, value) => (draft.broadcast = value),
  }),
  optionValue(broadcast, {
    name: "brd",
    since: "1.1.3",
    group: "vip",
    default: "none",
    help: "Short form of broadcast.",
    spoil: (draft) => (draft.isSpoiled = true),
    set: (draft, value) => (draft.broadcast = value),
  }),
  optionValue(text("STRING", MAX_LABEL_LENGTH), {
    name: "label",
    since: "1.1.14",
    group: "vip",
    default: "none",
    help: "Interface alias label.",
    spoil: (draft) => (draft.isSpoiled = true),
    set: (draft, value) => (draft.label = value),
  }),
  optionValue(prefix, {
    name: "peer",
    since: "2.0.0",
    group: "vip",
    default: "none",
    help: "Point-to-point peer.",
    spoil: (draft) => (draft.isSpoiled = true),
    set: (draft, { value, at }) =>
      (draft.peer = { address: { value: value.address, at }, length: value.length }),
  }),
  optionFlag({
    name: "home",
    since: "1.3.6",
    group: "vip",
    default: "off",
    help: "IPv6 mobility home address flag.",
    set: (draft) => (draft.home = true),
  }),
  optionFlag({
    name: "-nodad",
    since: "1.3.6",
    group: "vip",
    default: "nodad set",
    help: "Perform duplicate address detection.",
    set: (draft) => (draft.detectsDuplicates = true),
  }),
  optionFlag({
    name: "mngtmpaddr",
    since: "1.3.6",
    group: "vip",
    default: "off",
    help: "Kernel manages temporary addresses.",
    set: (draft) => (draft.mngtmpaddr = true),
  }),
  optionFlag({
    name: "noprefixroute",
    since: "1.3.6",
    group: "vip",
    default: "off",
    help: "No automatic prefix route.",
    set: (draft) => (draft.noprefixroute = true),
  }),
  optionFlag({
    name: "autojoin",
    since: "1.3.6",
    group: "vip",
    default: "off",
    help: "Join multicast group automatically.",
    set: (draft) => (draft.autojoin = true),
  }),
  optionValue(lifetime, {
    name: "preferred_lft",
    since: "2.0.20",
    group: "vip",
    default: "0 for /128 else forever",
    help: "Preferred lifetime.",
    set: (draft, { value }) => (draft.preferredLifetime = value),
  }),
  optionFlag({
    name: "no_track",
    since: "2.0.3",
    group: "vip",
    default: "off",
    help: "Do not leave MASTER when it is deleted.",
    set: (draft) => (draft.ignoresLoss = true),
  }),
  VMAC_OPTION,
]);

const STATIC_ONLY = optionTable<AddressDraft>("ip address", ADDRESS_OPTIONS.rows, [
  optionValue(text("NAME"), {
    name: "track_group",
    since: "2.0.3",
    group: "tracking",
    default: "none",
    help: "Instances that watch it.",
    set: (draft, value) => (draft.trackGroup = value),
  }),
]);

/** The address on a line, or undefined once the problem has been reported. */
export function readAddress(
  words: readonly [Word, ...Word[]],
  context: Context,
): AddressDraft | undefined {
  return readWith(ADDRESS_OPTIONS, words, context);
}

export function readStaticAddress(
  words: readonly [Word, ...Word[]],
  context: Context,
): AddressDraft | undefined {
  const draft = readWith(STATIC_ONLY, words, context);
  if (draft?.interfaceName !== undefined) {
    const purpose = `ip address ${draft.address.value}`;
    context.interfaces.push({ ...draft.interfaceName, purpose });
  }
  return draft;
}

function readWith(
  options: typeof ADDRESS_OPTIONS,
  [first, ...rest]: readonly [Word, ...Word[]],
  context: Context,
): AddressDraft | undefined {
  const slash = first.text.indexOf("/");
  const written = slash < 0 ? first.text : first.text.slice(0, slash);
  if (parseIpAddress(written) === undefined) {
    context.report({
      severity: "error",
      code: "bad-value",
      message: `VRRP parsed invalid IP ${first.text}. skipping IP...`,
      at: spanOf(first),
      fix: "write an address with its prefix length, such as 192.0.2.10/24",
    });
    return undefined;
  }
  const parsed = prefix.parse(first, context.report);
  if (parsed === undefined) return undefined;
  const draft: AddressDraft = {
    address: { value: parsed.address, at: spanOf(first) },
    length: parsed.length,
  };
  readOptions(options, draft, rest, context);
  return draft.isSpoiled === true ? undefined : draft;
}

export { STATIC_ONLY as STATIC_ADDRESS_OPTIONS };
