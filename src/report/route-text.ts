/** Routes and rules as Keepalived's log and dumps write them. */
import type { VirtualRoute, VirtualRule } from "../vrrp/route-config.ts";
import type { RulePrefix } from "../wire/netlink/rule.ts";

/** RTN_* beyond unicast (linux/rtnetlink.h). */
const TYPES: readonly string[] = [
  ...["unspec", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole"],
  ...["unreachable", "prohibit", "throw", "nat", "xresolve"],
];
const UNICAST = 1;
const MAIN_TABLE = 254;

/** `prepend DST via inet GW dev IF proto 18 metric N`. */
export function renderRoute(route: VirtualRoute): string {
  const { destination, prefixLength, gateway, details, type } = route;
  const full = route.family === "ipv6" ? 128 : 32;
  const length = prefixLength === full ? "" : `/${prefixLength}`;
  const via = gateway ?? details.via;
  const words = [
    ...(route.operation === "add" ? [] : [route.operation]),
    ...(type === UNICAST ? [] : [TYPES[type] ?? String(type)]),
    destination === undefined ? "default" : `${destination}${length}`,
    ...(details.source === undefined
      ? []
      : [`from ${details.source.address}/${details.source.length}`]),
    ...(via === undefined ? [] : [`via ${via.includes(":") ? "inet6" : "inet"} ${via}`]),
    ...(route.interfaceName === undefined ? [] : [`dev ${route.interfaceName}`]),
    ...(route.preferredSource === undefined ? [] : [`src ${route.preferredSource}`]),
    ...(details.tos === undefined ? [] : [`tos 0x${details.tos.toString(16)}`]),
    ...(route.table === MAIN_TABLE ? [] : [`table ${route.table}`]),
    `proto ${route.protocol}`,
    ...(route.priority === undefined ? [] : [`metric ${route.priority}`]),
    ...route.nextHops.map(
      ({ gateway: hop, interfaceName, weight }) =>
        `nexthop${hop === undefined ? "" : ` via ${hop}`}` +
        `${interfaceName === undefined ? "" : ` dev ${interfaceName}`} weight ${weight}`,
    ),
    ...(route.track ? [] : ["no_track"]),
  ];
  return words.join(" ");
}

/** `from A priority N tos 0x0 protocol 18 lookup T`. */
export function renderRule(rule: VirtualRule): string {
  const { action, fwmark } = rule;
  const words = [
    ...(rule.inverted === true ? ["not"] : []),
    `from ${renderPrefix(rule.from)}`,
    ...(rule.to === undefined ? [] : [`to ${renderPrefix(rule.to)}`]),
    `priority ${rule.preference}`,
    `tos 0x${(rule.tos ?? 0).toString(16)}`,
    ...(fwmark === undefined ? [] : [`fwmark 0x${fwmark.value.toString(16)}`]),
    ...(rule.inputInterface === undefined ? [] : [`iif ${rule.inputInterface}`]),
    ...(rule.outputInterface === undefined ? [] : [`oif ${rule.outputInterface}`]),
    ...(rule.protocol === undefined ? [] : [`protocol ${rule.protocol}`]),
    renderAction(action),
    ...(rule.track ? [] : ["no_track"]),
  ];
  return words.join(" ");
}

const renderPrefix = (prefix: RulePrefix | undefined): string =>
  prefix === undefined ? "all" : `${prefix.address}/${prefix.length}`;

function renderAction(action: VirtualRule["action"]): string {
  if (action.kind === "table") return `lookup ${action.table}`;
  return action.kind === "goto" ? `goto ${action.target}` : action.kind;
}
