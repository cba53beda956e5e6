/**
 * Tables, chains, sets, elements and rules of nftables over nfnetlink (linux/netfilter/nf_tables.h).
 * Changes travel in a batch, which the kernel makes as a whole or not at all. Unlike the rest of
 * netlink, numbers in attributes are in network order.
 */
import { fail, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";
import type { Family } from "../../base/address.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import {
  FAMILY_NUMBER,
  familyOfNumber,
  MessageFlag,
  decodeAttributes,
  encodeAttributes,
  encodeMessage,
  readString,
  uint32,
  viewOf,
  zeroTerminated,
} from "./message.ts";
import type { Attribute, NetlinkError, NetlinkMessage } from "./message.ts";
import { encodeExpressions } from "./nftables-expressions.ts";
import type { Expression } from "./nftables-expressions.ts";

/*
 * struct nfgenmsg
 * |  Family (8)   |  Version (8)  |   Resource, network order (16) |
 */
const GENERIC_LENGTH = 4;
/** NFNL_SUBSYS_NFTABLES: the upper byte of message types, and the resource of a batch. */
const SUBSYSTEM = 10;

/** NFNL_MSG_BATCH_*, and NFT_MSG_* of the subsystem. */
const MessageType = {
  batchBegin: 0x10,
  batchEnd: 0x11,
  newTable: SUBSYSTEM << 8,
  getTable: (SUBSYSTEM << 8) | 1,
  deleteTable: (SUBSYSTEM << 8) | 2,
  newChain: (SUBSYSTEM << 8) | 3,
  newRule: (SUBSYSTEM << 8) | 6,
  newSet: (SUBSYSTEM << 8) | 9,
  newElement: (SUBSYSTEM << 8) | 12,
  deleteElement: (SUBSYSTEM << 8) | 14,
} as const;

/** NLA_F_NESTED. */
const NESTED = 0x8000;

/** NFTA_TABLE_*, NFTA_CHAIN_*, NFTA_HOOK_*, NFTA_SET_*, NFTA_SET_ELEM_*, NFTA_RULE_*. */
const TableAttribute = { name: 1, flags: 2 } as const;
const ChainAttribute = { table: 1, name: 3, hook: 4, policy: 5, type: 7 } as const;
const HookAttribute = { number: 1, priority: 2 } as const;
const SetAttribute = {
  table: 1,
  name: 2,
  flags: 3,
  keyType: 4,
  keyLength: 5,
  dataType: 6,
  dataLength: 7,
  id: 10,
  userData: 13,
} as const;
const ElementListAttribute = { table: 1, set: 2, elements: 3 } as const;
const ElementAttribute = { key: 1, data: 2 } as const;
const RuleAttribute = { table: 1, chain: 2, expressions: 4 } as const;
/** NFTA_LIST_ELEM, NFTA_DATA_VALUE. */
const LIST_ITEM = 1;
const DATA_VALUE = 1;

/** NF_INET_LOCAL_IN, NF_INET_LOCAL_OUT. */
const HOOK_NUMBER = { input: 1, output: 3 } as const;
/** NF_ACCEPT as the policy of a base chain. */
const POLICY_ACCEPT = 1;
/** NFT_SET_CONSTANT, NFT_SET_MAP. */
const SET_CONSTANT = 0x2;
const SET_MAP = 0x8;

/** Numbers of nft(8) for what a set holds; the kernel only keeps them, for whoever lists it. */
const KEY_TYPE = { ipv4: 7, ipv6: 8, interfaceIndex: 20, icmpv6Type: 29, interfaceName: 41 };
/** Bits a part of a concatenated type takes. */
const KEY_TYPE_BITS = 6;

/** IFNAMSIZ. */
const INTERFACE_NAME_LENGTH = 16;

/**
 * What nft(8) keeps with a set for its own listing, a byte for what it is, one for its length, and the
 * value: NFTNL_UDATA_SET_KEYBYTEORDER, NFTNL_UDATA_SET_DATABYTEORDER. The numbers of interfaces are in
 * the machine's order.
 */
const ByteOrder = { ofKey: 0, ofData: 1 } as const;
const HOST_ORDER = 1;
const hostOrder = (what: number): readonly number[] => [what, 4, ...uint32(HOST_ORDER)];

/** What the keys of a set are. Parts of a concatenation start at multiples of four bytes. */
export type SetKey =
  | "ipv4"
  | "ipv6"
  | "interfaceIndex"
  | "ipv6AndInterfaceIndex"
  | "ipv6AndInterfaceName"
  | "icmpv6Type";

