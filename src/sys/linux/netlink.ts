/**
 * Links, addresses, routes and rules through rtnetlink(7). One socket carries requests, which the
 * kernel works off within the call that sends them; another carries notices. Prepared changes go out many to a call
 * and only the last asks for an acknowledgement: the kernel reports what it refuses in any case.
 */
import { assert, Errno, SyscallError } from "../../base/failure.ts";
import { decodeAddress, encodeAddressDump } from "../../wire/netlink/address.ts";
import { decodeLink, encodeLinkDump } from "../../wire/netlink/link.ts";
import { decodeRoute, encodeRouteDump } from "../../wire/netlink/route.ts";
import { decodeRule, encodeRuleDump } from "../../wire/netlink/rule.ts";
import type {
  AddressInfo,
  ChangeFailure,
  LinkInfo,
  Netlink,
  NetlinkOptions,
  NetworkChange,
  NetworkNotice,
  PreparedChanges,
  RouteInfo,
  RuleInfo,
} from "../ports.ts";
import { NetlinkNotices } from "./netlink-notices.ts";
import { DumpInterrupted, NetlinkRequests } from "./netlink-requests.ts";
import { LinuxPreparedChanges } from "./prepared-changes.ts";
import type { ReceiveBuffer } from "./receive-buffer.ts";
import type { BufferRequest } from "./socket-options.ts";

/** Dumps that a busy table may interrupt before we give up. */
const DUMP_ATTEMPTS = 10;
const FAMILIES = ["ipv4", "ipv6"] as const;

/** Room beyond what is usual, for what has come and is not yet read. */
export interface NetlinkBuffers {
  readonly command?: BufferRequest | undefined;
  readonly monitor?: BufferRequest | undefined;
}

export class LinuxNetlink implements Netlink {
  readonly #requests: NetlinkRequests;
  readonly #notices: NetlinkNotices;

  constructor(buffer: ReceiveBuffer, options: NetlinkOptions = {}, more: NetlinkBuffers = {}) {
    this.#requests = new NetlinkRequests(more.command);
    try {
      const noticeOptions = { ...options, more: more.monitor };
      this.#notices = new NetlinkNotices(buffer, () => this.#requests.portId, noticeOptions);
    } catch (error: unknown) {
      this.#requests[Symbol.dispose]();
      throw error;
    }
  }

  links(): readonly LinkInfo[] {
    return this.#dump("read the network interfaces", encodeLinkDump, decodeLink);
  }

  addresses(): readonly AddressInfo[] {
    return this.#dump("read the addresses", encodeAddressDump, decodeAddress);
  }

  routes(): readonly RouteInfo[] {
    const action = "read the routes";
    return FAMILIES.flatMap((family) =>
      this.#dump(action, (sequence) => encodeRouteDump(family, sequence), decodeRoute)
        // A kernel without IPv6 answers a question about it with the routes of every family.
        .filter((route) => route.family === family),
    );
  }

  rules(): readonly RuleInfo[] {
    return FAMILIES.flatMap((family) =>
      this.#dump("read the rules", (sequence) => encodeRuleDump(family, sequence), decodeRule)
        // As above.
        .filter((rule) => rule.family === family),
    );
  }

  prepare(changes: readonly NetworkChange[]): PreparedChanges {
    return new LinuxPreparedChanges(changes);
  }

  apply(prepared: PreparedChanges, from: number, count: number): readonly ChangeFailure[] {
    assert(prepared instanceof LinuxPreparedChanges, "changes prepared here");
    const end = Math.min(from + count, prepared.count);
    const failures: ChangeFailure[] = [];
    for (let start = from; start < end;) {
      const next = prepared.sliceEnd(start, end, this.#requests.limits);
      this.#requests.exchange(prepared, start, next, failures);
      start = next;
    }
    return failures;
  }

  takeNotices(): readonly NetworkNotice[] {
    return this.#notices.take();
  }

  onNotices(handler: (notices: readonly NetworkNotice[]) => void): void {
    this.#notices.onNotices(handler);
  }

  [Symbol.dispose](): void {
    this.#requests[Symbol.dispose]();
    this.#notices[Symbol.dispose]();
  }

  #dump<Item>(
    action: string,
    encode: (sequence: number) => Uint8Array,
    decode: Parameters<typeof NetlinkRequests.prototype.dump<Item>>[2],
  ): readonly Item[] {
    for (let attempt = 0; attempt < DUMP_ATTEMPTS; attempt += 1) {
      const items = this.#requests.dump(action, encode, decode);
      if (items !== DumpInterrupted) return items;
    }
    throw new SyscallError("recv", Errno.EAGAIN, action);
  }
}
