/**
 * Changes of links, addresses, routes and rules encoded at load: one run of netlink messages that a single
 * call can send.
 */
import { assert } from "../../base/failure.ts";
import { encodeAddressRequest, requestFlags } from "../../wire/netlink/address.ts";
import { encodeLinkRequest, linkRequestFlags } from "../../wire/netlink/link-request.ts";
import { MessageFlag, restamp } from "../../wire/netlink/message.ts";
import { encodeRouteRequest, routeRequestFlags } from "../../wire/netlink/route.ts";
import { encodeRuleRequest, ruleRequestFlags } from "../../wire/netlink/rule.ts";
import type { LinkChange, NetworkChange, PreparedChanges } from "../ports.ts";
import { Arena } from "./memory.ts";

/** What one exchange may hold. */
export interface ExchangeLimits {
  readonly bytes: number;
  readonly messages: number;
}

export class LinuxPreparedChanges implements PreparedChanges {
  readonly count: number;
  readonly memory: Arena;
  /** Where each message starts, and at the end where the last one ends. */
  readonly #offsets: Uint32Array;
  readonly #flags: Uint16Array;

  constructor(changes: readonly NetworkChange[]) {
    const messages = changes.map(encode);
    this.count = changes.length;
    this.#offsets = new Uint32Array(changes.length + 1);
    this.#flags = Uint16Array.from(changes, flagsOf);
    const total = messages.reduce((sum, message) => sum + message.length, 0);
    this.memory = new Arena(Math.max(total, 1));
    let used = 0;
    for (const [i, message] of messages.entries()) {
      this.memory.bytes.set(message, used);
      used += message.length;
      this.#offsets[i + 1] = used;
    }
  }

  offset(index: number): number {
    const offset = this.#offsets[index];
    assert(offset !== undefined, `change ${index} of ${this.count}`);
    return offset;
  }

  /** The position behind the last message, from `start` on, that still fits into one exchange. */
  sliceEnd(start: number, end: number, limits: ExchangeLimits): number {
    const first = this.offset(start);
    let next = start + 1;
    while (
      next < end &&
      next - start < limits.messages &&
      this.offset(next + 1) - first <= limits.bytes
    ) {
      next += 1;
    }
    return next;
  }

  /** Numbers the messages of a slice from `sequence` on; the last asks for an acknowledgement. */
  stamp(start: number, end: number, sequence: number): void {
    for (let i = start; i < end; i += 1) {
      const flags = (this.#flags[i] ?? 0) | (i === end - 1 ? MessageFlag.acknowledge : 0);
      const stamp = { flags, sequence: (sequence + i - start) >>> 0 };
      restamp(this.memory.bytes, this.offset(i), stamp);
    }
  }
}

function encode(change: NetworkChange): Uint8Array {
  if ("route" in change) return encodeRouteRequest(change.operation, change.route, 0);
  if ("rule" in change) return encodeRuleRequest(change.operation, change.rule, 0);
  if (isLinkChange(change)) return encodeLinkRequest(change, 0);
  return encodeAddressRequest(change, 0);
}

function flagsOf(change: NetworkChange): number {
  if ("route" in change) return routeRequestFlags(change.operation);
  if ("rule" in change) return ruleRequestFlags(change.operation);
  if (isLinkChange(change)) return linkRequestFlags(change.operation);
  return requestFlags(change.operation);
}

const isLinkChange = (change: NetworkChange): change is LinkChange =>
  "link" in change || "linkIndex" in change || "linkGroup" in change;
