/**
 * The raw sockets adverts travel through: one pair for each family, interface and group (or unicast
 * source), shared by the instances that use it. Opened and closed as interfaces come and go.
 */
import { SyscallError } from "../../base/failure.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import type {
  AdvertSocket,
  AdvertSocketOptions,
  IncomingAdvert,
  NetworkPorts,
  OutgoingAdvert,
} from "../../sys/ports.ts";
import type { InstanceConfig } from "../../vrrp/config.ts";
import { roomBytes } from "../../vrrp/receive-room.ts";
import { advertInterface } from "../../vrrp/vmac-config.ts";

interface Open {
  readonly socket: AdvertSocket;
  readonly options: AdvertSocketOptions;
}

/** A pair of sockets and the routers that use it, by position. */
export interface OpenSocket {
  readonly options: AdvertSocketOptions;
  readonly descriptors: readonly [receive: number, send: number];
  readonly users: readonly number[];
}

/** What became of the adverts of one step: the errno of each router that sent, 0 for success. */
export type SendResults = ReadonlyMap<number, number>;

/** A packet, and the VRF it was heard in, when by a socket that listens to all of one. */
export type HeardAdvert = IncomingAdvert & { readonly vrf?: InterfaceIndex };

type SocketPort = Pick<NetworkPorts, "openAdvertSocket">;

export class AdvertSockets implements Disposable {
  readonly #ports: SocketPort;
  readonly #onPackets: (packets: readonly HeardAdvert[]) => void;
  readonly #open = new Map<string, Open>();
  /** Key of the socket of each router, by position. */
  #keys: (string | undefined)[] = [];

  constructor(ports: SocketPort, onPackets: (packets: readonly HeardAdvert[]) => void) {
    this.#ports = ports;
    this.#onPackets = onPackets;
  }

  /**
   * Opens what `wanted` needs and closes what it does not. Returns the sockets newly opened and the
   * routers whose socket could not be.
   */
  sync(wanted: readonly (AdvertSocketOptions | undefined)[]): {
    readonly opened: readonly Open[];
    readonly failed: readonly { readonly router: number; readonly error: SyscallError }[];
  } {
    const keys = wanted.map((options) => (options === undefined ? undefined : keyOf(options)));
    const needed = new Set(keys);
    for (const [key, { socket }] of this.#open) {
      if (needed.has(key)) continue;
      socket[Symbol.dispose]();
      this.#open.delete(key);
    }
    this.#keys = keys;
    const opened: Open[] = [];
    const failed: { router: number; error: SyscallError }[] = [];
    for (const [router, options] of wanted.entries()) {
      const key = keys[router];
      if (options === undefined || key === undefined || this.#open.has(key)) continue;
      try {
        const socket = this.#ports.openAdvertSocket({
          ...options,
          receiveBufferBytes: sharedRoom(wanted.filter((_, other) => keys[other] === key)),
        });
        socket.onPackets(this.#listenerFor(options));
        this.#open.set(key, { socket, options });
        opened.push({ socket, options });
      } catch (error: unknown) {
        if (!(error instanceof SyscallError)) throw error;
        failed.push({ router, error });
      }
    }
    return { opened, failed };
  }

  /** What is heard in a VRF says so: addresses in it may be those of another. */
  #listenerFor(options: AdvertSocketOptions): (packets: readonly IncomingAdvert[]) => void {
    const vrf = options.isVrf ? options.interfaceIndex : undefined;
    if (vrf === undefined) return this.#onPackets;
    return (packets) => {
      this.#onPackets(packets.map((packet) => ({ ...packet, vrf })));
    };
  }

  /** Sends the packets of several routers, those that share a socket in one call. */
  send(
    batch: readonly { readonly router: number; readonly packets: readonly OutgoingAdvert[] }[],
  ): SendResults {
    const results = new Map<number, number>();
    const bySocket = new Map<string, { routers: number[]; packets: OutgoingAdvert[] }>();
    for (const { router, packets } of batch) {
      results.set(router, 0);
      const key = this.#keys[router];
      if (key === undefined) continue;
      const group = bySocket.get(key) ?? { routers: [], packets: [] };
      for (const packet of packets) {
        group.routers.push(router);
        group.packets.push(packet);
      }
      bySocket.set(key, group);
    }
    for (const [key, { routers, packets }] of bySocket) {
      for (const { index, errno } of this.#open.get(key)?.socket.send(packets) ?? []) {
        const router = routers[index];
        if (router !== undefined) results.set(router, errno);
      }
    }
    return results;
  }

  list(): readonly OpenSocket[] {
    const users = new Map<string, number[]>();
    for (const [router, key] of this.#keys.entries()) {
      if (key === undefined) continue;
      const known = users.get(key);
      if (known === undefined) users.set(key, [router]);
      else known.push(router);
    }
    return [...this.#open].map(([key, { socket, options }]) => ({
      options,
      descriptors: socket.descriptors,
      users: users.get(key) ?? [],
    }));
  }

  /** Hears what has arrived on any socket and waits to be read. */
  poll(): void {
    for (const { socket } of this.#open.values()) socket.poll();
  }

  [Symbol.dispose](): void {
    for (const { socket } of this.#open.values()) socket[Symbol.dispose]();
    this.#open.clear();
  }
}

/** The socket an instance needs on the interface it works on now; undefined when that is missing. */
export function socketOptions(
  config: InstanceConfig,
  interfaceIndex: InterfaceIndex | undefined,
  mtu?: number,
): AdvertSocketOptions | undefined {
  const { delivery, family } = config;
  const interfaceName = advertInterface(config);
  if (interfaceName !== undefined && interfaceIndex === undefined) return undefined;
  return {
    family,
    protocol: config.authentication.kind === "ah" ? "ah" : "vrrp",
    interfaceIndex,
    interfaceName,
    isVrf: config.vrf !== undefined,
    group: delivery.kind === "multicast" ? delivery.group : undefined,
    bindAddress: delivery.kind === "unicast" ? delivery.source : undefined,
    hopLimit: delivery.kind === "unicast" ? delivery.ttl : 255,
    receiveBufferBytes: roomBytes(config, mtu),
  };
}

/** Of everybody who receives through one socket; undefined leaves it to the kernel. */
function sharedRoom(users: readonly (AdvertSocketOptions | undefined)[]): number | undefined {
  const bytes = users.reduce((sum, user) => sum + (user?.receiveBufferBytes ?? 0), 0);
  return bytes === 0 ? undefined : bytes;
}

const keyOf = (options: AdvertSocketOptions): string =>
  [
    options.family,
    options.protocol,
    options.interfaceIndex ?? "-",
    options.group ?? "unicast",
    options.bindAddress ?? "-",
    options.hopLimit,
  ].join(" ");
