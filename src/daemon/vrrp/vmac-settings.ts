/**
 * The kernel's settings that virtual MAC addresses need (sysctl(8)). A parent must not answer for the
 * addresses of its macvlans, nor they for its; and a macvlan hears adverts from networks whose routes
 * lead through the parent. What is changed beyond our own links is remembered and put back.
 */
import { errnoName } from "../../base/failure.ts";
import type { Family } from "../../base/address.ts";
import type { Sysctl } from "../../sys/ports.ts";
import { sysctlLine, sysctlRefusedLine } from "../../report/vrrp-lines.ts";

/** A macvlan that is there, and where. */
export interface PlacedLink {
  readonly name: string;
  readonly parent: string;
  readonly family: Family;
}

export interface SettingsNeeds {
  readonly links: readonly PlacedLink[];
  /** Every interface that is none of ours. */
  readonly others: readonly string[];
  /** disable_local_igmp. */
  readonly disablesLocalIgmp: boolean;
}

interface Held {
  readonly original: string;
  readonly isAnnounced: boolean;
}

const ipv4 = (name: string, key: string): string => `net/ipv4/conf/${name}/${key}`;
/**
 * Of a parent, at least: it answers for its own addresses alone, where packets come in that it would
 * answer through, and when it asks who somebody is, it gives an address of its own. Keepalived leaves
 * the last out, and then a neighbour that is asked learns the parent's MAC address for the virtual one.
 */
const OF_PARENTS = [
  ["arp_ignore", 1],
  ["arp_filter", 1],
  ["arp_announce", 2],
] as const;
const LOCAL_IGMP = "net/ipv4/igmp_link_local_mcast_reports";

export class VmacSettings {
  readonly #sysctl: Sysctl;
  readonly #line: (level: "warning" | "info", text: string) => void;
  readonly #held = new Map<string, Held>();
  /** Settings that could not be written, each told once. */
  readonly #refused = new Set<string>();
  #untold: string[] = [];
  #refusal = "";

  constructor(sysctl: Sysctl, line: (level: "warning" | "info", text: string) => void) {
    this.#sysctl = sysctl;
    this.#line = line;
  }

  /** For a link of our own, before it comes up: it goes with the link. */
  prepareLink({ name, family }: PlacedLink): void {
    if (family === "ipv6") return;
    this.#set(ipv4(name, "arp_ignore"), "1");
    this.#set(ipv4(name, "accept_local"), "1");
    this.#set(ipv4(name, "rp_filter"), "0");
    this.#set(ipv4(name, "promote_secondaries"), "1");
    this.#set(`net/ipv6/conf/${name}/disable_ipv6`, "1");
  }

  /** Holds what these links need of the rest of the machine, and lets go of what none needs. */
  hold({ links, others, disablesLocalIgmp }: SettingsNeeds): void {
    const forIpv4 = links.filter(({ family }) => family === "ipv4");
    const parents = new Set(forIpv4.map(({ parent }) => parent));
    const needed = new Set<string>();
    for (const parent of parents) {
      for (const [key, least] of OF_PARENTS) {
        needed.add(ipv4(parent, key));
        this.#raise(ipv4(parent, key), least);
      }
    }
    if (forIpv4.length > 0) {
      for (const path of this.#movePathFilter(others)) needed.add(path);
    }
    if (disablesLocalIgmp && links.length > 0) {
      needed.add(LOCAL_IGMP);
      this.#change(LOCAL_IGMP, "0", false);
    }
    // The latest first: the filter of all interfaces is back before that of each goes.
    for (const path of [...this.#held.keys()].reverse()) {
      if (!needed.has(path)) this.#restore(path);
    }
    if (this.#untold.length === 0) return;
    this.#line("warning", sysctlRefusedLine(this.#untold, this.#refusal));
    this.#untold = [];
  }

  /** Puts back what was changed. */
  release(): void {
    this.hold({ links: [], others: [], disablesLocalIgmp: false });
  }

  /**
   * The larger of rp_filter for all and for one interface counts (ip-sysctl), so a macvlan has none
   * only where all have none. Each of the others gets what held for all.
   */
  #movePathFilter(others: readonly string[]): readonly string[] {
    const all = ipv4("all", "rp_filter");
    if (this.#held.has(all))
      return [...this.#held.keys()].filter((path) => path.endsWith("rp_filter"));
    const strictness = this.#number(all);
    if (strictness === undefined || strictness === 0) return [];
    const paths = [...others, "default"].map((name) => ipv4(name, "rp_filter"));
    for (const path of paths) {
      const own = this.#number(path);
      const isDefault = path === ipv4("default", "rp_filter");
      if (own !== undefined && own < strictness) this.#change(path, String(strictness), isDefault);
    }
    this.#change(all, "0", true);
    return [...paths, all];
  }

  /** What is larger is stricter, and somebody's choice. */
  #raise(path: string, least: number): void {
    const present = this.#held.has(path) ? undefined : this.#number(path);
    if (present !== undefined && present < least) this.#change(path, String(least), false);
  }

  #change(path: string, value: string, isAnnounced: boolean): void {
    if (this.#held.has(path)) return;
    const original = this.#sysctl.read(path);
    if (typeof original !== "string" || original === value) return;
    if (!this.#write(path, value)) return;
    this.#held.set(path, { original, isAnnounced });
    if (isAnnounced) this.#line("info", sysctlLine(path, value, original));
  }

  #restore(path: string): void {
    const held = this.#held.get(path);
    this.#held.delete(path);
    // An interface that is gone has taken its settings with it.
    if (held === undefined || typeof this.#sysctl.read(path) !== "string") return;
    if (this.#write(path, held.original) && held.isAnnounced) {
      this.#line("info", sysctlLine(path, held.original));
    }
  }

  /** Sets what may be missing: a kernel without IPv6 has none of its settings. */
  #set(path: string, value: string): void {
    const present = this.#sysctl.read(path);
    if (typeof present === "string" && present !== value) this.#write(path, value);
  }

  #write(path: string, value: string): boolean {
    const errno = this.#sysctl.write(path, value);
    if (errno === 0) return true;
    const setting = path.split("/").at(-1) ?? path;
    if (!this.#refused.has(setting)) this.#untold.push(`${path}=${value}`);
    this.#refused.add(setting);
    this.#refusal = errnoName(errno);
    return false;
  }

  #number(path: string): number | undefined {
    const value = this.#sysctl.read(path);
    return typeof value === "string" ? Number(value) : undefined;
  }
}
