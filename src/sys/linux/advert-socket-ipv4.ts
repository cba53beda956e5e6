/**
 * VRRP over IPv4 (RFC 9568 §5.1.1): a raw socket that receives protocol 112, or 51 around it, on
 * one interface or for one address, and one that sends whole packets, header included, and receives
 * nothing.
 */
import { addressBytes } from "../../base/address.ts";
import { assert } from "../../base/failure.ts";
import { interfaceIndex } from "../../base/units.ts";
import type {
  AdvertSocket,
  AdvertSocketOptions,
  ChangeFailure,
  IncomingAdvert,
  OutgoingAdvert,
} from "../ports.ts";
import { AH_LENGTH, decodeAh } from "../../wire/ah.ts";
import { VRRP_PROTOCOL } from "../../wire/vrrp.ts";
import { POLL_BURSTS } from "../ports.ts";
import type { AdvertBatch, Envelope } from "./advert-batch.ts";
import {
  AddressFamily,
  IpProtocol,
  Ipv4Option,
  MessageFlag,
  PRIORITY_CONTROL,
  SocketOption,
  SocketType,
  SOL_IP,
  SOL_SOCKET,
} from "./constants.ts";
import type { Descriptor } from "./descriptor.ts";
import type { ReceiveBuffer } from "./receive-buffer.ts";
import { openSocket, socketAddress } from "./socket-options.ts";
import type { SocketOptions } from "./socket-options.ts";
import { LITTLE, MembershipIpv4, PacketInfoIpv4, SocketAddressIpv4 } from "./structs.ts";

/* RFC 791 §3.1 */
const MINIMUM_HEADER = 20;
const TOTAL_LENGTH = 2;
const FRAGMENT = 6;
const TTL = 8;
const SOURCE = 12;
const DESTINATION = 16;
/** The more-fragments flag and the offset; a raw socket gets whole packets. */
const FRAGMENT_MASK = 0x3fff;

export class AdvertSocketIpv4 implements AdvertSocket {
  readonly #receiver: Descriptor;
  readonly #sender: Descriptor;
  readonly #buffer: ReceiveBuffer;
  readonly #batch: AdvertBatch;
  readonly #envelope: Envelope;
  readonly #isWrapped: boolean;
  #malformed = 0;
  #handler: ((packets: readonly IncomingAdvert[]) => void) | undefined;

  constructor(options: AdvertSocketOptions, buffer: ReceiveBuffer, batch: AdvertBatch) {
    this.#buffer = buffer;
    this.#batch = batch;
    this.#isWrapped = options.protocol === "ah";
    this.#receiver = openReceiver(options);
    try {
      this.#sender = openSender(options);
    } catch (error: unknown) {
      this.#receiver[Symbol.dispose]();
      throw error;
    }
    this.#envelope = {
      fd: this.#sender.number,
      flags: options.group === undefined ? 0 : MessageFlag.dontRoute,
      nameLength: SocketAddressIpv4.size,
      controlLength: 0,
      kind: "ipv4",
      write: (messages, slot, advert) => {
        messages.memory.bytes.set(socketAddress(advert.destination), messages.nameAt(slot));
      },
    };
  }

  get descriptors(): readonly [receive: number, send: number] {
    return [this.#receiver.number, this.#sender.number];
  }

  /** Packets dropped because their IP header contradicted their length. */
  get malformed(): number {
    return this.#malformed;
  }

  send(adverts: readonly OutgoingAdvert[]): readonly ChangeFailure[] {
    assert(this.#sender.isOpen, "sending on a closed advert socket");
    return this.#batch.send(this.#envelope, adverts);
  }

  onPackets(handler: (packets: readonly IncomingAdvert[]) => void): void {
    this.#handler = handler;
    this.#receiver.onReadable(() => {
      this.#receive();
    });
  }

  poll(): void {
    for (let burst = 0; burst < POLL_BURSTS && this.#receive() > 0; burst += 1);
  }

  /** Takes one burst; returns how many packets were waiting. */
  #receive(): number {
    if (!this.#receiver.isOpen) return 0;
    const { count } = this.#buffer.receive(this.#receiver.number);
    const packets: IncomingAdvert[] = [];
    for (let slot = 0; slot < count; slot += 1) {
      const packet = this.#decode(slot);
      if (packet === undefined) this.#malformed += 1;
      else packets.push(packet);
    }
    if (packets.length > 0) this.#handler?.(packets);
    return count;
  }

  [Symbol.dispose](): void {
    this.#receiver[Symbol.dispose]();
    this.#sender[Symbol.dispose]();
  }

  /** A raw IPv4 socket delivers the header too (raw(7)). */
  #decode(slot: number): IncomingAdvert | undefined {
    const buffer = this.#buffer;
    const length = buffer.length(slot);
    if (length < MINIMUM_HEADER || buffer.isTruncated(slot)) return undefined;
    const { view, bytes } = buffer.memory;
    const start = buffer.payloadAt(slot);
    const versionAndLength = view.getUint8(start);
    const headerLength = (versionAndLength & 0x0f) * 4;
    const totalLength = view.getUint16(start + TOTAL_LENGTH);
    if (versionAndLength >> 4 !== 4 || headerLength < MINIMUM_HEADER) return undefined;
    if (totalLength > length || headerLength > totalLength) return undefined;
    if ((view.getUint16(start + FRAGMENT) & FRAGMENT_MASK) !== 0) return undefined;
    const info = buffer.controlData(slot, SOL_IP, Ipv4Option.packetInfo);
    const index =
      info < 0
        ? undefined
        : interfaceIndex(view.getInt32(info + PacketInfoIpv4.interfaceIndex, LITTLE));
    if (index === undefined) return undefined;
    const payload = bytes.subarray(start + headerLength, start + totalLength);
    const isVrrp = !this.#isWrapped || decodeAh(payload)?.nextHeader === VRRP_PROTOCOL;
    if (!isVrrp) return undefined;
    return {
      family: "ipv4",
      interfaceIndex: index,
      source: buffer.address(start + SOURCE, 4),
      destination: buffer.address(start + DESTINATION, 4),
      ttl: view.getUint8(start + TTL),
      age: buffer.age(slot),
      bytes: this.#isWrapped ? payload.subarray(AH_LENGTH) : payload,
      authenticated: this.#isWrapped ? bytes.subarray(start, start + totalLength) : undefined,
    };
  }
}

