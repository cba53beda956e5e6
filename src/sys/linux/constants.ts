/**
 * Numbers of the kernel's socket interface, by the header that defines them. They are the
 * asm-generic ones, which hold on every 64-bit architecture Node is built for but for one.
 */

/** sys/socket.h, linux/socket.h */
export const AddressFamily = { unix: 1, ipv4: 2, ipv6: 10, netlink: 16, packet: 17 } as const;
export const SocketType = {
  stream: 1,
  datagram: 2,
  raw: 3,
  nonBlocking: 0o4000,
  closeOnExec: 0o2000000,
} as const;
export const MessageFlag = {
  dontRoute: 0x04,
  controlTruncated: 0x08,
  truncated: 0x20,
  dontWait: 0x40,
  noSignal: 0x4000,
} as const;

/** netinet/in.h */
export const IpProtocol = { ipv6: 41, ah: 51, vrrp: 112, raw: 255 } as const;

/** asm-generic/socket.h */
export const SOL_SOCKET = 1;
export const SocketOption = {
  sendBuffer: 7,
  receiveBuffer: 8,
  priority: 12,
  receiveTimeout: process.arch === "ppc64" ? 18 : 20,
  sendTimeout: process.arch === "ppc64" ? 19 : 21,
  bindToDevice: 25,
  attachFilter: 26,
  sendBufferForce: 32,
  timestampNanos: 35,
  receiveBufferForce: 33,
  mark: 36,
  bindToInterfaceIndex: 62,
} as const;

/** linux/in.h */
export const SOL_IP = 0;
export const Ipv4Option = {
  headerIncluded: 3,
  packetInfo: 8,
  freeBind: 15,
  multicastInterface: 32,
  multicastLoop: 34,
  addMembership: 35,
  multicastAll: 49,
} as const;

/** linux/in6.h */
export const SOL_IPV6 = 41;
export const Ipv6Option = {
  checksum: 7,
  unicastHops: 16,
  multicastInterface: 17,
  multicastHops: 18,
  multicastLoop: 19,
  joinGroup: 20,
  v6Only: 26,
  multicastAll: 29,
  receivePacketInfo: 49,
  packetInfo: 50,
  receiveHopLimit: 51,
  hopLimit: 52,
  trafficClass: 67,
  freeBind: 78,
} as const;
/** IPV6_CHECKSUM is set on the raw level. */
export const SOL_RAW = 255;

/** linux/netlink.h, linux/rtnetlink.h */
export const NETLINK_ROUTE = 0;
export const NETLINK_CONNECTOR = 11;
export const NETLINK_NETFILTER = 12;
export const SOL_NETLINK = 270;
export const NetlinkOption = { capAck: 10 } as const;

/** TC_PRIO_CONTROL (linux/pkt_sched.h). */
export const PRIORITY_CONTROL = 6;

/** linux/time.h, sys/timerfd.h */
export const ClockId = { realTime: 0, monotonic: 1, bootTime: 7 } as const;
export const TIMER_ABSOLUTE = 1;
