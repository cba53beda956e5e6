/**
 * Which links have proved that they receive. A link is in doubt from its coming up, or from the
 * start of the daemon, until any frame or advert of another machine has arrived on it. While an
 * instance waits for that, the segment is asked for the virtual addresses and the peers: a master
 * answers that.
 */
import type { Family, IpAddress } from "../../base/address.ts";
import { familyOf, macFromBytes } from "../../base/address.ts";
import { SyscallError } from "../../base/failure.ts";
import { after, instant, seconds } from "../../base/units.ts";
import type { Duration, Instant, InterfaceIndex } from "../../base/units.ts";
import type { FrameSocket, LinkInfo, NeighbourSocket, NetworkPorts } from "../../sys/ports.ts";
import type { Doubt, Network } from "../../track/network.ts";
import type { InstanceConfig } from "../../vrrp/config.ts";
import { unprovenUntil, wantsProof } from "../../vrrp/receive-proof.ts";
import { instanceAt } from "../../vrrp/system-state.ts";
import type { SystemConfig, SystemState } from "../../vrrp/system-state.ts";
import { encodeSolicitation } from "../../wire/solicitation.ts";
import type { NetworkTable } from "./network-table.ts";
import { speaksEthernet } from "./network-table.ts";
import type { TimedWork } from "./timed-work.ts";

/** A machine that booted less than that long ago may have links that came up a moment ago. */
const BOOTED_LATELY = instant(180_000_000);
/** Time between questions to the segment. */
const QUESTION_PERIOD: Duration = seconds(1);
/** Questions of one interface at a time; more addresses are the same machines. */
const QUESTIONS_LIMIT = 8;

/** The sender's address in an Ethernet header. */
const SENDER = 6;
const MAC_LENGTH = 6;

interface Watched {
  readonly index: InterfaceIndex;
  readonly doubt: Doubt;
  readonly sockets: readonly NeighbourSocket[];
}

export interface ReceiveWatchParts {
  readonly ports: Pick<NetworkPorts, "clock" | "openNeighbourSocket" | "openFrameSocket">;
  readonly table: NetworkTable;
  readonly world: () => { readonly config: SystemConfig; readonly state: SystemState };
  /** A link has proved that it receives. */
  readonly proved: () => void;
}

export class ReceiveWatch implements TimedWork, Disposable {
  readonly #parts: ReceiveWatchParts;
  /** Links that are in doubt, by name. */
  readonly #watched = new Map<string, Watched>();
  /** Indices of links that are up and have been seen; what is new among them is in doubt. */
  #seen: ReadonlyMap<string, InterfaceIndex> | undefined;
  #asksAt: Instant | undefined;
  #frames: FrameSocket | undefined;

  constructor(parts: ReceiveWatchParts) {
    this.#parts = parts;
  }

  get deadline(): Instant | undefined {
    return this.#asksAt;
  }

