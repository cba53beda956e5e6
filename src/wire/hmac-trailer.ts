/**
 * The authentication trailer behind a VRRP message: HMAC-SHA256, cut to 128 bits, with a key number,
 * a time stamp and a counter against replay. keepalived.conf(5), auth_hmac (2.4).
 */
import type { Family } from "../base/address.ts";
import { cryptography } from "./cryptography.ts";

/*
 *  0                   1                   2                   3
 * |   Type (1)    |    Key ID     |          Reserved (0)         |
 * |                  Time, seconds since 1970                     |
 * |   Time, 1/65536 of a second   |           Counter             |
 * |                 HMAC-SHA256, first 16 bytes                   |
 */
export const HMAC_TRAILER_LENGTH = 28;
const HMAC_TRAILER_TYPE = 1;
const PREFIX_LENGTH = 12;
const MAC_LENGTH = 16;
const SECONDS_OFFSET = 4;
const FRACTION_OFFSET = 8;
const COUNTER_OFFSET = 10;
const PSEUDO_HEADER_LENGTH = 20;
const VRRP_CHECKSUM_OFFSET = 6;

/** What orders adverts: the clock, and a counter within its resolution. Compared in this order. */
export interface HmacSequence {
  /** Seconds since 1970. */
  readonly seconds: number;
  /** 1/65536 of a second. */
  readonly fraction: number;
  readonly counter: number;
}

export interface HmacTrailer {
  readonly keyId: number;
  readonly sequence: HmacSequence;
  /** A view into the packet. */
  readonly mac: Uint8Array;
}

/** What a trailer is bound to besides the message itself. */
export interface HmacBinding {
  readonly family: Family;
  readonly version: number;
  readonly vrid: number;
  /** 4 or 16 bytes. */
  readonly source: Uint8Array;
}

/** The trailer for `message`, which is without one and may hold its checksum already. */
export function encodeHmacTrailer(
  message: Uint8Array,
  binding: HmacBinding,
  signing: {
    readonly keyId: number;
    readonly key: Uint8Array;
    readonly sequence: HmacSequence;
  },
): Uint8Array {
  const trailer = new Uint8Array(HMAC_TRAILER_LENGTH);
  const view = new DataView(trailer.buffer);
  trailer[0] = HMAC_TRAILER_TYPE;
  trailer[1] = signing.keyId;
  view.setUint32(SECONDS_OFFSET, signing.sequence.seconds);
  view.setUint16(FRACTION_OFFSET, signing.sequence.fraction);
  view.setUint16(COUNTER_OFFSET, signing.sequence.counter);
  const mac = computeMac(message, trailer.subarray(0, PREFIX_LENGTH), binding, signing.key);
  trailer.set(mac, PREFIX_LENGTH);
  return trailer;
}

/** The trailer in the last bytes of a packet; undefined when it is malformed. */
export function decodeHmacTrailer(bytes: Uint8Array): HmacTrailer | undefined {
  if (bytes.length !== HMAC_TRAILER_LENGTH) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== HMAC_TRAILER_TYPE || view.getUint16(2) !== 0) return undefined;
  return {
    keyId: view.getUint8(1),
    sequence: {
      seconds: view.getUint32(SECONDS_OFFSET),
      fraction: view.getUint16(FRACTION_OFFSET),
      counter: view.getUint16(COUNTER_OFFSET),
    },
    mac: bytes.subarray(PREFIX_LENGTH),
  };
}

/** Whether `trailer` (28 bytes) belongs to `message`; compared in constant time. */
export function verifyHmacTrailer(
  message: Uint8Array,
  trailer: Uint8Array,
  binding: HmacBinding,
  key: Uint8Array,
): boolean {
  if (trailer.length !== HMAC_TRAILER_LENGTH) return false;
  const want = computeMac(message, trailer.subarray(0, PREFIX_LENGTH), binding, key);
  return cryptography().timingSafeEqual(trailer.subarray(PREFIX_LENGTH), want);
}

/** Negative when `a` comes before `b`. */
export function compareSequences(a: HmacSequence, b: HmacSequence): number {
  return a.seconds - b.seconds || a.fraction - b.fraction || a.counter - b.counter;
}

function computeMac(
  message: Uint8Array,
  prefix: Uint8Array,
  { family, version, vrid, source }: HmacBinding,
  key: Uint8Array,
): Uint8Array {
  const pseudoHeader = new Uint8Array(PSEUDO_HEADER_LENGTH);
  pseudoHeader.set([family === "ipv4" ? 4 : 6, version, vrid, 0]);
  pseudoHeader.set(source, 4);
  const covered = message.slice();
  covered.fill(0, VRRP_CHECKSUM_OFFSET, VRRP_CHECKSUM_OFFSET + 2);
  return cryptography()
    .createHmac("sha256", key)
    .update(pseudoHeader)
    .update(covered)
    .update(prefix)
    .update(new Uint8Array(MAC_LENGTH))
    .digest()
    .subarray(0, MAC_LENGTH);
}
