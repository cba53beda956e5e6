/** Neighbour advertisements (RFC 4861 §4.4): what gratuitous ARP is to IPv4. */
import { addressBytes, addressFromBytes, macBytes, macFromBytes } from "../base/address.ts";
import type { IpAddress, MacAddress } from "../base/address.ts";
import { assert } from "../base/failure.ts";
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import { addToSum, finishSum } from "./checksum.ts";
import { decodeEthernet, encodeEthernet, EtherType, MAC_LENGTH } from "./ethernet.ts";
import type { FrameError } from "./ethernet.ts";

/*
 * IPv6 header (RFC 8200 §3)
 * |Version| Traffic Class |           Flow Label                  |
 * |         Payload Length        |  Next Header  |   Hop Limit   |
 * |                     Source Address (16)                       |
 * |                   Destination Address (16)                    |
 */
const IPV6_HEADER_LENGTH = 40;
const PAYLOAD_LENGTH = 4;
const NEXT_HEADER = 6;
const HOP_LIMIT = 7;
const SOURCE = 8;
const DESTINATION = 24;

/*
 * Neighbour Advertisement (RFC 4861 §4.4)
 * |     Type      |     Code      |          Checksum             |
 * |R|S|O|                     Reserved                            |
 * |                     Target Address (16)                       |
 * |  Options: Type 2, Length 1 (times 8 bytes), MAC (6)           |
 */
const ADVERTISEMENT_LENGTH = 24;
const CHECKSUM = 2;
const FLAGS = 4;
const TARGET = 8;
const OPTIONS = 24;

const ICMPV6 = 58;
const NEIGHBOUR_ADVERTISEMENT = 136;
const FLAG_ROUTER = 0x80;
const FLAG_SOLICITED = 0x40;
const FLAG_OVERRIDE = 0x20;
const OPTION_TARGET_LINK_LAYER = 2;
const OPTION_UNIT = 8;
/** Neighbour discovery is not routed: anything less has passed a router (RFC 4861 §7.1.2). */
const REQUIRED_HOP_LIMIT = 255;

const ALL_NODES = "ff02::1" as IpAddress;
/** RFC 2464 §7. */
const ALL_NODES_MAC = "33:33:00:00:00:01" as MacAddress;

export interface NeighbourAdvertisement {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly target: IpAddress;
  readonly targetMac: MacAddress | undefined;
  readonly isRouter: boolean;
  readonly isSolicited: boolean;
  readonly isOverride: boolean;
}

/** The frame that tells every node on the link that `address` is at `mac` now. */
export function encodeUnsolicitedNa(announcement: {
  readonly mac: MacAddress;
  readonly address: IpAddress;
  readonly isRouter: boolean;
}): Uint8Array {
  const { mac, address, isRouter } = announcement;
  const bytes = addressBytes(address);
  assert(bytes.length === 16, "a neighbour advertisement is for IPv6");
  const length = ADVERTISEMENT_LENGTH + OPTION_UNIT;
  const payload = new Uint8Array(IPV6_HEADER_LENGTH + length);
  const view = new DataView(payload.buffer);
  payload[0] = 0x60;
  view.setUint16(PAYLOAD_LENGTH, length);
  payload[NEXT_HEADER] = ICMPV6;
  payload[HOP_LIMIT] = REQUIRED_HOP_LIMIT;
  payload.set(bytes, SOURCE);
  payload.set(addressBytes(ALL_NODES), DESTINATION);
  const message = payload.subarray(IPV6_HEADER_LENGTH);
  message[0] = NEIGHBOUR_ADVERTISEMENT;
  message[FLAGS] = FLAG_OVERRIDE | (isRouter ? FLAG_ROUTER : 0);
  message.set(bytes, TARGET);
  message[OPTIONS] = OPTION_TARGET_LINK_LAYER;
  message[OPTIONS + 1] = 1;
  message.set(macBytes(mac), OPTIONS + 2);
  view.setUint16(IPV6_HEADER_LENGTH + CHECKSUM, messageChecksum(payload));
  return encodeEthernet({ destination: ALL_NODES_MAC, source: mac, type: EtherType.ipv6, payload });
}

