/**
 * Datagrams to the system log (syslog(3) protocol on /dev/log). A log that is full, slow or gone
 * costs a dropped line and never a wait: the sender here has adverts to send.
 */
import { Errno } from "../../base/failure.ts";
import type { SyslogSocket } from "../ports.ts";
import { AddressFamily, MessageFlag, SocketType } from "./constants.ts";
import { Descriptor } from "./descriptor.ts";
import { connect, errno, send, socket } from "./libc.ts";
import { Arena } from "./memory.ts";
import { LITTLE, SocketAddressUnix } from "./structs.ts";

const RECONNECT_AFTER_MS = 1_000;

export class LinuxSyslogSocket implements SyslogSocket {
  readonly #address: Arena;
  readonly #addressLength: number;
  #connection: Descriptor | undefined;
  #isDisposed = false;
  /** The earliest reading of the monotonic clock at which to try a new connection. */
  #retryAtMs = -Infinity;
  #dropped = 0;

  /** A path, or with @ before it a name in no directory. */
  constructor(path = "/dev/log") {
    const bytes = new TextEncoder().encode(path);
    this.#address = new Arena(SocketAddressUnix.size);
    this.#address.view.setUint16(SocketAddressUnix.family, AddressFamily.unix, LITTLE);
    const room = SocketAddressUnix.size - SocketAddressUnix.path - 1;
    const name = bytes.subarray(0, room);
    this.#address.bytes.set(name, SocketAddressUnix.path);
    this.#addressLength = SocketAddressUnix.size;
    if (!path.startsWith("@")) return;
    // unix(7): an abstract name begins with 0, and every byte of its length counts.
    this.#address.bytes[SocketAddressUnix.path] = 0;
    this.#addressLength = SocketAddressUnix.path + name.length;
  }

  /** Datagrams that did not get through. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether the log took the datagram. */
  send(datagram: Uint8Array): boolean {
    if (this.#attempt(datagram)) return true;
    this.#dropped += 1;
    return false;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#close();
  }

  #attempt(datagram: Uint8Array): boolean {
    // A second try is for a log that was restarted: the old connection fails, a new one may not.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const connection = this.#connection ?? this.#connect();
      if (connection === undefined) return false;
      const flags = MessageFlag.dontWait | MessageFlag.noSignal;
      if (send(connection.number, datagram, datagram.length, flags) >= 0) return true;
      const refusal = errno();
      const isFull = refusal === Errno.EAGAIN || refusal === Errno.ENOBUFS;
      if (isFull || refusal === Errno.EMSGSIZE) return false;
      if (refusal !== Errno.EINTR) this.#close();
    }
    return false;
  }

  #connect(): Descriptor | undefined {
    const now = performance.now();
    if (this.#isDisposed || now < this.#retryAtMs) return undefined;
    this.#retryAtMs = now + RECONNECT_AFTER_MS;
    const type = SocketType.datagram | SocketType.nonBlocking | SocketType.closeOnExec;
    const fd = socket(AddressFamily.unix, type, 0);
    if (fd < 0) return undefined;
    const descriptor = new Descriptor(fd);
    if (connect(fd, this.#address.address, this.#addressLength) < 0) {
      descriptor[Symbol.dispose]();
      return undefined;
    }
    this.#connection = descriptor;
    return descriptor;
  }

  #close(): void {
    this.#connection?.[Symbol.dispose]();
    this.#connection = undefined;
  }
}