  run(now: Instant): void {
    if (this.#asksAt === undefined || this.#asksAt > now) return;
    this.#settle();
    this.#ask();
    this.#asksAt = this.#watched.size === 0 ? undefined : after(now, QUESTION_PERIOD);
  }

  /** The network as it is now, with the links that are in doubt. */
  network(): Network {
    this.#settle();
    return this.#parts.table.network;
  }

  heardIn(packets: readonly { readonly interfaceIndex: InterfaceIndex }[]): void {
    if (this.#watched.size === 0) return;
    for (const { interfaceIndex } of packets) this.heardOn(interfaceIndex);
  }

  /** Something of another machine has arrived on an interface. */
  heardOn(index: InterfaceIndex): void {
    if (this.#watched.size === 0) return;
    const parent = this.#parts.table.link(index)?.parent;
    for (const [name, watched] of this.#watched) {
      if (watched.index === index || watched.index === parent) this.#prove(name);
    }
  }

  [Symbol.dispose](): void {
    for (const name of [...this.#watched.keys()]) this.#forget(name);
    this.#frames?.[Symbol.dispose]();
  }

  #settle(): void {
    const { ports, table, world } = this.#parts;
    const now = ports.clock.now();
    const { routers } = world().config;
    const up = new Map(
      [...table.network.values()].filter((link) => link.up).map(({ name, index }) => [name, index]),
    );
    const isStart = this.#seen === undefined;
    const isNew = !isStart || ports.clock.bootTime() < BOOTED_LATELY;
    for (const [name, { index, doubt }] of this.#watched) {
      const users = routers.filter(({ config }) => wants(config, name, doubt, now));
      if (up.get(name) !== index || users.length === 0) this.#forget(name);
    }
    for (const [name, index] of up) {
      if (this.#seen?.get(name) === index) continue;
      const doubt = { since: now, isNew };
      const users = routers.filter(({ config }) => wants(config, name, doubt, now));
      const link = table.link(index);
      if (users.length === 0 || link === undefined || !speaksEthernet(link)) continue;
      this.#watched.set(name, { index, doubt, sockets: this.#listen(index) });
      this.#asksAt = now;
    }
    this.#seen = up;
    this.#tell();
  }

  #prove(name: string): void {
    if (!this.#watched.has(name)) return;
    this.#forget(name);
    this.#tell();
    this.#parts.proved();
  }

  #forget(name: string): void {
    for (const socket of this.#watched.get(name)?.sockets ?? []) socket[Symbol.dispose]();
    this.#watched.delete(name);
    if (this.#watched.size === 0) this.#asksAt = undefined;
  }

  #tell(): void {
    this.#parts.table.doubt(
      new Map([...this.#watched].map(([name, { doubt }]) => [name, doubt] as const)),
    );
  }

  /** Where the segment cannot be listened to, adverts and the limit remain. */
  #listen(index: InterfaceIndex): readonly NeighbourSocket[] {
    const families: readonly Family[] = ["ipv4", "ipv6"];
    return families.flatMap((family) => {
      try {
        const options = { family, interfaceIndex: index, addresses: [] };
        const socket = this.#parts.ports.openNeighbourSocket(options);
        socket.onFrame((frame) => {
          if (this.#isForeign(index, frame)) this.heardOn(index);
        });
        return [socket];
      } catch (error: unknown) {
        if (!(error instanceof SyscallError)) throw error;
        return [];
      }
    });
  }

  /** Not from a MAC address of this machine. */
  #isForeign(index: InterfaceIndex, frame: Uint8Array): boolean {
    const { table } = this.#parts;
    const mac = macFromBytes(frame.subarray(SENDER, SENDER + MAC_LENGTH));
    return !table.links().some((each) => each.mac === mac && isAt(each, index));
  }

  #ask(): void {
    const { ports, table, world } = this.#parts;
    const { config, state } = world();
    this.#frames ??= ports.openFrameSocket();
    for (const [name, { index }] of this.#watched) {
      const mac = table.link(index)?.mac;
      if (mac === undefined) continue;
      const questions = config.routers.flatMap((each, router) => {
        const source = instanceAt(state, router)?.assessment.source;
        if (each.config.interfaceName !== name || source === undefined) return [];
        return whomToAsk(each.config)
          .filter((target) => familyOf(target) === familyOf(source))
          .map((target) => encodeSolicitation({ mac, source, target }));
      });
      const asked = questions.slice(0, QUESTIONS_LIMIT);
      const prepared = this.#frames.prepare(
        asked.map((bytes) => ({ interfaceIndex: index, bytes })),
      );
      this.#frames.send(prepared, 0, asked.length);
    }
  }
}

/** A link or one that is made on it. */
const isAt = ({ index, parent }: LinkInfo, link: InterfaceIndex): boolean =>
  index === link || parent === link;

/** Whether an instance waits for a proof of a link. */
function wants(config: InstanceConfig, name: string, doubt: Doubt, now: Instant): boolean {
  const { interfaceName, receiveProof } = config;
  if (interfaceName !== name || receiveProof === undefined) return false;
  const until = unprovenUntil(config, { doubt });
  return wantsProof(receiveProof, doubt) && until !== undefined && now < until;
}

/** Addresses that a master, or a peer, answers for. */
function whomToAsk({ addresses, delivery }: InstanceConfig): readonly IpAddress[] {
  const peers = delivery.kind === "unicast" ? delivery.peers.map(({ address }) => address) : [];
  return [...addresses.slice(0, 1).map(({ address }) => address), ...peers];
}
