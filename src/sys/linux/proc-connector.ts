/**
 * The kernel's own word on processes that start, change and end (NETLINK_CONNECTOR). It is given
 * in the initial network, process and user namespaces only, and to whoever may administer them.
 */
import { Errno, SyscallError } from "../../base/failure.ts";
import { processFilter } from "../../wire/packet-filter.ts";
import { decodeProcessEvent, encodeListen, PROC_GROUP } from "../../wire/process-events.ts";
import type { NoticeBuffer, ProcessNotice } from "../ports.ts";
import { AddressFamily, MessageFlag, NETLINK_CONNECTOR, SocketType } from "./constants.ts";
import type { Descriptor } from "./descriptor.ts";
import { errno, must, recv, send } from "./libc.ts";
import { Arena } from "./memory.ts";
import { openSocket } from "./socket-options.ts";
import { LITTLE, SocketAddressNetlink } from "./structs.ts";

/** Room for the notices of tens of thousands of processes; used only as needed. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
const MESSAGE_BYTES = 4_096;
/** Notices taken in one wake-up before anything else has its turn. */
const NOTICES_PER_WAKE = 512;
/** Notices that may come before the answer to our request. */
const NOTICES_BEFORE_ANSWER = 64;

export class ProcConnector implements Disposable {
  readonly #socket: Descriptor;
  readonly #memory = new Arena(MESSAGE_BYTES);

  /** Throws `SyscallError` where the kernel does not tell. */
  constructor(handler: (notices: readonly ProcessNotice[]) => void, buffer?: NoticeBuffer) {
    const action = "hear of processes";
    const { netlink } = AddressFamily;
    const kind = { domain: netlink, type: SocketType.datagram, protocol: NETLINK_CONNECTOR };
    this.#socket = openSocket(kind, action, (socket) => {
      socket.setReceiveBuffer(RECEIVE_BUFFER_BYTES);
      if (buffer !== undefined) socket.growReceiveBuffer(buffer);
      const name = new Uint8Array(SocketAddressNetlink.size);
      const view = new DataView(name.buffer);
      view.setUint16(SocketAddressNetlink.family, netlink, LITTLE);
      view.setUint32(SocketAddressNetlink.groups, PROC_GROUP, LITTLE);
      socket.attachFilter(processFilter(LITTLE));
      socket.bind(name);
    });
    try {
      this.#ask(action);
    } catch (error: unknown) {
      this[Symbol.dispose]();
      throw error;
    }
    this.#socket.onReadable(() => {
      const notices = this.#take();
      if (notices.length > 0) handler(notices);
    });
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  /** The kernel answers within the call that asks; from other namespaces it does not answer. */
  #ask(action: string): void {
    const request = encodeListen(LITTLE);
    must(send(this.#socket.number, request, request.length, 0), "send", action);
    for (let i = 0; i < NOTICES_BEFORE_ANSWER; i += 1) {
      const length = this.#receive();
      if (length < 0) break;
      const event = this.#decode(length);
      if (event?.kind !== "acknowledged") continue;
      if (event.errno === 0) return;
      throw new SyscallError("send", event.errno, action);
    }
    throw new SyscallError("recv", Errno.EAGAIN, action);
  }

  #receive(): number {
    const { number } = this.#socket;
    return recv(number, this.#memory.address, MESSAGE_BYTES, MessageFlag.dontWait);
  }

  #decode(length: number): ReturnType<typeof decodeProcessEvent> {
    return decodeProcessEvent(this.#memory.bytes.subarray(0, length), LITTLE);
  }

  #take(): readonly ProcessNotice[] {
    const notices: ProcessNotice[] = [];
    for (let i = 0; i < NOTICES_PER_WAKE && this.#socket.isOpen; i += 1) {
      const length = this.#receive();
      if (length < 0) {
        const refusal = errno();
        if (refusal === Errno.EINTR) continue;
        if (refusal !== Errno.ENOBUFS) break;
        notices.push({ kind: "overrun" });
        continue;
      }
      const event = this.#decode(length);
      if (event !== undefined && event.kind !== "acknowledged") notices.push(event);
    }
    return notices;
  }
}
