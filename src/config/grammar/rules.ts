/** Words of virtual_rules and static_rules. Names of tables and the like are looked up later. */
import type { Destination, RuleDraft } from "../route-drafts.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import {
  integer,
  interfaceName,
  numberOrName,
  numberRange,
  prefix,
  refuse,
  text,
} from "./arguments.ts";
import type { ArgumentType } from "./arguments.ts";
import type { Context } from "./keyword.ts";
import { optionFlag, optionTable, optionValue, readOptions } from "./options.ts";

/** `all`, `any`, `default`, `ADDR` or `ADDR/LEN`. */
const selector: ArgumentType<Destination> = {
  kind: "selector",
  shape: "ADDR[/LEN]|all",
  parse: (word, report) =>
    ["all", "any", "default"].includes(word.text) ? "everywhere" : prefix.parse(word, report),
};

const spoil = (draft: RuleDraft): void => {
  draft.isSpoiled = true;
};

export const RULE_OPTIONS = optionTable<RuleDraft>("rule", [
  optionFlag({
    name: "inet",
    since: "2.0.1",
    group: "routes",
    default: "by address",
    help: "Family IPv4.",
    set: (draft) => (draft.family = "ipv4"),
  }),
  optionFlag({
    name: "inet6",
    since: "2.0.1",
    group: "routes",
    default: "by address",
    help: "Family IPv6.",
    set: (draft) => (draft.family = "ipv6"),
  }),
  optionFlag({
    name: "not",
    since: "1.2.24",
    group: "routes",
    default: "off",
    help: "Invert the selector.",
    set: (draft) => (draft.isInverted = true),
  }),
  optionValue(selector, {
    name: "from",
    since: "1.2.20",
    group: "routes",
    default: "all",
    help: "Source selector.",
    set: (draft, value) => (draft.from = value),
    spoil,
  }),
  optionValue(selector, {
    name: "to",
    since: "1.2.20",
    group: "routes",
    default: "all",
    help: "Destination selector.",
    set: (draft, value) => (draft.to = value),
    spoil,
  }),
  optionValue(numberOrName("N|NAME", 4_294_967_295), {
    name: "table",
    since: "1.2.20",
    group: "routes",
    default: "required unless other action",
    help: "Lookup table.",
    set: (draft, table) => draft.actions.push({ kind: "table", table }),
    spoil,
  }),
  optionValue(numberOrName("N|NAME", 4_294_967_295), {
    name: "lookup",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Synonym of table.",
    set: (draft, table) => draft.actions.push({ kind: "table", table }),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "preference",
    since: "1.2.24",
    group: "routes",
    default: "16384 descending with complaint",
    help: "Rule priority, also order and priority.",
    set: (draft, { value }) => (draft.preference = value),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "order",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Synonym of preference.",
    set: (draft, { value }) => (draft.preference = value),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "priority",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Synonym of preference.",
    set: (draft, { value }) => (draft.preference = value),
    spoil,
  }),
  optionValue(numberOrName("N", 255), {
    name: "tos",
    since: "1.2.24",
    group: "routes",
    default: "0",
    help: "TOS selector.",
    set: (draft, value) => (draft.tos = value),
    spoil,
  }),
  optionValue(numberOrName("N", 255), {
    name: "dsfield",
    since: "1.2.24",
    group: "routes",
    default: "0",
    help: "Synonym of tos.",
    set: (draft, value) => (draft.tos = value),
    spoil,
  }),
  optionValue(text("N[/MASK]"), {
    name: "fwmark",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Mark selector.",
    set: (draft, value) => (draft.fwmark = value),
    spoil,
  }),
  optionValue(text("[FROM/]TO"), {
    name: "realms",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Realms.",
    set: (draft, value) => (draft.realms = value),
    spoil,
  }),
  optionValue(integer(0, 128), {
    name: "suppress_prefixlength",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Ignore routes of at most this length, also sup_pl.",
    set: (draft, value) => (draft.suppressPrefixLength = value),
    spoil,
  }),
  optionValue(integer(0, 128), {
    name: "sup_pl",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Synonym of suppress_prefixlength.",
    set: (draft, value) => (draft.suppressPrefixLength = value),
    spoil,
  }),
  optionValue(numberOrName("N|NAME", 4_294_967_295), {
    name: "suppress_ifgroup",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Ignore routes via this group, also sup_group.",
    set: (draft, value) => (draft.suppressGroup = value),
    spoil,
  }),
  optionValue(numberOrName("N|NAME", 4_294_967_295), {
    name: "sup_group",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Synonym of suppress_ifgroup.",
    set: (draft, value) => (draft.suppressGroup = value),
    spoil,
  }),
  optionValue(interfaceName, {
    name: "dev",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Input interface, also iif.",
    set: (draft, value) => (draft.inputInterface = value),
    spoil,
  }),
  optionValue(interfaceName, {
    name: "iif",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Input interface.",
    set: (draft, value) => (draft.inputInterface = value),
    spoil,
  }),
  optionValue(interfaceName, {
    name: "oif",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Output interface.",
    set: (draft, value) => (draft.outputInterface = value),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "tunnel-id",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Tunnel key selector.",
    set: (draft, { value }) => (draft.tunnelId = value),
    spoil,
  }),
  optionValue(numberRange(4_294_967_295), {
    name: "uidrange",
    since: "1.3.5",
    group: "routes",
    default: "none",
    help: "User id selector.",
    set: (draft, { value }) => (draft.uids = value),
    spoil,
  }),
  optionFlag({
    name: "l3mdev",
    since: "1.4.3",
    group: "routes",
    default: "off",
    help: "Lookup in the VRF table.",
    set: (draft) => draft.actions.push({ kind: "l3mdev" }),
  }),
  optionValue(numberOrName("N|NAME", 255), {
    name: "protocol",
    since: "2.0.1",
    group: "routes",
    default: "keepalived (18)",
    help: "Rule protocol.",
    set: (draft, value) => (draft.protocol = value),
    spoil,
  }),
  optionValue(numberOrName("NAME|N", 255), {
    name: "ipproto",
    since: "2.0.1",
    group: "routes",
    default: "none",
    help: "IP protocol selector.",
    set: (draft, value) => (draft.ipProtocol = value),
    spoil,
  }),
  optionValue(numberRange(65_535), {
    name: "sport",
    since: "2.0.1",
    group: "routes",
    default: "none",
    help: "Source port selector.",
    set: (draft, { value }) => (draft.sourcePorts = value),
    spoil,
  }),
  optionValue(numberRange(65_535), {
    name: "dport",
    since: "2.0.1",
    group: "routes",
    default: "none",
    help: "Destination port selector.",
    set: (draft, { value }) => (draft.destinationPorts = value),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "goto",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Jump to rule.",
    set: (draft, { value }) => draft.actions.push({ kind: "goto", target: value }),
    spoil,
  }),
  optionFlag({
    name: "nop",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "No action.",
    set: (draft) => draft.actions.push({ kind: "nop" }),
  }),
  optionFlag({
    name: "type",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Introduces the action type.",
  }),
  optionFlag({
    name: "blackhole",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Drop silently.",
    set: (draft) => draft.actions.push({ kind: "blackhole" }),
  }),
  optionFlag({
    name: "unreachable",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Network unreachable.",
    set: (draft) => draft.actions.push({ kind: "unreachable" }),
  }),
  optionFlag({
    name: "prohibit",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Administratively prohibited.",
    set: (draft) => draft.actions.push({ kind: "prohibit" }),
  }),
  optionFlag({
    name: "no_track",
    since: "2.0.3",
    group: "routes",
    default: "off",
    help: "Do not leave MASTER when it is deleted.",
    set: (draft) => (draft.ignoresLoss = true),
  }),
]);

