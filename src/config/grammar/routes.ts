/** Words of virtual_routes and static_routes, checked one by one; the routes themselves come later. */
import type { Located } from "../diagnostics.ts";
import type { Word } from "../words.ts";
import {
  addressOfInterface,
  choice,
  COUNT_MAXIMUM,
  integer,
  interfaceName,
  numberOrName,
  prefix,
  refuse,
  text,
} from "./arguments.ts";
import type { ArgumentType } from "./arguments.ts";
import type { Context } from "./keyword.ts";
import { optionFlag, optionTable, optionValue, readOptions } from "./options.ts";
import type { Option } from "./options.ts";

/** `default`, `any`, `all`, `ADDR` or `ADDR/LEN`. */
const destination: ArgumentType<string> = {
  kind: "destination",
  shape: "DST",
  parse: (word, report) => {
    if (ANYWHERE.has(word.text) || word.text === "default6") return word.text;
    return prefix.parse(word, report)?.address;
  },
};

const ANYWHERE: ReadonlySet<string> = new Set(["default", "any", "all"]);

interface RouteDraft {
  readonly devices: Located<string>[];
  hasDestination: boolean;
}

/** `encap` and everything after it is the kernel's own language; it is taken as it is. */
const ENCAP: Option<RouteDraft> = {
  name: "encap",
  since: "1.2.24",
  group: "routes",
  default: "none",
  help: "Lightweight tunnel encapsulation.",
  arguments: [text("ip|ip6|mpls|ila OPTIONS")],
  inside: [],
  take: (_draft, _word, following) => following.length,
};

