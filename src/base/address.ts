/**
 * Network addresses as canonical text. A value of type `IpAddress` is always a valid address in
 * its one canonical spelling (RFC 5952 for IPv6), so equality is `===` and it can be a map key;
 * bytes are made at the edges, once, when something is prepared.
 */
import { assert } from "./failure.ts";
import type { Tagged } from "./units.ts";

export type Family = "ipv4" | "ipv6";
export type IpAddress = Tagged<"IpAddress", string>;
/** A hardware address as `aa:bb:cc:dd:ee:ff`, lower case. */
export type MacAddress = Tagged<"MacAddress", string>;

/** The address in canonical spelling, or undefined when `text` is none. Zone ids are refused. */
export function parseIpAddress(text: string): IpAddress | undefined {
  // A valid IPv4 address has one spelling, so there is nothing to make anew.
  if (!text.includes(":")) return isIpv4(text) ? (text as IpAddress) : undefined;
  const bytes = parseIpv6(text);
  return bytes === undefined ? undefined : addressFromBytes(bytes);
}

/** The address from 4 or 16 bytes in network order. */
export function addressFromBytes(bytes: Uint8Array): IpAddress {
  assert(bytes.length === 4 || bytes.length === 16, `an address of ${bytes.length} bytes`);
  return (bytes.length === 4 ? bytes.join(".") : formatIpv6(bytes)) as IpAddress;
}

/** The address in network order: 4 or 16 bytes. */
export function addressBytes(address: IpAddress): Uint8Array {
  const bytes = address.includes(":") ? parseIpv6(address) : parseIpv4(address);
  assert(bytes !== undefined, `an IpAddress that is none: ${address}`);
  return bytes;
}

export function familyOf(address: IpAddress): Family {
  return address.includes(":") ? "ipv6" : "ipv4";
}

/** Less than, equal to or greater than zero, as unsigned integers in network order. */
export function compareAddresses(a: IpAddress, b: IpAddress): number {
  const left = addressBytes(a);
  const right = addressBytes(b);
  for (let i = 0; i < left.length && i < right.length; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** fe80::/10 (RFC 4291 §2.5.6), read off the canonical spelling. */
export function isLinkLocal(address: IpAddress): boolean {
  return address.startsWith("fe") && /^fe[89ab][0-9a-f]:/.test(address);
}

/** 224.0.0.0/4 or ff00::/8, read off the canonical spelling: this is asked of every packet. */
export function isMulticast(address: IpAddress): boolean {
  if (address.includes(":")) return /^ff[0-9a-f]{2}:/.test(address);
  const first = Number(address.slice(0, address.indexOf(".")));
  return first >= 224 && first < 240;
}

/** Whether `address` lies in `network`/`prefixLength`; false across families. */
export function inSubnet(address: IpAddress, network: IpAddress, prefixLength: number): boolean {
  if (!address.includes(":") && !network.includes(":")) {
    const hosts = 2 ** (32 - prefixLength);
    return Math.floor(ipv4Number(address) / hosts) === Math.floor(ipv4Number(network) / hosts);
  }
  const a = addressBytes(address);
  const n = addressBytes(network);
  if (a.length !== n.length) return false;
  for (let bit = 0; bit < prefixLength; bit += 8) {
    const mask = prefixLength - bit >= 8 ? 0xff : (0xff << (8 - (prefixLength - bit))) & 0xff;
    if ((((a[bit >> 3] ?? 0) ^ (n[bit >> 3] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

/** The hardware address from its bytes (6 for Ethernet; InfiniBand has 20). */
export function macFromBytes(bytes: Uint8Array): MacAddress {
  let text = "";
  for (const byte of bytes) text += `${text === "" ? "" : ":"}${HEX[byte] ?? ""}`;
  return text as MacAddress;
}

/** Every byte in two digits: a machine may have thousands of links, each told several times. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The hardware address in canonical spelling, or undefined when `text` is none. */
export function parseMac(text: string): MacAddress | undefined {
  return /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(text)
    ? macFromBytes(Uint8Array.from(text.split(":"), (part) => parseInt(part, 16)))
    : undefined;
}

export function macBytes(mac: MacAddress): Uint8Array {
  return Uint8Array.from(mac.split(":"), (part) => parseInt(part, 16));
}

const DOT = 0x2e;
const ZERO = 0x30;

/** Four numbers up to 255 without leading zeros; character by character, as files have thousands. */
function isIpv4(text: string): boolean {
  let dots = 0;
  let digits = 0;
  let octet = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0) return false;
      dots += 1;
      digits = 0;
      octet = 0;
      continue;
    }
    const digit = code - ZERO;
    const hasLeadingZero = digits > 0 && octet === 0;
    if (digit < 0 || digit > 9 || hasLeadingZero) return false;
    octet = octet * 10 + digit;
    digits += 1;
    if (octet > 255) return false;
  }
  return dots === 3 && digits > 0;
}

/** The address as one number; it must be valid. */
function ipv4Number(address: string): number {
  let upper = 0;
  let octet = 0;
  for (let at = 0; at < address.length; at += 1) {
    const code = address.charCodeAt(at);
    if (code === DOT) {
      upper = (upper + octet) * 256;
      octet = 0;
    } else octet = octet * 10 + code - ZERO;
  }
  return upper + octet;
}

function parseIpv4(text: string): Uint8Array | undefined {
  if (!isIpv4(text)) return undefined;
  const value = ipv4Number(text);
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? "");
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? "") : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(head, 0);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

/** The bytes of `a:b:1.2.3.4`; the dotted part may only come last. */
function parseGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [i, group] of groups.entries()) {
    if (group.includes(".")) {
      const dotted = i === groups.length - 1 ? parseIpv4(group) : undefined;
      if (dotted === undefined) return undefined;
      bytes.push(...dotted);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}

/** RFC 5952 §4: lower case, no leading zeros, the longest run of two or more zero groups as `::`. */
function formatIpv6(bytes: Uint8Array): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i += 1) {
    let j = i;
    while (j < 8 && groups[j] === 0) j += 1;
    if (j - i > bestLength) {
      bestStart = i;
      bestLength = j - i;
    }
    if (j > i) i = j;
  }
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((g) => g.toString(16))
      .join(":");
  return bestStart < 0 ? hex(0, 8) : `${hex(0, bestStart)}::${hex(bestStart + bestLength, 8)}`;
}
