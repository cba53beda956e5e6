/** Policy rules over rtnetlink (linux/fib_rules.h): selectors, an action, a preference. */
import { addressBytes, addressFromBytes } from "../../base/address.ts";
import type { Family, IpAddress } from "../../base/address.ts";
import { fail, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";
import {
  FAMILY_NUMBER,
  familyOfNumber,
  LITTLE,
  MessageFlag,
  MessageType,
  decodeAttributes,
  encodeMessage,
  readString,
  readUint32,
  uint32,
  viewOf,
  zeroTerminated,
} from "./message.ts";
import type { Attribute, NetlinkError, NetlinkMessage } from "./message.ts";

/*
 * struct fib_rule_hdr
 * |  Family (8)   | Dest. len (8) | Source len (8)|    TOS (8)    |
 * |   Table (8)   |   Reserved    |   Reserved    |   Action (8)  |
 * |                           Flags (32)                          |
 */
const FIXED_LENGTH = 12;
const FAMILY = 0;
const DESTINATION_LENGTH = 1;
const SOURCE_LENGTH = 2;
const TOS = 3;
const TABLE = 4;
const ACTION = 7;
const FLAGS = 8;
/** FIB_RULE_INVERT. */
const FLAG_INVERT = 2;
/** Tables beyond one byte are in FRA_TABLE alone. */
const TABLE_IN_ATTRIBUTE = 252;

/** FRA_*. */
const RuleAttribute = {
  destination: 1,
  source: 2,
  inputInterface: 3,
  goto: 4,
  priority: 6,
  fwmark: 10,
  flow: 11,
  tunnelId: 12,
  suppressGroup: 13,
  suppressPrefixLength: 14,
  table: 15,
  fwmask: 16,
  outputInterface: 17,
  l3mdev: 19,
  uidRange: 20,
  protocol: 21,
  ipProtocol: 22,
  sourcePorts: 23,
  destinationPorts: 24,
} as const;

/** FR_ACT_*. */
const Action = {
  table: 1,
  goto: 2,
  nop: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
} as const;

export type RuleAction =
  | { readonly kind: "table"; readonly table: number }
  | { readonly kind: "goto"; readonly target: number }
  /** The table of the VRF that a packet belongs to. */
  | { readonly kind: "l3mdev" }
  | { readonly kind: "nop" | "blackhole" | "unreachable" | "prohibit" };

export interface RulePrefix {
  readonly address: IpAddress;
  readonly length: number;
}

export type NumberRange = readonly [first: number, last: number];

export interface Rule {
  readonly family: Family;
  readonly preference: number;
  readonly action: RuleAction;
  /** RTPROT_*: 18 is keepalived. */
  readonly protocol: number | undefined;
  readonly inverted?: boolean | undefined;
  readonly from?: RulePrefix | undefined;
  readonly to?: RulePrefix | undefined;
  readonly tos?: number | undefined;
  readonly inputInterface?: string | undefined;
  readonly outputInterface?: string | undefined;
  readonly fwmark?: { readonly value: number; readonly mask: number | undefined } | undefined;
  /** `from << 16 | to`. */
  readonly realms?: number | undefined;
  readonly tunnelId?: bigint | undefined;
  readonly suppressPrefixLength?: number | undefined;
  readonly suppressGroup?: number | undefined;
  readonly uids?: NumberRange | undefined;
  readonly ipProtocol?: number | undefined;
  readonly sourcePorts?: NumberRange | undefined;
  readonly destinationPorts?: NumberRange | undefined;
}

/** Flags of the request, without an acknowledgement. */
export const ruleRequestFlags = (operation: "add" | "remove"): number =>
  operation === "add"
    ? MessageFlag.request | MessageFlag.create | MessageFlag.exclusive
    : MessageFlag.request;

/** RTM_NEWRULE or RTM_DELRULE, without an acknowledgement. */
export function encodeRuleRequest(
  operation: "add" | "remove",
  rule: Rule,
  sequence: number,
): Uint8Array {
  const fixed = new Uint8Array(FIXED_LENGTH);
  fixed[FAMILY] = FAMILY_NUMBER[rule.family];
  fixed[DESTINATION_LENGTH] = rule.to?.length ?? 0;
  fixed[SOURCE_LENGTH] = rule.from?.length ?? 0;
  fixed[TOS] = rule.tos ?? 0;
  const { action } = rule;
  if (action.kind === "table") {
    fixed[TABLE] = action.table > 255 ? TABLE_IN_ATTRIBUTE : action.table;
  }
  fixed[ACTION] = action.kind === "l3mdev" ? Action.table : Action[action.kind];
  viewOf(fixed).setUint32(FLAGS, rule.inverted === true ? FLAG_INVERT : 0, LITTLE);
  const type = operation === "remove" ? MessageType.deleteRule : MessageType.newRule;
  const header = { type, flags: ruleRequestFlags(operation), sequence };
  return encodeMessage(header, fixed, [...selectors(rule), ...actionAttributes(rule)]);
}

function selectors(rule: Rule): readonly Attribute[] {
  const attributes: Attribute[] = [];
  const add = (type: number, value: Uint8Array | undefined): void => {
    if (value !== undefined) attributes.push({ type, value });
  };
  const { fwmark } = rule;
  add(RuleAttribute.destination, rule.to && addressBytes(rule.to.address));
  add(RuleAttribute.source, rule.from && addressBytes(rule.from.address));
  add(RuleAttribute.inputInterface, textOf(rule.inputInterface));
  add(RuleAttribute.outputInterface, textOf(rule.outputInterface));
  add(RuleAttribute.priority, uint32(rule.preference));
  add(RuleAttribute.fwmark, fwmark && uint32(fwmark.value));
  add(RuleAttribute.fwmask, numberOf(fwmark?.mask));
  add(RuleAttribute.tunnelId, rule.tunnelId === undefined ? undefined : bytes64(rule.tunnelId));
  add(
    RuleAttribute.uidRange,
    rule.uids && Uint8Array.from(rule.uids.flatMap((id) => [...uint32(id)])),
  );
  add(RuleAttribute.ipProtocol, byteOf(rule.ipProtocol));
  add(RuleAttribute.sourcePorts, rule.sourcePorts && ports(rule.sourcePorts));
  add(RuleAttribute.destinationPorts, rule.destinationPorts && ports(rule.destinationPorts));
  return attributes;
}

function actionAttributes(rule: Rule): readonly Attribute[] {
  const { action } = rule;
  const attributes: Attribute[] = [];
  const add = (type: number, value: Uint8Array | undefined): void => {
    if (value !== undefined) attributes.push({ type, value });
  };
  add(RuleAttribute.table, action.kind === "table" ? uint32(action.table) : undefined);
  add(RuleAttribute.goto, action.kind === "goto" ? uint32(action.target) : undefined);
  add(RuleAttribute.l3mdev, action.kind === "l3mdev" ? Uint8Array.of(1) : undefined);
  add(RuleAttribute.flow, numberOf(rule.realms));
  add(RuleAttribute.suppressPrefixLength, numberOf(rule.suppressPrefixLength));
  add(RuleAttribute.suppressGroup, numberOf(rule.suppressGroup));
  add(RuleAttribute.protocol, byteOf(rule.protocol));
  return attributes;
}

/** RTM_GETRULE for every rule of a family. */
export function encodeRuleDump(family: Family, sequence: number): Uint8Array {
  const fixed = new Uint8Array(FIXED_LENGTH);
  fixed[FAMILY] = FAMILY_NUMBER[family];
  const flags = MessageFlag.request | MessageFlag.dump;
  return encodeMessage({ type: MessageType.getRule, flags, sequence }, fixed, []);
}

/** A rule from RTM_NEWRULE or RTM_DELRULE. */
export function decodeRule(message: NetlinkMessage): Result<Rule, NetlinkError> {
  const { payload } = message;
  if (message.type !== MessageType.newRule && message.type !== MessageType.deleteRule) {
    return fail({ kind: "type", got: message.type });
  }
  if (payload.length < FIXED_LENGTH) {
    return fail({ kind: "truncated", need: FIXED_LENGTH, have: payload.length });
  }
  const view = viewOf(payload);
  const number = view.getUint8(FAMILY);
  const family = familyOfNumber(number);
  if (family === undefined) return fail({ kind: "family", got: number });
  const values = new Map(decodeAttributes(payload, FIXED_LENGTH).map((a) => [a.type, a.value]));
  const uint = (type: number): number | undefined => readUint32(values.get(type) ?? EMPTY);
  const text = (type: number): string | undefined => {
    const value = values.get(type);
    return value === undefined ? undefined : readString(value);
  };
  const mark = uint(RuleAttribute.fwmark);
  return ok({
    family,
    preference: uint(RuleAttribute.priority) ?? 0,
    action: readAction(view, values),
    protocol: values.get(RuleAttribute.protocol)?.[0],
    inverted: (view.getUint32(FLAGS, LITTLE) & FLAG_INVERT) !== 0,
    from: readPrefix(values.get(RuleAttribute.source), view.getUint8(SOURCE_LENGTH), family),
    to: readPrefix(
      values.get(RuleAttribute.destination),
      view.getUint8(DESTINATION_LENGTH),
      family,
    ),
    tos: view.getUint8(TOS) === 0 ? undefined : view.getUint8(TOS),
    inputInterface: text(RuleAttribute.inputInterface),
    outputInterface: text(RuleAttribute.outputInterface),
    fwmark: mark === undefined ? undefined : { value: mark, mask: uint(RuleAttribute.fwmask) },
  });
}

function readAction(view: DataView, values: ReadonlyMap<number, Uint8Array>): RuleAction {
  const uint = (type: number): number | undefined => readUint32(values.get(type) ?? EMPTY);
  if (values.get(RuleAttribute.l3mdev)?.[0] === 1) return { kind: "l3mdev" };
  switch (view.getUint8(ACTION)) {
    case Action.table:
      return { kind: "table", table: uint(RuleAttribute.table) ?? view.getUint8(TABLE) };
    case Action.goto:
      return { kind: "goto", target: uint(RuleAttribute.goto) ?? 0 };
    case Action.blackhole:
      return { kind: "blackhole" };
    case Action.unreachable:
      return { kind: "unreachable" };
    case Action.prohibit:
      return { kind: "prohibit" };
    default:
      return { kind: "nop" };
  }
}

function readPrefix(
  value: Uint8Array | undefined,
  length: number,
  family: Family,
): RulePrefix | undefined {
  if (value?.length !== (family === "ipv4" ? 4 : 16)) return undefined;
  return { address: addressFromBytes(value), length };
}

const EMPTY = new Uint8Array();

const textOf = (text: string | undefined): Uint8Array | undefined =>
  text === undefined ? undefined : zeroTerminated(text);

const numberOf = (value: number | undefined): Uint8Array | undefined =>
  value === undefined ? undefined : uint32(value);

const byteOf = (value: number | undefined): Uint8Array | undefined =>
  value === undefined ? undefined : Uint8Array.of(value);

/** struct fib_rule_port_range. */
function ports([first, last]: NumberRange): Uint8Array {
  const bytes = new Uint8Array(4);
  const view = viewOf(bytes);
  view.setUint16(0, first, LITTLE);
  view.setUint16(2, last, LITTLE);
  return bytes;
}

function bytes64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, value);
  return bytes;
}
