/**
 * Reading what was captured. Written for the judges alone and sharing nothing with the daemon's
 * own codecs, so that a mistake there cannot hide itself here.
 */
import { ipv6Text } from "./local-addresses.ts";

export interface Advert {
  readonly kind: "advert";
  /** Milliseconds since 1970, from the kernel's stamp. */
  readonly at: number;
  readonly sourceMac: string;
  readonly destinationMac: string;
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  readonly version: number;
  readonly type: number;
  readonly vrid: number;
  readonly priority: number;
  readonly addressCount: number;
  readonly addresses: readonly string[];
  /** Version 2 only. */
  readonly authType: number | undefined;
  readonly authData: string | undefined;
  readonly intervalMs: number;
  readonly isChecksumRight: boolean;
}

export interface Arp {
  readonly kind: "arp";
  readonly at: number;
  readonly sourceMac: string;
  readonly destinationMac: string;
  readonly operation: number;
  readonly senderMac: string;
  readonly sender: string;
  readonly target: string;
  readonly isGratuitous: boolean;
}

export interface NeighbourAdvert {
  readonly kind: "neighbourAdvert";
  readonly at: number;
  readonly sourceMac: string;
  readonly destinationMac: string;
  readonly source: string;
  readonly destination: string;
  readonly target: string;
  readonly hasOverride: boolean;
  readonly isSolicited: boolean;
  readonly linkAddress: string | undefined;
}

export interface OtherFrame {
  readonly kind: "other";
  readonly at: number;
  readonly sourceMac: string;
  readonly destinationMac: string;
}

export type Frame = Advert | Arp | NeighbourAdvert | OtherFrame;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IPV6 = 0x86dd;
const PROTOCOL_VRRP = 112;
/** The Authentication Header (RFC 2402) with a 96-bit check value, as RFC 2338 has it. */
const PROTOCOL_AH = 51;
const AH_LENGTH = 24;
const PROTOCOL_ICMPV6 = 58;
const ETHERNET_HEADER = 14;
const IPV6_HEADER = 40;

/** What a frame says; what is cut short or not of interest here is `other`. */
export function readFrame(bytes: Uint8Array, at: number): Frame {
  const frame: OtherFrame = {
    kind: "other",
    at,
    sourceMac: macText(bytes.subarray(6, 12)),
    destinationMac: macText(bytes.subarray(0, 6)),
  };
  const payload = bytes.subarray(ETHERNET_HEADER);
  switch (u16(bytes, 12)) {
    case ETHERTYPE_ARP:
      return payload.length < 28 ? frame : readArp(payload, frame);
    case ETHERTYPE_IPV4:
      return payload.length < 20 ? frame : readIpv4(payload, frame);
    case ETHERTYPE_IPV6:
      return payload.length < IPV6_HEADER ? frame : readIpv6(payload, frame);
    default:
      return frame;
  }
}

function readArp(bytes: Uint8Array, frame: OtherFrame): Frame {
  const sender = ipv4Text(bytes.subarray(14, 18));
  const target = ipv4Text(bytes.subarray(24, 28));
  return {
    ...frame,
    kind: "arp",
    operation: u16(bytes, 6),
    senderMac: macText(bytes.subarray(8, 14)),
    sender,
    target,
    isGratuitous: sender === target,
  };
}

function readIpv4(bytes: Uint8Array, frame: OtherFrame): Frame {
  const headerLength = ((bytes[0] ?? 0) & 0x0f) * 4;
  const totalLength = u16(bytes, 2);
  const payload = bytes.subarray(headerLength, totalLength);
  const isWrapped = bytes[9] === PROTOCOL_AH && payload[0] === PROTOCOL_VRRP;
  const message = isWrapped ? payload.subarray(AH_LENGTH) : payload;
  if ((!isWrapped && bytes[9] !== PROTOCOL_VRRP) || message.length < 8) return frame;
  const source = bytes.subarray(12, 16);
  const destination = bytes.subarray(16, 20);
  return readAdvert(message, frame, {
    source: ipv4Text(source),
    destination: ipv4Text(destination),
    ttl: bytes[8] ?? 0,
    addressLength: 4,
    pseudoHeader: [...source, ...destination, 0, PROTOCOL_VRRP, ...be16(message.length)],
  });
}

