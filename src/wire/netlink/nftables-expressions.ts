/**
 * Expressions of nftables rules (linux/netfilter/nf_tables.h): what a packet is asked, one after
 * the other, until one says no. What is read goes into registers of sixteen bytes.
 */
import { unreachable } from "../../base/failure.ts";
import { encodeAttributes, viewOf, zeroTerminated } from "./message.ts";
import type { Attribute } from "./message.ts";

/** NFT_REG_1 to NFT_REG_4. */
export type Register = 1 | 2 | 3 | 4;

export type Verdict =
  { readonly kind: "accept" | "drop" } | { readonly kind: "goto"; readonly chain: string };

export type Expression =
  | {
      readonly kind: "payload";
      readonly base: "network" | "transport";
      readonly offset: number;
      readonly length: number;
      readonly register: Register;
    }
  | { readonly kind: "meta"; readonly key: MetaKey; readonly register: Register }
  /** register = register & mask */
  | { readonly kind: "mask"; readonly register: Register; readonly mask: Uint8Array }
  | { readonly kind: "equals"; readonly register: Register; readonly value: Uint8Array }
  /** Whether what starts in the register is an element; what a map has for it goes `into` another. */
  | {
      readonly kind: "lookup";
      readonly register: Register;
      readonly set: string;
      readonly into?: Register;
    }
  /** A copy goes to the address in one register, through the interface in another. */
  | { readonly kind: "duplicate"; readonly address: Register; readonly device: Register }
  | { readonly kind: "counter" }
  | { readonly kind: "verdict"; readonly verdict: Verdict };

export type MetaKey =
  | "inputInterface"
  | "outputInterface"
  | "inputInterfaceName"
  | "outputInterfaceName"
  | "outputInterfaceKind"
  | "layer4Protocol";

/** NFT_META_*. */
const META_KEY: Readonly<Record<MetaKey, number>> = {
  inputInterface: 4,
  outputInterface: 5,
  inputInterfaceName: 6,
  outputInterfaceName: 7,
  layer4Protocol: 16,
  outputInterfaceKind: 27,
};

/** What `outputInterfaceKind` is compared with: IFNAMSIZ bytes. */
export function interfaceKindBytes(kind: string): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(zeroTerminated(kind));
  return bytes;
}

/** NFT_PAYLOAD_NETWORK_HEADER, NFT_PAYLOAD_TRANSPORT_HEADER. */
const PAYLOAD_BASE = { network: 1, transport: 2 } as const;

/** NFTA_PAYLOAD_*, NFTA_META_*, NFTA_BITWISE_*, NFTA_CMP_*, NFTA_LOOKUP_*, NFTA_IMMEDIATE_*. */
const PayloadAttribute = { register: 1, base: 2, offset: 3, length: 4 } as const;
const MetaAttribute = { register: 1, key: 2 } as const;
const BitwiseAttribute = { source: 1, destination: 2, length: 3, mask: 4, xor: 5 } as const;
const CompareAttribute = { register: 1, operation: 2, value: 3 } as const;
const LookupAttribute = { set: 1, register: 2, into: 3 } as const;
/** NFTA_DUP_*. */
const DuplicateAttribute = { address: 1, device: 2 } as const;
const ImmediateAttribute = { register: 1, data: 2 } as const;
/** NFTA_DATA_*, NFTA_VERDICT_*. */
const DataAttribute = { value: 1, verdict: 2 } as const;
const VerdictAttribute = { code: 1, chain: 2 } as const;
/** NFTA_LIST_ELEM, NFTA_EXPR_*. */
const LIST_ITEM = 1;
const ExpressionAttribute = { name: 1, data: 2 } as const;

/** NF_DROP, NF_ACCEPT, NFT_GOTO. */
const VERDICT_CODE = { drop: 0, accept: 1, goto: -4 } as const;
/** NFT_REG_VERDICT. */
const VERDICT_REGISTER = 0;
/** NFT_CMP_EQ. */
const COMPARE_EQUAL = 0;
/** NLA_F_NESTED. */
const NESTED = 0x8000;

/** The value of NFTA_RULE_EXPRESSIONS. */
export function encodeExpressions(expressions: readonly Expression[]): Uint8Array {
  return encodeAttributes(
    expressions.map((expression) => {
      const [name, data] = parts(expression);
      return nested(LIST_ITEM, [
        text(ExpressionAttribute.name, name),
        nested(ExpressionAttribute.data, data),
      ]);
    }),
  );
}

function parts(expression: Expression): readonly [name: string, data: readonly Attribute[]] {
  switch (expression.kind) {
    case "payload":
      return [
        "payload",
        [
          number(PayloadAttribute.register, expression.register),
          number(PayloadAttribute.base, PAYLOAD_BASE[expression.base]),
          number(PayloadAttribute.offset, expression.offset),
          number(PayloadAttribute.length, expression.length),
        ],
      ];
    case "meta":
      return [
        "meta",
        [
          number(MetaAttribute.register, expression.register),
          number(MetaAttribute.key, META_KEY[expression.key]),
        ],
      ];
    case "mask": {
      const { register, mask } = expression;
      return [
        "bitwise",
        [
          number(BitwiseAttribute.source, register),
          number(BitwiseAttribute.destination, register),
          number(BitwiseAttribute.length, mask.length),
          data(BitwiseAttribute.mask, mask),
          data(BitwiseAttribute.xor, new Uint8Array(mask.length)),
        ],
      ];
    }
    case "equals":
      return [
        "cmp",
        [
          number(CompareAttribute.register, expression.register),
          number(CompareAttribute.operation, COMPARE_EQUAL),
          data(CompareAttribute.value, expression.value),
        ],
      ];
    case "lookup":
      return [
        "lookup",
        [
          text(LookupAttribute.set, expression.set),
          number(LookupAttribute.register, expression.register),
          ...(expression.into === undefined ? [] : [number(LookupAttribute.into, expression.into)]),
        ],
      ];
    case "duplicate":
      return [
        "dup",
        [
          number(DuplicateAttribute.address, expression.address),
          number(DuplicateAttribute.device, expression.device),
        ],
      ];
    case "counter":
      return ["counter", []];
    case "verdict":
      return ["immediate", verdictData(expression.verdict)];
    default:
      return unreachable(expression);
  }
}

function verdictData(verdict: Verdict): readonly Attribute[] {
  const code = number(VerdictAttribute.code, VERDICT_CODE[verdict.kind]);
  const chain = verdict.kind === "goto" ? [text(VerdictAttribute.chain, verdict.chain)] : [];
  return [
    number(ImmediateAttribute.register, VERDICT_REGISTER),
    nested(ImmediateAttribute.data, [nested(DataAttribute.verdict, [code, ...chain])]),
  ];
}

const data = (type: number, value: Uint8Array): Attribute =>
  nested(type, [{ type: DataAttribute.value, value }]);

const nested = (type: number, attributes: readonly Attribute[]): Attribute => ({
  type: type | NESTED,
  value: encodeAttributes(attributes),
});

const text = (type: number, value: string): Attribute => ({ type, value: zeroTerminated(value) });

/** 32 bits in network order. */
function number(type: number, value: number): Attribute {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setInt32(0, value);
  return { type, value: bytes };
}
