/** Words of virtual_rules and static_rules, checked one by one; the rules themselves come later. */
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
const selector: ArgumentType<string> = {
  kind: "selector",
  shape: "ADDR[/LEN]|all",
  parse: (word, report) =>
    ["all", "any", "default"].includes(word.text) ? word.text : prefix.parse(word, report)?.address,
};

interface RuleDraft {
  hasAction: boolean;
  hasPreference: boolean;
}

export const RULE_OPTIONS = optionTable<RuleDraft>("rule", [
  optionFlag({
    name: "inet",
    since: "2.0.1",
    group: "routes",
    default: "by address",
    help: "Family IPv4.",
  }),
  optionFlag({
    name: "inet6",
    since: "2.0.1",
    group: "routes",
    default: "by address",
    help: "Family IPv6.",
  }),
  optionFlag({
    name: "not",
    since: "1.2.24",
    group: "routes",
    default: "off",
    help: "Invert the selector.",
  }),
  optionValue(selector, {
    name: "from",
    since: "1.2.20",
    group: "routes",
    default: "all",
    help: "Source selector.",
  }),
  optionValue(selector, {
    name: "to",
    since: "1.2.20",
    group: "routes",
    default: "all",
    help: "Destination selector.",
  }),
  optionValue(numberOrName("N|NAME", 4_294_967_295), {
    name: "table",
    since: "1.2.20",
    group: "routes",
    default: "required unless other action",
    help: "Lookup table.",
    set: (draft) => (draft.hasAction = true),
  }),
  optionValue(numberOrName("N|NAME", 4_294_967_295), {
    name: "lookup",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Synonym of table.",
    set: (draft) => (draft.hasAction = true),
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "preference",
    since: "1.2.24",
    group: "routes",
    default: "16384 descending with complaint",
    help: "Rule priority, also order and priority.",
    set: (draft) => (draft.hasPreference = true),
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "order",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Synonym of preference.",
    set: (draft) => (draft.hasPreference = true),
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "priority",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Synonym of preference.",
    set: (draft) => (draft.hasPreference = true),
  }),
  optionValue(numberOrName("N", 255), {
    name: "tos",
    since: "1.2.24",
    group: "routes",
    default: "0",
    help: "TOS selector.",
  }),
  optionValue(numberOrName("N", 255), {
    name: "dsfield",
    since: "1.2.24",
    group: "routes",
    default: "0",
    help: "Synonym of tos.",
  }),
  optionValue(text("N[/MASK]"), {
    name: "fwmark",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Mark selector.",
  }),
  optionValue(text("[FROM/]TO"), {
    name: "realms",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Realms.",
  }),
  optionValue(integer(0, 128), {
    name: "suppress_prefixlength",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Ignore routes of at most this length, also sup_pl.",
  }),
  optionValue(integer(0, 128), {
    name: "sup_pl",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Synonym of suppress_prefixlength.",
  }),
  optionValue(numberOrName("N|NAME", 4_294_967_295), {
    name: "suppress_ifgroup",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Ignore routes via this group, also sup_group.",
  }),
  optionValue(numberOrName("N|NAME", 4_294_967_295), {
    name: "sup_group",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Synonym of suppress_ifgroup.",
  }),
  optionValue(interfaceName, {
    name: "dev",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Input interface, also iif.",
  }),
  optionValue(interfaceName, {
    name: "iif",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Input interface.",
  }),
  optionValue(interfaceName, {
    name: "oif",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Output interface.",
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "tunnel-id",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Tunnel key selector.",
  }),
  optionValue(numberRange(4_294_967_295), {
    name: "uidrange",
    since: "1.3.5",
    group: "routes",
    default: "none",
    help: "User id selector.",
  }),
  optionFlag({
    name: "l3mdev",
    since: "1.4.3",
    group: "routes",
    default: "off",
    help: "Lookup in the VRF table.",
    set: (draft) => (draft.hasAction = true),
  }),
  optionValue(numberOrName("N|NAME", 255), {
    name: "protocol",
    since: "2.0.1",
    group: "routes",
    default: "keepalived (18)",
    help: "Rule protocol.",
  }),
  optionValue(numberOrName("NAME|N", 255), {
    name: "ipproto",
    since: "2.0.1",
    group: "routes",
    default: "none",
    help: "IP protocol selector.",
  }),
  optionValue(numberRange(65_535), {
    name: "sport",
    since: "2.0.1",
    group: "routes",
    default: "none",
    help: "Source port selector.",
  }),
  optionValue(numberRange(65_535), {
    name: "dport",
    since: "2.0.1",
    group: "routes",
    default: "none",
    help: "Destination port selector.",
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "goto",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Jump to rule.",
    set: (draft) => (draft.hasAction = true),
  }),
  optionFlag({
    name: "nop",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "No action.",
    set: (draft) => (draft.hasAction = true),
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
    set: (draft) => (draft.hasAction = true),
  }),
  optionFlag({
    name: "unreachable",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Network unreachable.",
    set: (draft) => (draft.hasAction = true),
  }),
  optionFlag({
    name: "prohibit",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Administratively prohibited.",
    set: (draft) => (draft.hasAction = true),
  }),
  optionFlag({
    name: "no_track",
    since: "2.0.3",
    group: "routes",
    default: "off",
    help: "Do not leave MASTER when it is deleted.",
  }),
]);

export const STATIC_RULE_OPTIONS = optionTable<RuleDraft>("rule", RULE_OPTIONS.rows, [
  optionValue(text("NAME"), {
    name: "track_group",
    since: "2.0.3",
    group: "tracking",
    default: "none",
    help: "Instances that watch it.",
  }),
]);

export function checkRuleWords(found: readonly [Word, ...Word[]], context: Context): void {
  checkRule(RULE_OPTIONS, found, context);
}

export function checkStaticRuleWords(found: readonly [Word, ...Word[]], context: Context): void {
  checkRule(STATIC_RULE_OPTIONS, found, context);
}

function checkRule(
  options: typeof RULE_OPTIONS,
  found: readonly [Word, ...Word[]],
  context: Context,
): void {
  const draft: RuleDraft = { hasAction: false, hasPreference: false };
  readOptions(options, draft, found, context);
  const [first] = found;
  if (!draft.hasAction) {
    const message = "the rule has no action: give it a table, goto, nop, blackhole or the like";
    refuse(context.report, "incomplete", first, message);
  } else if (!draft.hasPreference) {
    const message = "the rule has no preference: one counting down from 16384 is taken";
    const at = spanOf(first);
    context.report({ severity: "warning", code: "incomplete", message, at });
  }
}
