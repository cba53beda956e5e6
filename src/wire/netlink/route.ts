/** Routes over rtnetlink (linux/rtnetlink.h, struct rtmsg). */
import { addressBytes, addressFromBytes } from "../../base/address.ts";
import type { Family, IpAddress } from "../../base/address.ts";
import { assert } from "../../base/failure.ts";
import { fail, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";
import { interfaceIndex } from "../../base/units.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import {
  FAMILY_NUMBER,
  familyOfNumber,
  decodeAttributes,
  encodeMessage,
  LITTLE,
  MessageFlag,
  MessageType,
  readUint32,
  uint32,
  viewOf,
} from "./message.ts";
import type { Attribute, NetlinkError, NetlinkMessage } from "./message.ts";
import { NEXT_HOP_ONLINK, encodeRouteDetails } from "./route-details.ts";
import type { RouteDetails } from "./route-details.ts";

/*
 * struct rtmsg
 * |  Family (8)   | Dest. len (8) | Source len (8)|    TOS (8)    |
 * |   Table (8)   | Protocol (8)  |   Scope (8)   |   Type (8)    |
 * |                           Flags (32)                          |
 */
const FIXED_LENGTH = 12;
const FAMILY = 0;
const DESTINATION_LENGTH = 1;
const SOURCE_LENGTH = 2;
const TOS = 3;
const TABLE = 4;
const PROTOCOL = 5;
const SCOPE = 6;
const TYPE = 7;
const FLAGS = 8;

/** RTM_F_CLONED: noted by the kernel after a redirect or a path MTU message. */
const FLAG_CLONED = 0x200;

export const RouteAttribute = {
  destination: 1,
  outputInterface: 4,
  gateway: 5,
  priority: 6,
  preferredSource: 7,
  table: 15,
} as const;

/** Tables beyond one byte are in RTA_TABLE alone (RT_TABLE_COMPAT). */
const TABLE_IN_ATTRIBUTE = 252;

export interface Route {
  readonly family: Family;
  /** Undefined with a prefix length of 0: the default route. */
  readonly destination: IpAddress | undefined;
  readonly prefixLength: number;
  readonly gateway: IpAddress | undefined;
  readonly interfaceIndex: InterfaceIndex | undefined;
  readonly preferredSource: IpAddress | undefined;
  readonly priority: number | undefined;
  /** RT_TABLE_*: 254 is main. */
  readonly table: number;
  /** RTPROT_*: 18 is keepalived. */
  readonly protocol: number;
  /** RT_SCOPE_* */
  readonly scope: number;
  /** RTN_*: 1 is unicast. */
  readonly type: number;
  /** For requests; what is read from the kernel has none. */
  readonly details?: RouteDetails | undefined;
}

/** A table's route from RTM_NEWROUTE or RTM_DELROUTE. */
export function decodeRoute(message: NetlinkMessage): Result<Route, NetlinkError> {
  const { payload } = message;
  if (message.type !== MessageType.newRoute && message.type !== MessageType.deleteRoute) {
    return fail({ kind: "type", got: message.type });
  }
  if (payload.length < FIXED_LENGTH) {
    return fail({ kind: "truncated", need: FIXED_LENGTH, have: payload.length });
  }
  const view = viewOf(payload);
  const number = view.getUint8(FAMILY);
  const family = familyOfNumber(number);
  if (family === undefined) return fail({ kind: "family", got: number });
  if ((view.getUint32(FLAGS, LITTLE) & FLAG_CLONED) !== 0) return fail({ kind: "cached" });
  const values = new Map(decodeAttributes(payload, FIXED_LENGTH).map((a) => [a.type, a.value]));
  const address = (type: number): IpAddress | undefined => readAddress(values.get(type), family);
  const uint = (type: number): number | undefined => readUint32(values.get(type) ?? EMPTY);
  return ok({
    family,
    destination: address(RouteAttribute.destination),
    prefixLength: view.getUint8(DESTINATION_LENGTH),
    gateway: address(RouteAttribute.gateway),
    interfaceIndex: interfaceIndex(uint(RouteAttribute.outputInterface) ?? 0),
    preferredSource: address(RouteAttribute.preferredSource),
    priority: uint(RouteAttribute.priority),
    table: uint(RouteAttribute.table) ?? view.getUint8(TABLE),
    protocol: view.getUint8(PROTOCOL),
    scope: view.getUint8(SCOPE),
    type: view.getUint8(TYPE),
  });
}

