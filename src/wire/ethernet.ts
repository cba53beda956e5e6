/** The Ethernet II header (IEEE 802.3 §3.2) that announcements are sent with. */
import { macBytes, macFromBytes } from "../base/address.ts";
import type { MacAddress } from "../base/address.ts";
import { assert } from "../base/failure.ts";
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";

/*
 * | Destination (6) | Source (6) | EtherType (2) | Payload |
 */
export const ETHERNET_HEADER_LENGTH = 14;
export const MAC_LENGTH = 6;
const SOURCE_OFFSET = 6;
const TYPE_OFFSET = 12;

/** IEEE 802 Numbers, EtherType. */
export const EtherType = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

export const BROADCAST = "ff:ff:ff:ff:ff:ff" as MacAddress;

export interface EthernetFrame {
  readonly destination: MacAddress;
  readonly source: MacAddress;
  readonly type: number;
  /** Shares memory with the frame it was decoded from. */
  readonly payload: Uint8Array;
}

/** Why a frame could not be read. */
export type FrameError =
  | { readonly kind: "truncated"; readonly need: number; readonly have: number }
  | { readonly kind: "type"; readonly got: number }
  /** Hardware or protocol are not Ethernet and IP, or lengths contradict each other. */
  | { readonly kind: "format" }
  | { readonly kind: "checksum" };

export function encodeEthernet(frame: EthernetFrame): Uint8Array {
  const destination = macBytes(frame.destination);
  const source = macBytes(frame.source);
  assert(destination.length === MAC_LENGTH && source.length === MAC_LENGTH, "6-byte MAC addresses");
  const bytes = new Uint8Array(ETHERNET_HEADER_LENGTH + frame.payload.length);
  bytes.set(destination, 0);
  bytes.set(source, SOURCE_OFFSET);
  bytes[TYPE_OFFSET] = frame.type >> 8;
  bytes[TYPE_OFFSET + 1] = frame.type & 0xff;
  bytes.set(frame.payload, ETHERNET_HEADER_LENGTH);
  return bytes;
}

export function decodeEthernet(bytes: Uint8Array): Result<EthernetFrame, FrameError> {
  if (bytes.length < ETHERNET_HEADER_LENGTH) {
    return fail({ kind: "truncated", need: ETHERNET_HEADER_LENGTH, have: bytes.length });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return ok({
    destination: macFromBytes(bytes.subarray(0, SOURCE_OFFSET)),
    source: macFromBytes(bytes.subarray(SOURCE_OFFSET, TYPE_OFFSET)),
    type: view.getUint16(TYPE_OFFSET),
    payload: bytes.subarray(ETHERNET_HEADER_LENGTH),
  });
}
