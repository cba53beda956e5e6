/**
 * Requests to rtnetlink and their replies. The kernel does the work inside the sending call, so the
 * replies are there when it returns; only a dump is produced while it is read.
 */
import { Errno, SyscallError } from "../../base/failure.ts";
import type { Result } from "../../base/result.ts";
import {
  decodeErrno,
  decodeMessages,
  MessageFlag,
  MessageType,
} from "../../wire/netlink/message.ts";
import type { NetlinkError, NetlinkMessage } from "../../wire/netlink/message.ts";
import type { ChangeFailure } from "../ports.ts";
import {
  AddressFamily,
  MessageFlag as SocketFlag,
  NETLINK_ROUTE,
  NetlinkOption,
  SocketOption,
  SocketType,
  SOL_NETLINK,
  SOL_SOCKET,
} from "./constants.ts";
import { Descriptor } from "./descriptor.ts";
import { errno, getsockname, must, recv, send, socket } from "./libc.ts";
import { Arena } from "./memory.ts";
import type { ExchangeLimits, LinuxPreparedChanges } from "./prepared-changes.ts";
import { SocketOptions } from "./socket-options.ts";
import type { BufferRequest } from "./socket-options.ts";
import { LITTLE, SocketAddressNetlink, Timeval } from "./structs.ts";

/** Send buffer, which bounds one request; a thousand addresses need about 80 kB. */
const SEND_BUFFER_BYTES = 1024 * 1024;
/** Room for the replies to one request. */
const REPLY_BUFFER_BYTES = 4 * 1024 * 1024;
/** What a short reply takes of that room, bookkeeping of the kernel included. */
const REPLY_COST_BYTES = 1024;
/** The kernel never makes a dump's datagram larger than 32 kB. */
const DATAGRAM_BYTES = 64 * 1024;
/** A reply that does not come within this time never will. */
const REPLY_TIMEOUT_SECONDS = 5;
/** Datagrams of one dump: more than four million addresses or routes. */
const DUMP_LIMIT = 65_536;

export const DumpInterrupted = Symbol("the table changed while it was read");

export class NetlinkRequests implements Disposable {
  readonly #reply = new Arena(DATAGRAM_BYTES);
  #socket: Descriptor;
  #limits: ExchangeLimits;
  #portId: number;
  readonly #more: BufferRequest | undefined;
  #sequence = 1;