const KEYS: Readonly<Record<SetKey, { readonly type: number; readonly length: number }>> = {
  ipv4: { type: KEY_TYPE.ipv4, length: 4 },
  ipv6: { type: KEY_TYPE.ipv6, length: 16 },
  interfaceIndex: { type: KEY_TYPE.interfaceIndex, length: 4 },
  ipv6AndInterfaceIndex: {
    type: (KEY_TYPE.ipv6 << KEY_TYPE_BITS) | KEY_TYPE.interfaceIndex,
    length: 20,
  },
  ipv6AndInterfaceName: {
    type: (KEY_TYPE.ipv6 << KEY_TYPE_BITS) | KEY_TYPE.interfaceName,
    length: 32,
  },
  icmpv6Type: { type: KEY_TYPE.icmpv6Type, length: 1 },
};

/** A table; names are unique within a family. */
export interface NftTable {
  readonly family: Family;
  readonly name: string;
}

/** One change of a batch. */
export type NftChange =
  /** Nothing happens when it exists. */
  | { readonly kind: "addTable"; readonly table: NftTable }
  /** With everything in it; ENOENT without it. */
  | { readonly kind: "deleteTable"; readonly table: NftTable }
  | {
      readonly kind: "addChain";
      readonly table: NftTable;
      readonly name: string;
      /** Where packets enter; undefined for a chain that rules go to. */
      readonly hook: { readonly name: "input" | "output"; readonly priority: number } | undefined;
    }
  | {
      readonly kind: "addSet";
      readonly table: NftTable;
      readonly name: string;
      readonly key: SetKey;
      /** Its elements are added in the same batch, before rules look at it. */
      readonly isConstant: boolean;
    }
  /** A map from interface to interface. */
  | { readonly kind: "addMap"; readonly table: NftTable; readonly name: string }
  | (ElementChange<"addMappings"> & { readonly values: readonly Uint8Array[] })
  /** Keys that are there stay. */
  | ElementChange<"addElements">
  /** ENOENT when one is not there. */
  | ElementChange<"deleteElements">
  | {
      readonly kind: "addRule";
      readonly table: NftTable;
      readonly chain: string;
      readonly expressions: readonly Expression[];
    };

interface ElementChange<Kind extends string> {
  readonly kind: Kind;
  readonly table: NftTable;
  readonly set: string;
  /** At most `ELEMENTS_LIMIT`: an attribute has 16 bits for its length. */
  readonly keys: readonly Uint8Array[];
}

export const ELEMENTS_LIMIT = 1024;

/**
 * A batch, encoded: its messages, one of them for each change between a beginning and an end. The
 * kernel answers for each change it refuses, and for the last one in any case.
 */
export function encodeBatch(changes: readonly NftChange[]): readonly Uint8Array[] {
  return [
    batchMark(MessageType.batchBegin),
    ...changes.map((change, i) => {
      const { type, flags, attributes, family } = requestOf(change);
      const acknowledge = i === changes.length - 1 ? MessageFlag.acknowledge : 0;
      const header = { type, flags: MessageFlag.request | flags | acknowledge, sequence: 0 };
      return encodeMessage(header, generic(FAMILY_NUMBER[family]), attributes);
    }),
    batchMark(MessageType.batchEnd),
  ];
}

/** The interface in a key of `ipv6AndInterfaceIndex`: in the machine's own order. */
export const interfaceIndexBytes = (index: InterfaceIndex): Uint8Array => uint32(index);

/** The interface in a key of `ipv6AndInterfaceName`. */
export function interfaceNameBytes(name: string): Uint8Array {
  const bytes = new Uint8Array(INTERFACE_NAME_LENGTH);
  bytes.set(zeroTerminated(name).subarray(0, INTERFACE_NAME_LENGTH));
  return bytes;
}

/** NFT_MSG_GETTABLE for every table of a family. */
export function encodeTableDump(family: Family, sequence: number): Uint8Array {
  const flags = MessageFlag.request | MessageFlag.dump;
  const header = { type: MessageType.getTable, flags, sequence };
  return encodeMessage(header, generic(FAMILY_NUMBER[family]), []);
}

/** A table from NFT_MSG_NEWTABLE. */
export function decodeTable(message: NetlinkMessage): Result<NftTable, NetlinkError> {
  const { type, payload } = message;
  if (type !== MessageType.newTable) return fail({ kind: "type", got: type });
  const number = payload[0];
  if (number === undefined || payload.length < GENERIC_LENGTH) {
    return fail({ kind: "truncated", need: GENERIC_LENGTH, have: payload.length });
  }
  const family = familyOfNumber(number);
  if (family === undefined) return fail({ kind: "family", got: number });
  const name = decodeAttributes(payload, GENERIC_LENGTH).find(
    (attribute) => attribute.type === TableAttribute.name,
  );
  if (name === undefined) return fail({ kind: "missing", attribute: TableAttribute.name });
  return ok({ family, name: readString(name.value) });
}

function batchMark(type: number): Uint8Array {
  const header = { type, flags: MessageFlag.request, sequence: 0 };
  return encodeMessage(header, generic(0, SUBSYSTEM), []);
}

