/** The IPv4 header we write ourselves on raw sockets (RFC 791 §3.1). */
import { addressBytes } from "../base/address.ts";
import type { IpAddress } from "../base/address.ts";
import { checksum } from "./checksum.ts";

/*
 *  0                   1                   2                   3
 * |Version|  IHL  |Type of Service|          Total Length         |
 * |         Identification        |Flags|     Fragment Offset     |
 * |  Time to Live |    Protocol   |        Header Checksum        |
 * |                         Source Address                        |
 * |                      Destination Address                      |
 */
export const IPV4_HEADER_LENGTH = 20;
const TOS_OFFSET = 1;
const TOTAL_LENGTH_OFFSET = 2;
const IDENTIFICATION_OFFSET = 4;
const TTL_OFFSET = 8;
const PROTOCOL_OFFSET = 9;
const CHECKSUM_OFFSET = 10;
const SOURCE_OFFSET = 12;
const DESTINATION_OFFSET = 16;

/** DSCP CS6, network control. */
const TOS_NETWORK_CONTROL = 0xc0;

export interface Ipv4Header {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly protocol: number;
  readonly ttl: number;
  /** 0 would make the kernel choose one (raw(7)). */
  readonly identification: number;
}

/** A packet of a header and `payload`. */
export function encodeIpv4(header: Ipv4Header, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(IPV4_HEADER_LENGTH + payload.length);
  const view = new DataView(packet.buffer);
  packet[0] = 0x45;
  packet[TOS_OFFSET] = TOS_NETWORK_CONTROL;
  view.setUint16(TOTAL_LENGTH_OFFSET, packet.length);
  view.setUint16(IDENTIFICATION_OFFSET, header.identification);
  packet[TTL_OFFSET] = header.ttl;
  packet[PROTOCOL_OFFSET] = header.protocol;
  packet.set(addressBytes(header.source), SOURCE_OFFSET);
  packet.set(addressBytes(header.destination), DESTINATION_OFFSET);
  view.setUint16(CHECKSUM_OFFSET, checksum(packet.subarray(0, IPV4_HEADER_LENGTH)));
  packet.set(payload, IPV4_HEADER_LENGTH);
  return packet;
}

/** Gives a prepared packet a new identification and mends its header checksum. */
export function setIdentification(packet: Uint8Array, identification: number): void {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  view.setUint16(IDENTIFICATION_OFFSET, identification);
  view.setUint16(CHECKSUM_OFFSET, 0);
  view.setUint16(CHECKSUM_OFFSET, checksum(packet.subarray(0, IPV4_HEADER_LENGTH)));
}
