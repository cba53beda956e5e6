/** Configured routes and rules as requests to the kernel, and whether what it reports is one. */
import type { InterfaceIndex } from "../../base/units.ts";
import type { RouteChange, RouteInfo, RuleChange, RuleInfo } from "../../sys/ports.ts";
import type { Network } from "../../track/network.ts";
import type { RouteTunnel, VirtualRoute, VirtualRule } from "../../vrrp/route-config.ts";
import { routeInterfaces } from "../../vrrp/route-config.ts";
import type { Encapsulation } from "../../wire/netlink/route-details.ts";

/** The request for a route, or undefined while an interface of its, or its VRF, is missing. */
export function toRouteChange(route: VirtualRoute, network: Network): RouteChange | undefined {
  const indexOf = (name: string | undefined): InterfaceIndex | undefined =>
    name === undefined ? undefined : network.get(name)?.index;
  if (routeInterfaces(route).some((name) => indexOf(name) === undefined)) return undefined;
  const { interfaceName, details, nextHops, tunnel, vrf } = route;
  const table = vrf === undefined ? route.table : network.get(vrf)?.vrfTable;
  if (table === undefined) return undefined;
  return {
    operation: route.operation,
    route: {
      family: route.family,
      destination: route.destination,
      prefixLength: route.prefixLength,
      gateway: route.gateway,
      preferredSource: route.preferredSource,
      priority: route.priority,
      table,
      protocol: route.protocol,
      scope: route.scope,
      type: route.type,
      interfaceIndex: indexOf(interfaceName),
      details: {
        ...details,
        encap: tunnel && toEncapsulation(tunnel),
        nextHops:
          nextHops.length === 0
            ? undefined
            : nextHops.map((hop) => ({
                gateway: hop.gateway,
                weight: hop.weight,
                onlink: hop.onlink,
                realms: hop.realms,
                interfaceIndex: indexOf(hop.interfaceName ?? interfaceName),
                encap: hop.tunnel && toEncapsulation(hop.tunnel),
              })),
      },
    },
  };
}

export function toRuleChange(rule: VirtualRule): RuleChange {
  const tunnelId = rule.tunnelId === undefined ? undefined : BigInt(rule.tunnelId);
  return { operation: "add", rule: { ...rule, tunnelId } };
}

function toEncapsulation(tunnel: RouteTunnel): Encapsulation {
  switch (tunnel.kind) {
    case "ip":
    case "ip6":
      return { ...tunnel, id: tunnel.id === undefined ? undefined : BigInt(tunnel.id) };
    case "ila":
      return { kind: "ila", locator: BigInt(`0x${tunnel.locator}`) };
    case "mpls":
      return tunnel;
  }
}

/** IP6_RT_PRIO_USER (linux/ipv6_route.h): the metric of an IPv6 route that asked for none. */
const IPV6_METRIC = 1_024;

/** Whether the kernel's report is about the route of a request; what was left open may be anything. */
export function isRouteOf(wanted: RouteInfo, reported: RouteInfo): boolean {
  const leastMetric = wanted.family === "ipv6" ? IPV6_METRIC : 0;
  const metric =
    wanted.priority === undefined || wanted.priority === 0 ? leastMetric : wanted.priority;
  const agrees = <Value>(asked: Value | undefined, got: Value | undefined): boolean =>
    asked === undefined || got === undefined || asked === got;
  return (
    wanted.family === reported.family &&
    wanted.prefixLength === reported.prefixLength &&
    (wanted.prefixLength === 0 || wanted.destination === reported.destination) &&
    wanted.table === reported.table &&
    wanted.protocol === reported.protocol &&
    wanted.type === reported.type &&
    metric === (reported.priority ?? 0) &&
    agrees(wanted.gateway, reported.gateway) &&
    agrees(wanted.interfaceIndex, reported.interfaceIndex)
  );
}

/** The same for rules: by preference, selectors and action, as far as they are reported. */
export function isRuleOf(wanted: RuleInfo, reported: RuleInfo): boolean {
  return ruleKey(wanted) === ruleKey(reported);
}

const ruleKey = (rule: RuleInfo): string =>
  JSON.stringify([
    ...[rule.family, rule.preference, rule.protocol ?? 0, rule.inverted === true, rule.tos ?? 0],
    ...[rule.from, rule.to].map((prefix) =>
      prefix === undefined || prefix.length === 0 ? "all" : `${prefix.address}/${prefix.length}`,
    ),
    ...[rule.inputInterface ?? "", rule.outputInterface ?? "", rule.fwmark?.value ?? 0],
    rule.action.kind,
    rule.action.kind === "table" ? rule.action.table : 0,
    rule.action.kind === "goto" ? rule.action.target : 0,
  ]);