/** RTM_GETROUTE for every route of a family. */
export function encodeRouteDump(family: Family, sequence: number): Uint8Array {
  const fixed = new Uint8Array(FIXED_LENGTH);
  fixed[FAMILY] = FAMILY_NUMBER[family];
  const flags = MessageFlag.request | MessageFlag.dump;
  return encodeMessage({ type: MessageType.getRoute, flags, sequence }, fixed, []);
}

/** How a route goes in: `replace` an equal one, fail where there is one, or come first. */
export type RouteOperation = "add" | "replace" | "prepend" | "append" | "remove";

const OPERATION_FLAGS: Readonly<Record<RouteOperation, number>> = {
  add: MessageFlag.create | MessageFlag.exclusive,
  replace: MessageFlag.create | MessageFlag.replace,
  prepend: MessageFlag.create,
  append: MessageFlag.create | MessageFlag.append,
  remove: 0,
};

/** Flags of the request for an operation, without an acknowledgement. */
export const routeRequestFlags = (operation: RouteOperation): number =>
  MessageFlag.request | OPERATION_FLAGS[operation];

/** RTM_NEWROUTE or RTM_DELROUTE, without an acknowledgement. */
export function encodeRouteRequest(
  operation: RouteOperation,
  route: Route,
  sequence: number,
): Uint8Array {
  const longest = route.family === "ipv4" ? 32 : 128;
  assert(route.prefixLength >= 0 && route.prefixLength <= longest, "a prefix its family can have");
  assert(route.prefixLength === 0 || route.destination !== undefined, "a destination");
  const fixed = new Uint8Array(FIXED_LENGTH);
  fixed[FAMILY] = FAMILY_NUMBER[route.family];
  fixed[DESTINATION_LENGTH] = route.prefixLength;
  fixed[TABLE] = route.table > 255 ? TABLE_IN_ATTRIBUTE : route.table;
  fixed[PROTOCOL] = route.protocol;
  fixed[SCOPE] = route.scope;
  fixed[TYPE] = route.type;
  fixed[SOURCE_LENGTH] = route.details?.source?.length ?? 0;
  fixed[TOS] = route.details?.tos ?? 0;
  const isOnlink = route.details?.onlink === true;
  viewOf(fixed).setUint32(FLAGS, isOnlink ? NEXT_HOP_ONLINK : 0, LITTLE);
  const type = operation === "remove" ? MessageType.deleteRoute : MessageType.newRoute;
  const flags = routeRequestFlags(operation);
  return encodeMessage({ type, flags, sequence }, fixed, toAttributes(route));
}

function toAttributes(route: Route): readonly Attribute[] {
  const attributes: Attribute[] = [];
  const addAddress = (type: number, address: IpAddress | undefined): void => {
    if (address !== undefined) attributes.push({ type, value: addressBytes(address) });
  };
  const addNumber = (type: number, value: number | undefined): void => {
    if (value !== undefined) attributes.push({ type, value: uint32(value) });
  };
  addAddress(RouteAttribute.destination, route.destination);
  addAddress(RouteAttribute.gateway, route.gateway);
  addNumber(RouteAttribute.outputInterface, route.interfaceIndex);
  addAddress(RouteAttribute.preferredSource, route.preferredSource);
  addNumber(RouteAttribute.priority, route.priority);
  addNumber(RouteAttribute.table, route.table);
  if (route.details === undefined) return attributes;
  return [...attributes, ...encodeRouteDetails(route.details, route.family)];
}

const EMPTY = new Uint8Array();

function readAddress(value: Uint8Array | undefined, family: Family): IpAddress | undefined {
  const length = family === "ipv4" ? 4 : 16;
  return value?.length === length ? addressFromBytes(value) : undefined;
}
