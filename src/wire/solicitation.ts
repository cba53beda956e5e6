/**
 * Asking the link who has an address without claiming it: an ARP request or a neighbour
 * solicitation whose sender is our own, real address, so that no cache is misled.
 */
import { addressBytes, familyOf, macBytes, macFromBytes } from "../base/address.ts";
import type { IpAddress, MacAddress } from "../base/address.ts";
import { ArpOperation, encodeArp } from "./arp.ts";
import { addToSum, finishSum } from "./checksum.ts";
import { EtherType, encodeEthernet } from "./ethernet.ts";

export interface Solicitation {
  readonly mac: MacAddress;
  readonly source: IpAddress;
  readonly target: IpAddress;
}

const NO_MAC = "00:00:00:00:00:00" as MacAddress;
const ICMPV6 = 58;
const NEIGHBOUR_SOLICITATION = 135;
const IPV6_HEADER_LENGTH = 40;
/** Type, code, checksum, reserved, target; then the source link-layer address option. */
const MESSAGE_LENGTH = 24 + 8;
const SOURCE_LINK_LAYER = 1;

/** A whole Ethernet frame; source and target are of one family. */
export function encodeSolicitation(ask: Solicitation): Uint8Array {
  return familyOf(ask.target) === "ipv4"
    ? encodeArp({
        operation: ArpOperation.request,
        senderMac: ask.mac,
        sender: ask.source,
        targetMac: NO_MAC,
        target: ask.target,
      })
    : encodeNeighbourSolicitation(ask);
}

/** RFC 4861 §4.3, to the solicited-node group of the target (RFC 4291 §2.7.1). */
function encodeNeighbourSolicitation({ mac, source, target }: Solicitation): Uint8Array {
  const targetBytes = addressBytes(target);
  const group = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0);
  group.set(targetBytes.subarray(13), 13);
  const payload = new Uint8Array(IPV6_HEADER_LENGTH + MESSAGE_LENGTH);
  const view = new DataView(payload.buffer);
  payload[0] = 0x60;
  view.setUint16(4, MESSAGE_LENGTH);
  payload[6] = ICMPV6;
  payload[7] = 255;
  payload.set(addressBytes(source), 8);
  payload.set(group, 24);
  payload[40] = NEIGHBOUR_SOLICITATION;
  payload.set(targetBytes, 48);
  payload[64] = SOURCE_LINK_LAYER;
  payload[65] = 1;
  payload.set(macBytes(mac), 66);
  const pseudoHeader = ICMPV6 + MESSAGE_LENGTH;
  view.setUint16(42, finishSum(addToSum(pseudoHeader, payload.subarray(8))));
  const destination = macFromBytes(Uint8Array.of(0x33, 0x33, ...group.subarray(12)));
  return encodeEthernet({ destination, source: mac, type: EtherType.ipv6, payload });
}
