/**
 * What the instances of a process hold of the machine: sockets, the network as it is, and for each
 * instance its packets and addresses, encoded ahead of need.
 */
import type { SyscallError } from "../../base/failure.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import type { IpAddress } from "../../base/address.ts";
import type { Model, NftablesConfig } from "../../config/model.ts";
import { sockpoolLine } from "../../report/vrrp-lines.ts";
import type { FrameSocket, Netlink, NetworkPorts } from "../../sys/ports.ts";
import type { InstanceConfig } from "../../vrrp/config.ts";
import type { FaultCause } from "../../vrrp/events.ts";
import { sameConfig } from "../../vrrp/reload.ts";
import type { Reload } from "../../vrrp/reload.ts";
import type { SystemInput } from "../../vrrp/system.ts";
import { instanceAt } from "../../vrrp/system-state.ts";
import type { SystemConfig, SystemEffect, SystemState } from "../../vrrp/system-state.ts";
import { advertInterface, virtualLinks } from "../../vrrp/vmac-config.ts";
import { AddressWork, allAddresses, toChange } from "./address-work.ts";
import { AdvertPackets } from "./advert-packets.ts";
import type { PacketFacts } from "./advert-packets.ts";
import { AdvertSockets, socketOptions } from "./advert-sockets.ts";
import type { OpenSocket, SendResults } from "./advert-sockets.ts";
import { FirewallWork } from "./firewall-work.ts";
import { NeighbourWatch } from "./neighbour-watch.ts";
import type { WatchedAddress } from "./neighbour-watch.ts";
import { NetworkTable } from "./network-table.ts";
import type { RouteWork, RoutingConfig } from "./route-work.ts";
import { Routing } from "./routing.ts";
import { Secondaries } from "./secondaries.ts";
import { Statics, missingFrom, takeOut } from "./statics.ts";
import { VmacWork } from "./vmac-work.ts";
import type { VmacParts } from "./vmac-work.ts";

interface Runtime {
  readonly packets: AdvertPackets;
  readonly routes: RouteWork;
  readonly work: AddressWork;
}

const DEFAULT_MTU = 1500;

export interface AdvertToSend {
  readonly router: number;
  readonly priority: number;
  readonly sequence: number;
}

/** What the kernel refused, by instance. */
export type Refusals = ReadonlyMap<number, FaultCause>;

export class RouterResources implements Disposable {
  readonly netlink: Netlink;
  readonly table = new NetworkTable();
  readonly firewall: FirewallWork;
  readonly #frames: FrameSocket;
  readonly #wallClock: () => number;
  readonly #routing: Routing;
  readonly statics: Statics;
  readonly #secondaries: Secondaries;
  readonly #sockets: AdvertSockets;
  readonly #watch: NeighbourWatch;
  /** False with -V: addresses are to stay when the daemon ends. */
  readonly #leases: boolean;
  readonly #forLinks: Pick<VmacParts, "sysctl" | "now" | "line">;
  #runtimes: readonly Runtime[] = [];