function generic(family: number, resource = 0): Uint8Array {
  const bytes = new Uint8Array(GENERIC_LENGTH);
  bytes[0] = family;
  viewOf(bytes).setUint16(2, resource);
  return bytes;
}

interface Request {
  readonly type: number;
  readonly flags: number;
  readonly family: Family;
  readonly attributes: readonly Attribute[];
}

function requestOf(change: NftChange): Request {
  const { family, name: table } = change.table;
  switch (change.kind) {
    case "addTable":
      return {
        type: MessageType.newTable,
        flags: MessageFlag.create,
        family,
        attributes: [text(TableAttribute.name, table), number(TableAttribute.flags, 0)],
      };
    case "deleteTable": {
      const attributes = [text(TableAttribute.name, table)];
      return { type: MessageType.deleteTable, flags: 0, family, attributes };
    }
    case "addChain":
      return {
        type: MessageType.newChain,
        flags: MessageFlag.create,
        family,
        attributes: [
          text(ChainAttribute.table, table),
          text(ChainAttribute.name, change.name),
          ...(change.hook === undefined ? [] : baseChain(change.hook)),
        ],
      };
    case "addSet":
    case "addMap":
      return setRequest(change);
    case "addMappings":
    case "addElements":
      return elementRequest(change, MessageType.newElement, MessageFlag.create);
    case "deleteElements":
      return elementRequest(change, MessageType.deleteElement, 0);
    case "addRule":
      return {
        type: MessageType.newRule,
        flags: MessageFlag.create | MessageFlag.append,
        family,
        attributes: [
          text(RuleAttribute.table, table),
          text(RuleAttribute.chain, change.chain),
          {
            type: RuleAttribute.expressions | NESTED,
            value: encodeExpressions(change.expressions),
          },
        ],
      };
  }
}

function setRequest(change: Extract<NftChange, { kind: "addSet" | "addMap" }>): Request {
  const isMap = change.kind === "addMap";
  const key = isMap ? "interfaceIndex" : change.key;
  const { type, length } = KEYS[key];
  const data = isMap
    ? [number(SetAttribute.dataType, type), number(SetAttribute.dataLength, length)]
    : [];
  const order = [
    ...(key === "interfaceIndex" ? hostOrder(ByteOrder.ofKey) : []),
    ...(isMap ? hostOrder(ByteOrder.ofData) : []),
  ];
  const flags = isMap ? SET_MAP : change.isConstant ? SET_CONSTANT : 0;
  return {
    type: MessageType.newSet,
    flags: MessageFlag.create,
    family: change.table.family,
    attributes: [
      text(SetAttribute.table, change.table.name),
      text(SetAttribute.name, change.name),
      number(SetAttribute.flags, flags),
      number(SetAttribute.keyType, type),
      number(SetAttribute.keyLength, length),
      ...data,
      // Asked for even where nothing refers to it.
      number(SetAttribute.id, 1),
      ...(order.length === 0
        ? []
        : [{ type: SetAttribute.userData, value: Uint8Array.from(order) }]),
    ],
  };
}

function baseChain(hook: {
  readonly name: "input" | "output";
  readonly priority: number;
}): readonly Attribute[] {
  return [
    nested(ChainAttribute.hook, [
      number(HookAttribute.number, HOOK_NUMBER[hook.name]),
      number(HookAttribute.priority, hook.priority),
    ]),
    number(ChainAttribute.policy, POLICY_ACCEPT),
    text(ChainAttribute.type, "filter"),
  ];
}

function elementRequest(
  change: ElementChange<"addElements" | "deleteElements" | "addMappings"> & {
    readonly values?: readonly Uint8Array[];
  },
  type: number,
  flags: number,
): Request {
  const elements = change.keys.map((key, i) => {
    const value = change.values?.[i];
    return nested(LIST_ITEM, [
      nested(ElementAttribute.key, [{ type: DATA_VALUE, value: key }]),
      ...(value === undefined
        ? []
        : [nested(ElementAttribute.data, [{ type: DATA_VALUE, value }])]),
    ]);
  });
  return {
    type,
    flags,
    family: change.table.family,
    attributes: [
      text(ElementListAttribute.table, change.table.name),
      text(ElementListAttribute.set, change.set),
      nested(ElementListAttribute.elements, elements),
    ],
  };
}

const nested = (type: number, attributes: readonly Attribute[]): Attribute => ({
  type: type | NESTED,
  value: encodeAttributes(attributes),
});

const text = (type: number, value: string): Attribute => ({ type, value: zeroTerminated(value) });

/** 32 bits in network order; negative priorities as their two's complement. */
function number(type: number, value: number): Attribute {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setInt32(0, value);
  return { type, value: bytes };
}
