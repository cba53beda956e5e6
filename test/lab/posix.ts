/**
 * The few system calls a lab needs and Node does not offer: UNIX datagram sockets (a syslog
 * collector) and packet sockets (an attacker). Independent of the daemon's own kernel edge.
 */
import koffi from "koffi";

const libc = koffi.load("libc.so.6");
const socketCall = libc.func("int socket(int domain, int type, int protocol)");
const bindCall = libc.func("int bind(int fd, const uint8_t *address, uint32_t length)");
const recvCall = libc.func(
  "intptr_t recv(int fd, _Out_ uint8_t *buffer, size_t length, int flags)",
);
const sendtoCall = libc.func(
  "intptr_t sendto(int fd, const uint8_t *data, size_t length, int flags, const uint8_t *to, uint32_t size)",
);
const closeCall = libc.func("int close(int fd)");
const ifIndexCall = libc.func("uint32_t if_nametoindex(const char *name)");

const AF_UNIX = 1;
const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const MSG_DONTWAIT = 0x40;
const RECEIVE_BYTES = 65_536;

function check(name: string, result: unknown): number {
  const value = Number(result);
  if (value < 0) throw new Error(`${name} failed with errno ${koffi.errno()}`);
  return value;
}

/** A datagram socket bound to a path, as /dev/log is. */
export class DatagramListener implements Disposable {
  readonly #fd: number;
  readonly #poll: { close(): void };

  constructor(path: string, onMessage: (text: string) => void) {
    const name = Buffer.from(`${path}\0`);
    const address = Buffer.concat([Buffer.from(new Uint16Array([AF_UNIX]).buffer), name]);
    this.#fd = check("socket", socketCall(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    check("bind", bindCall(this.#fd, address, address.length));
    const buffer = new Uint8Array(RECEIVE_BYTES);
    this.#poll = koffi.node.poll(this.#fd, () => {
      for (;;) {
        const length = Number(recvCall(this.#fd, buffer, buffer.length, MSG_DONTWAIT));
        if (length < 0) return;
        onMessage(Buffer.from(buffer.subarray(0, length)).toString("utf8").replace(/\0+$/, ""));
      }
    });
  }

  [Symbol.dispose](): void {
    this.#poll.close();
    closeCall(this.#fd);
  }
}

/** Sends whole Ethernet frames from the network namespace this process is in. */
export class FrameSender implements Disposable {
  readonly #fd: number;
  readonly #address: Uint8Array;

  constructor(device: string) {
    this.#fd = check("socket", socketCall(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    const index = check("if_nametoindex", ifIndexCall(device));
    if (index === 0) throw new Error(`no interface ${device}`);
    const address = Buffer.alloc(20);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeInt32LE(index, 4);
    this.#address = address;
  }

  /** Returns whether the kernel took the frame. */
  send(frame: Uint8Array): boolean {
    const { length } = this.#address;
    return Number(sendtoCall(this.#fd, frame, frame.length, 0, this.#address, length)) >= 0;
  }

  [Symbol.dispose](): void {
    closeCall(this.#fd);
  }
}
