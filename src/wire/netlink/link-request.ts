/**
 * Requests about links (linux/if_link.h): making a macvlan or an ipvlan on another link, changing it
 * and removing it.
 */
import { macBytes } from "../../base/address.ts";
import type { MacAddress } from "../../base/address.ts";
import { assert, unreachable } from "../../base/failure.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import { LinkAttribute } from "./link.ts";
import {
  encodeAttributes,
  encodeMessage,
  FAMILY_NUMBER,
  LITTLE,
  MessageFlag,
  MessageType,
  uint32,
  viewOf,
  zeroTerminated,
} from "./message.ts";
import type { Attribute } from "./message.ts";

/** ifinfomsg, as in `link.ts`. */
const FIXED_LENGTH = 16;
const INDEX = 4;
const FLAGS = 8;
const CHANGE_MASK = 12;
const FLAG_UP = 0x1;

/** IFNAMSIZ without the NUL. */
export const INTERFACE_NAME_MAXIMUM = 15;

/** What a new link is. */
export type LinkKind =
  | { readonly kind: "macvlan"; readonly mac: MacAddress }
  | { readonly kind: "ipvlan"; readonly flag: "bridge" | "private" | "vepa" };

/** A link to make (RTM_NEWLINK). It is down at first. */
export interface NewLink {
  readonly name: string;
  /** IFLA_LINK: the link it stands on. */
  readonly parent: InterfaceIndex;
  readonly what: LinkKind;
  /** IFLA_GROUP; 0 is the group of links that are in none. */
  readonly group: number;
  /** IFLA_MASTER: the VRF it belongs to. */
  readonly master: InterfaceIndex | undefined;
}

export type LinkRequest =
  | { readonly operation: "create"; readonly link: NewLink }
  /** No IPv6 address by itself (IN6_ADDR_GEN_MODE_NONE); EAFNOSUPPORT where IPv6 is off. */
  | { readonly operation: "generateNoAddress"; readonly linkIndex: InterfaceIndex }
  | { readonly operation: "bringUp"; readonly linkIndex: InterfaceIndex }
  | { readonly operation: "delete"; readonly linkIndex: InterfaceIndex }
  | { readonly operation: "setGroup"; readonly linkIndex: InterfaceIndex; readonly group: number }
  /** Every link of a group at once, which takes hardly longer than one of them. */
  | { readonly operation: "deleteGroup"; readonly linkGroup: number };

/** IFLA_INFO_KIND and IFLA_INFO_DATA, within IFLA_LINKINFO. */
const InfoAttribute = { kind: 1, data: 2 } as const;
/** IFLA_MACVLAN_MODE, and MACVLAN_MODE_PRIVATE: macvlans of one parent do not talk to each other. */
const MACVLAN_MODE = 1;
const MACVLAN_PRIVATE = 1;
/** IFLA_IPVLAN_MODE and IFLA_IPVLAN_FLAGS, of 16 bits each; IPVLAN_MODE_L2. */
const IpvlanAttribute = { mode: 1, flags: 2 } as const;
const IPVLAN_L2 = 0;
/** IPVLAN_F_PRIVATE, IPVLAN_F_VEPA. */
const IPVLAN_FLAG = { bridge: 0, private: 1, vepa: 2 } as const;
/** IFLA_INET6_ADDR_GEN_MODE, within the family's part of IFLA_AF_SPEC; IN6_ADDR_GEN_MODE_NONE. */
const ADDRESS_GENERATION = 8;
const GENERATE_NONE = 1;

/** Flags of the request for an operation, without an acknowledgement. */
export function linkRequestFlags(operation: LinkRequest["operation"]): number {
  return operation === "create"
    ? MessageFlag.request | MessageFlag.create | MessageFlag.exclusive
    : MessageFlag.request;
}

/** RTM_NEWLINK or RTM_DELLINK, without an acknowledgement. */
export function encodeLinkRequest(request: LinkRequest, sequence: number): Uint8Array {
  const flags = linkRequestFlags(request.operation);
  const isRemoval = request.operation === "delete" || request.operation === "deleteGroup";
  const type = isRemoval ? MessageType.deleteLink : MessageType.newLink;
  const [fixed, attributes] = parts(request);
  return encodeMessage({ type, flags, sequence }, fixed, attributes);
}

function parts(request: LinkRequest): readonly [Uint8Array, readonly Attribute[]] {
  switch (request.operation) {
    case "create":
      return [new Uint8Array(FIXED_LENGTH), creation(request.link)];
    case "generateNoAddress":
      return [header(request.linkIndex), [noAddresses()]];
    case "bringUp":
      return [header(request.linkIndex, FLAG_UP), []];
    case "delete":
      return [header(request.linkIndex), []];
    case "setGroup":
      return [header(request.linkIndex), [group(request.group)]];
    case "deleteGroup":
      return [new Uint8Array(FIXED_LENGTH), [group(request.linkGroup)]];
    default:
      return unreachable(request);
  }
}

/** About an existing link; flags named in `set` are turned on. */
function header(index: InterfaceIndex, set = 0): Uint8Array {
  const fixed = new Uint8Array(FIXED_LENGTH);
  const view = viewOf(fixed);
  view.setInt32(INDEX, index, LITTLE);
  view.setUint32(FLAGS, set, LITTLE);
  view.setUint32(CHANGE_MASK, set, LITTLE);
  return fixed;
}

function creation(link: NewLink): readonly Attribute[] {
  const { name, parent, what, master } = link;
  assert(name.length <= INTERFACE_NAME_MAXIMUM, `an interface name of ${name.length} characters`);
  const attributes: Attribute[] = [
    { type: LinkAttribute.name, value: zeroTerminated(name) },
    { type: LinkAttribute.link, value: uint32(parent) },
    group(link.group),
  ];
  if (what.kind === "macvlan") {
    attributes.push({ type: LinkAttribute.address, value: macBytes(what.mac) });
  }
  if (master !== undefined) attributes.push({ type: LinkAttribute.master, value: uint32(master) });
  attributes.push(
    nested(LinkAttribute.linkInfo, [
      { type: InfoAttribute.kind, value: zeroTerminated(what.kind) },
      nested(InfoAttribute.data, dataOf(what)),
    ]),
  );
  return attributes;
}

function dataOf(what: LinkKind): readonly Attribute[] {
  if (what.kind === "macvlan") return [{ type: MACVLAN_MODE, value: uint32(MACVLAN_PRIVATE) }];
  return [
    { type: IpvlanAttribute.mode, value: uint16(IPVLAN_L2) },
    { type: IpvlanAttribute.flags, value: uint16(IPVLAN_FLAG[what.flag]) },
  ];
}

function noAddresses(): Attribute {
  const mode = { type: ADDRESS_GENERATION, value: Uint8Array.of(GENERATE_NONE) };
  return nested(LinkAttribute.familySpecific, [nested(FAMILY_NUMBER.ipv6, [mode])]);
}

const group = (number: number): Attribute => ({
  type: LinkAttribute.group,
  value: uint32(number),
});

const nested = (type: number, attributes: readonly Attribute[]): Attribute => ({
  type,
  value: encodeAttributes(attributes),
});

function uint16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  viewOf(bytes).setUint16(0, value, LITTLE);
  return bytes;
}
