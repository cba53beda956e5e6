/** Links over rtnetlink (linux/if_link.h, struct ifinfomsg): decoding, and asking for all. */
import { macBytes, macFromBytes } from "../../base/address.ts";
import type { MacAddress } from "../../base/address.ts";
import { fail, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";
import { interfaceIndex } from "../../base/units.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import {
  decodeAttributes,
  encodeAttributes,
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
 * struct ifinfomsg
 * |  Family (8)   |  Padding (8)  |       Hardware type (16)      |
 * |                           Index (32)                          |
 * |                           Flags (32)                          |
 * |                        Change mask (32)                       |
 */
const FIXED_LENGTH = 16;
const FAMILY = 0;
const HARDWARE_TYPE = 2;
const INDEX = 4;
const FLAGS = 8;

export const LinkAttribute = {
  address: 1,
  broadcast: 2,
  name: 3,
  mtu: 4,
  link: 5,
  master: 10,
  linkInfo: 18,
  familySpecific: 26,
  group: 27,
  extendedMask: 29,
} as const;
/** IFLA_INFO_KIND, within IFLA_LINKINFO. */
const INFO_KIND = 1;
/** IFLA_INFO_DATA, and in it, for a VRF, IFLA_VRF_TABLE. */
const INFO_DATA = 2;
const VRF_TABLE = 1;
/** RTEXT_FILTER_SKIP_STATS: counters double a dump and nobody here reads them. */
const SKIP_STATISTICS = 8;

export interface Link {
  readonly index: InterfaceIndex;
  readonly name: string;
  readonly flags: number;
  readonly mtu: number;
  readonly hardwareType: number;
  readonly mac: MacAddress | undefined;
  readonly broadcastMac: MacAddress | undefined;
  readonly kind: string | undefined;
  readonly parent: InterfaceIndex | undefined;
  readonly master: InterfaceIndex | undefined;
  /** IFLA_VRF_TABLE; only of a VRF. */
  readonly vrfTable?: number | undefined;
  readonly group: number;
}

/**
 * A link from RTM_NEWLINK or RTM_DELLINK. Messages of family AF_BRIDGE speak of a bridge's port and
 * not of the link, and wireless events carry no MTU; neither is a link's description.
 */
export function decodeLink(message: NetlinkMessage): Result<Link, NetlinkError> {
  const { type, payload } = message;
  if (type !== MessageType.newLink && type !== MessageType.deleteLink) {
    return fail({ kind: "type", got: type });
  }
  if (payload.length < FIXED_LENGTH) {
    return fail({ kind: "truncated", need: FIXED_LENGTH, have: payload.length });
  }
  const view = viewOf(payload);
  const family = view.getUint8(FAMILY);
  if (family !== 0) return fail({ kind: "family", got: family });
  const values = new Map(decodeAttributes(payload, FIXED_LENGTH).map((a) => [a.type, a.value]));
  const index = interfaceIndex(view.getInt32(INDEX, LITTLE));
  const name = readString(values.get(LinkAttribute.name) ?? new Uint8Array());
  const mtu = readUint32(values.get(LinkAttribute.mtu) ?? new Uint8Array());
  if (index === undefined || name === "") {
    return fail({ kind: "missing", attribute: LinkAttribute.name });
  }
  if (mtu === undefined) return fail({ kind: "missing", attribute: LinkAttribute.mtu });
  const vrfTable = readVrfTable(values.get(LinkAttribute.linkInfo));
  return ok({
    index,
    name,
    flags: view.getUint32(FLAGS, LITTLE),
    mtu,
    hardwareType: view.getUint16(HARDWARE_TYPE, LITTLE),
    mac: readMac(values.get(LinkAttribute.address)),
    broadcastMac: readMac(values.get(LinkAttribute.broadcast)),
    kind: readKind(values.get(LinkAttribute.linkInfo)),
    parent: readIndex(values.get(LinkAttribute.link)),
    master: readIndex(values.get(LinkAttribute.master)),
    ...(vrfTable === undefined ? {} : { vrfTable }),
    group: readUint32(values.get(LinkAttribute.group) ?? new Uint8Array()) ?? 0,
  });
}

/** RTM_GETLINK for every link. */
export function encodeLinkDump(sequence: number): Uint8Array {
  const flags = MessageFlag.request | MessageFlag.dump;
  return encodeMessage(
    { type: MessageType.getLink, flags, sequence },
    new Uint8Array(FIXED_LENGTH),
    [{ type: LinkAttribute.extendedMask, value: uint32(SKIP_STATISTICS) }],
  );
}

/** RTM_NEWLINK as the kernel would send it; for fakes and tests. */
export function encodeLink(link: Link, sequence = 0): Uint8Array {
  const fixed = new Uint8Array(FIXED_LENGTH);
  const view = viewOf(fixed);
  view.setUint16(HARDWARE_TYPE, link.hardwareType, LITTLE);
  view.setInt32(INDEX, link.index, LITTLE);
  view.setUint32(FLAGS, link.flags, LITTLE);
  const attributes: Attribute[] = [
    { type: LinkAttribute.name, value: zeroTerminated(link.name) },
    { type: LinkAttribute.mtu, value: uint32(link.mtu) },
  ];
  if (link.mac !== undefined) {
    attributes.push({ type: LinkAttribute.address, value: macBytes(link.mac) });
  }
  if (link.broadcastMac !== undefined) {
    attributes.push({ type: LinkAttribute.broadcast, value: macBytes(link.broadcastMac) });
  }
  if (link.parent !== undefined) {
    attributes.push({ type: LinkAttribute.link, value: uint32(link.parent) });
  }
  if (link.master !== undefined) {
    attributes.push({ type: LinkAttribute.master, value: uint32(link.master) });
  }
  if (link.group !== 0) {
    attributes.push({ type: LinkAttribute.group, value: uint32(link.group) });
  }
  if (link.kind !== undefined) {
    const { vrfTable } = link;
    const data =
      vrfTable === undefined
        ? []
        : [{ type: VRF_TABLE, value: uint32(vrfTable) } satisfies Attribute];
    const value = encodeAttributes([
      { type: INFO_KIND, value: zeroTerminated(link.kind) },
      ...(data.length === 0 ? [] : [{ type: INFO_DATA, value: encodeAttributes(data) }]),
    ]);
    attributes.push({ type: LinkAttribute.linkInfo, value });
  }
  return encodeMessage({ type: MessageType.newLink, flags: 0, sequence }, fixed, attributes);
}

function readMac(value: Uint8Array | undefined): MacAddress | undefined {
  return value === undefined || value.length === 0 ? undefined : macFromBytes(value);
}

function readIndex(value: Uint8Array | undefined): InterfaceIndex | undefined {
  const number = value === undefined ? undefined : readUint32(value);
  return number === undefined ? undefined : interfaceIndex(number);
}

function readVrfTable(value: Uint8Array | undefined): number | undefined {
  if (value === undefined || readKind(value) !== "vrf") return undefined;
  const data = decodeAttributes(value, 0).find(({ type }) => type === INFO_DATA);
  const table = data && decodeAttributes(data.value, 0).find(({ type }) => type === VRF_TABLE);
  return table && readUint32(table.value);
}

function readKind(value: Uint8Array | undefined): string | undefined {
  if (value === undefined) return undefined;
  const kind = decodeAttributes(value, 0).find((attribute) => attribute.type === INFO_KIND);
  return kind === undefined ? undefined : readString(kind.value);
}
