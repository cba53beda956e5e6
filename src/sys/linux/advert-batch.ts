/**
 * The memory all advert sockets of a process send from: up to a batch of messages handed to the
 * kernel in one sendmmsg. A slot keeps the destination it had, so that the usual advert, to the
 * same group as the last time, costs its own few bytes and nothing more.
 */
import type { IpAddress } from "../../base/address.ts";
import { Errno } from "../../base/failure.ts";
import type { ChangeFailure, OutgoingAdvert } from "../ports.ts";
import { errno, sendmmsg } from "./libc.ts";
import { aligned } from "./memory.ts";
import { MessageArray } from "./message-array.ts";
import { SocketAddressIpv4, SocketAddressIpv6 } from "./structs.ts";

/** Messages to one system call: every virtual router an interface can have. */
export const BATCH_SLOTS = 256;
/** Room for 256 ordinary adverts, or four of the largest possible. */
const PAYLOAD_BYTES = 4 * 65_536;

/** cmsghdr and in6_pktinfo, each aligned (RFC 3542 §20.2). */
const CONTROL_BYTES = 16 + aligned(20);

/** What a family writes around the bytes of an advert. */
export interface Envelope {
  readonly fd: number;
  readonly flags: number;
  readonly nameLength: number;
  readonly controlLength: number;
  /** Names everything but the destination and source that decides what `write` writes. */
  readonly kind: string;
  write(messages: MessageArray, slot: number, advert: OutgoingAdvert): void;
}

export class AdvertBatch {
  readonly #messages = new MessageArray({
    slots: BATCH_SLOTS,
    nameBytes: Math.max(SocketAddressIpv4.size, SocketAddressIpv6.size),
    controlBytes: CONTROL_BYTES,
    payloadBytes: PAYLOAD_BYTES,
  });
  readonly #kinds: (string | undefined)[] = new Array<undefined>(BATCH_SLOTS);
  readonly #sources: (IpAddress | undefined)[] = new Array<undefined>(BATCH_SLOTS);
  readonly #destinations: (IpAddress | undefined)[] = new Array<undefined>(BATCH_SLOTS);

  /** Sends every advert; those the kernel refused are reported, the others have gone. */
  send(envelope: Envelope, adverts: readonly OutgoingAdvert[]): readonly ChangeFailure[] {
    const failures: ChangeFailure[] = [];
    let start = 0;
    while (start < adverts.length) {
      const count = this.#fill(envelope, adverts, start);
      if (count === 0) {
        failures.push({ index: start, errno: Errno.EMSGSIZE });
        start += 1;
      } else {
        this.#flush(envelope, start, count, failures);
        start += count;
      }
    }
    return failures;
  }

  /** Writes adverts from `start` on into the slots, as many as fit. */
  #fill(envelope: Envelope, adverts: readonly OutgoingAdvert[], start: number): number {
    const messages = this.#messages;
    let used = 0;
    let slot = 0;
    for (; slot < BATCH_SLOTS; slot += 1) {
      const advert = adverts[start + slot];
      if (advert === undefined) break;
      const { bytes } = advert;
      if (used + bytes.length > PAYLOAD_BYTES) break;
      messages.memory.bytes.set(bytes, messages.payloadStart + used);
      messages.setPayload(slot, used, bytes.length);
      used += bytes.length;
      const isAddressed =
        this.#destinations[slot] === advert.destination &&
        this.#sources[slot] === advert.source &&
        this.#kinds[slot] === envelope.kind;
      if (!isAddressed) this.#address(envelope, slot, advert);
    }
    return slot;
  }

  #address(envelope: Envelope, slot: number, advert: OutgoingAdvert): void {
    this.#messages.setNameLength(slot, envelope.nameLength);
    this.#messages.setControlLength(slot, envelope.controlLength);
    envelope.write(this.#messages, slot, advert);
    this.#destinations[slot] = advert.destination;
    this.#sources[slot] = advert.source;
    this.#kinds[slot] = envelope.kind;
  }

  /** sendmmsg stops at a message that fails: note it, and go on behind it. */
  #flush(envelope: Envelope, start: number, count: number, failures: ChangeFailure[]): void {
    let done = 0;
    while (done < count) {
      const first = this.#messages.pointer(done);
      const sent = sendmmsg(envelope.fd, first, count - done, envelope.flags);
      if (sent > 0) {
        done += sent;
        continue;
      }
      const refusal = errno();
      if (refusal === Errno.EINTR) continue;
      failures.push({ index: start + done, errno: refusal });
      done += 1;
    }
  }
}
