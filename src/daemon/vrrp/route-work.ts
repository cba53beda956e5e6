/**
 * Putting an instance's routes and rules in and taking them out: from requests encoded at load.
 * Routes may need the addresses, so they go in after them and come out before.
 */
import { Errno } from "../../base/failure.ts";
import { renderRoute, renderRule } from "../../report/route-text.ts";
import type {
  Netlink,
  NetworkChange,
  PreparedChanges,
  RouteInfo,
  RuleInfo,
} from "../../sys/ports.ts";
import type { Network } from "../../track/network.ts";
import type { FaultCause } from "../../vrrp/events.ts";
import { routeInterfaces } from "../../vrrp/route-config.ts";
import type { StaticsConfig, VirtualRoute, VirtualRule } from "../../vrrp/route-config.ts";
import { isRouteOf, isRuleOf, toRouteChange, toRuleChange } from "./route-requests.ts";

/** What routes and rules an owner has: an instance, or the machine. */
export type RoutingConfig = Pick<StaticsConfig, "routes" | "rules">;

/** One of them, in words. */
export interface RoutingObject {
  readonly what: "route" | "rule";
  readonly text: string;
  readonly track: boolean;
}

export interface RoutingRefusal extends RoutingObject {
  readonly errno: number;
}

interface Entry extends RoutingObject {
  readonly change: Extract<NetworkChange, { route: RouteInfo } | { rule: RuleInfo }>;
}

/** Requests a slice: about 4 ms of kernel work. */
const SLICE = 256;

/** The routes and rules of one owner. */
export class RouteWork {
  readonly #config: RoutingConfig;
  readonly #netlink: Netlink | undefined;
  #entries: readonly Entry[] = [];
  #adds: PreparedChanges | undefined;
  #removes: PreparedChanges | undefined;
  /** The interface indexes the requests were made for. */
  #key: string | undefined;
  /** How many, from the first, have been put in. */
  #installed = 0;

  /** Without netlink there must be nothing to do. */
  constructor(config: RoutingConfig, netlink: Netlink | undefined) {
    this.#config = config;
    this.#netlink = netlink;
  }

  get isInstalled(): boolean {
    return this.#installed > 0;
  }

  /**
   * Encodes for the network as it is; cheap when nothing changed. What is in already comes in again
   * where its interface has: the kernel drops routes with it.
   */
  prepare(network: Network): void {
    const netlink = this.#netlink;
    if (netlink === undefined) return;
    const key = keyOf(this.#config, network);
    if (key === this.#key) return;
    this.#key = key;
    this.#entries = entriesOf(this.#config, network);
    this.#adds = netlink.prepare(this.#entries.map(({ change }) => change));
    // Rules leave before the routes they lead to: the list is removed from its end.
    const removals = this.#entries.map(
      ({ change }) => ({ ...change, operation: "remove" }) as const,
    );
    this.#removes = netlink.prepare([...removals].reverse());
    if (this.#installed === 0) return;
    this.#installed = this.#entries.length;
    this.restore();
  }

  /** Tells of what an earlier object for the same owner has put in. */
  adopt(): void {
    this.#installed = this.#entries.length;
  }

  /** Puts a slice in; the refusals of it, and whether there is more. */
  install(): { readonly refusals: readonly RoutingRefusal[]; readonly more: boolean } {
    const count = Math.min(SLICE, this.#entries.length - this.#installed);
    const refusals = this.#apply(this.#installed, count);
    this.#installed += count;
    return { refusals, more: this.#installed < this.#entries.length };
  }

  /** Takes a slice out and says whether there is more. What is not there is fine. */
  withdraw(): boolean {
    const { length } = this.#entries;
    const count = Math.min(SLICE, this.#installed);
    if (count > 0 && this.#removes !== undefined) {
      this.#netlink?.apply(this.#removes, length - this.#installed, count);
    }
    this.#installed -= count;
    return this.#installed > 0;
  }

  /** Takes out what an earlier daemon may have left. */
  removeStrays(): void {
    if (this.#removes === undefined || this.#entries.length === 0) return;
    this.#netlink?.apply(this.#removes, 0, this.#entries.length);
  }

  /** What has been put in that the kernel says is gone. */
  lostIn(gone: { readonly route?: RouteInfo; readonly rule?: RuleInfo }): readonly RoutingObject[] {
    return this.#entries.slice(0, this.#installed).filter(({ change }) => {
      if ("route" in change) return gone.route !== undefined && isRouteOf(change.route, gone.route);
      return gone.rule !== undefined && isRuleOf(change.rule, gone.rule);
    });
  }

  /** What has been put in that is not there, after notices were lost. */
  missingIn(routes: readonly RouteInfo[], rules: readonly RuleInfo[]): readonly RoutingObject[] {
    return this.#entries
      .slice(0, this.#installed)
      .filter(({ change }) =>
        "route" in change
          ? !routes.some((route) => isRouteOf(change.route, route))
          : !rules.some((rule) => isRuleOf(change.rule, rule)),
      );
  }

  /** Puts in all that has been in, as far as it is not there. */
  restore(): readonly RoutingRefusal[] {
    return this.#apply(0, this.#installed);
  }

  #apply(from: number, count: number): readonly RoutingRefusal[] {
    if (count === 0 || this.#adds === undefined || this.#netlink === undefined) return [];
    return this.#netlink.apply(this.#adds, from, count).flatMap(({ index, errno }) => {
      const entry = this.#entries[index];
      return entry === undefined || errno === Errno.EEXIST ? [] : [{ ...entry, errno }];
    });
  }
}

/** As a fault, with the call that failed. */
export const routingCause = ({ what, text, errno }: RoutingRefusal): FaultCause => ({
  kind: "kernelRefused",
  action: `add ${what} ${text}`,
  call: what === "route" ? "netlink RTM_NEWROUTE" : "netlink RTM_NEWRULE",
  errno,
});

/** Routes first, then the rules that lead to them. */
function entriesOf(config: RoutingConfig, network: Network): readonly Entry[] {
  const routeEntry = (route: VirtualRoute): readonly Entry[] => {
    const change = toRouteChange(route, network);
    return change === undefined
      ? []
      : [{ what: "route", text: renderRoute(route), track: route.track, change }];
  };
  const ruleEntry = (rule: VirtualRule): Entry => ({
    what: "rule",
    text: renderRule(rule),
    track: rule.track,
    change: toRuleChange(rule),
  });
  return [...config.routes.flatMap(routeEntry), ...config.rules.map(ruleEntry)];
}

/** What decides the requests and whether the kernel still has them. */
function keyOf({ routes }: RoutingConfig, network: Network): string {
  const names = new Set(routes.flatMap(routeInterfaces));
  return [...names]
    .map((name) => {
      const link = network.get(name);
      const vrf = `${link?.vrf ?? "-"} ${link?.vrfTable ?? "-"}`;
      return `${name} ${link?.index ?? "-"} ${link?.up ?? false} ${vrf}`;
    })
    .join();
}