  /** Opens netlink and the frame socket and reads the network. Throws `SyscallError`. */
  constructor(
    ports: NetworkPorts,
    { nftables, leases }: { readonly nftables: NftablesConfig; readonly leases: boolean },
    heard: {
      readonly feed: (input: SystemInput) => void;
      readonly line: (level: "warning" | "info", text: string) => void;
    },
  ) {
    this.#leases = leases;
    this.#forLinks = { sysctl: ports.sysctl, now: () => ports.clock.now(), line: heard.line };
    this.#wallClock = () => ports.clock.wallClock();
    this.netlink = ports.openNetlink();
    this.#frames = ports.openFrameSocket();
    this.firewall = new FirewallWork(() => ports.openFirewall(), nftables);
    this.#sockets = new AdvertSockets(ports, (packets) => {
      heard.feed({ kind: "packets", packets, wallClock: this.#wallClock() });
    });
    this.#watch = new NeighbourWatch(ports, this.#frames, this.table, (claim) => {
      heard.feed({ kind: "neighbour", ...claim });
    });
    this.#routing = new Routing(ports, {
      works: () => this.#runtimes.map(({ routes }) => routes),
      statics: () => this.statics.routes,
      lost: (router, lost) => {
        heard.feed({ kind: "routeLost", router, lost });
      },
      lostStatics: (objects) => {
        this.statics.onLostRouting(objects);
      },
    });
    this.statics = new Statics({
      netlink: this.netlink,
      table: this.table,
      work: (config) => this.#routing.work(config),
      line: heard.line,
    });
    this.#secondaries = new Secondaries(ports.sysctl, heard.line);
    this.readNetwork();
  }

  /** What makes interfaces for instances; `retry` when something refused can be tried again. */
  links(retry: () => void): VmacWork {
    const { netlink, table, firewall } = this;
    return new VmacWork({ netlink, table, firewall, ...this.#forLinks, retry });
  }

  readNetwork(): void {
    this.table.load(this.netlink.links(), this.netlink.addresses());
  }

  open(config: SystemConfig, { global, statics }: Model): void {
    this.firewall.configure(instancesIn(config), global.nftables);
    this.statics.configure(statics);
    this.#runtimes = config.routers.map((router) => this.#newRuntime(router.config));
  }

  get works(): readonly AddressWork[] {
    return this.#runtimes.map(({ work }) => work);
  }

  work(router: number): AddressWork | undefined {
    return this.#runtimes[router]?.work;
  }

  installed(router: number): number {
    return this.#runtimes[router]?.work.installed ?? 0;
  }

  /** Whether packets to its addresses, which are on, are dropped. */
  isShielded(name: string, router: number): boolean {
    return this.installed(router) > 0 && this.firewall.shields(name);
  }

  openSockets(): readonly OpenSocket[] {
    return this.#sockets.list();
  }

  /** The instance that has put `address` on the interface. */
  holderOf(interfaceIndex: InterfaceIndex, address: IpAddress): number | undefined {
    const router = this.#runtimes.findIndex(
      ({ work }) => work.installed > 0 && work.isOurs(interfaceIndex, address),
    );
    return router < 0 ? undefined : router;
  }

  /** Encodes what a takeover and a resignation send. Cheap when nothing changed. */
  prepare(config: SystemConfig, state: SystemState): void {
    this.firewall.prepare(this.table.network);
    this.statics.prepare();
    this.#secondaries.hold(instancesIn(config), this.table.network);
    for (const [router, { packets, work, routes }] of this.#runtimes.entries()) {
      work.prepare(this.table);
      routes.prepare(this.table.network);
      const facts = this.#packetFacts(config, state, router);
      const priority = instanceAt(state, router)?.assessment.effectivePriority;
      if (facts !== undefined && priority !== undefined) packets.prepare(facts, [priority, 0]);
    }
  }

  /** What an earlier daemon has put on for this instance counts as put on by us. */
  takeOver(router: number): void {
    const runtime = this.#runtimes[router];
    runtime?.work.adopt(runtime.work.total);
    runtime?.routes.adopt();
  }

  /** Takes off addresses an earlier daemon left behind. Returns whose they were. */
  removeStrays(inherited: ReadonlyMap<number, unknown>): readonly number[] {
    return this.#runtimes.flatMap(({ work, routes }, router) => {
      if (inherited.has(router)) return [];
      routes.prepare(this.table.network);
      routes.removeStrays();
      work.prepare(this.table);
      const strays = work.strays(this.table);
      if (strays.length === 0) return [];
      this.netlink.apply(this.netlink.prepare(strays), 0, strays.length);
      return [router];
    });
  }

  /** Opens and closes sockets for the interfaces as they are. */
  syncSockets(
    config: SystemConfig,
    state: SystemState,
  ): {
    readonly lines: readonly string[];
    readonly refusals: Refusals;
  } {
    const wanted = config.routers.map((router, index) => {
      const on = instanceAt(state, index)?.assessment.interfaceIndex;
      return socketOptions(router.config, on, on && this.table.link(on)?.mtu);
    });
    const { opened, failed } = this.#sockets.sync(wanted);
    const blind = this.#watch.sync(this.#watched(config));
    return {
      lines: [
        ...this.firewall.takeLines(),
        ...opened.map(({ socket, options }) => sockpoolLine(options, socket.descriptors)),
        // Not being able to watch is no reason not to serve.
        ...blind.map((error) => error.message),
      ],
      refusals: new Map(failed.map(({ router, error }) => [router, refusalOf(error)])),
    };
  }

  /** Hears what has arrived and waits to be read. */
  pollSockets(): void {
    this.#sockets.poll();
  }

  /** Sends adverts of several instances, in as few system calls as there are sockets. */
  send(config: SystemConfig, state: SystemState, adverts: readonly AdvertToSend[]): SendResults {
    return this.#sockets.send(
      adverts.flatMap(({ router, priority, sequence }) => {
        const facts = this.#packetFacts(config, state, router);
        const packets = this.#runtimes[router]?.packets;
        return facts === undefined || packets === undefined
          ? []
          : [{ router, packets: packets.packets(facts, { priority, sequence }) }];
      }),
    );
  }

  /** Asks the link who has a virtual address of `router`, from its own address. */
  probe(config: SystemConfig, state: SystemState, router: number, address: IpAddress): void {
    const source = instanceAt(state, router)?.assessment.source;
    const own = config.routers[router]?.config;
    const virtual = own && allAddresses(own).find((each) => each.address === address);
    const index = virtual && this.#cableOf(own, virtual.interfaceName);
    if (source !== undefined && index !== undefined) this.#watch.probe(address, index, source);
  }

  /**
   * Goes over to a reloaded configuration: unchanged instances keep what they have. Returns those
   * that hold addresses which should not answer, and would.
   */
  adopt(old: SystemConfig, next: SystemConfig, change: Reload, model: Model): Refusals {
    const { nftables } = model.global;
    this.statics.configure(model.statics);
    const instances = instancesIn(next);
    const holders = instances.flatMap(({ name }, index) => {
      const from = change.origin[index];
      const formerName = from === undefined ? undefined : old.routers[from]?.config.name;
      const isHolder = from !== undefined && this.installed(from) > 0;
      return isHolder && formerName !== undefined ? [{ name, formerName }] : [];
    });
    const { network } = this.table;
    const cause = this.firewall.expand({ instances, options: nftables }, holders, network);
    const before = this.#runtimes;
    this.#runtimes = next.routers.map(({ config }, index) => {
      const from = change.origin[index];
      const runtime = from === undefined ? undefined : before[from];
      const same = from === undefined ? undefined : old.routers[from]?.config;
      if (runtime !== undefined && same !== undefined && sameConfig(same, config)) return runtime;
      const fresh = this.#newRuntime(config);
      if (runtime !== undefined && runtime.work.installed > 0) {
        fresh.work.adopt(allAddresses(config).length);
      }
      return fresh;
    });
    const masters = change.addressChanges.map(({ router }) => router);
    for (const router of masters) {
      const from = change.origin[router];
      const former = from === undefined ? undefined : old.routers[from]?.config;
      const current = next.routers[router]?.config;
      if (former === undefined || current === undefined) continue;
      takeOut(this.#routing.work(missingFrom(routingOf(former), routingOf(current))), network);
    }
    this.#changeAddresses(change);
    for (const router of masters) {
      const routes = this.#runtimes[router]?.routes;
      routes?.prepare(network);
      routes?.adopt();
      routes?.restore();
    }
    this.firewall.settle(network);
    const holding = this.#runtimes.flatMap(({ work }, index) =>
      work.installed > 0 ? [index] : [],
    );
    return this.#refusals(next, holding, cause);
  }

  /**
   * Has packets to the addresses of new masters dropped where they must be, all in one go. Returns
   * the instances whose addresses must not go on.
   */
  shield(config: SystemConfig, effects: readonly SystemEffect[]): Refusals {
    const routers = effects.flatMap(({ router, effect }) =>
      effect.kind === "installAddresses" || effect.kind === "repairAddresses" ? [router] : [],
    );
    if (routers.length === 0) return new Map();
    const names = routers.map((router) => config.routers[router]?.config.name ?? "");
    return this.#refusals(config, routers, this.firewall.raise(names));
  }

  /** Why the addresses of `router` could not be kept from answering, where they must not. */
  checkShield(config: SystemConfig, router: number): Refusals {
    return this.#refusals(config, [router], this.firewall.ensure());
  }

  #refusals(
    config: SystemConfig,
    routers: readonly number[],
    cause: FaultCause | undefined,
  ): Refusals {
    if (cause === undefined) return new Map();
    const shielded = routers.filter((router) =>
      this.firewall.shields(config.routers[router]?.config.name ?? ""),
    );
    return new Map(shielded.map((router) => [router, cause]));
  }

  /** At the end: takes off what stays while the daemon runs. */
  release(links: VmacWork): void {
    this.statics.remove();
    this.#secondaries.release();
    links.release();
    this.firewall.end();
  }

  [Symbol.dispose](): void {
    this.#sockets[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
    this.#frames[Symbol.dispose]();
    this.#routing[Symbol.dispose]();
    this.firewall[Symbol.dispose]();
    this.netlink[Symbol.dispose]();
  }

  #changeAddresses(change: Reload): void {
    const changes = change.addressChanges.flatMap(({ added, removed }) =>
      [
        ...removed.map((each) => ({ each, operation: "remove" as const })),
        ...added.map((each) => ({ each, operation: "add" as const })),
      ].flatMap(({ each, operation }) => {
        const index = this.table.network.get(each.interfaceName)?.index;
        return index === undefined ? [] : [{ ...toChange(each, index), operation }];
      }),
    );
    this.netlink.apply(this.netlink.prepare(changes), 0, changes.length);
  }

  #watched(config: SystemConfig): readonly WatchedAddress[] {
    return config.routers.flatMap((each, router) =>
      allAddresses(each.config).flatMap(({ address, interfaceName }) => {
        const interfaceIndex = this.#cableOf(each.config, interfaceName);
        const own = this.table.network.get(interfaceName)?.index;
        if (interfaceIndex === undefined || own === undefined) return [];
        return [{ router, interfaceIndex, address, mac: this.table.link(own)?.mac }];
      }),
    );
  }

  /** An interface; of one that was made for the instance the parent, where others are heard. */
  #cableOf(config: InstanceConfig, name: string): InterfaceIndex | undefined {
    const made = virtualLinks(config).find((link) => link.name === name);
    return this.table.network.get(made?.parent ?? name)?.index;
  }

  #newRuntime(config: InstanceConfig): Runtime {
    const routes = this.#routing.work(config);
    const lease = this.#leases ? config.lease : undefined;
    return {
      packets: new AdvertPackets(config, this.#wallClock),
      routes,
      work: new AddressWork(config, { netlink: this.netlink, routes, lease }, this.#frames),
    };
  }

  #packetFacts(config: SystemConfig, state: SystemState, router: number): PacketFacts | undefined {
    const instance = instanceAt(state, router);
    const source = instance?.assessment.source;
    if (source === undefined) return undefined;
    const own = config.routers[router]?.config;
    const name = own && advertInterface(own);
    const mtu = name === undefined ? undefined : this.table.network.get(name)?.mtu;
    return { source, mtu: mtu ?? DEFAULT_MTU, oldChecksum: instance?.oldChecksum ?? false };
  }
}

const instancesIn = ({ routers }: SystemConfig): readonly InstanceConfig[] =>
  routers.map(({ config }) => config);

const routingOf = ({ routes, rules }: InstanceConfig): RoutingConfig => ({ routes, rules });

const refusalOf = ({ action, call, errno }: SyscallError): FaultCause => ({
  kind: "kernelRefused",
  action,
  call,
  errno,
});