function readIpv6(bytes: Uint8Array, frame: OtherFrame): Frame {
  const message = bytes.subarray(IPV6_HEADER, IPV6_HEADER + u16(bytes, 4));
  const source = bytes.subarray(8, 24);
  const destination = bytes.subarray(24, 40);
  const addresses = { source: ipv6Of(source), destination: ipv6Of(destination) };
  if (bytes[6] === PROTOCOL_ICMPV6 && message[0] === 136 && message.length >= 24) {
    return readNeighbourAdvert(message, frame, addresses);
  }
  if (bytes[6] !== PROTOCOL_VRRP || message.length < 8) return frame;
  return readAdvert(message, frame, {
    ...addresses,
    ttl: bytes[7] ?? 0,
    addressLength: 16,
    pseudoHeader: [
      ...source,
      ...destination,
      ...[0, 0, ...be16(message.length)],
      ...[0, 0, 0, PROTOCOL_VRRP],
    ],
  });
}

interface Envelope {
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  readonly addressLength: 4 | 16;
  readonly pseudoHeader: readonly number[];
}

function readAdvert(message: Uint8Array, frame: OtherFrame, envelope: Envelope): Advert {
  const { pseudoHeader, addressLength, ...ends } = envelope;
  const version = (message[0] ?? 0) >> 4;
  const addressCount = message[3] ?? 0;
  const isV2 = version === 2;
  const list = Array.from({ length: addressCount }, (_, index) =>
    message.subarray(8 + index * addressLength, 8 + (index + 1) * addressLength),
  ).filter((bytes) => bytes.length === addressLength);
  const authentication = message.subarray(8 + addressCount * addressLength);
  // RFC 3768 §5.3.8: the message alone. RFC 5798 §5.2.8: with the pseudo header.
  const covered = isV2 && addressLength === 4 ? [...message] : [...pseudoHeader, ...message];
  return {
    ...frame,
    ...ends,
    kind: "advert",
    version,
    type: (message[0] ?? 0) & 0x0f,
    vrid: message[1] ?? 0,
    priority: message[2] ?? 0,
    addressCount,
    addresses: list.map((bytes) => (addressLength === 4 ? ipv4Text(bytes) : ipv6Of(bytes))),
    authType: isV2 ? message[4] : undefined,
    authData: isV2 ? Buffer.from(authentication).toString("latin1").replace(/\0+$/, "") : undefined,
    intervalMs: isV2 ? (message[5] ?? 0) * 1000 : (u16(message, 4) & 0x0fff) * 10,
    isChecksumRight: onesComplementSum(covered) === 0xffff,
  };
}

function readNeighbourAdvert(
  message: Uint8Array,
  frame: OtherFrame,
  ends: { readonly source: string; readonly destination: string },
): NeighbourAdvert {
  const hasLink = message.length >= 32 && message[24] === 2;
  return {
    ...frame,
    ...ends,
    kind: "neighbourAdvert",
    target: ipv6Of(message.subarray(8, 24)),
    hasOverride: ((message[4] ?? 0) & 0x20) !== 0,
    isSolicited: ((message[4] ?? 0) & 0x40) !== 0,
    linkAddress: hasLink ? macText(message.subarray(26, 32)) : undefined,
  };
}

function onesComplementSum(bytes: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function be16(value: number): readonly [number, number] {
  return [value >> 8, value & 0xff];
}

function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function ipv4Text(bytes: Uint8Array): string {
  return Array.from(bytes).join(".");
}

function ipv6Of(bytes: Uint8Array): string {
  return ipv6Text(Buffer.from(bytes).toString("hex"));
}
