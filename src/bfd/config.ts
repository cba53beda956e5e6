/**
 * A BFD session as configured, with the names of RFC 5880 §4.1 and §6.8.1. Plain values with the
 * defaults filled in.
 */
import type { IpAddress } from "../base/address.ts";
import type { Duration } from "../base/units.ts";

export interface BfdInstanceConfig {
  readonly name: string;
  readonly neighbor: IpAddress;
  readonly source: IpAddress | undefined;
  readonly requiredMinRx: Duration;
  readonly desiredMinTx: Duration;
  /** The transmit interval while the session is not up (RFC 5880 §6.8.3). */
  readonly idleTx: Duration;
  readonly detectMultiplier: number;
  /** Sends nothing before the neighbour does (RFC 5880 §6.1). */
  readonly passive: boolean;
  /** Time to live, or hop limit, of what is sent. */
  readonly ttl: number;
  /** How much lower the one of a received packet may be; undefined is not looked at. */
  readonly maxHops: number | undefined;
  /** Port 4784 of RFC 5883 instead of 3784 of RFC 5881. */
  readonly multihop: boolean;
  /** -253..253, the default of track_bfd; 0 means: its end is a fault. */
  readonly weight: number;
  readonly reverse: boolean;
  /** Who hears of its ups and downs. */
  readonly tellsVrrp: boolean;
  readonly tellsCheckers: boolean;
}

export const MAX_BFD_NAME = 31;
