/**
 * Routes and policy rules as configured: virtual_routes, virtual_rules and their static kin
 * (keepalived.conf(5)). Names are numbers by now, but interfaces keep theirs: whoever puts a route
 * in finds the index. Plain data that survives JSON.
 */
import type { Family, IpAddress } from "../base/address.ts";
import type { NextHop, RouteDetails } from "../wire/netlink/route-details.ts";
import type { VirtualAddress } from "./config.ts";
import type { Rule } from "../wire/netlink/rule.ts";

export type { NumericMetric, RouteMetric } from "../wire/netlink/route-details.ts";
export type { RuleAction, RulePrefix } from "../wire/netlink/rule.ts";

/** RTPROT_KEEPALIVED (linux/rtnetlink.h). */
export const KEEPALIVED_PROTOCOL = 18;

/** A lightweight tunnel, without the 64-bit numbers of the request. */
export type RouteTunnel =
  | {
      readonly kind: "ip" | "ip6";
      readonly id: number | undefined;
      readonly destination: IpAddress | undefined;
      readonly source: IpAddress | undefined;
      readonly ttl: number | undefined;
      readonly tos: number | undefined;
      readonly flags: number | undefined;
    }
  | { readonly kind: "mpls"; readonly labels: readonly number[] }
  /** 16 hexadecimal digits. */
  | { readonly kind: "ila"; readonly locator: string };

export interface VirtualNextHop extends Omit<NextHop, "interfaceIndex" | "encap"> {
  readonly interfaceName: string | undefined;
  readonly tunnel: RouteTunnel | undefined;
}

/** One line of virtual_routes or static_routes. */
export interface VirtualRoute {
  /** Before its rivals unless told otherwise; `add` fails where there are any. */
  readonly operation: "add" | "prepend" | "append";
  readonly family: Family;
  /** Undefined with a prefix length of 0: the default route. */
  readonly destination: IpAddress | undefined;
  readonly prefixLength: number;
  readonly gateway: IpAddress | undefined;
  readonly interfaceName: string | undefined;
  readonly preferredSource: IpAddress | undefined;
  /** The metric. */
  readonly priority: number | undefined;
  /** RT_TABLE_* */
  readonly table: number;
  /** The VRF whose table it is instead; the number is looked up when the route is put in. */
  readonly vrf?: string | undefined;
  /** RTPROT_* */
  readonly protocol: number;
  /** RT_SCOPE_* */
  readonly scope: number;
  /** RTN_* */
  readonly type: number;
  readonly details: Omit<RouteDetails, "nextHops" | "encap">;
  readonly nextHops: readonly VirtualNextHop[];
  readonly tunnel: RouteTunnel | undefined;
  /** Its removal by someone else ends mastership; so does the loss of its interface. */
  readonly track: boolean;
}

/** One line of virtual_rules or static_rules. */
export interface VirtualRule extends Omit<Rule, "tunnelId"> {
  readonly tunnelId: number | undefined;
  readonly track: boolean;
}

/** What stays on the machine whatever the instances do: static_ipaddress and its kin. */
export interface StaticsConfig {
  readonly addresses: readonly (VirtualAddress & Watched)[];
  readonly routes: readonly (VirtualRoute & Watched)[];
  readonly rules: readonly (VirtualRule & Watched)[];
}

/** What a static line may name: the instances that watch the interfaces it needs. */
export interface Watched {
  readonly trackGroup?: string | undefined;
}

/** keepalived.conf(5), track_group. */
export interface TrackGroupConfig {
  readonly name: string;
  /** Names of instances. */
  readonly members: readonly string[];
}

/** The interfaces a route goes out by, and the VRF it is in. */
export const routeInterfaces = (route: VirtualRoute): readonly string[] =>
  [route.interfaceName, route.vrf, ...route.nextHops.map((hop) => hop.interfaceName)].filter(
    (name) => name !== undefined,
  );

/** The interfaces a rule names. */
export const ruleInterfaces = (rule: VirtualRule): readonly string[] =>
  [rule.inputInterface, rule.outputInterface].filter((name) => name !== undefined);
