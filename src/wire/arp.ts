/** ARP for IPv4 on Ethernet (RFC 826): announcing an address, and reading who else claims one. */
import { addressBytes, addressFromBytes, macBytes, macFromBytes } from "../base/address.ts";
import type { IpAddress, MacAddress } from "../base/address.ts";
import { assert } from "../base/failure.ts";
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import { BROADCAST, decodeEthernet, encodeEthernet, EtherType, MAC_LENGTH } from "./ethernet.ts";
import type { FrameError } from "./ethernet.ts";

/*
 * |      Hardware type (16)       |      Protocol type (16)       |
 * |  HW length    | Proto length  |         Operation (16)        |
 * |  Sender MAC (6)  |  Sender IP (4)  |  Target MAC (6)  |  Target IP (4)  |
 */
const ARP_LENGTH = 28;
const PROTOCOL_TYPE = 2;
const HARDWARE_LENGTH = 4;
const PROTOCOL_LENGTH = 5;
const OPERATION = 6;
const SENDER_MAC = 8;
const SENDER_ADDRESS = 14;
const TARGET_MAC = 18;
const TARGET_ADDRESS = 24;

const HARDWARE_ETHERNET = 1;
const IPV4_LENGTH = 4;

export const ArpOperation = { request: 1, reply: 2 } as const;

export interface ArpPacket {
  readonly operation: number;
  readonly senderMac: MacAddress;
  readonly sender: IpAddress;
  readonly targetMac: MacAddress;
  readonly target: IpAddress;
}

/**
 * The frame that tells a network where `address` is now: a broadcast request for it from itself
 * (RFC 5227 §3). The target hardware address is all ones, where RFC 5227 asks for zeros, because
 * that is what Keepalived sends; receivers ignore the field.
 */
export function encodeGratuitousArp(mac: MacAddress, address: IpAddress): Uint8Array {
  return encodeArp({
    operation: ArpOperation.request,
    senderMac: mac,
    sender: address,
    targetMac: BROADCAST,
    target: address,
  });
}

/** A broadcast frame of `packet`. */
export function encodeArp(packet: ArpPacket): Uint8Array {
  const sender = addressBytes(packet.sender);
  const target = addressBytes(packet.target);
  assert(sender.length === IPV4_LENGTH && target.length === IPV4_LENGTH, "ARP is for IPv4");
  const payload = new Uint8Array(ARP_LENGTH);
  const view = new DataView(payload.buffer);
  view.setUint16(0, HARDWARE_ETHERNET);
  view.setUint16(PROTOCOL_TYPE, EtherType.ipv4);
  view.setUint8(HARDWARE_LENGTH, MAC_LENGTH);
  view.setUint8(PROTOCOL_LENGTH, IPV4_LENGTH);
  view.setUint16(OPERATION, packet.operation);
  payload.set(macBytes(packet.senderMac), SENDER_MAC);
  payload.set(sender, SENDER_ADDRESS);
  payload.set(macBytes(packet.targetMac), TARGET_MAC);
  payload.set(target, TARGET_ADDRESS);
  const frame = { destination: BROADCAST, source: packet.senderMac, type: EtherType.arp, payload };
  return encodeEthernet(frame);
}

/** The ARP packet in a whole Ethernet frame; padding behind it is ignored. */
export function decodeArp(frame: Uint8Array): Result<ArpPacket, FrameError> {
  const ethernet = decodeEthernet(frame);
  if (!ethernet.ok) return ethernet;
  const { type, payload } = ethernet.value;
  if (type !== EtherType.arp) return fail({ kind: "type", got: type });
  if (payload.length < ARP_LENGTH) {
    return fail({ kind: "truncated", need: ARP_LENGTH, have: payload.length });
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const isIpv4OnEthernet =
    view.getUint16(0) === HARDWARE_ETHERNET &&
    view.getUint16(PROTOCOL_TYPE) === EtherType.ipv4 &&
    view.getUint8(HARDWARE_LENGTH) === MAC_LENGTH &&
    view.getUint8(PROTOCOL_LENGTH) === IPV4_LENGTH;
  if (!isIpv4OnEthernet) return fail({ kind: "format" });
  return ok({
    operation: view.getUint16(OPERATION),
    senderMac: macFromBytes(payload.subarray(SENDER_MAC, SENDER_ADDRESS)),
    sender: addressFromBytes(payload.slice(SENDER_ADDRESS, TARGET_MAC)),
    targetMac: macFromBytes(payload.subarray(TARGET_MAC, TARGET_ADDRESS)),
    target: addressFromBytes(payload.slice(TARGET_ADDRESS, ARP_LENGTH)),
  });
}
