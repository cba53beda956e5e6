/**
 * Netlink framing (linux/netlink.h): messages in a datagram, attributes in a message. Everything
 * is in the machine's own byte order and padded to four bytes. Lengths come from outside, so each
 * is compared with what is there before it is used; what does not fit ends the walk.
 */
import type { Family } from "../../base/address.ts";
import { Errno } from "../../base/failure.ts";
import { fail, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";

/** Netlink is host order; the wire layer may not ask the operating system. */
export const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/*
 * struct nlmsghdr
 * |                          Length (32)                          |
 * |           Type (16)           |          Flags (16)           |
 * |                         Sequence (32)                         |
 * |                          Port id (32)                         |
 */
export const HEADER_LENGTH = 16;
const LENGTH = 0;
const TYPE = 4;
const FLAGS = 6;
const SEQUENCE = 8;
const PORT_ID = 12;

/** struct nlattr: 16 bits of length, header included, and 16 of type. */
export const ATTRIBUTE_HEADER = 4;
/** NLA_F_NESTED and NLA_F_NET_BYTEORDER are not part of the type. */
const ATTRIBUTE_TYPE_MASK = 0x3fff;

export const MessageType = {
  noop: 1,
  error: 2,
  done: 3,
  overrun: 4,
  newLink: 16,
  deleteLink: 17,
  getLink: 18,
  newAddress: 20,
  deleteAddress: 21,
  getAddress: 22,
  newRoute: 24,
  deleteRoute: 25,
  getRoute: 26,
  newRule: 32,
  deleteRule: 33,
  getRule: 34,
} as const;

export const MessageFlag = {
  request: 0x1,
  multi: 0x2,
  acknowledge: 0x4,
  /** The table changed while it was being dumped. */
  dumpInterrupted: 0x10,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
  append: 0x800,
  /** NLM_F_ROOT | NLM_F_MATCH */
  dump: 0x300,
} as const;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** The requester's port on replies and on notices it caused; 0 for the kernel's own doing. */
  readonly portId: number;
  /** What follows the header; shares memory with the datagram. */
  readonly payload: Uint8Array;
}

export interface Attribute {
  readonly type: number;
  /** Shares memory with the message. */
  readonly value: Uint8Array;
}

/** Why a message could not be read. */
export type NetlinkError =
  | { readonly kind: "truncated"; readonly need: number; readonly have: number }
  | { readonly kind: "type"; readonly got: number }
  | { readonly kind: "family"; readonly got: number }
  | { readonly kind: "missing"; readonly attribute: number }
  /** A route of no table: the kernel's note about a single destination. */
  | { readonly kind: "cached" };

/** AF_INET and AF_INET6. */
export const FAMILY_NUMBER = { ipv4: 2, ipv6: 10 } as const;

export function familyOfNumber(number: number): Family | undefined {
  if (number === FAMILY_NUMBER.ipv4) return "ipv4";
  return number === FAMILY_NUMBER.ipv6 ? "ipv6" : undefined;
}

export const align = (length: number): number => (length + 3) & ~3;

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The messages of a datagram, as far as their lengths make sense. */
export function decodeMessages(datagram: Uint8Array): readonly NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  const view = viewOf(datagram);
  let at = 0;
  while (at + HEADER_LENGTH <= datagram.length) {
    const length = view.getUint32(at + LENGTH, LITTLE);
    if (length < HEADER_LENGTH || at + length > datagram.length) break;
    messages.push({
      type: view.getUint16(at + TYPE, LITTLE),
      flags: view.getUint16(at + FLAGS, LITTLE),
      sequence: view.getUint32(at + SEQUENCE, LITTLE),
      portId: view.getUint32(at + PORT_ID, LITTLE),
      payload: datagram.subarray(at + HEADER_LENGTH, at + length),
    });
    at += align(length);
  }
  return messages;
}

