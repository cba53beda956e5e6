/**
 * The kernel's structs, each declared once. The numbers are what the code uses; at load they are
 * compared with the layout koffi works out from the C types, so that a wrong one never runs.
 */
import { endianness } from "node:os";
import koffi from "koffi";
import type { TypeObject } from "koffi";
import { assert } from "../../base/failure.ts";

/** Byte order of this machine, for `DataView`. */
export const LITTLE = endianness() === "LE";

type Member = readonly [type: string, offset: number];

/** Sizes and offsets of `members`, checked against the C layout. */
function struct<Members extends Readonly<Record<string, Member>>>(
  name: string,
  size: number,
  members: Members,
): Readonly<Record<keyof Members | "size", number>> {
  const types = Object.entries(members).map(([key, [type]]) => [key, toType(type)] as const);
  const layout = koffi.struct(Object.fromEntries(types));
  assert(layout.size === size, `struct ${name} is ${layout.size} bytes, not ${size}`);
  const offsets: Record<string, number> = { size };
  for (const [key, [, offset]] of Object.entries(members)) {
    const actual = koffi.offsetof(layout, key);
    assert(actual === offset, `${name}.${key} is at ${actual}, not ${offset}`);
    offsets[key] = offset;
  }
  return offsets as Record<keyof Members | "size", number>;
}

/** `uint8_t[4]` and the like are spelled as text here and as array types for koffi. */
function toType(text: string): TypeObject | string {
  const array = /^(\w+)\[(\d+)\]$/.exec(text);
  return array === null ? text : koffi.array(array[1] ?? "", Number(array[2]));
}

/** sys/socket.h */
export const MessageHeader = struct("mmsghdr", 64, {
  name: ["void *", 0],
  nameLength: ["uint32_t", 8],
  iov: ["void *", 16],
  iovLength: ["size_t", 24],
  control: ["void *", 32],
  controlLength: ["size_t", 40],
  flags: ["int", 48],
  // The end of msghdr, which alone is 56 bytes.
  headerPadding: ["uint32_t", 52],
  length: ["uint32_t", 56],
  padding: ["uint32_t", 60],
});
struct("msghdr", 56, {
  name: ["void *", 0],
  nameLength: ["uint32_t", 8],
  iov: ["void *", 16],
  iovLength: ["size_t", 24],
  control: ["void *", 32],
  controlLength: ["size_t", 40],
  flags: ["int", 48],
});
export const IoVector = struct("iovec", 16, { base: ["void *", 0], length: ["size_t", 8] });
/** Also the start of each control message; the data follows at the next multiple of 8: 16. */
export const ControlHeader = struct("cmsghdr", 16, {
  length: ["size_t", 0],
  level: ["int", 8],
  type: ["int", 12],
});

/** linux/in.h; port and address in network order. */
export const SocketAddressIpv4 = struct("sockaddr_in", 16, {
  family: ["uint16_t", 0],
  port: ["uint16_t", 2],
  address: ["uint8_t[4]", 4],
  zero: ["uint8_t[8]", 8],
});
/** linux/in6.h */
export const SocketAddressIpv6 = struct("sockaddr_in6", 28, {
  family: ["uint16_t", 0],
  port: ["uint16_t", 2],
  flowInfo: ["uint32_t", 4],
  address: ["uint8_t[16]", 8],
  scopeId: ["uint32_t", 24],
});
/** linux/netlink.h */
export const SocketAddressNetlink = struct("sockaddr_nl", 12, {
  family: ["uint16_t", 0],
  padding: ["uint16_t", 2],
  portId: ["uint32_t", 4],
  groups: ["uint32_t", 8],
});
/** linux/if_packet.h; the protocol in network order. */
export const SocketAddressLink = struct("sockaddr_ll", 20, {
  family: ["uint16_t", 0],
  protocol: ["uint16_t", 2],
  interfaceIndex: ["int", 4],
  hardwareType: ["uint16_t", 8],
  packetType: ["uint8_t", 10],
  addressLength: ["uint8_t", 11],
  address: ["uint8_t[8]", 12],
});
/** linux/un.h */
export const SocketAddressUnix = struct("sockaddr_un", 110, {
  family: ["uint16_t", 0],
  path: ["uint8_t[108]", 2],
});

/** linux/in.h */
export const PacketInfoIpv4 = struct("in_pktinfo", 12, {
  interfaceIndex: ["int", 0],
  specificDestination: ["uint8_t[4]", 4],
  address: ["uint8_t[4]", 8],
});
export const MembershipIpv4 = struct("ip_mreqn", 12, {
  group: ["uint8_t[4]", 0],
  address: ["uint8_t[4]", 4],
  interfaceIndex: ["int", 8],
});
/** linux/ipv6.h, linux/in6.h */
export const PacketInfoIpv6 = struct("in6_pktinfo", 20, {
  address: ["uint8_t[16]", 0],
  interfaceIndex: ["int", 16],
});
export const MembershipIpv6 = struct("ipv6_mreq", 20, {
  group: ["uint8_t[16]", 0],
  interfaceIndex: ["int", 16],
});

/** linux/time.h on 64-bit machines. */
export const Timespec = struct("timespec", 16, { seconds: ["int64_t", 0], nanos: ["int64_t", 8] });
export const TimerSpec = struct("itimerspec", 32, {
  intervalSeconds: ["int64_t", 0],
  intervalNanos: ["int64_t", 8],
  valueSeconds: ["int64_t", 16],
  valueNanos: ["int64_t", 24],
});
export const Timeval = struct("timeval", 16, { seconds: ["int64_t", 0], micros: ["int64_t", 8] });

/** linux/filter.h: classic BPF. */
export const FilterInstruction = struct("sock_filter", 8, {
  code: ["uint16_t", 0],
  jumpTrue: ["uint8_t", 2],
  jumpFalse: ["uint8_t", 3],
  value: ["uint32_t", 4],
});
export const FilterProgram = struct("sock_fprog", 16, {
  length: ["uint16_t", 0],
  instructions: ["void *", 8],
});

/** linux/capability.h, version 3: two data structs follow each other. */
export const CapabilityHeader = struct("__user_cap_header_struct", 8, {
  version: ["uint32_t", 0],
  pid: ["int", 4],
});
export const CapabilityData = struct("__user_cap_data_struct", 12, {
  effective: ["uint32_t", 0],
  permitted: ["uint32_t", 4],
  inheritable: ["uint32_t", 8],
});

/** sys/resource.h */
export const ResourceLimit = struct("rlimit", 16, { soft: ["uint64_t", 0], hard: ["uint64_t", 8] });

/** linux/inotify.h; the name follows, padded with zeros. */
export const InotifyEvent = struct("inotify_event", 16, {
  watch: ["int", 0],
  mask: ["uint32_t", 4],
  cookie: ["uint32_t", 8],
  length: ["uint32_t", 12],
});

/** net/if.h, struct ifreq; its data is a union of which the largest member is 24 bytes. */
export const InterfaceRequest = struct("ifreq", 40, {
  name: ["char[16]", 0],
  data: ["uint64_t", 16],
  rest: ["uint8_t[16]", 24],
});
/** linux/mii.h, in the data of an ifreq. */
export const MiiData = struct("mii_ioctl_data", 8, {
  phy: ["uint16_t", 0],
  register: ["uint16_t", 2],
  valueIn: ["uint16_t", 4],
  valueOut: ["uint16_t", 6],
});
/** linux/ethtool.h */
export const EthtoolValue = struct("ethtool_value", 8, {
  command: ["uint32_t", 0],
  data: ["uint32_t", 4],
});
