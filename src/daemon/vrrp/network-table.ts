/**
 * The kernel's links and addresses as last heard over rtnetlink, and the view of them the core
 * works with. Resynchronised by a dump when the kernel says that notices were lost.
 */
import type { IpAddress } from "../../base/address.ts";
import { unreachable } from "../../base/failure.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import type { AddressInfo, LinkInfo, NetworkNotice } from "../../sys/ports.ts";
import type { Doubt, Link, Network } from "../../track/network.ts";

/** Interface flags of linux/if.h. */
export const InterfaceFlag = { up: 0x1, loopback: 0x8, running: 0x40, noArp: 0x80 } as const;
/** Address flags of linux/if_addr.h that make an address no source: dadfailed, tentative. */
const UNUSABLE = 0x08 | 0x40;

export interface LostAddress {
  readonly interfaceIndex: InterfaceIndex;
  readonly address: IpAddress;
  /** The netlink port of who asked for it; undefined for the kernel itself. */
  readonly by: number | undefined;
}

/** What a batch of notices meant. */
export interface NetworkChange {
  /** Links, or addresses other than our own doing, are different now. */
  readonly changed: boolean;
  /** Addresses that went without our asking. */
  readonly lost: readonly LostAddress[];
  readonly mustDump: boolean;
  /** Interfaces that went up or down, for the log. */
  readonly flips: readonly { readonly name: string; readonly up: boolean }[];
}

/** Several changes, one after the other, as one; always a change to adapt to. */
export const mergeChanges = (changes: readonly NetworkChange[]): NetworkChange => ({
  changed: true,
  lost: changes.flatMap(({ lost }) => lost),
  mustDump: changes.some(({ mustDump }) => mustDump),
  flips: changes.flatMap(({ flips }) => flips),
});

export class NetworkTable {
  readonly #links = new Map<InterfaceIndex, LinkInfo>();
  readonly #addresses = new Map<InterfaceIndex, Map<IpAddress, AddressInfo>>();
  #view: Network | undefined;
  /** What counts of links whose flags are not all there is to it, by name. */
  #judged: ReadonlyMap<string, boolean> = new Map();
  /** Links that have not proved that they receive, by name. */
  #doubts: ReadonlyMap<string, Doubt> = new Map();

  /** Replaces everything with a dump. */
  load(links: readonly LinkInfo[], addresses: readonly AddressInfo[]): void {
    this.#links.clear();
    this.#addresses.clear();
    for (const link of links) this.#links.set(link.index, link);
    for (const address of addresses) this.#add(address);
    this.#view = undefined;
  }

  apply(notices: readonly NetworkNotice[]): NetworkChange {
    const lost: LostAddress[] = [];
    const flips: { name: string; up: boolean }[] = [];
    let changed = false;
    let mustDump = false;
    for (const notice of notices) {
      switch (notice.kind) {
        case "linkChanged": {
          const before = this.#links.get(notice.link.index);
          const up = isUp(notice.link);
          if (before === undefined ? up : isUp(before) !== up) {
            flips.push({ name: notice.link.name, up });
          }
          this.#links.set(notice.link.index, notice.link);
          changed = true;
          break;
        }
        case "linkRemoved":
          this.#links.delete(notice.index);
          this.#addresses.delete(notice.index);
          flips.push({ name: notice.name, up: false });
          changed = true;
          break;
        case "addressAdded":
          this.#add(notice.address);
          changed = true;
          break;
        case "addressRemoved": {
          const { interfaceIndex, address } = notice.address;
          this.#addresses.get(interfaceIndex)?.delete(address);
          if (notice.own === true) break;
          lost.push({ interfaceIndex, address, by: notice.by });
          changed = true;
          break;
        }
        case "routeAdded":
        case "routeRemoved":
        case "ruleRemoved":
          break;
        case "overrun":
          mustDump = true;
          break;
        default:
          unreachable(notice);
      }
    }
    if (changed) this.#view = undefined;
    return { changed, lost, mustDump, flips };
  }

  /** The view for the core; the same object until something changes. */
  get network(): Network {
    this.#view ??= new Map([...this.#links.values()].map((link) => [link.name, this.#link(link)]));
    return this.#view;
  }

  links(): readonly LinkInfo[] {
    return [...this.#links.values()];
  }

  /** Has links of these names count as up or down, whatever their flags say. */
  judge(links: ReadonlyMap<string, boolean>): void {
    this.#judged = links;
    this.#view = undefined;
  }

  /** Has exactly the links of these names be in doubt. */
  doubt(links: ReadonlyMap<string, Doubt>): void {
    const isSame = [...links].every(([name, doubt]) => this.#doubts.get(name) === doubt);
    if (isSame && links.size === this.#doubts.size) return;
    this.#doubts = links;
    this.#view = undefined;
  }

  /** Whether the kernel says that a link is up; one that does not exist is not. */
  isUp(name: string): boolean {
    return [...this.#links.values()].some((link) => link.name === name && isUp(link));
  }

  link(index: InterfaceIndex): LinkInfo | undefined {
    return this.#links.get(index);
  }

  /** An address as it was last told. */
  address(index: InterfaceIndex, address: IpAddress): AddressInfo | undefined {
    return this.#addresses.get(index)?.get(address);
  }

  holds(index: InterfaceIndex, address: IpAddress): boolean {
    return this.#addresses.get(index)?.has(address) ?? false;
  }

  #add(info: AddressInfo): void {
    const known = this.#addresses.get(info.interfaceIndex);
    if (known === undefined) {
      this.#addresses.set(info.interfaceIndex, new Map([[info.address, info]]));
    } else {
      known.set(info.address, info);
    }
  }

  /** What a link is to VRFs: one itself, or a member of one. */
  #vrf({ master, vrfTable }: LinkInfo): Pick<Link, "vrf" | "vrfTable"> {
    if (vrfTable !== undefined) return { vrfTable };
    if (master === undefined) return {};
    return this.#links.get(master)?.vrfTable === undefined ? {} : { vrf: master };
  }

  #link(link: LinkInfo): Link {
    const addresses = [...(this.#addresses.get(link.index)?.values() ?? [])];
    return {
      index: link.index,
      name: link.name,
      up: this.#judged.get(link.name) ?? isUp(link),
      mtu: link.mtu,
      ...this.#vrf(link),
      doubt: this.#doubts.get(link.name),
      addresses: addresses.map(({ address, prefixLength, flags }) => ({
        address,
        prefixLength,
        usable: (flags & UNUSABLE) === 0,
      })),
    };
  }
}

/** keepalived.conf(5): an interface is up when it is both IFF_UP and IFF_RUNNING. */
export function isUp(link: LinkInfo): boolean {
  const both = InterfaceFlag.up | InterfaceFlag.running;
  return (link.flags & both) === both;
}

/** Whether gratuitous ARP or NA makes sense there. */
export function speaksEthernet(link: LinkInfo): boolean {
  return (
    link.mac !== undefined && (link.flags & (InterfaceFlag.noArp | InterfaceFlag.loopback)) === 0
  );
}