/** The attributes from `offset` to the end of `bytes`, as far as their lengths make sense. */
export function decodeAttributes(bytes: Uint8Array, offset: number): readonly Attribute[] {
  const attributes: Attribute[] = [];
  const view = viewOf(bytes);
  let at = offset;
  while (at + ATTRIBUTE_HEADER <= bytes.length) {
    const length = view.getUint16(at, LITTLE);
    if (length < ATTRIBUTE_HEADER || at + length > bytes.length) break;
    attributes.push({
      type: view.getUint16(at + 2, LITTLE) & ATTRIBUTE_TYPE_MASK,
      value: bytes.subarray(at + ATTRIBUTE_HEADER, at + length),
    });
    at += align(length);
  }
  return attributes;
}

/** An attribute's number, or undefined when it is not of four bytes. */
export function readUint32(value: Uint8Array): number | undefined {
  return value.length === 4 ? viewOf(value).getUint32(0, LITTLE) : undefined;
}

/** An attribute's text up to its NUL. Names are bytes to the kernel; ours are ASCII. */
export function readString(value: Uint8Array): string {
  let text = "";
  for (const byte of value) {
    if (byte === 0) break;
    text += String.fromCharCode(byte);
  }
  return text;
}

/**
 * The errno of an NLMSG_ERROR or NLMSG_DONE message, 0 for an acknowledgement. A plain NLMSG_DONE
 * may come without one.
 */
export function decodeErrno(message: NetlinkMessage): Result<number, NetlinkError> {
  const { type, payload } = message;
  if (type === MessageType.overrun) return ok(Errno.ENOBUFS);
  if (type !== MessageType.error && type !== MessageType.done)
    return fail({ kind: "type", got: type });
  if (payload.length < 4) {
    if (type === MessageType.done) return ok(0);
    return fail({ kind: "truncated", need: 4, have: payload.length });
  }
  const value = viewOf(payload).getInt32(0, LITTLE);
  return ok(value < 0 ? -value : 0);
}

/** What a request says before its attributes. */
export interface RequestHeader {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
}

/** A request of `header`, its fixed part and `attributes`. */
export function encodeMessage(
  header: RequestHeader,
  fixed: Uint8Array,
  attributes: readonly Attribute[],
): Uint8Array {
  const start = HEADER_LENGTH + align(fixed.length);
  const tail = encodeAttributes(attributes);
  const length = start + tail.length;
  const bytes = new Uint8Array(length);
  const view = viewOf(bytes);
  view.setUint32(LENGTH, length, LITTLE);
  view.setUint16(TYPE, header.type, LITTLE);
  view.setUint16(FLAGS, header.flags, LITTLE);
  view.setUint32(SEQUENCE, header.sequence, LITTLE);
  bytes.set(fixed, HEADER_LENGTH);
  bytes.set(tail, start);
  return bytes;
}

/** Attributes one after the other, as at a message's end or nested in another attribute. */
export function encodeAttributes(attributes: readonly Attribute[]): Uint8Array {
  const sizeOf = (value: Uint8Array): number => align(ATTRIBUTE_HEADER + value.length);
  const bytes = new Uint8Array(attributes.reduce((sum, { value }) => sum + sizeOf(value), 0));
  const view = viewOf(bytes);
  let at = 0;
  for (const { type, value } of attributes) {
    view.setUint16(at, ATTRIBUTE_HEADER + value.length, LITTLE);
    view.setUint16(at + 2, type, LITTLE);
    bytes.set(value, at + ATTRIBUTE_HEADER);
    at += sizeOf(value);
  }
  return bytes;
}

/** Changes flags and sequence of the encoded message at `offset`: what differs between uses. */
export function restamp(
  bytes: Uint8Array,
  offset: number,
  stamp: { readonly flags: number; readonly sequence: number },
): void {
  const view = viewOf(bytes);
  view.setUint16(offset + FLAGS, stamp.flags, LITTLE);
  view.setUint32(offset + SEQUENCE, stamp.sequence, LITTLE);
}

/** Changes the sequence alone of the encoded message at `offset`. */
export function renumber(bytes: Uint8Array, offset: number, sequence: number): void {
  viewOf(bytes).setUint32(offset + SEQUENCE, sequence, LITTLE);
}

export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, LITTLE);
  return bytes;
}

/** ASCII text with its NUL. */
export function zeroTerminated(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length + 1);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i) & 0xff;
  return bytes;
}
