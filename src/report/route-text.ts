/** Routes and rules as Keepalived's log and dumps write them. */
import { KEEPALIVED_PROTOCOL } from "../vrrp/route-config.ts";
import type {
  RouteMetric,
  RouteTunnel,
  VirtualNextHop,
  VirtualRoute,
  VirtualRule,
  Watched,
} from "../vrrp/route-config.ts";
import type { RulePrefix } from "../wire/netlink/rule.ts";

/** RTN_* beyond unicast (linux/rtnetlink.h). */
const TYPES: readonly string[] = [
  ...["unspec", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole"],
  ...["unreachable", "prohibit", "throw", "nat", "xresolve"],
];
const UNICAST = 1;
const MAIN_TABLE = 254;
/** RT_SCOPE_UNIVERSE, _LINK, _HOST: one of them is what a route gets that does not say. */
const USUAL_SCOPES: readonly number[] = [0, 253, 254];

type Words = readonly string[];

/** Words that are there when there is a value. */
const when = <Value>(value: Value | undefined, words: (value: Value) => string): Words =>
  value === undefined ? [] : [words(value)];

/** `prepend DST via inet GW dev IF proto 18 metric N`. */
export function renderRoute(route: VirtualRoute & Watched): string {
  const { details, type } = route;
  const via = route.gateway ?? details.via;
  const words = [
    type === UNICAST ? route.operation : "add",
    ...(type === UNICAST ? [] : [TYPES[type] ?? String(type)]),
    renderDestination(route),
    ...when(details.source, ({ address, length }) => `from ${address}/${length}`),
    ...when(route.preferredSource, (source) => `src ${source}`),
    ...when(route.tunnel, renderTunnel),
    ...when(details.tos, (tos) => `tos ${tos}`),
    ...when(via, renderVia),
    ...when(route.interfaceName, (name) => `dev ${name}`),
    ...tableWords(route),
    ...(hidesProtocol(route) ? [] : [`proto ${route.protocol}`]),
    ...scopeWords(route),
    ...when(route.priority, (metric) => `metric ${metric}`),
    ...detailWords(details),
    ...route.nextHops.map(renderNextHop),
    ...trackWords(route),
  ];
  return words.join(" ");
}

function renderDestination({ destination, prefixLength, family }: VirtualRoute): string {
  const full = family === "ipv6" ? 128 : 32;
  const address = destination ?? (family === "ipv6" ? "::" : "0.0.0.0");
  return prefixLength === full ? address : `${address}/${prefixLength}`;
}

function tableWords({ table, vrf }: VirtualRoute): Words {
  if (vrf !== undefined) return [`vrf ${vrf}`];
  return table === MAIN_TABLE ? [] : [`table ${table}`];
}

const renderVia = (address: string): string =>
  `via ${address.includes(":") ? "inet6" : "inet"} ${address}`;

const hidesProtocol = ({ track, protocol }: VirtualRoute | VirtualRule): boolean =>
  !track && (protocol ?? KEEPALIVED_PROTOCOL) === KEEPALIVED_PROTOCOL;

const trackWords = ({ track, trackGroup }: { readonly track: boolean } & Watched): Words => [
  ...(track ? [] : ["no_track"]),
  ...when(trackGroup, (group) => `track_group ${group}`),
];

const scopeWords = ({ scope }: VirtualRoute): Words =>
  USUAL_SCOPES.includes(scope) ? [] : [`scope ${scope}`];

/** In the order Keepalived has them, whatever the file's. */
const METRIC_ORDER: readonly RouteMetric["name"][] = [
  ...(["rtt", "rttvar", "rto_min", "features", "mtu", "window", "ssthresh", "cwnd"] as const),
  ...(["advmss", "reordering", "hoplimit", "initcwnd", "initrwnd", "quickack"] as const),
  "fastopen_no_cookie",
];

/** The kernel's eighths and quarters of milliseconds. */
const TIME_UNITS: Partial<Record<RouteMetric["name"], number>> = { rtt: 8, rttvar: 4, rto_min: 1 };
/** RTAX_FEATURE_ECN. */
const ECN = 1;
const PREFERENCES: ReadonlyMap<number, string> = new Map([
  [0, "medium"],
  [1, "high"],
  [3, "low"],
]);

function detailWords(details: VirtualRoute["details"]): Words {
  const { congestionControl, metrics = [] } = details;
  const ordered = METRIC_ORDER.flatMap((name) => metrics.filter((each) => each.name === name));
  return [
    ...(details.onlink === true ? ["onlink"] : []),
    ...when(details.realms, (realms) => `realms ${renderRealms(realms)}`),
    ...when(details.expires, (seconds) => `expires ${seconds}sec`),
    ...when(congestionControl, ({ name, isLocked }) => `congctl ${isLocked ? "lock " : ""}${name}`),
    ...ordered.map(renderMetric),
    ...when(details.preference, (value) => `pref ${PREFERENCES.get(value) ?? String(value)}`),
    ...when(details.ttlPropagate, (is) => `ttl-propagate ${is ? "enabled" : "disabled"}`),
  ];
}

function renderMetric({ name, value, isLocked }: RouteMetric): string {
  const unit = TIME_UNITS[name];
  const text = unit === undefined ? String(value) : renderMilliseconds(value / unit);
  const isEcn = name === "features" && value === ECN;
  return `${name}${isLocked ? " lock" : ""} ${isEcn ? "ecn" : text}`;
}

const renderMilliseconds = (ms: number): string =>
  ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;

function renderNextHop(hop: VirtualNextHop): string {
  return [
    "nexthop",
    ...when(hop.gateway, renderVia),
    ...when(hop.interfaceName, (name) => `dev ${name}`),
    ...when(hop.tunnel, renderTunnel),
    ...(hop.weight === 1 ? [] : [`weight ${hop.weight}`]),
    ...(hop.onlink ? ["onlink"] : []),
    ...when(hop.realms, (realms) => `realm ${renderRealms(realms)}`),
  ].join(" ");
}

/** `from/to`, or the latter alone. */
function renderRealms(realms: number): string {
  const from = realms >>> 16;
  const to = realms & 0xffff;
  return from === 0 ? String(to) : `${from}/${to}`;
}

function renderTunnel(tunnel: RouteTunnel): string {
  switch (tunnel.kind) {
    case "mpls":
      return `encap mpls ${tunnel.labels.join("/")}`;
    case "ila":
      return `encap ila ${tunnel.locator}`;
    case "ip":
    case "ip6":
      return [
        `encap ${tunnel.kind}`,
        ...when(tunnel.id, (id) => `id ${id}`),
        ...when(tunnel.destination, (address) => `dst ${address}`),
        ...when(tunnel.source, (address) => `src ${address}`),
        ...when(tunnel.tos, (tos) => `tos ${tos}`),
        ...when(tunnel.ttl, (ttl) => `ttl ${ttl}`),
        ...when(tunnel.flags, (flags) => `flags 0x${flags.toString(16)}`),
      ].join(" ");
  }
}

/** `from A priority N tos 0x0 protocol 18 lookup T`. */
export function renderRule(rule: VirtualRule & Watched): string {
  const { action, fwmark } = rule;
  const range = (name: string) => (of: readonly [number, number]) => `${name} ${of[0]}-${of[1]}`;
  const words = [
    ...(rule.inverted === true ? ["not"] : []),
    `from ${renderPrefix(rule.from)}`,
    ...when(rule.to, (to) => `to ${renderPrefix(to)}`),
    `priority ${rule.preference}`,
    `tos 0x${(rule.tos ?? 0).toString(16)}`,
    ...when(
      fwmark,
      ({ value, mask }) => `fwmark ${hex(value)}${mask === undefined ? "" : `/${hex(mask)}`}`,
    ),
    ...when(rule.inputInterface, (name) => `iif ${name}`),
    ...when(rule.outputInterface, (name) => `oif ${name}`),
    ...when(rule.suppressPrefixLength, (length) => `suppress_prefixlen ${length}`),
    ...when(rule.suppressGroup, (group) => `suppress_ifgroup ${group}`),
    ...when(rule.tunnelId, (id) => `tun_id ${id}`),
    ...when(rule.uids, range("uidrange")),
    ...(action.kind === "l3mdev" ? ["l3mdev"] : []),
    ...(hidesProtocol(rule) ? [] : when(rule.protocol, (protocol) => `protocol ${protocol}`)),
    ...when(rule.ipProtocol, (protocol) => `ipproto ${protocol}`),
    ...when(rule.sourcePorts, range("sport")),
    ...when(rule.destinationPorts, range("dport")),
    ...when(rule.realms, (realms) => `realms ${renderRealms(realms)}`),
    ...actionWords(action),
    ...trackWords(rule),
  ];
  return words.join(" ");
}

const hex = (value: number): string => `0x${value.toString(16)}`;

function renderPrefix(prefix: RulePrefix | undefined): string {
  if (prefix === undefined) return "all";
  const full = prefix.address.includes(":") ? 128 : 32;
  return prefix.length === full ? prefix.address : `${prefix.address}/${prefix.length}`;
}

function actionWords(action: VirtualRule["action"]): Words {
  switch (action.kind) {
    case "table":
      return [`lookup ${action.table}`];
    case "goto":
      return [`goto ${action.target}`];
    case "nop":
      return ["nop"];
    case "l3mdev":
      return [];
    case "blackhole":
    case "unreachable":
    case "prohibit":
      return [`type ${action.kind}`];
  }
}