/** How messages name a socket. */
export function placeOf(options: AdvertSocketOptions): string {
  return options.interfaceName ?? options.bindAddress ?? String(options.interfaceIndex ?? "any");
}

function openReceiver(options: AdvertSocketOptions): Descriptor {
  const action = `open the VRRP receive socket for ${placeOf(options)}`;
  const kind = {
    domain: AddressFamily.ipv4,
    type: SocketType.raw,
    protocol: IpProtocol[options.protocol],
  };
  return openSocket(kind, action, (socket) => {
    bindToInterface(socket, options);
    socket.setNumber(SOL_IP, Ipv4Option.packetInfo, 1);
    socket.tryNumber(SOL_SOCKET, SocketOption.timestampNanos, 1);
    socket.setNumber(SOL_IP, Ipv4Option.multicastAll, 0);
    if (options.receiveBufferBytes !== undefined) {
      socket.setReceiveBuffer(options.receiveBufferBytes);
    }
    if (options.bindAddress !== undefined) {
      socket.setNumber(SOL_IP, Ipv4Option.freeBind, 1);
      socket.bind(socketAddress(options.bindAddress));
    }
    if (options.group !== undefined) {
      const membership = new Uint8Array(MembershipIpv4.size);
      membership.set(addressBytes(options.group), MembershipIpv4.group);
      const index = options.interfaceIndex ?? 0;
      new DataView(membership.buffer).setInt32(MembershipIpv4.interfaceIndex, index, LITTLE);
      socket.setBytes(SOL_IP, Ipv4Option.addMembership, membership);
    }
  });
}

/** Protocol 255: the header is always ours, and no packet is ever for this socket. */
function openSender(options: AdvertSocketOptions): Descriptor {
  const action = `open the VRRP send socket for ${placeOf(options)}`;
  const kind = { domain: AddressFamily.ipv4, type: SocketType.raw, protocol: IpProtocol.raw };
  return openSocket(kind, action, (socket) => {
    bindToInterface(socket, options);
    socket.setNumber(SOL_IP, Ipv4Option.headerIncluded, 1);
    socket.setNumber(SOL_SOCKET, SocketOption.priority, PRIORITY_CONTROL);
    socket.refuseInput();
    if (options.group !== undefined) {
      socket.setNumber(SOL_IP, Ipv4Option.multicastLoop, 0);
      const choice = new Uint8Array(MembershipIpv4.size);
      const index = options.interfaceIndex ?? 0;
      new DataView(choice.buffer).setInt32(MembershipIpv4.interfaceIndex, index, LITTLE);
      socket.setBytes(SOL_IP, Ipv4Option.multicastInterface, choice);
    }
  });
}

/** By name, which every kernel has; a socket without one may still have an index. */
export function bindToInterface(socket: SocketOptions, options: AdvertSocketOptions): void {
  if (options.interfaceName !== undefined) {
    socket.bindToDevice(options.interfaceName);
  } else if (options.interfaceIndex !== undefined) {
    socket.setNumber(SOL_SOCKET, SocketOption.bindToInterfaceIndex, options.interfaceIndex);
  }
}