export const STATIC_RULE_OPTIONS = optionTable<RuleDraft>("rule", RULE_OPTIONS.rows, [
  optionValue(text("NAME"), {
    name: "track_group",
    since: "2.0.3",
    group: "tracking",
    default: "none",
    help: "Instances that watch it.",
    set: (draft, value) => (draft.trackGroup = value),
    spoil,
  }),
]);

/** The rule on a line, or undefined once the problem has been reported. */
export function readRule(
  found: readonly [Word, ...Word[]],
  context: Context,
): RuleDraft | undefined {
  return readWith(RULE_OPTIONS, found, context);
}

export function readStaticRule(
  found: readonly [Word, ...Word[]],
  context: Context,
): RuleDraft | undefined {
  return readWith(STATIC_RULE_OPTIONS, found, context);
}

function readWith(
  options: typeof RULE_OPTIONS,
  found: readonly [Word, ...Word[]],
  context: Context,
): RuleDraft | undefined {
  const [first] = found;
  const draft: RuleDraft = { at: spanOf(first), actions: [] };
  readOptions(options, draft, found, {
    ...context,
    onProblem: () => {
      draft.isSpoiled = true;
    },
  });
  if (draft.actions.length === 0 && draft.isSpoiled === undefined) {
    const message = "the rule has no action: give it a table, goto, nop, blackhole or the like";
    refuse(context.report, "incomplete", first, message);
    return undefined;
  }
  for (const device of [draft.inputInterface, draft.outputInterface]) {
    if (device !== undefined) context.interfaces.push({ ...device, purpose: "rule" });
  }
  return draft.isSpoiled === true ? undefined : draft;
}
