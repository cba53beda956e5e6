/**
 * VRRP over IPv6 (RFC 9568 §5.1.2). The kernel writes the IPv6 header and both makes and checks
 * the VRRP checksum; source address and interface travel beside the message (RFC 3542 §6).
 */
import { addressBytes, isLinkLocal, isMulticast } from "../../base/address.ts";
import { assert } from "../../base/failure.ts";
import { interfaceIndex } from "../../base/units.ts";
import type {
  AdvertSocket,
  AdvertSocketOptions,
  ChangeFailure,
  IncomingAdvert,
  OutgoingAdvert,
} from "../ports.ts";
import { POLL_BURSTS } from "../ports.ts";
import type { AdvertBatch, Envelope } from "./advert-batch.ts";
import { bindToInterface, placeOf } from "./advert-socket-ipv4.ts";
import {
  AddressFamily,
  IpProtocol,
  Ipv6Option,
  MessageFlag,
  PRIORITY_CONTROL,
  SocketOption,
  SocketType,
  SOL_IPV6,
  SOL_RAW,
  SOL_SOCKET,
} from "./constants.ts";
import type { Descriptor } from "./descriptor.ts";
import { aligned } from "./memory.ts";
import type { MessageArray } from "./message-array.ts";
import type { ReceiveBuffer } from "./receive-buffer.ts";
import { openSocket, socketAddress } from "./socket-options.ts";
import {
  ControlHeader,
  LITTLE,
  MembershipIpv6,
  PacketInfoIpv6,
  SocketAddressIpv6,
} from "./structs.ts";

const VRRP_CHECKSUM_OFFSET = 6;
/** DSCP CS6, network control. */
const TRAFFIC_CLASS = 0xc0;
const MULTICAST_HOPS = 255;

export class AdvertSocketIpv6 implements AdvertSocket {
  readonly #receiver: Descriptor;
  readonly #sender: Descriptor;
  readonly #buffer: ReceiveBuffer;
  readonly #batch: AdvertBatch;
  readonly #envelope: Envelope;
  #malformed = 0;
  #handler: ((packets: readonly IncomingAdvert[]) => void) | undefined;

  constructor(options: AdvertSocketOptions, buffer: ReceiveBuffer, batch: AdvertBatch) {
    this.#buffer = buffer;
    this.#batch = batch;
    this.#receiver = openReceiver(options);
    try {
      this.#sender = openSender(options);
    } catch (error: unknown) {
      this.#receiver[Symbol.dispose]();
      throw error;
    }
    this.#envelope = toEnvelope(this.#sender.number, options);
  }

  get descriptors(): readonly [receive: number, send: number] {
    return [this.#receiver.number, this.#sender.number];
  }

  /** Packets dropped because the kernel told too little about them. */
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

  #decode(slot: number): IncomingAdvert | undefined {
    const buffer = this.#buffer;
    if (buffer.isTruncated(slot)) return undefined;
    const info = buffer.controlData(slot, SOL_IPV6, Ipv6Option.packetInfo);
    if (info < 0) return undefined;
    const { view } = buffer.memory;
    const index = interfaceIndex(view.getInt32(info + PacketInfoIpv6.interfaceIndex, LITTLE));
    if (index === undefined) return undefined;
    const hops = buffer.controlData(slot, SOL_IPV6, Ipv6Option.hopLimit);
    return {
      family: "ipv6",
      interfaceIndex: index,
      source: buffer.address(buffer.nameAt(slot) + SocketAddressIpv6.address, 16),
      destination: buffer.address(info + PacketInfoIpv6.address, 16),
      ttl: hops < 0 ? -1 : view.getInt32(hops, LITTLE),
      age: buffer.age(slot),
      bytes: buffer.bytes(slot),
      authenticated: undefined,
    };
  }
}

function toEnvelope(fd: number, options: AdvertSocketOptions): Envelope {
  const index = options.interfaceIndex ?? 0;
  return {
    fd,
    flags: options.group === undefined ? 0 : MessageFlag.dontRoute,
    nameLength: SocketAddressIpv6.size,
    controlLength: ControlHeader.size + aligned(PacketInfoIpv6.size),
    kind: `ipv6 ${index}`,
    write: (messages, slot, advert) => {
      const { destination } = advert;
      const scope = isMulticast(destination) || isLinkLocal(destination) ? index : 0;
      messages.memory.bytes.set(socketAddress(destination, scope), messages.nameAt(slot));
      writePacketInfo(messages, slot, advert, index);
    },
  };
}