  /** `more` is room for replies beyond what is usual. */
  constructor(more?: BufferRequest) {
    this.#more = more;
    [this.#socket, this.#limits, this.#portId] = openRequestSocket({ more });
  }

  get limits(): ExchangeLimits {
    return this.#limits;
  }

  /** The address of our socket; notices carry it when we were the cause. */
  get portId(): number {
    return this.#portId;
  }

  /** Every item of a table, or `DumpInterrupted` when it changed meanwhile. */
  dump<Item>(
    action: string,
    encode: (sequence: number) => Uint8Array,
    decode: (message: NetlinkMessage) => Result<Item, NetlinkError>,
  ): readonly Item[] | typeof DumpInterrupted {
    const sequence = this.#takeSequences(1);
    this.#send(encode(sequence), action);
    const items: Item[] = [];
    let isInterrupted = false;
    for (let i = 0; i < DUMP_LIMIT; i += 1) {
      for (const message of this.#receive(action)) {
        if (message.sequence !== sequence) continue;
        if ((message.flags & MessageFlag.dumpInterrupted) !== 0) isInterrupted = true;
        if (message.type === MessageType.done || message.type === MessageType.error) {
          const result = decodeErrno(message);
          const refusal = result.ok ? result.value : Errno.EIO;
          if (refusal !== 0) throw new SyscallError("netlink dump", refusal, action);
          return isInterrupted ? DumpInterrupted : items;
        }
        const item = decode(message);
        if (item.ok) items.push(item.value);
      }
    }
    this.#reopen();
    throw new SyscallError("recv", Errno.EMSGSIZE, action);
  }

  /** Sends changes `start` to `end` in one call; what the kernel refused is added to `failures`. */
  exchange(
    prepared: LinuxPreparedChanges,
    start: number,
    end: number,
    failures: ChangeFailure[],
  ): void {
    const action = `change ${end - start} addresses or routes`;
    const first = this.#takeSequences(end - start);
    prepared.stamp(start, end, first);
    const from = prepared.offset(start);
    const bytes = prepared.memory.bytes.subarray(from, prepared.offset(end));
    this.#send(bytes, action);
    const last = end - start - 1;
    for (;;) {
      for (const message of this.#receive(action)) {
        if (message.type !== MessageType.error) continue;
        const position = (message.sequence - first) >>> 0;
        if (position > last) continue;
        const result = decodeErrno(message);
        const refusal = result.ok ? result.value : Errno.EIO;
        if (refusal !== 0) failures.push({ index: start + position, errno: refusal });
        if (position === last) return;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #takeSequences(count: number): number {
    const first = this.#sequence;
    this.#sequence = (first + count) >>> 0;
    return first;
  }

  #send(bytes: Uint8Array, action: string): void {
    for (;;) {
      const sent = send(this.#socket.number, bytes, bytes.length, 0);
      if (sent === bytes.length) return;
      const refusal = errno();
      if (refusal !== Errno.EINTR) throw new SyscallError("send", refusal, action);
    }
  }

  /** The next datagram. When none comes, or some were lost, the socket is replaced. */
  #receive(action: string): readonly NetlinkMessage[] {
    for (;;) {
      const fd = this.#socket.number;
      const length = recv(fd, this.#reply.address, DATAGRAM_BYTES, SocketFlag.truncated);
      if (length >= 0 && length <= DATAGRAM_BYTES) {
        return decodeMessages(this.#reply.bytes.subarray(0, length));
      }
      const refusal = length < 0 ? errno() : Errno.EMSGSIZE;
      if (refusal === Errno.EINTR) continue;
      this.#reopen();
      throw new SyscallError("recv", refusal, action);
    }
  }

  #reopen(): void {
    this.#socket[Symbol.dispose]();
    [this.#socket, this.#limits, this.#portId] = openRequestSocket({ more: this.#more });
  }
}

interface RequestSocketOptions {
  readonly protocol?: number;
  readonly action?: string;
  readonly more?: BufferRequest | undefined;
}

/** A blocking socket: replies are there already, and a wait for one that is not is bounded. */
export function openRequestSocket({
  protocol = NETLINK_ROUTE,
  action = "open the netlink request socket",
  more,
}: RequestSocketOptions = {}): [Descriptor, ExchangeLimits, number] {
  const type = SocketType.raw | SocketType.closeOnExec;
  const fd = must(socket(AddressFamily.netlink, type, protocol), "socket", action);
  const descriptor = new Descriptor(fd);
  try {
    const options = new SocketOptions(descriptor, action);
    const timeout = new Uint8Array(Timeval.size);
    new DataView(timeout.buffer).setBigInt64(0, BigInt(REPLY_TIMEOUT_SECONDS), LITTLE);
    options.setBytes(SOL_SOCKET, SocketOption.receiveTimeout, timeout);
    // Acknowledgements without a copy of the request.
    options.tryNumber(SOL_NETLINK, NetlinkOption.capAck, 1);
    const sendRoom = options.setSendBuffer(SEND_BUFFER_BYTES);
    options.setReceiveBuffer(REPLY_BUFFER_BYTES);
    if (more !== undefined) options.growReceiveBuffer(more);
    const replyRoom = options.number(SOL_SOCKET, SocketOption.receiveBuffer);
    const limits = {
      bytes: Math.floor(sendRoom / 2),
      messages: Math.max(1, Math.floor(replyRoom / REPLY_COST_BYTES)),
    };
    const name = new Uint8Array(SocketAddressNetlink.size);
    new DataView(name.buffer).setUint16(0, AddressFamily.netlink, LITTLE);
    options.bind(name);
    return [descriptor, limits, portOf(descriptor, action)];
  } catch (error: unknown) {
    descriptor[Symbol.dispose]();
    throw error;
  }
}

function portOf(descriptor: Descriptor, action: string): number {
  const memory = new Arena(SocketAddressNetlink.size + 4);
  memory.view.setUint32(SocketAddressNetlink.size, SocketAddressNetlink.size, LITTLE);
  const length = memory.at(SocketAddressNetlink.size);
  must(getsockname(descriptor.number, memory.address, length), "getsockname", action);
  return memory.view.getUint32(SocketAddressNetlink.portId, LITTLE);
}