/** The neighbour advertisement in a whole Ethernet frame. */
export function decodeNeighbourAdvertisement(
  frame: Uint8Array,
): Result<NeighbourAdvertisement, FrameError> {
  const packet = cutIpv6(frame);
  if (!packet.ok) return packet;
  const bytes = packet.value;
  const message = bytes.subarray(IPV6_HEADER_LENGTH);
  const isAdvertisement =
    bytes[NEXT_HEADER] === ICMPV6 &&
    bytes[HOP_LIMIT] === REQUIRED_HOP_LIMIT &&
    message[0] === NEIGHBOUR_ADVERTISEMENT &&
    message[1] === 0;
  if (!isAdvertisement) return fail({ kind: "format" });
  if (message.length < ADVERTISEMENT_LENGTH) {
    const need = frame.length - message.length + ADVERTISEMENT_LENGTH;
    return fail({ kind: "truncated", need, have: frame.length });
  }
  if (messageChecksum(bytes) !== 0) return fail({ kind: "checksum" });
  const flags = message[FLAGS] ?? 0;
  return ok({
    source: addressFromBytes(bytes.slice(SOURCE, DESTINATION)),
    destination: addressFromBytes(bytes.slice(DESTINATION, IPV6_HEADER_LENGTH)),
    target: addressFromBytes(message.slice(TARGET, OPTIONS)),
    targetMac: findTargetMac(message.subarray(OPTIONS)),
    isRouter: (flags & FLAG_ROUTER) !== 0,
    isSolicited: (flags & FLAG_SOLICITED) !== 0,
    isOverride: (flags & FLAG_OVERRIDE) !== 0,
  });
}

/** The IPv6 packet of a frame, without what pads the frame. */
function cutIpv6(frame: Uint8Array): Result<Uint8Array, FrameError> {
  const ethernet = decodeEthernet(frame);
  if (!ethernet.ok) return ethernet;
  const { type, payload } = ethernet.value;
  if (type !== EtherType.ipv6) return fail({ kind: "type", got: type });
  const header = frame.length - payload.length;
  if (payload.length < IPV6_HEADER_LENGTH) {
    return fail({ kind: "truncated", need: header + IPV6_HEADER_LENGTH, have: frame.length });
  }
  if ((payload[0] ?? 0) >> 4 !== 6) return fail({ kind: "format" });
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const length = IPV6_HEADER_LENGTH + view.getUint16(PAYLOAD_LENGTH);
  if (length > payload.length) {
    return fail({ kind: "truncated", need: header + length, have: frame.length });
  }
  return ok(payload.subarray(0, length));
}

/** Over the pseudo header and the message (RFC 8200 §8.1); 0 when a right checksum is in place. */
function messageChecksum(packet: Uint8Array): number {
  const addresses = addToSum(0, packet.subarray(SOURCE, IPV6_HEADER_LENGTH));
  const message = packet.subarray(IPV6_HEADER_LENGTH);
  return finishSum(addToSum(addresses + message.length + ICMPV6, message));
}

/** Options are in units of eight bytes; one of length 0 makes the packet invalid from there on. */
function findTargetMac(options: Uint8Array): MacAddress | undefined {
  let at = 0;
  while (at + OPTION_UNIT <= options.length) {
    const length = (options[at + 1] ?? 0) * OPTION_UNIT;
    if (length === 0 || at + length > options.length) return undefined;
    if (options[at] === OPTION_TARGET_LINK_LAYER) {
      return macFromBytes(options.subarray(at + 2, at + 2 + MAC_LENGTH));
    }
    at += length;
  }
  return undefined;
}
