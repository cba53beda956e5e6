/**
 * The memory all sockets of a process receive into: one burst of datagrams with their sources and
 * control messages. It is refilled by the next `receive`, so what is taken from it is used at once.
 */
import { addressFromBytes } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import { Errno } from "../../base/failure.ts";
import { NO_TIME } from "../../base/units.ts";
import type { Duration } from "../../base/units.ts";
import { RECEIVE_BURST } from "../ports.ts";
import { ClockId, MessageFlag, SocketOption, SOL_SOCKET } from "./constants.ts";
import { clockGettime, errno, recvmmsg } from "./libc.ts";
import { aligned, Arena } from "./memory.ts";
import { MessageArray } from "./message-array.ts";
import { ControlHeader, LITTLE, SocketAddressIpv6, Timespec } from "./structs.ts";

/** A jumbo frame, and more than any one netlink notice. */
const SLOT_BYTES = 16_384;
const CONTROL_BYTES = 128;
/** Addresses remembered as text; a power of two. */
const CACHE_SIZE = 256;
const NAME_BYTES = SocketAddressIpv6.size;

/** What one attempt brought: a number of datagrams, or none for a reason. */
export interface Received {
  readonly count: number;
  readonly errno: number;
}

export class ReceiveBuffer {
  readonly #messages = new MessageArray({
    slots: RECEIVE_BURST,
    nameBytes: NAME_BYTES,
    controlBytes: CONTROL_BYTES,
    payloadBytes: RECEIVE_BURST * SLOT_BYTES,
  });
  readonly #addresses = new AddressCache();
  readonly #clock = new Arena(Timespec.size);
  /** The wall clock at this burst, read when first needed. */
  #readAt: number | undefined;
  #used = 0;

  constructor() {
    for (let slot = 0; slot < RECEIVE_BURST; slot += 1) {
      this.#messages.setPayload(slot, slot * SLOT_BYTES, SLOT_BYTES);
    }
  }

  get memory(): Arena {
    return this.#messages.memory;
  }

  /** Takes what is there, at most a burst. An empty socket is no error: count and errno are 0. */
  receive(fd: number): Received {
    for (let slot = 0; slot < this.#used; slot += 1) {
      this.#messages.setNameLength(slot, NAME_BYTES);
      this.#messages.setControlLength(slot, CONTROL_BYTES);
    }
    this.#readAt = undefined;
    const first = this.#messages.pointer(0);
    const count = recvmmsg(fd, first, RECEIVE_BURST, MessageFlag.dontWait, null);
    this.#used = Math.max(count, 0);
    if (count >= 0) return { count, errno: 0 };
    const refusal = errno();
    const isEmpty = refusal === Errno.EAGAIN || refusal === Errno.EINTR;
    return { count: 0, errno: isEmpty ? 0 : refusal };
  }

  /** Whether the datagram or its control messages did not fit. */
  isTruncated(slot: number): boolean {
    const lost = MessageFlag.truncated | MessageFlag.controlTruncated;
    return (this.#messages.flags(slot) & lost) !== 0;
  }

  /** The datagram itself; valid until the next `receive`. */
  bytes(slot: number): Uint8Array {
    const start = this.payloadAt(slot);
    return this.memory.bytes.subarray(start, start + this.length(slot));
  }

  payloadAt(slot: number): number {
    return this.#messages.payloadStart + slot * SLOT_BYTES;
  }

  length(slot: number): number {
    return this.#messages.length(slot);
  }

  /** Where the sender's socket address is. */
  nameAt(slot: number): number {
    return this.#messages.nameAt(slot);
  }

  /** Where the data of the first control message of that kind is, or -1. */
  controlData(slot: number, level: number, type: number): number {
    const { view } = this.memory;
    const start = this.#messages.controlAt(slot);
    const end = start + Math.min(this.#messages.controlLength(slot), CONTROL_BYTES);
    for (let at = start; at + ControlHeader.size <= end;) {
      const length = view.getUint32(at + ControlHeader.length + (LITTLE ? 0 : 4), LITTLE);
      if (length < ControlHeader.size || at + length > end) return -1;
      const isWanted =
        view.getInt32(at + ControlHeader.level, LITTLE) === level &&
        view.getInt32(at + ControlHeader.type, LITTLE) === type;
      if (isWanted) return at + ControlHeader.size;
      at += aligned(length);
    }
    return -1;
  }

  /**
   * How long ago the datagram arrived at this host, from the kernel's stamp (SO_TIMESTAMPNS): the
   * time it waited to be read. 0 without a stamp, or when the wall clock was set in between.
   */
  age(slot: number): Duration {
    const stamp = this.controlData(slot, SOL_SOCKET, SocketOption.timestampNanos);
    if (stamp < 0) return NO_TIME;
    if (this.#readAt === undefined) {
      clockGettime(ClockId.realTime, this.#clock.address);
      this.#readAt = timeAt(this.#clock, 0);
    }
    const age = this.#readAt - timeAt(this.memory, stamp);
    return age >= 0 && age <= LONGEST_WAIT ? (age as Duration) : NO_TIME;
  }

  /** The address of 4 or 16 bytes at `offset`. */
  address(offset: number, length: 4 | 16): IpAddress {
    return this.#addresses.read(this.memory, offset, length);
  }
}

/** Beyond this a stamp and the clock do not belong together. */
const LONGEST_WAIT = 60_000_000;

/** The timespec at `offset`, in whole microseconds. */
function timeAt({ view }: Arena, offset: number): number {
  const low = LITTLE ? 0 : 4;
  const high = LITTLE ? 4 : 0;
  const seconds =
    view.getUint32(offset + Timespec.seconds + low, LITTLE) +
    view.getUint32(offset + Timespec.seconds + high, LITTLE) * 2 ** 32;
  const nanos = view.getUint32(offset + Timespec.nanos + low, LITTLE);
  return seconds * 1_000_000 + Math.floor(nanos / 1_000);
}

/** Canonical text of addresses met before: peers are few, and spelling one out costs more. */
class AddressCache {
  readonly #words = new Uint32Array(CACHE_SIZE * 4);
  readonly #lengths = new Uint8Array(CACHE_SIZE);
  readonly #texts: (IpAddress | undefined)[] = new Array<undefined>(CACHE_SIZE);

  read({ view, bytes }: Arena, offset: number, length: 4 | 16): IpAddress {
    const a = view.getUint32(offset);
    const b = length === 16 ? view.getUint32(offset + 4) : 0;
    const c = length === 16 ? view.getUint32(offset + 8) : 0;
    const d = length === 16 ? view.getUint32(offset + 12) : 0;
    const mixed = a ^ b ^ c ^ d;
    const place = (mixed ^ (mixed >>> 8) ^ (mixed >>> 16)) & (CACHE_SIZE - 1);
    const words = this.#words;
    const at = place * 4;
    const known = this.#texts[place];
    const isSame =
      this.#lengths[place] === length &&
      words[at] === a &&
      words[at + 1] === b &&
      words[at + 2] === c &&
      words[at + 3] === d;
    if (isSame && known !== undefined) return known;
    const text = addressFromBytes(bytes.slice(offset, offset + length));
    words.set([a, b, c, d], at);
    this.#lengths[place] = length;
    this.#texts[place] = text;
    return text;
  }
}
