/**
 * Classic BPF programs (linux/filter.h): what a socket is not meant to see, the kernel drops before
 * it costs us a wake-up.
 */
import { addressBytes } from "../base/address.ts";
import type { Family, IpAddress } from "../base/address.ts";

export interface FilterStep {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly value: number;
}

const LOAD_WORD = 0x20;
const LOAD_HALF = 0x28;
const LOAD_BYTE = 0x30;
const JUMP_EQUAL = 0x15;
const RETURN = 0x06;
const KEEP = 0xffff;
const WHOLE = 0xffffffff;

/** Ethernet header, then ARP: the sender protocol address (RFC 826). */
const ARP_SENDER = 28;
/** Ethernet header, then IPv6: next header; ICMPv6 type; last word of the NA target (RFC 4861 §4.4). */
const NEXT_HEADER = 20;
const ICMP_TYPE = 54;
const TARGET_LAST_WORD = 74;
const ICMPV6 = 58;
const NEIGHBOUR_ADVERTISEMENT = 136;

/** The kernel runs the steps one by one; with more addresses than this we look at every claim. */
export const FILTERED_ADDRESSES_LIMIT = 256;

/**
 * Frames that claim one of `addresses`: ARP by sender address, NA by target. With no addresses every
 * ARP frame, and all of ICMPv6.
 */
export function claimFilter(
  family: Family,
  addresses: readonly IpAddress[],
): readonly FilterStep[] {
  const icmp = family === "ipv4" ? [] : [load(LOAD_BYTE, NEXT_HEADER), ...onlyIf(ICMPV6)];
  if (addresses.length === 0) return [...icmp, give(KEEP)];
  const prefix =
    family === "ipv4"
      ? []
      : [...icmp, load(LOAD_BYTE, ICMP_TYPE), ...onlyIf(NEIGHBOUR_ADVERTISEMENT)];
  const words = new Set(addresses.map(lastWord));
  const choice =
    words.size > FILTERED_ADDRESSES_LIMIT
      ? [give(KEEP)]
      : [
          load(LOAD_WORD, family === "ipv4" ? ARP_SENDER : TARGET_LAST_WORD),
          ...[...words].flatMap((word) => [equal(word), give(KEEP)]),
          give(0),
        ];
  return [...prefix, ...choice];
}

/** nlmsghdr (linux/netlink.h): type and port id are in the byte order of the machine. */
const NETLINK_TYPE = 4;
const NETLINK_PORT = 12;
/** In a message about a route, behind the header: rtm_table of rtmsg (linux/rtnetlink.h). */
const ROUTE_TABLE = 20;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const RT_TABLE_LOCAL = 255;

/**
 * Netlink notices without the addresses `portId` itself added or renewed, the routes it changed,
 * and the local table's routes, one of which goes with each address: thousands at a takeover, which
 * tell the requester nothing. BPF loads are big-endian whatever the machine is.
 */
export function foreignNoticeFilter(portId: number, littleEndian: boolean): readonly FilterStep[] {
  const bytes = new DataView(new ArrayBuffer(4));
  const half = (value: number): number => {
    bytes.setUint16(0, value, littleEndian);
    return bytes.getUint16(0);
  };
  bytes.setUint32(0, portId, littleEndian);
  const port = bytes.getUint32(0);
  return [
    load(LOAD_HALF, NETLINK_TYPE),
    { code: JUMP_EQUAL, jumpTrue: 4, jumpFalse: 0, value: half(RTM_NEWADDR) },
    { code: JUMP_EQUAL, jumpTrue: 1, jumpFalse: 0, value: half(RTM_NEWROUTE) },
    { code: JUMP_EQUAL, jumpTrue: 0, jumpFalse: 5, value: half(RTM_DELROUTE) },
    load(LOAD_BYTE, ROUTE_TABLE),
    { code: JUMP_EQUAL, jumpTrue: 2, jumpFalse: 0, value: RT_TABLE_LOCAL },
    load(LOAD_WORD, NETLINK_PORT),
    equal(port),
    give(0),
    give(WHOLE),
  ];
}

/** linux/cn_proc.h, behind the headers of netlink and of the connector. */
const PROC_WHAT = 36;
const PROC_TASK = 52;
const PROC_TASK_GROUP = 56;
const PROC_CHILD = 60;
const PROC_CHILD_GROUP = 64;
const PROC_FORK = 0x1;
const PROC_UID = 0x4;
const PROC_GID = 0x40;
const PROC_SESSION = 0x80;
const PROC_TRACED = 0x100;
const PROC_COREDUMP = 0x4000_0000;
const PROC_EXIT = 0x8000_0000;
const JUMP_EQUAL_X = 0x1d;
const TO_X = 0x07;

/** Of the proc connector what starts, changes or ends a process; nothing of its further threads. */
export function processFilter(littleEndian: boolean): readonly FilterStep[] {
  const bytes = new DataView(new ArrayBuffer(4));
  const word = (value: number): number => {
    bytes.setUint32(0, value, littleEndian);
    return bytes.getUint32(0);
  };
  const unwanted = [PROC_UID, PROC_GID, PROC_SESSION, PROC_TRACED, PROC_COREDUMP];
  const isLeader = (task: number, group: number): readonly FilterStep[] => [
    load(LOAD_WORD, task),
    { code: TO_X, jumpTrue: 0, jumpFalse: 0, value: 0 },
    load(LOAD_WORD, group),
    { code: JUMP_EQUAL_X, jumpTrue: 1, jumpFalse: 0, value: 0 },
    give(0),
    give(WHOLE),
  ];
  const ofChild = isLeader(PROC_CHILD, PROC_CHILD_GROUP);
  return [
    load(LOAD_WORD, PROC_WHAT),
    ...unwanted.flatMap((what) => [equal(word(what)), give(0)]),
    { code: JUMP_EQUAL, jumpTrue: 0, jumpFalse: ofChild.length, value: word(PROC_FORK) },
    ...ofChild,
    { code: JUMP_EQUAL, jumpTrue: 1, jumpFalse: 0, value: word(PROC_EXIT) },
    give(WHOLE),
    ...isLeader(PROC_TASK, PROC_TASK_GROUP),
  ];
}

const load = (code: number, offset: number): FilterStep => ({
  code,
  jumpTrue: 0,
  jumpFalse: 0,
  value: offset,
});

const give = (bytes: number): FilterStep => ({
  code: RETURN,
  jumpTrue: 0,
  jumpFalse: 0,
  value: bytes,
});

/** Goes on with the next step when equal, else skips it. */
const equal = (value: number): FilterStep => ({
  code: JUMP_EQUAL,
  jumpTrue: 0,
  jumpFalse: 1,
  value,
});

/** Skips the refusal behind it when equal. */
const onlyIf = (value: number): FilterStep[] => [
  { code: JUMP_EQUAL, jumpTrue: 1, jumpFalse: 0, value },
  give(0),
];

function lastWord(address: IpAddress): number {
  const bytes = addressBytes(address);
  return new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0);
}
