/** Addresses over rtnetlink (linux/if_addr.h, struct ifaddrmsg): decoding, changes, asking for all. */
import { addressBytes, addressFromBytes, familyOf, isLinkLocal } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import { assert } from "../../base/failure.ts";
import { fail, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";
import { interfaceIndex } from "../../base/units.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import {
  FAMILY_NUMBER,
  decodeAttributes,
  encodeMessage,
  LITTLE,
  MessageFlag,
  MessageType,
  readString,
  readUint32,
  uint32,
  viewOf,
  zeroTerminated,
} from "./message.ts";
import type { Attribute, NetlinkError, NetlinkMessage } from "./message.ts";

/*
 * struct ifaddrmsg
 * |  Family (8)   | Prefix len (8)|   Flags (8)   |   Scope (8)   |
 * |                      Interface index (32)                     |
 */
const FIXED_LENGTH = 8;
const FAMILY = 0;
const PREFIX_LENGTH = 1;
const FLAGS = 2;
const SCOPE = 3;
const INDEX = 4;

export const AddressAttribute = {
  address: 1,
  local: 2,
  label: 3,
  broadcast: 4,
  cacheInfo: 6,
  flags: 8,
  protocol: 11,
} as const;

/*
 * struct ifa_cacheinfo
 * |              Preferred lifetime in seconds (32)               |
 * |                Valid lifetime in seconds (32)                 |
 * |        Created, updated: ticks, read only (32 each)           |
 */
const CACHE_INFO_LENGTH = 16;
const PREFERRED = 0;
const VALID = 4;
const FOR_EVER = 0xffff_ffff;

/** RT_SCOPE_LINK and RT_SCOPE_HOST (linux/rtnetlink.h). */
const SCOPE_LINK = 253;
/** Who put an address there, for `ip address show` (IFA_PROTO, since Linux 5.18). */
const PROTOCOL_KEEPALIVED = 18;

export interface InterfaceAddress {
  readonly interfaceIndex: InterfaceIndex;
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly scope: number;
  readonly flags: number;
  readonly label: string | undefined;
  /** Seconds until the kernel removes it; undefined is never, and where it does not say. */
  readonly validLifetime?: number | undefined;
}

export interface AddressRequest {
  readonly operation: "add" | "renew" | "remove";
  readonly interfaceIndex: InterfaceIndex;
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly peer?: { readonly address: IpAddress; readonly prefixLength: number } | undefined;
  readonly scope?: number | undefined;
  readonly label?: string | undefined;
  readonly broadcast?: IpAddress | undefined;
  readonly flags?: number | undefined;
  readonly preferredLifetime?: number | undefined;
  readonly validLifetime?: number | undefined;
}

/** An address from RTM_NEWADDR or RTM_DELADDR. */
export function decodeAddress(message: NetlinkMessage): Result<InterfaceAddress, NetlinkError> {
  const { type, payload } = message;
  if (type !== MessageType.newAddress && type !== MessageType.deleteAddress) {
    return fail({ kind: "type", got: type });
  }
  if (payload.length < FIXED_LENGTH) {
    return fail({ kind: "truncated", need: FIXED_LENGTH, have: payload.length });
  }
  const view = viewOf(payload);
  const family = view.getUint8(FAMILY);
  const length = family === FAMILY_NUMBER.ipv4 ? 4 : family === FAMILY_NUMBER.ipv6 ? 16 : 0;
  if (length === 0) return fail({ kind: "family", got: family });
  const values = new Map(decodeAttributes(payload, FIXED_LENGTH).map((a) => [a.type, a.value]));
  const bytes = values.get(AddressAttribute.local) ?? values.get(AddressAttribute.address);
  const index = interfaceIndex(view.getInt32(INDEX, LITTLE));
  if (bytes?.length !== length || index === undefined) {
    return fail({ kind: "missing", attribute: AddressAttribute.address });
  }
  const label = values.get(AddressAttribute.label);
  const flags = values.get(AddressAttribute.flags);
  return ok({
    interfaceIndex: index,
    address: addressFromBytes(bytes),
    prefixLength: view.getUint8(PREFIX_LENGTH),
    scope: view.getUint8(SCOPE),
    flags: (flags === undefined ? undefined : readUint32(flags)) ?? view.getUint8(FLAGS),
    label: label === undefined ? undefined : readString(label),
    ...lifetimeIn(values.get(AddressAttribute.cacheInfo)),
  });
}

