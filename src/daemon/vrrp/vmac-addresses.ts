/**
 * The address that an interface made for an instance must have so that adverts can leave from it: an
 * IPv6 link-local one, which belongs to a link, or the one that is written for an ipvlan.
 */
import { familyOf, isLinkLocal } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import type { AddressChange, AddressInfo } from "../../sys/ports.ts";
import { linkLocalFromMac } from "../../vrrp/vmac-config.ts";
import type { VirtualLink } from "../../vrrp/vmac-config.ts";
import type { NetworkTable } from "./network-table.ts";

/** IFA_F_NODAD (linux/if_addr.h). */
const NO_DUPLICATE_DETECTION = 0x02;
const LINK_LOCAL_LENGTH = 64;
/** RT_SCOPE_LINK (linux/rtnetlink.h). */
const SCOPE_LINK = 253;

/** An address to add, and what the table has of it then. */
export interface MissingAddress {
  readonly change: AddressChange;
  readonly info: AddressInfo;
}

export interface AddressedLink {
  readonly link: VirtualLink;
  /** Adverts leave from it. */
  readonly carriesAdverts: boolean;
}

/** What a link lacks; undefined where it has it, needs none or is not there. */
export function missingAddress(
  table: NetworkTable,
  { link, carriesAdverts }: AddressedLink,
  virtual: ReadonlySet<IpAddress>,
): MissingAddress | undefined {
  const present = table.network.get(link.name);
  const wanted =
    link.what.kind === "ipvlan"
      ? link.what.address
      : carriesAdverts && link.family === "ipv6"
        ? parentsLinkLocal(table, link, virtual)
        : undefined;
  if (wanted === undefined || present === undefined) return undefined;
  const { address, prefixLength } = wanted;
  if (present.addresses.some((each) => each.address === address)) return undefined;
  const place = { interfaceIndex: present.index, address, prefixLength };
  // Deprecated, so that nothing of the host chooses it as a source.
  const quietly =
    familyOf(address) === "ipv6" ? { flags: NO_DUPLICATE_DETECTION, preferredLifetime: 0 } : {};
  const scope = isLinkLocal(address) ? SCOPE_LINK : 0;
  return {
    change: { operation: "add", ...place, ...quietly },
    info: { ...place, scope, flags: 0, label: undefined },
  };
}

/** The parent's, so that adverts come from the same address as without a MAC address of their own. */
function parentsLinkLocal(
  table: NetworkTable,
  { parent }: VirtualLink,
  virtual: ReadonlySet<IpAddress>,
): { readonly address: IpAddress; readonly prefixLength: number } | undefined {
  const link = table.network.get(parent);
  if (link === undefined) return undefined;
  const found = link.addresses.find(({ address }) => isLinkLocal(address) && !virtual.has(address));
  const mac = table.link(link.index)?.mac;
  const address = found?.address ?? (mac === undefined ? undefined : linkLocalFromMac(mac));
  return address === undefined ? undefined : { address, prefixLength: LINK_LOCAL_LENGTH };
}
