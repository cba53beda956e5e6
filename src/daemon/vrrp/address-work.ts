/**
 * Putting an instance's addresses on their interfaces, taking them off, and announcing them: from
 * requests and frames encoded at load, in slices.
 */
import type { Family, IpAddress, MacAddress } from "../../base/address.ts";
import { familyOf } from "../../base/address.ts";
import { Errno } from "../../base/failure.ts";
import { toSeconds } from "../../base/units.ts";
import type { Duration, Instant, InterfaceIndex } from "../../base/units.ts";
import { renderFault } from "../../report/causes.ts";
import type {
  AddressChange,
  ChangeFailure,
  FrameSocket,
  Netlink,
  PreparedChanges,
  PreparedFrames,
} from "../../sys/ports.ts";
import type { Network } from "../../track/network.ts";
import { interfaceOrVrf } from "../../vrrp/config.ts";
import type { InstanceConfig, VirtualAddress } from "../../vrrp/config.ts";
import type { FaultCause } from "../../vrrp/events.ts";
import { encodeGratuitousArp } from "../../wire/arp.ts";
import { encodeUnsolicitedNa } from "../../wire/ndp.ts";
import { routeInterfaces } from "../../vrrp/route-config.ts";
import { virtualLinks } from "../../vrrp/vmac-config.ts";
import { extraFrames } from "./extra-announcements.ts";
import { speaksEthernet } from "./network-table.ts";
import type { NetworkTable } from "./network-table.ts";
import type { PacedFrames } from "./pacer.ts";
import { routingCause } from "./route-work.ts";
import type { RouteWork, RoutingRefusal } from "./route-work.ts";
import type { SlicedJob } from "./slices.ts";

/** Addresses a slice: about 4 ms of kernel work. */
const ADDRESS_SLICE = 256;
/** Announcements a slice: about 1 ms. */
const FRAME_SLICE = 256;

/** Address flags of linux/if_addr.h. */
const AddressFlag = {
  nodad: 0x02,
  homeAddress: 0x10,
  manageTempAddr: 0x100,
  noPrefixRoute: 0x200,
  multicastAutoJoin: 0x400,
} as const;

/** What a kernel refusal was about. */
export type Refusal = AddressRefusal | RoutingRefusal;

interface AddressRefusal {
  readonly change: AddressChange;
  readonly interfaceName: string;
  readonly errno: number;
}

interface Prepared {
  readonly adds: PreparedChanges;
  /** The same for what may be there already: lifetimes anew, and what is missing. */
  readonly renewals: PreparedChanges;
  readonly renewalChanges: readonly AddressChange[];
  readonly removes: PreparedChanges;
  readonly changes: readonly AddressChange[];
  readonly interfaceNames: readonly string[];
  readonly frames: PreparedFrames;
  /** Position of the address each frame announces. */
  readonly addressOfFrame: readonly number[];
}

/** What an instance's addresses are worked on with. */
export interface AddressMeans {
  readonly netlink: Netlink;
  readonly routes: RouteWork;
  /** How long they outlive us; undefined is for ever. */
  readonly lease: Duration | undefined;
}

/** One per instance. */
export class AddressWork {
  readonly lease: Duration | undefined;
  /** When the lease began, or began anew; undefined while nothing has been put on. */
  renewedAt: Instant | undefined;
  /** When its end was noticed last. */
  expiredAt: Instant | undefined;
  readonly #config: InstanceConfig;
  readonly #netlink: Netlink;
  readonly #routes: RouteWork;
  readonly #frameSocket: FrameSocket;
  #prepared: Prepared | undefined;
  /** The facts `#prepared` was made from: interface indexes and hardware addresses. */
  #key = "";
  /** How many addresses, from the first, are on. */
  #installed = 0;

