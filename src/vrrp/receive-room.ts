/**
 * How much room an instance wants in the socket that it receives through: keepalived.conf(5)
 * vrrp_rx_bufs_policy and kernel_rx_buf_size. What instances share has room for all of them.
 */
import { familyOf } from "../base/address.ts";
import type { IpAddress } from "../base/address.ts";

export type ReceiveRoom =
  /** For packets of the largest size the interface allows, or of the size of the adverts. */
  | { readonly kind: "mtu" | "advert"; readonly packets: number }
  | { readonly kind: "bytes"; readonly bytes: number };

/** Headers, authentication and trailer of an advert, at most. */
const ADVERT_OVERHEAD_BYTES = 100;
/**
 * What the kernel counts of its own for a packet, however small: a burst of adverts would be lost
 * in a buffer that is as large as their bytes alone.
 */
const LEAST_PACKET_BYTES = 1_024;
const USUAL_MTU = 1_500;

/** In bytes of SO_RCVBUF, which the kernel doubles; 0 leaves it to the kernel. */
export function roomBytes({ receiveRoom, addresses }: RoomWanted, mtu: number = USUAL_MTU): number {
  if (receiveRoom === undefined) return 0;
  switch (receiveRoom.kind) {
    case "bytes":
      return receiveRoom.bytes;
    case "mtu":
      return receiveRoom.packets * Math.max(mtu, LEAST_PACKET_BYTES);
    case "advert": {
      const listed = addresses.reduce((sum, { address }) => sum + (isIpv4(address) ? 4 : 16), 0);
      return receiveRoom.packets * Math.max(ADVERT_OVERHEAD_BYTES + listed, LEAST_PACKET_BYTES);
    }
  }
}

interface RoomWanted {
  readonly receiveRoom?: ReceiveRoom | undefined;
  readonly addresses: readonly { readonly address: IpAddress }[];
}

const isIpv4 = (address: IpAddress): boolean => familyOf(address) === "ipv4";
