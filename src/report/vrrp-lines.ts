/** Lines of the VRRP process that belong to no instance, with Keepalived's phrases. */
import type { IpAddress } from "../base/address.ts";
import type { Family } from "../base/address.ts";
import type { VirtualAddress } from "../vrrp/config.ts";
import type { FaultCause } from "../vrrp/events.ts";
import type { VirtualLink } from "../vrrp/vmac-config.ts";
import { renderFault } from "./causes.ts";
import { renderVirtualAddress } from "./object-text.ts";

/** What a `VRRP sockpool` line names. */
export interface SockpoolEntry {
  readonly family: Family;
  readonly protocol: "vrrp" | "ah";
  readonly interfaceIndex: number | undefined;
  /** Undefined for unicast. */
  readonly group: IpAddress | undefined;
  readonly bindAddress: IpAddress | undefined;
}

export function sockpoolLine(entry: SockpoolEntry, fds: readonly [number, number]): string {
  const family = entry.family === "ipv4" ? "IPv4" : "IPv6";
  const index = String(entry.interfaceIndex ?? 0).padStart(3, " ");
  const any = entry.family === "ipv4" ? "0.0.0.0" : "::";
  const protocol = entry.protocol === "ah" ? 51 : 112;
  // Keepalived prints the unicast form with this odd blank.
  const how =
    entry.group === undefined
      ? ` , unicast, address(${entry.bindAddress ?? any})`
      : ` multicast, address(${entry.group})`;
  const what = `ifindex(${index}), family(${family}), proto(${protocol}), fd(${fds[0]},${fds[1]})${how}`;
  return `VRRP sockpool: [${what}]`;
}

export const linkLine = (name: string, up: boolean, source: "netlink" | "linkbeat"): string =>
  `${source === "netlink" ? "Netlink" : "Linkbeat"} reports ${name} ${up ? "up" : "down"}`;

/** Of a configuration that needs a firewall and names none. */
export const firewallChosenLine = (): string =>
  "use_vmac or no_accept/strict specified, but no firewall configured - using nftables";

/** Of a kernel without nft_dup; the virtual router works without. */
export const reportsNotMovedLine = (reason: string): string =>
  `${reason}: IGMP and MLD reports leave with the virtual MAC address, also from a backup`;

/** An interface of its own for an instance. */
const linkWord = ({ what }: VirtualLink): string => (what.kind === "macvlan" ? "VMAC" : what.kind);

export const linkMadeLine = (instance: string, link: VirtualLink): string =>
  `(${instance}): Success creating ${linkWord(link)} interface ${link.name}`;

export const linkRefusedLine = (instance: string, link: VirtualLink, cause: FaultCause): string =>
  `(${instance}): Unable to create ${linkWord(link)} interface ${link.name}: ${renderFault(cause)}`;

export const linkRemovedLine = (instance: string, link: VirtualLink): string =>
  `(${instance}) Success removing ${linkWord(link)} interface ${link.name}`;

/** A setting of the kernel is changed, or put back where nothing is said of what it was. */
export function sysctlLine(path: string, value: string, from?: string): string {
  const name = path.replaceAll("/", ".");
  return from === undefined
    ? `NOTICE: resetting sysctl ${name} to ${value}`
    : `NOTICE: setting sysctl ${name} from ${from} to ${value}`;
}

/** In a container they may be read-only; whoever runs it can set them. */
export const sysctlRefusedLine = (settings: readonly string[], error: string): string =>
  `cannot write to /proc/sys (${error}), so set from outside: ${settings.join(", ")}; until then the ` +
  "virtual MAC address may go without answers, or without adverts of others";

export const overrunLine = (): string =>
  "Netlink: the kernel dropped notices (receive buffer full); reading links and addresses again";

/** A static address, route or rule that someone removed goes back. */
export function restoringLine(
  what: "address" | "route" | "rule",
  about: VirtualAddress | string,
): string {
  const text =
    typeof about === "string"
      ? about
      : renderVirtualAddress(about, { isSet: true, isShielded: false });
  return `Restoring deleted static ${what} ${text}`;
}

export const unknownVridLine = (vrid: number): string =>
  `Unknown VRID(${vrid}) received. ignoring...`;

/** Of promote_secondaries; the instance runs on. */
export const secondariesRefusedLine = (interfaceName: string, reason: string): string =>
  `promote_secondaries cannot be set for ${interfaceName} (${reason}): removing an address may remove others of its subnet`;