  constructor(
    config: InstanceConfig,
    { netlink, routes, lease }: AddressMeans,
    frameSocket: FrameSocket,
  ) {
    this.lease = lease;
    this.#config = config;
    this.#netlink = netlink;
    this.#routes = routes;
    this.#frameSocket = frameSocket;
  }

  get installed(): number {
    return this.#installed;
  }

  get total(): number {
    return this.#config.addresses.length + this.#config.excludedAddresses.length;
  }

  /** What renews all its addresses; another `revision` when that changed. */
  get renewals(): { readonly changes: readonly AddressChange[]; readonly revision: object } {
    const revision = this.#ready();
    return { changes: revision.renewalChanges, revision };
  }

  /** Tells of addresses put on by an earlier object for the same instance. */
  adopt(installed: number): void {
    this.#installed = installed;
  }

  /** Encodes for the network as it is; does nothing when nothing changed. */
  prepare(table: NetworkTable): void {
    const places = addressPlaces(this.#config, table.network);
    const key = places
      .map(({ index }) => `${index} ${table.link(index)?.mac ?? "-"}`)
      .filter((text, i, all) => text !== all[i - 1])
      .join();
    if (key === this.#key && this.#prepared !== undefined) return;
    this.#key = key;
    const lasting = lifetimeOf(this.lease);
    const changes = places.map(({ virtual, index }) => ({
      ...toChange(virtual, index),
      ...lasting,
    }));
    const frames = places.flatMap(({ virtual, index }, position) => {
      const link = table.link(index);
      const mac = link !== undefined && speaksEthernet(link) ? link.mac : undefined;
      return mac === undefined
        ? []
        : [{ position, interfaceIndex: index, bytes: announcement(mac, virtual.address) }];
    });
    const renewalChanges = changes.map((each) => ({ ...each, operation: "renew" }) as const);
    this.#prepared = {
      adds: this.#netlink.prepare(changes),
      renewals: this.#netlink.prepare(renewalChanges),
      renewalChanges,
      removes: this.#netlink.prepare(changes.map((each) => ({ ...each, operation: "remove" }))),
      changes,
      interfaceNames: places.map(({ virtual }) => virtual.interfaceName),
      frames: this.#frameSocket.prepare(frames),
      addressOfFrame: frames.map(({ position }) => position),
    };
  }

  /** Addresses of ours that are on the interfaces now, though we did not put them there. */
  strays(table: NetworkTable): readonly AddressChange[] {
    return (this.#prepared?.changes ?? [])
      .filter(({ interfaceIndex, address }) => table.holds(interfaceIndex, address))
      .map((each) => ({ ...each, operation: "remove" }));
  }

  isOurs(interfaceIndex: InterfaceIndex, address: IpAddress): boolean {
    return (this.#prepared?.changes ?? []).some(
      (each) => each.interfaceIndex === interfaceIndex && each.address === address,
    );
  }

  installJob(router: number, onEnd: (refusals: readonly Refusal[]) => void): SlicedJob {
    const refusals: Refusal[] = [];
    return {
      router,
      kind: "install",
      run: () => {
        const { adds } = this.#ready();
        const count = Math.min(ADDRESS_SLICE, adds.count - this.#installed);
        const failures = this.#netlink.apply(adds, this.#installed, count);
        refusals.push(...this.#refusals(failures, Errno.EEXIST));
        this.#installed += count;
        if (this.#installed < adds.count) return "more";
        const routing = this.#routes.install();
        refusals.push(...routing.refusals);
        if (routing.more) return "more";
        onEnd(refusals);
        return "done";
      },
    };
  }

  /** Sets the lifetimes anew and puts back what is missing; routes and rules too when `all`. */
  renewJob(router: number, all: boolean, onEnd: (refusals: readonly Refusal[]) => void): SlicedJob {
    const refusals: Refusal[] = [];
    let next = 0;
    return {
      router,
      kind: "renew",
      run: () => {
        const { renewals } = this.#ready();
        const end = Math.min(next + ADDRESS_SLICE, this.#installed);
        if (end > next) {
          const failures = this.#netlink.apply(renewals, next, end - next);
          refusals.push(...this.#refusals(failures, Errno.EEXIST));
        }
        next = end;
        if (next < this.#installed) return "more";
        if (all) refusals.push(...this.#routes.restore());
        onEnd(refusals);
        return "done";
      },
    };
  }

  withdrawJob(router: number, onEnd: (refusals: readonly Refusal[]) => void): SlicedJob {
    const refusals: Refusal[] = [];
    return {
      router,
      kind: "withdraw",
      run: () => {
        if (this.#routes.withdraw()) return "more";
        const { removes } = this.#ready();
        const count = Math.min(ADDRESS_SLICE, this.#installed);
        const failures = this.#netlink.apply(removes, this.#installed - count, count);
        refusals.push(...this.#refusals(failures, Errno.EADDRNOTAVAIL));
        this.#installed -= count;
        if (this.#installed > 0) return "more";
        onEnd(refusals);
        return "done";
      },
    };
  }

  /** `repeat` rounds; an address is not announced before it is on. */
  announceJob(router: number, repeat: number): SlicedJob {
    let round = 0;
    let next = 0;
    return {
      router,
      kind: "announce",
      run: () => {
        const { frames, addressOfFrame } = this.#ready();
        if (frames.count === 0) return "done";
        for (let room = FRAME_SLICE; room > 0 && round < repeat;) {
          let end = Math.min(frames.count, next + room);
          while (end > next && (addressOfFrame[end - 1] ?? 0) >= this.#installed) end -= 1;
          if (end === next) return "more";
          // A full queue on the device is not worth waiting for: the next round says it again.
          this.#frameSocket.send(frames, next, end - next);
          room -= end - next;
          next = end % frames.count;
          if (next === 0) round += 1;
        }
        return round < repeat ? "more" : "done";
      },
    };
  }

  /** One announcement on each interface that adverts do not leave from. */
  announceExtra(): void {
    const { frames, interfaceNames, addressOfFrame } = this.#ready();
    const names = addressOfFrame.map((at) =>
      at < this.#installed ? interfaceNames[at] : undefined,
    );
    for (const frame of extraFrames(this.#config, names)) this.#frameSocket.send(frames, frame, 1);
  }

  /** Frames one at a time, for interfaces that must not be flooded: those of each, by family. */
  pacedFrames(router: number): readonly PacedFrames[] {
    const { changes, interfaceNames, addressOfFrame } = this.#ready();
    const lanes = new Map<string, { interfaceName: string; family: Family; frames: number[] }>();
    for (const [frame, position] of addressOfFrame.entries()) {
      const [change, interfaceName] = [changes[position], interfaceNames[position]];
      if (change === undefined || interfaceName === undefined) continue;
      const family = familyOf(change.address);
      const key = `${family} ${interfaceName}`;
      const lane = lanes.get(key) ?? { interfaceName, family, frames: [] };
      lane.frames.push(frame);
      lanes.set(key, lane);
    }
    return [...lanes.values()].map(({ interfaceName, family, frames }) => ({
      ...{ router, interfaceName, family, count: frames.length },
      send: (position) => {
        const [ready, frame] = [this.#ready().frames, frames[position]];
        if (frame !== undefined && frame < ready.count) this.#frameSocket.send(ready, frame, 1);
      },
    }));
  }

  #ready(): Prepared {
    this.#prepared ??= {
      adds: this.#netlink.prepare([]),
      renewals: this.#netlink.prepare([]),
      renewalChanges: [],
      removes: this.#netlink.prepare([]),
      changes: [],
      interfaceNames: [],
      frames: this.#frameSocket.prepare([]),
      addressOfFrame: [],
    };
    return this.#prepared;
  }

  #refusals(failures: readonly ChangeFailure[], harmless: number): readonly AddressRefusal[] {
    return failures.flatMap(({ index, errno }) => {
      const change = this.#prepared?.changes[index];
      if (change === undefined || errno === harmless || errno === Errno.ENODEV) return [];
      return [{ change, interfaceName: this.#prepared?.interfaceNames[index] ?? "", errno }];
    });
  }
}

/** Something could not be put in, and why: the first of them speaks for all. */
export function refusalCause(refusals: readonly Refusal[]): FaultCause | undefined {
  const first = refusals.find((refusal) => !("what" in refusal) || refusal.track);
  if (first === undefined) return undefined;
  if ("what" in first) return routingCause(first);
  const { address, prefixLength } = first.change;
  return {
    kind: "kernelRefused",
    action: `add ${address}/${prefixLength} to ${first.interfaceName}`,
    call: "netlink RTM_NEWADDR",
    errno: first.errno,
  };
}

/** Routes and rules that could not be put in, in words; those that are tracked are faults. */
export const routingRefusalLines = (refusals: readonly Refusal[]): readonly string[] =>
  refusals.flatMap((refusal) =>
    "what" in refusal && !refusal.track ? [renderFault(routingCause(refusal))] : [],
  );

/** Advertised addresses first, then the excluded ones, as in the file. */
export const allAddresses = (config: InstanceConfig): readonly VirtualAddress[] => [
  ...config.addresses,
  ...config.excludedAddresses,
];

/** Whether an interface's going up or down concerns the instance. */
export const usesInterface = (config: InstanceConfig, name: string): boolean =>
  interfaceOrVrf(config) === name ||
  virtualLinks(config).some((link) => link.name === name || link.parent === name) ||
  config.trackedInterfaces.some((tracked) => tracked.name === name) ||
  config.routes.some((route) => routeInterfaces(route).includes(name)) ||
  allAddresses(config).some((virtual) => virtual.interfaceName === name);

/** The addresses whose interface exists, with its index. */
function addressPlaces(
  config: InstanceConfig,
  network: Network,
): readonly { readonly virtual: VirtualAddress; readonly index: InterfaceIndex }[] {
  return allAddresses(config).flatMap((virtual) => {
    const index = network.get(virtual.interfaceName)?.index;
    return index === undefined ? [] : [{ virtual, index }];
  });
}

/** Of the change that puts an address on: the kernel counts whole seconds. */
const lifetimeOf = (lease: Duration | undefined): Pick<AddressChange, "validLifetime"> =>
  lease === undefined ? {} : { validLifetime: toSeconds(lease) };

export function toChange(virtual: VirtualAddress, interfaceIndex: InterfaceIndex): AddressChange {
  const { preferredLifetime } = virtual;
  return {
    operation: "add",
    interfaceIndex,
    address: virtual.address,
    prefixLength: virtual.prefixLength,
    peer: virtual.peer,
    scope: virtual.scope,
    label: virtual.label,
    broadcast: virtual.broadcast,
    flags: addressFlags(virtual),
    preferredLifetime:
      familyOf(virtual.address) === "ipv4" || preferredLifetime === "forever"
        ? undefined
        : preferredLifetime,
  };
}

function addressFlags(virtual: VirtualAddress): number {
  const isIpv6 = familyOf(virtual.address) === "ipv6";
  return (
    (isIpv6 && virtual.nodad ? AddressFlag.nodad : 0) |
    (virtual.home ? AddressFlag.homeAddress : 0) |
    (virtual.mngtmpaddr ? AddressFlag.manageTempAddr : 0) |
    (virtual.noprefixroute ? AddressFlag.noPrefixRoute : 0) |
    (virtual.autojoin ? AddressFlag.multicastAutoJoin : 0)
  );
}

function announcement(mac: MacAddress, address: IpAddress): Uint8Array {
  return familyOf(address) === "ipv4"
    ? encodeGratuitousArp(mac, address)
    : encodeUnsolicitedNa({ mac, address, isRouter: false });
}
