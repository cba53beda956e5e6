/**
 * The network as the core sees it: links by name with their state and addresses. The daemon keeps
 * it from rtnetlink; a test writes it down.
 */
import { isLinkLocal, familyOf } from "../base/address.ts";
import type { Family, IpAddress } from "../base/address.ts";
import type { Instant, InterfaceIndex } from "../base/units.ts";

export interface LinkAddress {
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** Duplicate address detection has not finished, or has failed: not usable as a source. */
  readonly usable: boolean;
}

/** A link is up, but nobody knows yet whether it receives: a switch may still keep its port shut. */
export interface Doubt {
  readonly since: Instant;
  /** It came up then, or shortly before; otherwise it may have been up for long. */
  readonly isNew: boolean;
}

export interface Link {
  readonly index: InterfaceIndex;
  readonly name: string;
  /** IFF_UP and IFF_RUNNING. */
  readonly up: boolean;
  readonly mtu: number;
  /** The VRF it belongs to. */
  readonly vrf?: InterfaceIndex | undefined;
  /** Of a VRF: its routing table. */
  readonly vrfTable?: number | undefined;
  /** Nothing of another machine has been heard on it yet. */
  readonly doubt?: Doubt | undefined;
  /** In the order the kernel reports, which is the order they were added. */
  readonly addresses: readonly LinkAddress[];
}

export type Network = ReadonlyMap<string, Link>;

export const NO_NETWORK: Network = new Map();

/** The VRF that an interface belongs to. */
export function vrfOf(network: Network, index: InterfaceIndex): InterfaceIndex | undefined {
  for (const link of network.values()) if (link.index === index) return link.vrf;
  return undefined;
}

/**
 * The address adverts leave from when none is configured: the first IPv4 address, or the first
 * link-local IPv6 address (RFC 9568 §5.1.2.1), that is not a virtual one.
 */
export function sourceAddress(
  link: Link,
  family: Family,
  virtualAddresses: ReadonlySet<IpAddress>,
): IpAddress | undefined {
  const candidates = link.addresses.filter(
    ({ address, usable }) =>
      usable && familyOf(address) === family && !virtualAddresses.has(address),
  );
  return family === "ipv4"
    ? candidates[0]?.address
    : candidates.find(({ address }) => isLinkLocal(address))?.address;
}