function writePacketInfo(
  messages: MessageArray,
  slot: number,
  advert: OutgoingAdvert,
  index: number,
): void {
  const { view, bytes } = messages.memory;
  const at = messages.controlAt(slot);
  const length = ControlHeader.size + PacketInfoIpv6.size;
  view.setBigUint64(at + ControlHeader.length, BigInt(length), LITTLE);
  view.setInt32(at + ControlHeader.level, SOL_IPV6, LITTLE);
  view.setInt32(at + ControlHeader.type, Ipv6Option.packetInfo, LITTLE);
  const data = at + ControlHeader.size;
  bytes.set(addressBytes(advert.source), data + PacketInfoIpv6.address);
  view.setInt32(data + PacketInfoIpv6.interfaceIndex, index, LITTLE);
}

function openReceiver(options: AdvertSocketOptions): Descriptor {
  const action = `open the IPv6 VRRP receive socket for ${placeOf(options)}`;
  const kind = { domain: AddressFamily.ipv6, type: SocketType.raw, protocol: IpProtocol.vrrp };
  return openSocket(kind, action, (socket) => {
    bindToInterface(socket, options);
    socket.setNumber(SOL_RAW, Ipv6Option.checksum, VRRP_CHECKSUM_OFFSET);
    socket.setNumber(SOL_IPV6, Ipv6Option.receivePacketInfo, 1);
    socket.tryNumber(SOL_SOCKET, SocketOption.timestampNanos, 1);
    socket.setNumber(SOL_IPV6, Ipv6Option.receiveHopLimit, 1);
    // Since Linux 4.20; before, a group somebody else has joined is heard too, and ignored above.
    socket.tryNumber(SOL_IPV6, Ipv6Option.multicastAll, 0);
    if (options.receiveBufferBytes !== undefined) {
      socket.setReceiveBuffer(options.receiveBufferBytes);
    }
    if (options.bindAddress !== undefined) {
      socket.tryNumber(SOL_IPV6, Ipv6Option.freeBind, 1);
      const scope = isLinkLocal(options.bindAddress) ? (options.interfaceIndex ?? 0) : 0;
      socket.bind(socketAddress(options.bindAddress, scope));
    }
    if (options.group !== undefined) {
      const membership = new Uint8Array(MembershipIpv6.size);
      membership.set(addressBytes(options.group), MembershipIpv6.group);
      const index = options.interfaceIndex ?? 0;
      new DataView(membership.buffer).setInt32(MembershipIpv6.interfaceIndex, index, LITTLE);
      socket.setBytes(SOL_IPV6, Ipv6Option.joinGroup, membership);
    }
  });
}

function openSender(options: AdvertSocketOptions): Descriptor {
  const action = `open the IPv6 VRRP send socket for ${placeOf(options)}`;
  const kind = { domain: AddressFamily.ipv6, type: SocketType.raw, protocol: IpProtocol.vrrp };
  return openSocket(kind, action, (socket) => {
    socket.refuseInput();
    bindToInterface(socket, options);
    socket.setNumber(SOL_RAW, Ipv6Option.checksum, VRRP_CHECKSUM_OFFSET);
    socket.setNumber(SOL_IPV6, Ipv6Option.trafficClass, TRAFFIC_CLASS);
    socket.setNumber(SOL_IPV6, Ipv6Option.unicastHops, options.hopLimit);
    socket.setNumber(SOL_SOCKET, SocketOption.priority, PRIORITY_CONTROL);
    if (options.group !== undefined) {
      socket.setNumber(SOL_IPV6, Ipv6Option.multicastHops, MULTICAST_HOPS);
      socket.setNumber(SOL_IPV6, Ipv6Option.multicastLoop, 0);
      socket.setNumber(SOL_IPV6, Ipv6Option.multicastInterface, options.interfaceIndex ?? 0);
    }
  });
}
