/** Words of virtual_routes and static_routes. Names of tables and the like are looked up later. */
import type { Located } from "../diagnostics.ts";
import type { Destination, HopDraft, RouteDraft } from "../route-drafts.ts";
import type { NumericMetric } from "../../vrrp/route-config.ts";
import { spanOf } from "../words.ts";
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
import { readTunnel } from "./tunnel.ts";

/** `default`, `any`, `all`, `ADDR` or `ADDR/LEN`. */
const destination: ArgumentType<Destination> = {
  kind: "destination",
  shape: "DST",
  parse: (word, report) =>
    ANYWHERE.has(word.text) || word.text === "default6" ? "everywhere" : prefix.parse(word, report),
};

const ANYWHERE: ReadonlySet<string> = new Set(["default", "any", "all"]);

/** The kernel must not change a metric. */
const LOCK = "lock";
/** RTAX_FEATURE_ECN (linux/rtnetlink.h). */
const FEATURE_ECN = 1;

/** What follows `nexthop` is about that; everything before the first is about the route's own. */
const hopOf = (draft: RouteDraft): HopDraft => draft.nextHops.at(-1) ?? draft.own;

const setMetric =
  (name: NumericMetric) =>
  (draft: RouteDraft, { value }: Located<number>, prefixed: string | undefined): void => {
    draft.metrics.push({ name, value, isLocked: prefixed === LOCK });
  };

const spoil = (draft: RouteDraft): void => {
  draft.isSpoiled = true;
};

const TIME_UNITS: Readonly<Record<string, number>> = { ms: 1, msec: 1, msecs: 1, s: 1_000 };

/** The least round-trip time, and variance of one, that Keepalived asks the kernel for. */
const LEAST_MS = 200;

/** `300ms`, `0.3s`, or a number of the kernel's `parts` of a millisecond. */
function roundTrip(parts: number, leastMs: number): ArgumentType<number> {
  return {
    kind: "round-trip time",
    shape: "TIME",
    parse: (word, report) => {
      const found = /^([0-9]+(?:\.[0-9]+)?)(ms|msecs?|s|secs?)?$/.exec(word.text);
      if (found === null) {
        refuse(report, "bad-value", word, `invalid time '${word.text}'`);
        return undefined;
      }
      const unit = found[2] ?? "";
      const scale = unit === "" ? 1 : (TIME_UNITS[unit] ?? 1_000) * parts;
      const value = Math.round(Number(found[1]) * scale);
      if (value >= leastMs * parts) return value;
      const message = `time ${word.text} below minimum ${leastMs}ms, resetting`;
      report({ severity: "warning", code: "ignored", message, at: spanOf(word) });
      return leastMs * parts;
    },
  };
}

/** A tunnel reads its own words, as far as they are its. */
const ENCAP: Option<RouteDraft> = {
  name: "encap",
  since: "1.2.24",
  group: "routes",
  default: "none",
  help: "Lightweight tunnel encapsulation.",
  arguments: [text("ip|ip6|mpls|ila OPTIONS")],
  inside: [],
  take: (draft, word, following, context) => {
    const { tunnel, used } = readTunnel(word, following, context.report);
    if (tunnel === undefined) draft.isSpoiled = true;
    else hopOf(draft).tunnel = tunnel;
    return used;
  },
};

