/**
 * The advert and frame sockets of simulated hosts. What goes out is handed to the host's network;
 * what comes in waits in a bounded queue, as in a socket buffer, until the loop takes it.
 */
import { addressBytes, addressFromBytes, isMulticast } from "../../src/base/address.ts";
import type { IpAddress } from "../../src/base/address.ts";
import { assert, Errno, SyscallError } from "../../src/base/failure.ts";
import { between } from "../../src/base/units.ts";
import type { Instant, InterfaceIndex } from "../../src/base/units.ts";
import { RECEIVE_BURST } from "../../src/sys/ports.ts";
import type {
  AdvertSocket,
  AdvertSocketOptions,
  ChangeFailure,
  FrameSocket,
  IncomingAdvert,
  NeighbourSocket,
  NeighbourSocketOptions,
  OutgoingAdvert,
  PreparedFrames,
} from "../../src/sys/ports.ts";
import { AH_LENGTH, AH_PROTOCOL } from "../../src/wire/ah.ts";
import { addToSum, finishSum } from "../../src/wire/checksum.ts";
import { VRRP_PROTOCOL } from "../../src/wire/vrrp.ts";
import type { Deliver, Scheduled, VirtualTime } from "./fake-clock.ts";
import type { FakeKernel } from "./fake-netlink.ts";

/** Packets a socket holds for a reader that does not come. */
const RECEIVE_QUEUE_LIMIT = 256;

const IPV4_MINIMUM_HEADER = 20;
const VRRP_CHECKSUM_OFFSET = 6;

/** A VRRP message on the wire between two interfaces. */
export interface Packet {
  readonly family: "ipv4" | "ipv6";
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly ttl: number;
  /** 51 with an Authentication Header around the message, else 112. */
  readonly protocol: number;
  readonly bytes: Uint8Array;
  /** The whole packet when it has an Authentication Header. */
  readonly authenticated: Uint8Array | undefined;
}

/** What a socket needs of the host it was opened on. */
export interface SocketHost {
  readonly kernel: FakeKernel;
  readonly time: VirtualTime;
  readonly deliver: Deliver;
  /** False where a local firewall drops protocol 112 on the way out. */
  mayAdvertise(): boolean;
  transmit(index: InterfaceIndex, packet: Packet): void;
  recordFrame(index: InterfaceIndex, bytes: Uint8Array): void;
  closed(socket: FakeAdvertSocket): void;
}

export class FakeAdvertSocket implements AdvertSocket {
  readonly options: AdvertSocketOptions;
  readonly descriptors: readonly [receive: number, send: number];
  readonly #host: SocketHost;
  readonly #queue: {
    readonly index: InterfaceIndex;
    readonly packet: Packet;
    readonly at: Instant;
  }[] = [];
  #handler: ((packets: readonly IncomingAdvert[]) => void) | undefined;
  #wake: Scheduled | undefined;
  #isOpen = true;

  constructor(host: SocketHost, options: AdvertSocketOptions, descriptor: number) {
    const index = options.interfaceIndex;
    if (index !== undefined && host.kernel.linkAt(index) === undefined) {
      const place = options.interfaceName ?? String(index);
      throw new SyscallError("setsockopt", Errno.ENODEV, `bind a VRRP socket to ${place}`);
    }
    this.options = options;
    this.descriptors = [descriptor, descriptor + 1];
    this.#host = host;
  }

  send(adverts: readonly OutgoingAdvert[]): readonly ChangeFailure[] {
    assert(this.#isOpen, "sending on a closed advert socket");
    const failures: ChangeFailure[] = [];
    for (const [index, advert] of adverts.entries()) {
      const errno = this.#sendOne(advert);
      if (errno !== 0) failures.push({ index, errno });
    }
    return failures;
  }

  onPackets(handler: (packets: readonly IncomingAdvert[]) => void): void {
    this.#handler = handler;
    this.#arm();
  }

  poll(): void {
    this.#deliver();
  }

  /** Whether a packet that arrived on interface `index` is for this socket. */
  accepts(index: InterfaceIndex, packet: Packet): boolean {
    const { family, interfaceIndex, group, bindAddress } = this.options;
    const protocol = this.options.protocol === "ah" ? AH_PROTOCOL : VRRP_PROTOCOL;
    if (packet.family !== family || packet.protocol !== protocol) return false;
    if (interfaceIndex !== undefined && interfaceIndex !== index) return false;
    if (isMulticast(packet.destination)) return group === packet.destination;
    return bindAddress === undefined || bindAddress === packet.destination;
  }

  enqueue(index: InterfaceIndex, packet: Packet): void {
    if (this.#queue.length >= RECEIVE_QUEUE_LIMIT) return;
    this.#queue.push({ index, packet, at: this.#host.time.now });
    this.#arm();
  }

  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#handler = undefined;
    this.#wake?.cancel();
    this.#host.closed(this);
  }

  #sendOne(advert: OutgoingAdvert): number {
    const index = this.options.interfaceIndex ?? this.#interfaceOf(advert.source);
    const link = index === undefined ? undefined : this.#host.kernel.linkAt(index);
    if (link === undefined) return Errno.ENETUNREACH;
    if (!this.#host.kernel.isUp(link.index)) return Errno.ENETUNREACH;
    if (!this.#host.mayAdvertise()) return Errno.EPERM;
    if (advert.bytes.length > link.mtu) return Errno.EMSGSIZE;
    const packet = this.options.family === "ipv4" ? fromIpv4(advert) : this.#fromIpv6(advert);
    if (packet === undefined) return Errno.EINVAL;
    this.#host.transmit(link.index, packet);
    return 0;
  }

  #interfaceOf(source: IpAddress): InterfaceIndex | undefined {
    return this.#host.kernel.addresses().find((info) => info.address === source)?.interfaceIndex;
  }

  #fromIpv6(advert: OutgoingAdvert): Packet {
    return {
      family: "ipv6",
      source: advert.source,
      destination: advert.destination,
      ttl: isMulticast(advert.destination) ? 255 : this.options.hopLimit,
      protocol: VRRP_PROTOCOL,
      authenticated: undefined,
      bytes: withChecksum(advert),
    };
  }

  #deliver(): void {
    const burst = this.#queue.splice(0, RECEIVE_BURST);
    if (burst.length === 0) return;
    this.#handler?.(
      burst.map(({ index, packet, at }) => ({
        family: packet.family,
        source: packet.source,
        destination: packet.destination,
        ttl: packet.ttl,
        interfaceIndex: index,
        age: between(at, this.#host.time.now),
        bytes: packet.bytes.slice(),
        authenticated: packet.authenticated?.slice(),
      })),
    );
  }

  #arm(): void {
    if (this.#wake !== undefined || this.#handler === undefined || this.#queue.length === 0) return;
    this.#wake = this.#host.time.at(this.#host.time.now, () => {
      this.#host.deliver(() => {
        this.#wake = undefined;
        this.#deliver();
        this.#arm();
      });
    });
  }
}