function lifetimeIn(info: Uint8Array | undefined): Pick<InterfaceAddress, "validLifetime"> {
  if (info === undefined || info.length < CACHE_INFO_LENGTH) return {};
  const valid = viewOf(info).getUint32(VALID, LITTLE);
  return valid === FOR_EVER ? {} : { validLifetime: valid };
}

/** RTM_GETADDR for every address of both families. */
export function encodeAddressDump(sequence: number): Uint8Array {
  const flags = MessageFlag.request | MessageFlag.dump;
  return encodeMessage(
    { type: MessageType.getAddress, flags, sequence },
    new Uint8Array(FIXED_LENGTH),
    [],
  );
}

/** Flags of the request for an operation, without an acknowledgement. */
export function requestFlags(operation: AddressRequest["operation"]): number {
  switch (operation) {
    case "add":
      return MessageFlag.request | MessageFlag.create | MessageFlag.exclusive;
    case "renew":
      return MessageFlag.request | MessageFlag.create | MessageFlag.replace;
    case "remove":
      return MessageFlag.request;
  }
}

/** RTM_NEWADDR or RTM_DELADDR, without an acknowledgement. */
export function encodeAddressRequest(request: AddressRequest, sequence: number): Uint8Array {
  const family = familyOf(request.address);
  const longest = family === "ipv4" ? 32 : 128;
  // With a peer the prefix is the peer's (ip-address(8)).
  const prefixLength = request.peer?.prefixLength ?? request.prefixLength;
  assert(prefixLength >= 0 && prefixLength <= longest, `a prefix of ${prefixLength} bits`);
  const fixed = new Uint8Array(FIXED_LENGTH);
  const view = viewOf(fixed);
  view.setUint8(FAMILY, FAMILY_NUMBER[family]);
  view.setUint8(PREFIX_LENGTH, prefixLength);
  view.setUint8(FLAGS, (request.flags ?? 0) & 0xff);
  view.setUint8(SCOPE, request.scope ?? (isLinkLocal(request.address) ? SCOPE_LINK : 0));
  view.setInt32(INDEX, request.interfaceIndex, LITTLE);
  const isRemoval = request.operation === "remove";
  const type = isRemoval ? MessageType.deleteAddress : MessageType.newAddress;
  const attributes = isRemoval
    ? toIdentity(request)
    : [...toIdentity(request), ...toDetails(request)];
  const header = { type, flags: requestFlags(request.operation), sequence };
  return encodeMessage(header, fixed, attributes);
}

/** What tells an address from the others on its interface. */
function toIdentity(request: AddressRequest): Attribute[] {
  const local = addressBytes(request.address);
  const peer = request.peer === undefined ? local : addressBytes(request.peer.address);
  const attributes: Attribute[] = [
    { type: AddressAttribute.local, value: local },
    { type: AddressAttribute.address, value: peer },
  ];
  if (request.label !== undefined) {
    attributes.push({ type: AddressAttribute.label, value: zeroTerminated(request.label) });
  }
  return attributes;
}

function toDetails(request: AddressRequest): Attribute[] {
  const attributes: Attribute[] = [
    { type: AddressAttribute.protocol, value: Uint8Array.of(PROTOCOL_KEEPALIVED) },
  ];
  if (request.broadcast !== undefined) {
    const value = addressBytes(request.broadcast);
    attributes.push({ type: AddressAttribute.broadcast, value });
  }
  if (request.flags !== undefined) {
    attributes.push({ type: AddressAttribute.flags, value: uint32(request.flags) });
  }
  if (request.preferredLifetime !== undefined || request.validLifetime !== undefined) {
    attributes.push({ type: AddressAttribute.cacheInfo, value: toCacheInfo(request) });
  }
  return attributes;
}

/** The kernel refuses a preferred lifetime beyond the valid one. */
function toCacheInfo(request: AddressRequest): Uint8Array {
  const valid = request.validLifetime ?? FOR_EVER;
  const info = new Uint8Array(CACHE_INFO_LENGTH);
  const view = viewOf(info);
  view.setUint32(PREFERRED, Math.min(request.preferredLifetime ?? FOR_EVER, valid), LITTLE);
  view.setUint32(VALID, valid, LITTLE);
  return info;
}
