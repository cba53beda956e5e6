/**
 * The IP Authentication Header around an advert: RFC 2402 with HMAC-MD5-96 (RFC 2403), IPv4 only, as
 * RFC 2338 §5.3.6 has it for VRRP version 2 and Keepalived still speaks it. Weak by today's measure;
 * here so that it interoperates.
 */
import { cryptography } from "./cryptography.ts";
import { IPV4_HEADER_LENGTH } from "./ipv4.ts";

/*
 *  0                   1                   2                   3
 * | Next Header   |  Payload Len  |          RESERVED             |
 * |                 Security Parameters Index (SPI)               |
 * |                    Sequence Number Field                      |
 * |                Integrity Check Value, 96 bits                 |
 */
export const AH_PROTOCOL = 51;
export const AH_LENGTH = 24;
const PAYLOAD_LENGTH_OFFSET = 1;
const SPI_OFFSET = 4;
const SEQUENCE_OFFSET = 8;
const ICV_OFFSET = 12;
const ICV_LENGTH = 12;
/** In 32-bit words, less two (RFC 2402 §2.2). */
const PAYLOAD_LENGTH = AH_LENGTH / 4 - 2;

/** Mutable fields of the IPv4 header are zero in the ICV (RFC 2402 §3.3.3.1.1.1). */
const TOS_OFFSET = 1;
const FRAGMENT_OFFSET = 6;
const TTL_OFFSET = 8;
const CHECKSUM_OFFSET = 10;
const SOURCE_OFFSET = 12;

export interface AuthenticationHeader {
  readonly nextHeader: number;
  readonly spi: number;
  readonly sequence: number;
  /** A view into the packet. */
  readonly icv: Uint8Array;
}

/** `payload` behind an AH whose number and ICV are still to be set: `signAh`. The SPI is the source. */
export function wrapInAh(nextHeader: number, source: Uint8Array, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(AH_LENGTH + payload.length);
  bytes[0] = nextHeader;
  bytes[PAYLOAD_LENGTH_OFFSET] = PAYLOAD_LENGTH;
  bytes.set(source, SPI_OFFSET);
  bytes.set(payload, AH_LENGTH);
  return bytes;
}

/** Writes the sequence number and the ICV into a whole IPv4 packet that holds an AH. */
export function signAh(
  packet: Uint8Array,
  key: Uint8Array,
  { sequence, isRouted }: { readonly sequence: number; readonly isRouted: boolean },
): void {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  view.setUint32(IPV4_HEADER_LENGTH + SEQUENCE_OFFSET, sequence);
  const icv = computeIcv(packet, key, isRouted);
  packet.set(icv, IPV4_HEADER_LENGTH + ICV_OFFSET);
}

/** The header at the start of what an AH socket delivers; undefined when it is none of ours. */
export function decodeAh(message: Uint8Array): AuthenticationHeader | undefined {
  if (message.length < AH_LENGTH || message[PAYLOAD_LENGTH_OFFSET] !== PAYLOAD_LENGTH) {
    return undefined;
  }
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  return {
    nextHeader: view.getUint8(0),
    spi: view.getUint32(SPI_OFFSET),
    sequence: view.getUint32(SEQUENCE_OFFSET),
    icv: message.subarray(ICV_OFFSET, ICV_OFFSET + ICV_LENGTH),
  };
}

/** Whether the ICV of a whole received packet (20-byte IPv4 header, AH, advert) is right. */
export function verifyAh(packet: Uint8Array, key: Uint8Array, isRouted: boolean): boolean {
  if (packet.length < IPV4_HEADER_LENGTH + AH_LENGTH) return false;
  const start = IPV4_HEADER_LENGTH + ICV_OFFSET;
  const want = computeIcv(packet, key, isRouted);
  return cryptography().timingSafeEqual(packet.subarray(start, start + ICV_LENGTH), want);
}

/** The SPI Keepalived uses: the source address of the packet. */
export function spiMatchesSource(packet: Uint8Array): boolean {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  return (
    packet.length >= IPV4_HEADER_LENGTH + AH_LENGTH &&
    view.getUint32(IPV4_HEADER_LENGTH + SPI_OFFSET) === view.getUint32(SOURCE_OFFSET)
  );
}

/** On a routed path the TTL changes too, so it does not count there (as Keepalived has it). */
function computeIcv(packet: Uint8Array, key: Uint8Array, isRouted: boolean): Uint8Array {
  const covered = packet.slice();
  covered[TOS_OFFSET] = 0;
  covered.fill(0, FRAGMENT_OFFSET, FRAGMENT_OFFSET + 2);
  if (isRouted) covered[TTL_OFFSET] = 0;
  covered.fill(0, CHECKSUM_OFFSET, CHECKSUM_OFFSET + 2);
  const icvAt = IPV4_HEADER_LENGTH + ICV_OFFSET;
  covered.fill(0, icvAt, icvAt + ICV_LENGTH);
  return cryptography().createHmac("md5", key).update(covered).digest().subarray(0, ICV_LENGTH);
}