export const ROUTE_OPTIONS = optionTable<RouteDraft>("route", [
  optionFlag({
    name: "default",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Destination of length zero, also any and all.",
    set: (draft) => (draft.hasDestination = true),
  }),
  optionFlag({
    name: "default6",
    since: "1.2.10",
    group: "routes",
    default: "n/a",
    help: "Deprecated IPv6 default.",
    set: (draft) => (draft.hasDestination = true),
  }),
  optionFlag({
    name: "unicast",
    since: "1.2.24",
    group: "routes",
    default: "yes",
    help: "Route type.",
  }),
  optionFlag({
    name: "local",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type.",
  }),
  optionFlag({
    name: "broadcast",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type, also brd.",
  }),
  optionFlag({
    name: "anycast",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type.",
  }),
  optionFlag({
    name: "multicast",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type.",
  }),
  optionFlag({
    name: "prohibit",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type.",
  }),
  optionFlag({
    name: "unreachable",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type.",
  }),
  optionFlag({
    name: "blackhole",
    since: "1.1.16",
    group: "routes",
    default: "n/a",
    help: "Route type.",
  }),
  optionFlag({
    name: "throw",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type.",
  }),
  optionFlag({
    name: "nat",
    since: "1.0.3",
    group: "routes",
    default: "n/a",
    help: "Route type, accepted.",
  }),
  optionFlag({
    name: "xresolve",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type, accepted.",
  }),
  optionFlag({
    name: "inet",
    since: "1.2.24",
    group: "routes",
    default: "by address",
    help: "Family IPv4.",
  }),
  optionFlag({
    name: "inet6",
    since: "1.2.24",
    group: "routes",
    default: "by address",
    help: "Family IPv6.",
  }),
  optionValue(addressOfInterface, {
    name: "src",
    since: "1.0.3",
    group: "routes",
    default: "none",
    help: "Preferred source address.",
  }),
  optionFlag({
    name: "as",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Accepted and ignored.",
  }),
  optionValue(destination, {
    name: "to",
    since: "1.0.3",
    group: "routes",
    default: "n/a",
    help: "Introduces the destination.",
    set: (draft) => (draft.hasDestination = true),
  }),
  optionValue(addressOfInterface, {
    name: "via",
    since: "1.0.3",
    group: "routes",
    default: "none",
    help: "Gateway.",
    prefixes: ["inet", "inet6"],
  }),
  optionValue(addressOfInterface, {
    name: "gw",
    since: "1.0.3",
    group: "routes",
    default: "none",
    help: "Deprecated form of via.",
  }),
  optionValue(addressOfInterface, {
    name: "or",
    since: "1.1.16",
    group: "routes",
    default: "none",
    help: "Deprecated second gateway.",
  }),
  optionValue(prefix, {
    name: "from",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Source prefix (IPv6).",
  }),
  optionValue(numberOrName("N", 255), {
    name: "tos",
    since: "1.2.24",
    group: "routes",
    default: "0",
    help: "Type of service, also dsfield.",
  }),
  optionValue(numberOrName("N", 255), {
    name: "dsfield",
    since: "1.2.24",
    group: "routes",
    default: "0",
    help: "Synonym of tos.",
  }),
  optionValue(numberOrName("N|NAME", 4_294_967_295), {
    name: "table",
    since: "1.0.3",
    group: "routes",
    default: "main",
    help: "Routing table.",
  }),
  optionValue(numberOrName("N|NAME", 255), {
    name: "protocol",
    since: "1.2.24",
    group: "routes",
    default: "keepalived (18)",
    help: "Route protocol.",
  }),
  optionValue(numberOrName("N|NAME", 255), {
    name: "scope",
    since: "1.0.3",
    group: "routes",
    default: "derived",
    help: "Route scope.",
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "metric",
    since: "1.1.15",
    group: "routes",
    default: "none",
    help: "Metric, also priority and preference.",
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "priority",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Synonym of metric.",
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "preference",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Synonym of metric.",
  }),
  optionValue(interfaceName, {
    name: "dev",
    since: "1.0.3",
    group: "routes",
    default: "none",
    help: "Output interface.",
    set: (draft, value) => draft.devices.push(value),
  }),
  optionValue(interfaceName, {
    name: "oif",
    since: "1.0.3",
    group: "routes",
    default: "none",
    help: "Synonym of dev.",
    set: (draft, value) => draft.devices.push(value),
  }),
  optionFlag({
    name: "onlink",
    since: "1.2.24",
    group: "routes",
    default: "off",
    help: "Gateway is on the link.",
  }),
  optionValue(interfaceName, {
    name: "vrf",
    since: "2.2.5",
    group: "routes",
    default: "none",
    help: "Use the table of a VRF.",
  }),
  ENCAP,
  optionValue(integer(0, COUNT_MAXIMUM, "s"), {
    name: "expires",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "IPv6 lifetime.",
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "mtu",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Path MTU metric.",
    prefixes: ["lock"],
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "hoplimit",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Hop limit metric.",
    prefixes: ["lock"],
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "advmss",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Advertised MSS.",
    prefixes: ["lock"],
  }),
  optionValue(text("TIME"), {
    name: "rtt",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Initial RTT.",
    prefixes: ["lock"],
  }),
  optionValue(text("TIME"), {
    name: "rttvar",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Initial RTT variance.",
    prefixes: ["lock"],
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "reordering",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Reordering metric.",
    prefixes: ["lock"],
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "window",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Maximum window.",
    prefixes: ["lock"],
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "cwnd",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Congestion window clamp.",
    prefixes: ["lock"],
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "ssthresh",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Slow start threshold.",
    prefixes: ["lock"],
  }),
  optionValue(text("[FROM/]TO"), {
    name: "realms",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Route realms.",
  }),
  optionValue(text("TIME"), {
    name: "rto_min",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Minimum retransmission time.",
    prefixes: ["lock"],
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "initcwnd",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Initial congestion window.",
    prefixes: ["lock"],
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "initrwnd",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Initial receive window.",
    prefixes: ["lock"],
  }),
  optionValue(choice("ecn"), {
    name: "features",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Feature flags.",
  }),
  optionValue(integer(0, 1), {
    name: "quickack",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Quick ack.",
  }),
  optionValue(text("NAME"), {
    name: "congctl",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Congestion control algorithm.",
    prefixes: ["lock"],
  }),
  optionValue(choice("low", "medium", "high"), {
    name: "pref",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "IPv6 router preference.",
  }),
  optionValue(choice("enabled", "disabled"), {
    name: "ttl-propagate",
    since: "2.0.8",
    group: "routes",
    default: "none",
    help: "MPLS TTL handling.",
  }),
  optionValue(integer(0, 1), {
    name: "fastopen_no_cookie",
    since: "1.4.3",
    group: "routes",
    default: "none",
    help: "TCP fast open without cookie.",
  }),
  optionFlag({
    name: "add",
    since: "2.2.5",
    group: "routes",
    default: "prepend",
    help: "Fail when a matching route exists.",
  }),
  optionFlag({
    name: "prepend",
    since: "2.2.5",
    group: "routes",
    default: "yes",
    help: "Add before matching routes.",
  }),
  optionFlag({
    name: "append",
    since: "2.2.5",
    group: "routes",
    default: "prepend",
    help: "Add after matching routes.",
  }),
  optionFlag({
    name: "nexthop",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "One of several next hops.",
  }),
  optionValue(integer(1, 256), {
    name: "weight",
    since: "1.2.24",
    group: "routes",
    default: "1",
    help: "Weight of a next hop.",
  }),
  optionFlag({
    name: "no_track",
    since: "2.0.3",
    group: "routes",
    default: "off",
    help: "Do not leave MASTER when it is deleted.",
  }),
]);

export const STATIC_ROUTE_OPTIONS = optionTable<RouteDraft>("route", ROUTE_OPTIONS.rows, [
  optionValue(text("NAME"), {
    name: "track_group",
    since: "2.0.3",
    group: "tracking",
    default: "none",
    help: "Instances that watch it.",
  }),
]);

export function checkRouteWords(found: readonly [Word, ...Word[]], context: Context): void {
  checkRoute(ROUTE_OPTIONS, found, context);
}

export function checkStaticRouteWords(found: readonly [Word, ...Word[]], context: Context): void {
  checkRoute(STATIC_ROUTE_OPTIONS, found, context);
}

function checkRoute(
  options: typeof ROUTE_OPTIONS,
  found: readonly [Word, ...Word[]],
  context: Context,
): void {
  const draft: RouteDraft = { devices: [], hasDestination: false };
  readOptions(options, draft, found, {
    ...context,
    onOther: (word) => {
      if (draft.hasDestination || !looksLikeDestination(word.text)) return false;
      draft.hasDestination = true;
      destination.parse(word, context.report);
      return true;
    },
  });
  for (const device of draft.devices) {
    context.interfaces.push({ ...device, purpose: "VROUTE nexthop" });
  }
  if (draft.hasDestination) return;
  const [first] = found;
  refuse(context.report, "incomplete", first, "the route has no destination");
}

function looksLikeDestination(word: string): boolean {
  return ANYWHERE.has(word) || /^[0-9a-f:]/i.test(word);
}
