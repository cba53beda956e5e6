/**
 * The VRRP advertisement, version 2 (RFC 3768 §5) and version 3 (RFC 9568 §5). Decoding says what
 * is in the packet; whether to believe it is decided in `vrrp/receive.ts`.
 */
import { addressBytes, addressFromBytes } from "../base/address.ts";
import type { Family, IpAddress } from "../base/address.ts";
import type { Secret } from "../base/command.ts";
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import { centiseconds, seconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import { addToSum, checksum, finishSum } from "./checksum.ts";

export const VRRP_PROTOCOL = 112;
export const ADVERTISEMENT = 1;

/*
 * Version 3 (version 2 has Auth Type and Adver Int where "(rsvd) Max Advertise Int" stands, and
 * with IPv4 eight bytes of authentication data at the end):
 *
 *  0                   1                   2                   3
 * |Version| Type  | Virtual Rtr ID|    Priority   |Count IPvX Addr|
 * |(rsvd) |  Max Advertise Int    |          Checksum             |
 * |                       IPvX Address(es)                        |
 */
export const VRRP_HEADER_LENGTH = 8;
export const VRRP_CHECKSUM_OFFSET = 6;
const VRID_OFFSET = 1;
const PRIORITY_OFFSET = 2;
const COUNT_OFFSET = 3;
const INTERVAL_OFFSET = 4;
const AUTH_TYPE_OFFSET = 4;
const V2_INTERVAL_OFFSET = 5;
const V2_AUTH_LENGTH = 8;
const ADDRESS_LENGTH = { ipv4: 4, ipv6: 16 } as const;

/** RFC 3768 §5.3.6 with RFC 2338's types, which Keepalived still uses. */
export const AuthType = { none: 0, pass: 1, ah: 2 } as const;

/** An advert to encode. */
export interface AdvertContent {
  readonly version: 2 | 3;
  readonly family: Family;
  readonly vrid: number;
  /** 0 says that the master resigns. */
  readonly priority: number;
  readonly interval: Duration;
  readonly authType: number;
  /** v2 with IPv4 only; cut to eight bytes. */
  readonly password: Secret | undefined;
  readonly addresses: readonly IpAddress[];
}

/** What the checksum covers beside the message. */
export type ChecksumScope =
  /** v2, and v3 with `v3_checksum_as_v2`: the message alone. */
  | { readonly kind: "message" }
  /** v3: pseudo header of RFC 9568 §5.2.8. */
  | { readonly kind: "pseudoHeader"; readonly source: IpAddress; readonly destination: IpAddress }
  /** IPv6: left zero, the kernel fills it in (IPV6_CHECKSUM). */
  | { readonly kind: "kernel" };

/** A packet as received; fields are as on the wire, nothing is believed yet. */
export interface DecodedAdvert {
  readonly version: number;
  readonly type: number;
  readonly vrid: number;
  readonly priority: number;
  readonly addressCount: number;
  /** v2 only; 0 otherwise. */
  readonly authType: number;
  readonly interval: Duration;
  /** The address list, a view into the packet; `decodeAddresses` reads it. */
  readonly addressData: Uint8Array;
  /** The v2 authentication bytes, where the packet has them; a view into the packet. */
  readonly authData: Uint8Array;
  /** What the packet should be long, by its version and address count. */
  readonly expectedLength: number;
}

export type AdvertError = {
  readonly kind: "truncated";
  readonly need: number;
  readonly have: number;
};

/** The longest address list that fits `mtu` bytes, at most the 255 the count field can say. */
export function maxAddresses(version: 2 | 3, family: Family, mtu: number): number {
  const ipHeader = family === "ipv4" ? 20 : 40;
  const trailer = version === 2 && family === "ipv4" ? V2_AUTH_LENGTH : 0;
  const room = mtu - ipHeader - VRRP_HEADER_LENGTH - trailer;
  return Math.max(0, Math.min(255, Math.floor(room / ADDRESS_LENGTH[family])));
}

/** The message length an advert of `count` addresses must have. */
export function advertLength(version: number, family: Family, count: number): number {
  const trailer = version === 2 && family === "ipv4" ? V2_AUTH_LENGTH : 0;
  return VRRP_HEADER_LENGTH + count * ADDRESS_LENGTH[family] + trailer;
}

/** The VRRP message with its checksum. `content.addresses` must fit the count field (255). */
export function encodeAdvert(content: AdvertContent, scope: ChecksumScope): Uint8Array {
  const { version, family, addresses } = content;
  const message = new Uint8Array(advertLength(version, family, addresses.length));
  const view = new DataView(message.buffer);
  message[0] = (version << 4) | ADVERTISEMENT;
  message[VRID_OFFSET] = content.vrid;
  message[PRIORITY_OFFSET] = content.priority;
  message[COUNT_OFFSET] = addresses.length;
  if (version === 2) {
    message[AUTH_TYPE_OFFSET] = content.authType;
    message[V2_INTERVAL_OFFSET] = Math.round(content.interval / seconds(1));
  } else {
    view.setUint16(INTERVAL_OFFSET, Math.round(content.interval / centiseconds(1)) & 0x0fff);
  }
  let offset = VRRP_HEADER_LENGTH;
  for (const address of addresses) {
    message.set(addressBytes(address), offset);
    offset += ADDRESS_LENGTH[family];
  }
  if (version === 2 && family === "ipv4" && content.password !== undefined) {
    message.set(passwordBytes(content.password), offset);
  }
  if (scope.kind !== "kernel") view.setUint16(VRRP_CHECKSUM_OFFSET, advertChecksum(message, scope));
  return message;
}

/** Eight bytes, padded with NUL (behaviour: longer passwords are cut). */
export function passwordBytes(password: Secret): Uint8Array {
  const bytes = new Uint8Array(V2_AUTH_LENGTH);
  bytes.set(new TextEncoder().encode(password).subarray(0, V2_AUTH_LENGTH));
  return bytes;
}

/** The checksum over `message`; 0 when `message` already holds a right one. */
export function advertChecksum(
  message: Uint8Array,
  scope: Exclude<ChecksumScope, { kind: "kernel" }>,
): number {
  if (scope.kind === "message") return checksum(message);
  let sum = addToSum(0, addressBytes(scope.source));
  sum = addToSum(sum, addressBytes(scope.destination));
  sum += VRRP_PROTOCOL + message.length;
  return finishSum(addToSum(sum, message));
}

/** Reads a message. Fails only when it is shorter than what its own header promises. */
export function decodeAdvert(
  message: Uint8Array,
  family: Family,
): Result<DecodedAdvert, AdvertError> {
  if (message.length < VRRP_HEADER_LENGTH) {
    return fail({ kind: "truncated", need: VRRP_HEADER_LENGTH, have: message.length });
  }
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const first = view.getUint8(0);
  const version = first >> 4;
  const addressCount = view.getUint8(COUNT_OFFSET);
  const expectedLength = advertLength(version, family, addressCount);
  if (message.length < expectedLength) {
    return fail({ kind: "truncated", need: expectedLength, have: message.length });
  }
  const listEnd = VRRP_HEADER_LENGTH + addressCount * ADDRESS_LENGTH[family];
  const v2 = version === 2;
  return ok({
    version,
    type: first & 0x0f,
    vrid: view.getUint8(VRID_OFFSET),
    priority: view.getUint8(PRIORITY_OFFSET),
    addressCount,
    authType: v2 ? view.getUint8(AUTH_TYPE_OFFSET) : AuthType.none,
    interval: v2
      ? seconds(view.getUint8(V2_INTERVAL_OFFSET))
      : centiseconds(view.getUint16(INTERVAL_OFFSET) & 0x0fff),
    addressData: message.subarray(VRRP_HEADER_LENGTH, listEnd),
    authData: message.subarray(listEnd, expectedLength),
    expectedLength,
  });
}

/** The addresses of a packet's list, in order. */
export function decodeAddresses(addressData: Uint8Array, family: Family): readonly IpAddress[] {
  const size = ADDRESS_LENGTH[family];
  const addresses: IpAddress[] = [];
  for (let start = 0; start + size <= addressData.length; start += size) {
    addresses.push(addressFromBytes(addressData.subarray(start, start + size)));
  }
  return addresses;
}

/** The list as it stands in a packet, to compare without decoding. */
export function encodeAddresses(addresses: readonly IpAddress[]): Uint8Array {
  return Uint8Array.from(addresses.flatMap((address) => [...addressBytes(address)]));
}
