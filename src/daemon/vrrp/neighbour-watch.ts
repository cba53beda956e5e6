/**
 * Who else answers for our addresses. One socket an interface and family; what it hears is only of
 * interest while an instance is master, which the state machine decides.
 */
import type { Family, IpAddress, MacAddress } from "../../base/address.ts";
import { familyOf } from "../../base/address.ts";
import { SyscallError } from "../../base/failure.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import type { FrameSocket, NeighbourSocket, NetworkPorts } from "../../sys/ports.ts";
import { ArpOperation, decodeArp } from "../../wire/arp.ts";
import { decodeNeighbourAdvertisement } from "../../wire/ndp.ts";
import { encodeSolicitation } from "../../wire/solicitation.ts";
import type { NetworkTable } from "./network-table.ts";
import { speaksEthernet } from "./network-table.ts";

/** A virtual address on an interface, and the instance it belongs to. */
export interface WatchedAddress {
  readonly router: number;
  /** Where others are heard: the parent of an interface made for the instance. */
  readonly interfaceIndex: InterfaceIndex;
  readonly address: IpAddress;
  /** Of the interface that has the address. */
  readonly mac: MacAddress | undefined;
}

export interface Claim {
  readonly router: number;
  readonly address: IpAddress;
  readonly mac: MacAddress;
  /** An announcement to everybody, not an answer to us. */
  readonly gratuitous: boolean;
}

interface Open {
  readonly socket: NeighbourSocket;
  readonly key: string;
}

export class NeighbourWatch implements Disposable {
  readonly #ports: NetworkPorts;
  readonly #frames: FrameSocket;
  readonly #table: NetworkTable;
  readonly #onClaim: (claim: Claim) => void;
  readonly #open = new Map<string, Open>();
  #watched = new Map<string, WatchedAddress>();

  constructor(
    ports: NetworkPorts,
    frames: FrameSocket,
    table: NetworkTable,
    onClaim: (claim: Claim) => void,
  ) {
    this.#ports = ports;
    this.#frames = frames;
    this.#table = table;
    this.#onClaim = onClaim;
  }

  /** Opens and closes sockets for these addresses. Returns what could not be opened, in words. */
  sync(watched: readonly WatchedAddress[]): readonly SyscallError[] {
    this.#watched = new Map(
      watched.map((each) => [`${each.interfaceIndex} ${each.address}`, each]),
    );
    const wanted = new Map<string, { index: InterfaceIndex; family: Family; list: IpAddress[] }>();
    for (const { interfaceIndex, address } of watched) {
      const link = this.#table.link(interfaceIndex);
      if (link === undefined || !speaksEthernet(link)) continue;
      const family = familyOf(address);
      const place = `${interfaceIndex} ${family}`;
      const entry = wanted.get(place) ?? { index: interfaceIndex, family, list: [] };
      entry.list.push(address);
      wanted.set(place, entry);
    }
    for (const [place, { socket, key }] of this.#open) {
      if (wanted.get(place)?.list.join() === key) continue;
      socket[Symbol.dispose]();
      this.#open.delete(place);
    }
    const failures: SyscallError[] = [];
    for (const [place, { index, family, list }] of wanted) {
      if (this.#open.has(place)) continue;
      try {
        const options = { family, interfaceIndex: index, addresses: list };
        const socket = this.#ports.openNeighbourSocket(options);
        socket.onFrame((frame) => {
          this.#hear(index, family, frame);
        });
        this.#open.set(place, { socket, key: list.join() });
      } catch (error: unknown) {
        if (!(error instanceof SyscallError)) throw error;
        failures.push(error);
      }
    }
    return failures;
  }

  /** Asks the link who has `address`; the answer comes as a claim. */
  probe(address: IpAddress, interfaceIndex: InterfaceIndex, source: IpAddress): void {
    const mac = this.#table.link(interfaceIndex)?.mac;
    if (mac === undefined || familyOf(source) !== familyOf(address)) return;
    const bytes = encodeSolicitation({ mac, source, target: address });
    this.#frames.send(this.#frames.prepare([{ interfaceIndex, bytes }]), 0, 1);
  }

  [Symbol.dispose](): void {
    for (const { socket } of this.#open.values()) socket[Symbol.dispose]();
    this.#open.clear();
  }

  #hear(interfaceIndex: InterfaceIndex, family: Family, frame: Uint8Array): void {
    const claim = family === "ipv4" ? arpClaim(frame) : adClaim(frame);
    if (claim === undefined || claim.mac === this.#table.link(interfaceIndex)?.mac) return;
    const watched = this.#watched.get(`${interfaceIndex} ${claim.address}`);
    // Every master of a virtual router has its MAC address: adverts tell them apart.
    if (watched === undefined || claim.mac === watched.mac) return;
    this.#onClaim({ router: watched.router, ...claim });
  }
}

/** What an ARP frame says of an address. */
export function arpClaim(frame: Uint8Array): Omit<Claim, "router"> | undefined {
  const arp = decodeArp(frame);
  if (!arp.ok) return undefined;
  const { sender, senderMac, target, operation } = arp.value;
  const gratuitous = sender === target || operation === ArpOperation.request;
  return { address: sender, mac: senderMac, gratuitous };
}

/** What a neighbour advertisement says of an address. */
export function adClaim(frame: Uint8Array): Omit<Claim, "router"> | undefined {
  const advertisement = decodeNeighbourAdvertisement(frame);
  if (!advertisement.ok) return undefined;
  const { target, targetMac, isSolicited } = advertisement.value;
  return targetMac === undefined
    ? undefined
    : { address: target, mac: targetMac, gratuitous: !isSolicited };
}
