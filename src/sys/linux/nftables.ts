/**
 * Firewall rules through nfnetlink. A batch goes out in one call, in which the kernel makes all of
 * its changes or none, so the answer is there when the call returns.
 */
import { assert, Errno, SyscallError } from "../../base/failure.ts";
import type { Family } from "../../base/address.ts";
import { MessageType, decodeErrno, decodeMessages, renumber } from "../../wire/netlink/message.ts";
import type { NetlinkMessage } from "../../wire/netlink/message.ts";
import { decodeTable, encodeBatch, encodeTableDump } from "../../wire/netlink/nftables.ts";
import type { NftChange, NftTable } from "../../wire/netlink/nftables.ts";
import type { Firewall, PreparedBatch } from "../ports.ts";
import { MessageFlag as SocketFlag, NETLINK_NETFILTER } from "./constants.ts";
import type { Descriptor } from "./descriptor.ts";
import { errno, recv, send } from "./libc.ts";
import { Arena } from "./memory.ts";
import { openRequestSocket } from "./netlink-requests.ts";

const DATAGRAM_BYTES = 64 * 1024;
/** Datagrams of one answer; a host has tens of tables, not thousands. */
const REPLIES_LIMIT = 1024;
const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

export class LinuxFirewall implements Firewall {
  readonly #reply = new Arena(DATAGRAM_BYTES);
  #socket: Descriptor;
  #sequence = 1;

  constructor() {
    [this.#socket] = openRequestSocket({
      protocol: NETLINK_NETFILTER,
      action: "open the firewall's netlink socket",
    });
  }

  tables(): readonly NftTable[] {
    return FAMILIES.flatMap((family) => this.#tablesOf(family));
  }

  prepare(changes: readonly NftChange[]): PreparedBatch {
    return new LinuxBatch(changes);
  }

  apply(batch: PreparedBatch): number {
    assert(batch instanceof LinuxBatch, "a batch prepared here");
    if (batch.count === 0) return 0;
    const action = `make ${batch.count} changes of the firewall`;
    const first = this.#take(batch.messages);
    batch.stamp(first);
    const refused = this.#send(batch.memory.bytes, action);
    if (refused !== 0) return refused;
    // Between the beginning and the end of the batch: the last change is always answered.
    const last = batch.messages - 2;
    return this.#answer(action, first, ({ position, errno: refusal }) =>
      refusal !== 0 || position === last ? refusal : undefined,
    );
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #tablesOf(family: Family): readonly NftTable[] {
    const action = "read the tables of the firewall";
    const sequence = this.#take(1);
    const tables: NftTable[] = [];
    const refused = this.#send(encodeTableDump(family, sequence), action);
    if (refused !== 0) throw new SyscallError("send", refused, action);
    const refusal = this.#answer(
      action,
      sequence,
      (end) => end.errno,
      (message) => {
        const table = decodeTable(message);
        if (table.ok) tables.push(table.value);
      },
    );
    if (refusal !== 0) throw new SyscallError("nfnetlink", refusal, action);
    return tables;
  }

  #take(count: number): number {
    const first = this.#sequence;
    this.#sequence = (first + count) >>> 0;
    return first;
  }

  /** Returns the errno. */
  #send(bytes: Uint8Array, action: string): number {
    for (;;) {
      const sent = send(this.#socket.number, bytes, bytes.length, 0);
      if (sent === bytes.length) return 0;
      const refusal = errno();
      if (refusal === Errno.EINTR) continue;
      // Larger than the socket's buffer, or out of memory: nothing was done.
      if (refusal === Errno.EMSGSIZE || refusal === Errno.ENOBUFS) return refusal;
      throw new SyscallError("send", refusal, action);
    }
  }

  /** Reads until `judge` has an errno for an answer to what began at `first`. */
  #answer(
    action: string,
    first: number,
    judge: (answer: { readonly position: number; readonly errno: number }) => number | undefined,
    take: (message: NetlinkMessage) => void = () => undefined,
  ): number {
    for (let i = 0; i < REPLIES_LIMIT; i += 1) {
      for (const message of this.#receive(action)) {
        const position = (message.sequence - first) >>> 0;
        // Answers to an earlier batch, of which the first refusal was enough.
        if (position >= (this.#sequence - first) >>> 0) continue;
        if (message.type !== MessageType.error && message.type !== MessageType.done) {
          take(message);
          continue;
        }
        const result = decodeErrno(message);
        const verdict = judge({ position, errno: result.ok ? result.value : Errno.EIO });
        if (verdict !== undefined) return verdict;
      }
    }
    throw new SyscallError("recv", Errno.EMSGSIZE, action);
  }

  #receive(action: string): readonly NetlinkMessage[] {
    for (;;) {
      const fd = this.#socket.number;
      const length = recv(fd, this.#reply.address, DATAGRAM_BYTES, SocketFlag.truncated);
      if (length >= 0 && length <= DATAGRAM_BYTES) {
        return decodeMessages(this.#reply.bytes.subarray(0, length));
      }
      const refusal = length < 0 ? errno() : Errno.EMSGSIZE;
      if (refusal !== Errno.EINTR) throw new SyscallError("recv", refusal, action);
    }
  }
}

class LinuxBatch implements PreparedBatch {
  readonly count: number;
  readonly messages: number;
  readonly memory: Arena;
  readonly #offsets: readonly number[];

  constructor(changes: readonly NftChange[]) {
    const messages = encodeBatch(changes);
    this.count = changes.length;
    this.messages = messages.length;
    this.memory = new Arena(messages.reduce((sum, { length }) => sum + length, 0));
    const offsets: number[] = [];
    let used = 0;
    for (const message of messages) {
      offsets.push(used);
      this.memory.bytes.set(message, used);
      used += message.length;
    }
    this.#offsets = offsets;
  }

  stamp(first: number): void {
    for (const [i, offset] of this.#offsets.entries()) {
      renumber(this.memory.bytes, offset, (first + i) >>> 0);
    }
  }
}