/** The packet a kernel would put on the wire from a whole IPv4 packet (raw(7), IP_HDRINCL). */
function fromIpv4(advert: OutgoingAdvert): Packet | undefined {
  const { bytes } = advert;
  const headerLength = ((bytes[0] ?? 0) & 0x0f) * 4;
  if ((bytes[0] ?? 0) >> 4 !== 4 || headerLength < IPV4_MINIMUM_HEADER) return undefined;
  const protocol = bytes[9] ?? 0;
  const isWrapped = protocol === AH_PROTOCOL;
  if (headerLength > bytes.length || (!isWrapped && protocol !== VRRP_PROTOCOL)) return undefined;
  return {
    family: "ipv4",
    source: addressFromBytes(bytes.slice(12, 16)),
    destination: addressFromBytes(bytes.slice(16, 20)),
    ttl: bytes[8] ?? 0,
    protocol,
    bytes: bytes.slice(isWrapped ? headerLength + AH_LENGTH : headerLength),
    authenticated: isWrapped ? bytes.slice() : undefined,
  };
}

/** The message with the checksum a kernel fills in (RFC 8200 §8.1, IPV6_CHECKSUM). */
function withChecksum(advert: OutgoingAdvert): Uint8Array {
  const bytes = advert.bytes.slice();
  const view = new DataView(bytes.buffer);
  view.setUint16(VRRP_CHECKSUM_OFFSET, 0);
  let sum = addToSum(0, addressBytes(advert.source));
  sum = addToSum(sum, addressBytes(advert.destination));
  sum = addToSum(sum + bytes.length + VRRP_PROTOCOL, bytes);
  view.setUint16(VRRP_CHECKSUM_OFFSET, finishSum(sum));
  return bytes;
}

type Frame = { readonly interfaceIndex: InterfaceIndex; readonly bytes: Uint8Array };

class FakePreparedFrames implements PreparedFrames {
  readonly frames: readonly Frame[];

  constructor(frames: readonly Frame[]) {
    this.frames = frames.map((frame) => ({ ...frame, bytes: frame.bytes.slice() }));
  }

  get count(): number {
    return this.frames.length;
  }
}

export class FakeFrameSocket implements FrameSocket {
  readonly #host: SocketHost;

  constructor(host: SocketHost) {
    this.#host = host;
  }

  prepare(frames: readonly Frame[]): PreparedFrames {
    return new FakePreparedFrames(frames);
  }

  send(
    prepared: PreparedFrames,
    from: number,
    count: number,
  ): { readonly sent: number; readonly errno: number } {
    assert(prepared instanceof FakePreparedFrames, "frames this socket prepared");
    let sent = 0;
    for (const { interfaceIndex, bytes } of prepared.frames.slice(from, from + count)) {
      const { kernel } = this.#host;
      if (kernel.linkAt(interfaceIndex) === undefined) return { sent, errno: Errno.ENXIO };
      if (!kernel.isUp(interfaceIndex)) return { sent, errno: Errno.ENETDOWN };
      this.#host.recordFrame(interfaceIndex, bytes);
      sent += 1;
    }
    return { sent, errno: 0 };
  }

  [Symbol.dispose](): void {
    // It holds nothing.
  }
}

/** Hands over every frame the segment brings; the kernel's filter is only a saving. */
export class FakeNeighbourSocket implements NeighbourSocket {
  readonly options: NeighbourSocketOptions;
  readonly #closed: (socket: FakeNeighbourSocket) => void;
  #handler: ((frame: Uint8Array) => void) | undefined;

  constructor(options: NeighbourSocketOptions, closed: (socket: FakeNeighbourSocket) => void) {
    this.options = options;
    this.#closed = closed;
  }

  onFrame(handler: (frame: Uint8Array) => void): void {
    this.#handler = handler;
  }

  hear(frame: Uint8Array): void {
    this.#handler?.(frame);
  }

  [Symbol.dispose](): void {
    this.#handler = undefined;
    this.#closed(this);
  }
}
