/**
 * Interfaces that are made for an instance as configured: macvlans with a virtual MAC address, and
 * ipvlans. keepalived.conf(5), use_vmac, use_ipvlan.
 */
import { addressFromBytes } from "../base/address.ts";
import type { Family, IpAddress, MacAddress } from "../base/address.ts";
import type { Vrid } from "../base/units.ts";
import { interfaceOrVrf } from "./config.ts";
import type { InstanceConfig } from "./config.ts";

/** An interface to be made on another. */
export interface VirtualLink {
  readonly name: string;
  /**
   * What the name begins with where nobody chose it, so that another may be taken where it is in use;
   * undefined where it is written in the file.
   */
  readonly namePrefix: string | undefined;
  readonly vrid: Vrid;
  /** The interface it is made on. */
  readonly parent: string;
  /** Of the instance, or of the address it is made for. */
  readonly family: Family;
  /** Link group; undefined is the parent's. */
  readonly group: number | undefined;
  readonly what: VirtualLinkKind;
}

export type VirtualLinkKind =
  | { readonly kind: "macvlan"; readonly mac: MacAddress }
  | {
      readonly kind: "ipvlan";
      readonly flag: "bridge" | "private" | "vepa";
      /** What adverts are sent from: an IPv4 ipvlan has no other. */
      readonly address: { readonly address: IpAddress; readonly prefixLength: number } | undefined;
    };

export interface VmacConfig {
  /** The instance's own, where its addresses without `dev` go; undefined without use_vmac. */
  readonly own: VirtualLink | undefined;
  /** vmac_xmit_base: adverts travel on the interface itself all the same. */
  readonly transmitsOnBase: boolean;
  /** For single addresses: use_vmac on their line, or use_vmac_addr. */
  readonly ofAddresses: readonly VirtualLink[];
}

export const NO_VMAC: VmacConfig = Object.freeze({
  own: undefined,
  transmitsOnBase: false,
  ofAddresses: [],
});

/** Every interface that is made for an instance. */
export const virtualLinks = ({ vmac }: Pick<InstanceConfig, "vmac">): readonly VirtualLink[] =>
  vmac.own === undefined ? vmac.ofAddresses : [vmac.own, ...vmac.ofAddresses];

/** The interface adverts travel through: the instance's own where it has one; or the VRF. */
export function advertInterface(
  config: Pick<InstanceConfig, "interfaceName" | "vrf" | "vmac">,
): string | undefined {
  const { own, transmitsOnBase } = config.vmac;
  return own === undefined || transmitsOnBase ? interfaceOrVrf(config) : own.name;
}

/** The MAC address of a virtual router: RFC 9568 §7.3. */
export function virtualMac(family: Family, vrid: Vrid): MacAddress {
  const byFamily = family === "ipv4" ? "01" : "02";
  return `00:00:5e:00:${byFamily}:${vrid.toString(16).padStart(2, "0")}` as MacAddress;
}

/** fe80::/64 with the EUI-64 of a MAC address (RFC 4291 Appendix A). */
export function linkLocalFromMac(mac: MacAddress): IpAddress {
  const [first = 0, ...rest] = mac.split(":").map((part) => parseInt(part, 16));
  const bytes = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, first ^ 0x02, ...rest];
  bytes.splice(11, 0, 0xff, 0xfe);
  return addressFromBytes(Uint8Array.from(bytes));
}

/** The longest name of an interface (linux/if.h). */
const NAME_MAXIMUM = 15;

/** `vrrp.51`, or where that is in use `vrrp6.51` for IPv6, then `vrrp1.51` and so on. */
export function generatedName(
  prefix: string,
  link: { readonly family: Family; readonly vrid: number },
  isTaken: (name: string) => boolean,
): string {
  const spell = (number: string): string => {
    const end = `${number}.${link.vrid}`;
    return `${prefix.slice(0, NAME_MAXIMUM - end.length)}${end}`;
  };
  const first = link.family === "ipv6" ? [spell(""), spell("6")] : [spell("")];
  for (const name of first) if (!isTaken(name)) return name;
  for (let number = 1; ; number += 1) {
    const name = spell(String(number));
    if (!isTaken(name)) return name;
  }
}