export const ROUTE_OPTIONS = optionTable<RouteDraft>("route", [
  optionFlag({
    name: "default",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Destination of length zero, also any and all.",
    set: (draft, word) => (draft.destination = { value: "everywhere", at: spanOf(word) }),
  }),
  optionFlag({
    name: "default6",
    since: "1.2.10",
    group: "routes",
    default: "n/a",
    help: "Deprecated IPv6 default.",
    set: (draft, word) => {
      draft.destination = { value: "everywhere", at: spanOf(word) };
      draft.family = "ipv6";
    },
  }),
  optionFlag({
    name: "unicast",
    since: "1.2.24",
    group: "routes",
    default: "yes",
    help: "Route type.",
    set: (draft) => (draft.type = "unicast"),
  }),
  optionFlag({
    name: "local",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type.",
    set: (draft) => (draft.type = "local"),
  }),
  optionFlag({
    name: "broadcast",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type, also brd.",
    set: (draft) => (draft.type = "broadcast"),
  }),
  optionFlag({
    name: "anycast",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type.",
    set: (draft) => (draft.type = "anycast"),
  }),
  optionFlag({
    name: "multicast",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type.",
    set: (draft) => (draft.type = "multicast"),
  }),
  optionFlag({
    name: "prohibit",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type.",
    set: (draft) => (draft.type = "prohibit"),
  }),
  optionFlag({
    name: "unreachable",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type.",
    set: (draft) => (draft.type = "unreachable"),
  }),
  optionFlag({
    name: "blackhole",
    since: "1.1.16",
    group: "routes",
    default: "n/a",
    help: "Route type.",
    set: (draft) => (draft.type = "blackhole"),
  }),
  optionFlag({
    name: "throw",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type.",
    set: (draft) => (draft.type = "throw"),
  }),
  optionFlag({
    name: "nat",
    since: "1.0.3",
    group: "routes",
    default: "n/a",
    help: "Route type, accepted.",
    set: (draft) => (draft.type = "nat"),
  }),
  optionFlag({
    name: "xresolve",
    since: "1.2.24",
    group: "routes",
    default: "n/a",
    help: "Route type, accepted.",
    set: (draft) => (draft.type = "xresolve"),
  }),
  optionFlag({
    name: "inet",
    since: "1.2.24",
    group: "routes",
    default: "by address",
    help: "Family IPv4.",
    set: (draft) => (draft.family = "ipv4"),
  }),
  optionFlag({
    name: "inet6",
    since: "1.2.24",
    group: "routes",
    default: "by address",
    help: "Family IPv6.",
    set: (draft) => (draft.family = "ipv6"),
  }),
  optionValue(addressOfInterface, {
    name: "src",
    since: "1.0.3",
    group: "routes",
    default: "none",
    help: "Preferred source address.",
    set: (draft, value) => (draft.preferredSource = value),
    spoil,
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
    set: (draft, value) => (draft.destination = value),
    spoil,
  }),
  optionValue(addressOfInterface, {
    name: "via",
    since: "1.0.3",
    group: "routes",
    default: "none",
    help: "Gateway.",
    prefixes: ["inet", "inet6"],
    set: (draft, value, family) => {
      hopOf(draft).gateway = value;
      hopOf(draft).isOtherFamily = family !== undefined;
    },
    spoil,
  }),
  optionValue(addressOfInterface, {
    name: "gw",
    since: "1.0.3",
    group: "routes",
    default: "none",
    help: "Deprecated form of via.",
    set: (draft, value) => (hopOf(draft).gateway = value),
    spoil,
  }),
  optionValue(addressOfInterface, {
    name: "or",
    since: "1.1.16",
    group: "routes",
    default: "none",
    help: "Deprecated second gateway.",
    set: (draft, value) => (draft.secondGateway = value),
    spoil,
  }),
  optionValue(prefix, {
    name: "from",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Source prefix (IPv6).",
    set: (draft, value) => (draft.source = value),
    spoil,
  }),
  optionValue(numberOrName("N", 255), {
    name: "tos",
    since: "1.2.24",
    group: "routes",
    default: "0",
    help: "Type of service, also dsfield.",
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
  optionValue(numberOrName("N|NAME", 4_294_967_295), {
    name: "table",
    since: "1.0.3",
    group: "routes",
    default: "main",
    help: "Routing table.",
    set: (draft, value) => {
      draft.table = value;
      delete draft.vrf;
    },
    spoil,
  }),
  optionValue(numberOrName("N|NAME", 255), {
    name: "protocol",
    since: "1.2.24",
    group: "routes",
    default: "keepalived (18)",
    help: "Route protocol.",
    set: (draft, value) => (draft.protocol = value),
    spoil,
  }),
  optionValue(numberOrName("N|NAME", 255), {
    name: "scope",
    since: "1.0.3",
    group: "routes",
    default: "derived",
    help: "Route scope.",
    set: (draft, value) => (draft.scope = value),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "metric",
    since: "1.1.15",
    group: "routes",
    default: "none",
    help: "Metric, also priority and preference.",
    set: (draft, value) => (draft.priority = value),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "priority",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Synonym of metric.",
    set: (draft, value) => (draft.priority = value),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "preference",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Synonym of metric.",
    set: (draft, value) => (draft.priority = value),
    spoil,
  }),
  optionValue(interfaceName, {
    name: "dev",
    since: "1.0.3",
    group: "routes",
    default: "none",
    help: "Output interface.",
    set: (draft, value) => (hopOf(draft).interfaceName = value),
    spoil,
  }),
  optionValue(interfaceName, {
    name: "oif",
    since: "1.0.3",
    group: "routes",
    default: "none",
    help: "Synonym of dev.",
    set: (draft, value) => (hopOf(draft).interfaceName = value),
    spoil,
  }),
  optionFlag({
    name: "onlink",
    since: "1.2.24",
    group: "routes",
    default: "off",
    help: "Gateway is on the link.",
    set: (draft) => (hopOf(draft).isOnLink = true),
  }),
  optionValue(interfaceName, {
    name: "vrf",
    since: "2.2.5",
    group: "routes",
    default: "none",
    help: "Use the table of a VRF.",
    set: (draft, value) => {
      draft.vrf = value;
      delete draft.table;
    },
    spoil,
  }),
  ENCAP,
  optionValue(integer(0, COUNT_MAXIMUM, "s"), {
    name: "expires",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "IPv6 lifetime.",
    set: (draft, { value }) => (draft.expires = value),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "mtu",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Path MTU metric.",
    prefixes: [LOCK],
    set: setMetric("mtu"),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "hoplimit",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Hop limit metric.",
    prefixes: [LOCK],
    set: setMetric("hoplimit"),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "advmss",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Advertised MSS.",
    prefixes: [LOCK],
    set: setMetric("advmss"),
    spoil,
  }),
  optionValue(roundTrip(8, LEAST_MS), {
    name: "rtt",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Initial RTT.",
    prefixes: [LOCK],
    set: setMetric("rtt"),
    spoil,
  }),
  optionValue(roundTrip(4, LEAST_MS), {
    name: "rttvar",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Initial RTT variance.",
    prefixes: [LOCK],
    set: setMetric("rttvar"),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "reordering",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Reordering metric.",
    prefixes: [LOCK],
    set: setMetric("reordering"),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "window",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Maximum window.",
    prefixes: [LOCK],
    set: setMetric("window"),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "cwnd",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Congestion window clamp.",
    prefixes: [LOCK],
    set: setMetric("cwnd"),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "ssthresh",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Slow start threshold.",
    prefixes: [LOCK],
    set: setMetric("ssthresh"),
    spoil,
  }),
  optionValue(text("[FROM/]TO"), {
    name: "realms",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Route realms.",
    set: (draft, value) => (hopOf(draft).realms = value),
    spoil,
  }),
  optionValue(roundTrip(1, 0), {
    name: "rto_min",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Minimum retransmission time.",
    prefixes: [LOCK],
    set: setMetric("rto_min"),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "initcwnd",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Initial congestion window.",
    prefixes: [LOCK],
    set: setMetric("initcwnd"),
    spoil,
  }),
  optionValue(integer(0, 4_294_967_295), {
    name: "initrwnd",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Initial receive window.",
    prefixes: [LOCK],
    set: setMetric("initrwnd"),
    spoil,
  }),
  optionValue(choice("ecn"), {
    name: "features",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Feature flags.",
    set: (draft) => draft.metrics.push({ name: "features", value: FEATURE_ECN, isLocked: false }),
    spoil,
  }),
  optionValue(integer(0, 1), {
    name: "quickack",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Quick ack.",
    set: setMetric("quickack"),
    spoil,
  }),
  optionValue(text("NAME"), {
    name: "congctl",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "Congestion control algorithm.",
    prefixes: [LOCK],
    set: (draft, { value }, prefix) =>
      draft.metrics.push({ name: "congctl", value, isLocked: prefix === LOCK }),
    spoil,
  }),
  optionValue(choice("low", "medium", "high"), {
    name: "pref",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "IPv6 router preference.",
    set: (draft, { value }) => (draft.preference = value),
    spoil,
  }),
  optionValue(choice("enabled", "disabled"), {
    name: "ttl-propagate",
    since: "2.0.8",
    group: "routes",
    default: "none",
    help: "MPLS TTL handling.",
    set: (draft, { value }) => (draft.ttlPropagate = value === "enabled"),
    spoil,
  }),
  optionValue(integer(0, 1), {
    name: "fastopen_no_cookie",
    since: "1.4.3",
    group: "routes",
    default: "none",
    help: "TCP fast open without cookie.",
    set: setMetric("fastopen_no_cookie"),
    spoil,
  }),
  optionFlag({
    name: "add",
    since: "2.2.5",
    group: "routes",
    default: "prepend",
    help: "Fail when a matching route exists.",
    set: (draft) => (draft.operation = "add"),
  }),
  optionFlag({
    name: "prepend",
    since: "2.2.5",
    group: "routes",
    default: "yes",
    help: "Add before matching routes.",
    set: (draft) => (draft.operation = "prepend"),
  }),
  optionFlag({
    name: "append",
    since: "2.2.5",
    group: "routes",
    default: "prepend",
    help: "Add after matching routes.",
    set: (draft) => (draft.operation = "append"),
  }),
  optionFlag({
    name: "nexthop",
    since: "1.2.24",
    group: "routes",
    default: "none",
    help: "One of several next hops.",
    set: (draft) => draft.nextHops.push({}),
  }),
  optionValue(integer(1, 256), {
    name: "weight",
    since: "1.2.24",
    group: "routes",
    default: "1",
    help: "Weight of a next hop.",
    set: (draft, value) => (hopOf(draft).weight = value),
    spoil,
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

export const STATIC_ROUTE_OPTIONS = optionTable<RouteDraft>("route", ROUTE_OPTIONS.rows, [
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

/** The route on a line, or undefined once the problem has been reported. */
export function readRoute(
  found: readonly [Word, ...Word[]],
  context: Context,
): RouteDraft | undefined {
  return readWith(ROUTE_OPTIONS, found, context);
}

export function readStaticRoute(
  found: readonly [Word, ...Word[]],
  context: Context,
): RouteDraft | undefined {
  return readWith(STATIC_ROUTE_OPTIONS, found, context);
}

function readWith(
  options: typeof ROUTE_OPTIONS,
  found: readonly [Word, ...Word[]],
  context: Context,
): RouteDraft | undefined {
  const [first] = found;
  const draft: RouteDraft = { at: spanOf(first), own: {}, nextHops: [], metrics: [] };
  readOptions(options, draft, found, {
    ...context,
    onProblem: () => {
      draft.isSpoiled = true;
    },
    onOther: (word) => takeDestination(draft, word, context),
  });
  for (const { interfaceName: device } of [draft.own, ...draft.nextHops]) {
    if (device !== undefined) context.interfaces.push({ ...device, purpose: "VROUTE nexthop" });
  }
  if (draft.destination === undefined && draft.isSpoiled === undefined) {
    refuse(context.report, "incomplete", first, "Route must have a destination");
    return undefined;
  }
  return draft.isSpoiled === true ? undefined : draft;
}

/** A word that is no option, in the place of the destination; and `brd`, short for broadcast. */
function takeDestination(draft: RouteDraft, word: Word, context: Context): boolean {
  if (word.text === "brd") {
    draft.type = "broadcast";
    return true;
  }
  if (draft.destination !== undefined || !looksLikeDestination(word.text)) return false;
  const value = destination.parse(word, context.report);
  if (value === undefined) draft.isSpoiled = true;
  else draft.destination = { value, at: spanOf(word) };
  return true;
}

function looksLikeDestination(word: string): boolean {
  return ANYWHERE.has(word) || /^[0-9a-f:]/i.test(word);
}
