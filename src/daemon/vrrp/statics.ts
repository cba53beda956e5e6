/**
 * Addresses, routes and rules that stay on the machine while the daemon runs: static_ipaddress,
 * static_routes, static_rules. Put on as soon as their interface is there, put back when someone
 * removes them, taken off at the end.
 */
import { Errno } from "../../base/failure.ts";
import { renderFault } from "../../report/causes.ts";
import { restoringLine } from "../../report/vrrp-lines.ts";
import type { Netlink } from "../../sys/ports.ts";
import type { Network } from "../../track/network.ts";
import type { VirtualAddress } from "../../vrrp/config.ts";
import type { FaultCause } from "../../vrrp/events.ts";
import type { StaticsConfig } from "../../vrrp/route-config.ts";
import { toChange } from "./address-work.ts";
import type { LostAddress, NetworkTable } from "./network-table.ts";
import { RouteWork, routingCause } from "./route-work.ts";
import type { RoutingConfig, RoutingObject, RoutingRefusal } from "./route-work.ts";

export const NO_STATICS: StaticsConfig = { addresses: [], routes: [], rules: [] };

export interface StaticsPorts {
  readonly netlink: Netlink;
  readonly table: NetworkTable;
  work(config: RoutingConfig): RouteWork;
  line(level: "warning" | "info", text: string): void;
}

export class Statics {
  readonly #ports: StaticsPorts;
  #config = NO_STATICS;
  #routes = new RouteWork(NO_STATICS, undefined);
  /** The addresses' interfaces when they were last put on. */
  #key = "";
  /** Refusals that have been told: each once. */
  readonly #told = new Set<string>();

  constructor(ports: StaticsPorts) {
    this.#ports = ports;
  }

  get routes(): RouteWork {
    return this.#routes;
  }

  /** Takes off what is not wanted any more; what is new goes on with `prepare`. */
  configure(config: StaticsConfig): void {
    const gone = missingFrom(this.#config, config);
    this.#removeAddresses(gone.addresses);
    takeOut(this.#ports.work(gone), this.#ports.table.network);
    this.#config = config;
    this.#routes = this.#ports.work(config);
    this.#key = "";
    this.#told.clear();
  }

  /** Puts on what can be: at the start, and when an interface has come. Cheap otherwise. */
  prepare(): void {
    const { addresses } = this.#config;
    const { network } = this.#ports.table;
    if (addresses.length > 0) {
      const names = new Set(addresses.map(({ interfaceName }) => interfaceName));
      const key = [...names].map((name) => placeOf(name, network)).join();
      if (key !== this.#key) this.#addAddresses(addresses);
      this.#key = key;
    }
    this.#routes.prepare(network);
    for (let more = true; more;) {
      const done = this.#routes.install();
      this.#tell(done.refusals);
      ({ more } = done);
    }
  }

  onLostAddresses(lost: readonly LostAddress[]): void {
    const { network } = this.#ports.table;
    const back = this.#config.addresses.filter(({ address, interfaceName }) => {
      const index = network.get(interfaceName)?.index;
      return lost.some((each) => each.address === address && each.interfaceIndex === index);
    });
    for (const each of back) this.#ports.line("info", restoringLine("address", each));
    this.#addAddresses(back);
    // The kernel may have dropped routes with them, and IPv4 ones without a word.
    if (back.length > 0) this.#routes.restore();
  }

  onLostRouting(objects: readonly RoutingObject[]): void {
    for (const { what, text } of objects) this.#ports.line("info", restoringLine(what, text));
    this.#tell(this.#routes.restore());
  }

  /** At the end. */
  remove(): void {
    while (this.#routes.withdraw()) continue;
    this.#removeAddresses(this.#config.addresses);
    this.#config = NO_STATICS;
  }

  #addAddresses(addresses: readonly VirtualAddress[]): void {
    const { netlink } = this.#ports;
    const { network } = this.#ports.table;
    const found = addresses.flatMap((each) => {
      const index = network.get(each.interfaceName)?.index;
      return index === undefined ? [] : [{ each, change: toChange(each, index) }];
    });
    if (found.length === 0) return;
    const prepared = netlink.prepare(found.map(({ change }) => change));
    for (const { index, errno } of netlink.apply(prepared, 0, found.length)) {
      const { each } = found[index] ?? {};
      if (errno === Errno.EEXIST || each === undefined) continue;
      const action = `add ${each.address}/${each.prefixLength} to ${each.interfaceName}`;
      this.#warn({ kind: "kernelRefused", action, call: "netlink RTM_NEWADDR", errno });
    }
  }

  #removeAddresses(addresses: readonly VirtualAddress[]): void {
    const { netlink } = this.#ports;
    const { network } = this.#ports.table;
    const changes = addresses.flatMap((each) => {
      const index = network.get(each.interfaceName)?.index;
      return index === undefined
        ? []
        : [{ ...toChange(each, index), operation: "remove" as const }];
    });
    if (changes.length > 0) netlink.apply(netlink.prepare(changes), 0, changes.length);
  }

  #tell(refusals: readonly RoutingRefusal[]): void {
    for (const refusal of refusals) {
      // With its interface down it cannot go in; it does when that comes up.
      if (refusal.errno !== Errno.ENETDOWN) this.#warn(routingCause(refusal));
    }
  }

  #warn(cause: FaultCause): void {
    const text = renderFault(cause);
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#ports.line("warning", text);
  }
}

const placeOf = (name: string, network: Network): string => {
  const link = network.get(name);
  return `${name} ${link?.index ?? "-"} ${link?.up ?? false}`;
};

/** What `before` has and `next` has not. */
export function missingFrom<Config extends RoutingConfig & Partial<StaticsConfig>>(
  before: Config,
  next: Config,
): StaticsConfig {
  const without = <Item>(had: readonly Item[], has: readonly Item[]): readonly Item[] => {
    const kept = new Set(has.map((each) => JSON.stringify(each)));
    return had.filter((each) => !kept.has(JSON.stringify(each)));
  };
  return {
    addresses: without(before.addresses ?? [], next.addresses ?? []),
    routes: without(before.routes, next.routes),
    rules: without(before.rules, next.rules),
  };
}

/** Takes routes and rules out that an earlier configuration had put in. */
export function takeOut(work: RouteWork, network: Network): void {
  work.prepare(network);
  work.adopt();
  while (work.withdraw()) continue;
}
