/**
 * Runs inside a host and watches its kernel give it addresses. When it is told to stop it prints a
 * line: how many came, and when the first and the last did, in milliseconds since 1970. An address
 * whose lease is renewed has come before.
 */
import koffi from "koffi";

const libc = koffi.load("libc.so.6");
const socketCall = libc.func("int socket(int domain, int type, int protocol)");
const bindCall = libc.func("int bind(int fd, const uint8_t *address, uint32_t length)");
const optionCall = libc.func(
  "int setsockopt(int fd, int level, int name, const int *value, uint32_t length)",
);
const recvCall = libc.func(
  "intptr_t recv(int fd, _Out_ uint8_t *buffer, size_t length, int flags)",
);
const clockCall = libc.func("int clock_gettime(int clock, _Out_ int64_t *time)");

const AF_NETLINK = 16;
const SOCK_RAW_NONBLOCK = 3 | 0o4000;
const NETLINK_ROUTE = 0;
const RTMGRP_IPV4_IFADDR = 0x10;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const RECEIVE_BUFFER = 64 * 1024 * 1024;
const RTM_NEWADDR = 20;
/** An ifaddrmsg and the attribute IFA_ADDRESS, which the kernel puts first: rtnetlink(7). */
const FIRST_ADDRESS = 16 + 8 + 4;
const MSG_DONTWAIT = 0x40;

const fd = Number(socketCall(AF_NETLINK, SOCK_RAW_NONBLOCK, NETLINK_ROUTE));
optionCall(fd, SOL_SOCKET, SO_RCVBUFFORCE, [RECEIVE_BUFFER], 4);
const address = Buffer.alloc(12);
address.writeUInt16LE(AF_NETLINK, 0);
address.writeUInt32LE(RTMGRP_IPV4_IFADDR, 8);
if (fd < 0 || Number(bindCall(fd, address, address.length)) < 0) throw new Error("no netlink");

const buffer = Buffer.alloc(64 * 1024);
const time = new BigInt64Array(2);
const seen = { count: 0, firstAt: 0, lastAt: 0 };
const known = new Set<number>();

function now(): number {
  clockCall(0, time);
  return Number(time[0]) * 1000 + Number(time[1]) / 1_000_000;
}

function read(): void {
  for (;;) {
    const length = Number(recvCall(fd, buffer, buffer.length, MSG_DONTWAIT));
    if (length <= 0) return;
    const at = now();
    let offset = 0;
    while (offset + 16 <= length) {
      const size = buffer.readUInt32LE(offset);
      const isAddress = buffer.readUInt16LE(offset + 4) === RTM_NEWADDR;
      const which = isAddress ? buffer.readUInt32BE(offset + FIRST_ADDRESS) : 0;
      if (isAddress && !known.has(which)) {
        known.add(which);
        if (seen.count === 0) seen.firstAt = at;
        seen.count += 1;
        seen.lastAt = at;
      }
      offset += (size + 3) & ~3;
    }
  }
}

const poll = koffi.node.poll(fd, read);
process.stdin.on("end", () => {
  read();
  poll.close();
  console.log(JSON.stringify(seen));
});
process.stdin.resume();
console.log("ready");
