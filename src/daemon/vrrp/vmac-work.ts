/**
 * The interfaces that are made for instances: wanted and actual ones. A step makes what is missing in
 * one batch; what the kernel says of it is read before the next, so that a step needs no answer.
 */
import { isLinkLocal } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import { Errno } from "../../base/failure.ts";
import { after, earliest, seconds } from "../../base/units.ts";
import type { Instant, InterfaceIndex } from "../../base/units.ts";
import { linkMadeLine, linkRefusedLine, linkRemovedLine } from "../../report/vrrp-lines.ts";
import type { LinkChange, LinkInfo, Netlink, Sysctl } from "../../sys/ports.ts";
import type { InstanceConfig } from "../../vrrp/config.ts";
import type { FaultCause } from "../../vrrp/events.ts";
import { virtualLinks } from "../../vrrp/vmac-config.ts";
import type { VirtualLink } from "../../vrrp/vmac-config.ts";
import { allAddresses } from "./address-work.ts";
import type { Macvlan } from "./firewall-macvlans.ts";
import type { FirewallWork } from "./firewall-work.ts";
import { InterfaceFlag, mergeChanges } from "./network-table.ts";
import type { NetworkChange, NetworkTable } from "./network-table.ts";
import type { TimedWork } from "./timed-work.ts";
import { missingAddress } from "./vmac-addresses.ts";
import { isSameLink, nameLinks } from "./vmac-names.ts";
import { VmacSettings } from "./vmac-settings.ts";

/** A link is made, brought up and given an address; more steps than that lead nowhere. */
const STEPS = 8;
/** A kernel refusal is met again after this time: decision 12. */
const RETRY = seconds(10);

/** Links are gathered in a group of their own to be deleted; the number is as good as any other. */
const FAREWELL_GROUP = 0x5652_5250;

/** A link and the instance it is for. */
interface Wanted {
  readonly link: VirtualLink;
  readonly router: number;
  readonly instance: string;
  /** Adverts leave from it, so that it needs an address where they have one of the link. */
  readonly carriesAdverts: boolean;
}

interface Made {
  readonly index: InterfaceIndex;
  readonly instance: string;
  readonly link: VirtualLink;
  isReady: boolean;
}

interface Failure {
  readonly cause: FaultCause;
  readonly retryAt: Instant;
}

export interface VmacParts {
  readonly netlink: Netlink;
  readonly table: NetworkTable;
  readonly firewall: FirewallWork;
  readonly sysctl: Sysctl;
  readonly now: () => Instant;
  readonly line: (level: "warning" | "info", text: string) => void;
  /** Something that was refused can be tried again. */
  readonly retry: () => void;
}

export class VmacWork implements TimedWork {
  readonly #parts: VmacParts;
  readonly #settings: VmacSettings;
  #wanted: readonly Wanted[] = [];
  #virtual: ReadonlySet<IpAddress> = new Set();
  #disablesLocalIgmp = false;
  #isReleased = false;
  /** Links of ours, by name. */
  readonly #made = new Map<string, Made>();
  readonly #failures = new Map<string, Failure>();
  /** What was last said of a failure, by name. */
  readonly #said = new Map<string, string>();
  /** Failures that were not told yet. */
  readonly #untold = new Set<string>();

  constructor(parts: VmacParts) {
    this.#parts = parts;
    this.#settings = new VmacSettings(parts.sysctl, parts.line);
  }

  /** The instances with names that links can have here. */
  named(instances: readonly InstanceConfig[]): readonly InstanceConfig[] {
    return nameLinks(instances, this.#parts.table.links());
  }

  /** Says which links are wanted; the kernel is not touched. */
  configure(instances: readonly InstanceConfig[], disablesLocalIgmp: boolean): void {
    const seen = new Set<string>();
    this.#disablesLocalIgmp = disablesLocalIgmp;
    this.#virtual = new Set(instances.flatMap(allAddresses).map(({ address }) => address));
    this.#wanted = instances.flatMap((config, router) =>
      virtualLinks(config).flatMap((link) => {
        if (seen.has(link.name)) return [];
        seen.add(link.name);
        const carriesAdverts = link === config.vmac.own && !config.vmac.transmitsOnBase;
        return [{ link, router, instance: config.name, carriesAdverts }];
      }),
    );
  }

  /** Makes what instances lack, as far as it can be made, and says what that changed, if anything. */
  make(): NetworkChange | undefined {
    const { netlink, table, firewall } = this.#parts;
    if (this.#isReleased) return undefined;
    const changes: NetworkChange[] = [];
    for (let step = 0; step < STEPS && this.#step(); step += 1) {
      changes.push(table.apply(netlink.takeNotices()));
    }
    firewall.place(this.#macvlans());
    return changes.length === 0 ? undefined : mergeChanges(changes);
  }

  /** Makes one thing of each link that is not as it should be. False when there was nothing to do. */
  #step(): boolean {
    if (this.#wanted.length === 0 && this.#made.size === 0) return false;
    this.#forgetGone();
    return this.#create() || this.#bringUp() || this.#address();
  }

  /** Deletes links that no instance wants any more. */
  prune(): void {
    const wanted = new Map(this.#wanted.map(({ link }) => [link.name, link]));
    const isWanted = (name: string, { index }: Made): boolean => {
      const link = wanted.get(name);
      const info = this.#parts.table.link(index);
      const parent = link === undefined ? undefined : this.#linkNamed(link.parent);
      return link !== undefined && info !== undefined && isSameLink(link, info, parent?.index);
    };
    const unwanted = [...this.#made].filter(([name, made]) => !isWanted(name, made));
    if (unwanted.length === 0) return;
    this.#remove(unwanted);
    this.#holdSettings();
  }

  /** At the end: deletes the links and puts the settings back. */
  release(): void {
    const { netlink, table } = this.#parts;
    this.#isReleased = true;
    this.#failures.clear();
    this.#settings.release();
    this.#remove([...this.#made]);
    table.apply(netlink.takeNotices());
  }

  /** Why instances lack links, by position; each reason once. */
  takeRefusals(): ReadonlyMap<number, FaultCause> {
    const refusals = this.#wanted.flatMap(({ link, router }) => {
      const failure = this.#untold.has(link.name) ? this.#failures.get(link.name) : undefined;
      return failure === undefined ? [] : [[router, failure.cause] as const];
    });
    this.#untold.clear();
    return new Map(refusals);
  }

  /** The macvlans that are there now. */
  #macvlans(): readonly Macvlan[] {
    const { table } = this.#parts;
    return [...this.#made.values()].flatMap(({ index, link }) => {
      const parent = table.link(index)?.parent;
      if (parent === undefined || link.what.kind !== "macvlan") return [];
      const shared = this.#addressesOf(link.name).filter((address) => table.holds(parent, address));
      return [{ family: link.family, index, parent, shared }];
    });
  }

  #addressesOf(name: string): readonly IpAddress[] {
    const link = this.#parts.table.network.get(name);
    return (link?.addresses ?? []).map(({ address }) => address).filter(isLinkLocal);
  }

  get deadline(): Instant | undefined {
    let first: Instant | undefined;
    for (const { retryAt } of this.#failures.values()) first = earliest(first, retryAt);
    return first;
  }

  run(now: Instant): void {
    let isDue = false;
    for (const [name, { retryAt }] of this.#failures) {
      if (retryAt > now) continue;
      this.#failures.delete(name);
      isDue = true;
    }
    if (isDue) this.#parts.retry();
  }

  /** Links that somebody else deleted, or that went with their parent. */
  #forgetGone(): void {
    for (const [name, { index }] of this.#made) {
      if (this.#parts.table.link(index) === undefined) this.#made.delete(name);
    }
  }

  #create(): boolean {
    const { table } = this.#parts;
    const missing: { wanted: Wanted; change: LinkChange }[] = [];
    for (const wanted of this.#wanted) {
      const { link } = wanted;
      const parent = this.#linkNamed(link.parent);
      if (parent === undefined || this.#failures.has(link.name)) continue;
      const present = this.#linkNamed(link.name);
      if (present === undefined) {
        missing.push({ wanted, change: creation(link, parent, masterOf(parent, table)) });
      } else if (!this.#takes(wanted, present, parent)) {
        const made = this.#made.get(link.name);
        // One of ours that is in the way goes with the next pruning.
        if (made === undefined)
          this.#refuse(link, "make", { call: "RTM_NEWLINK", errno: Errno.EEXIST });
      }
    }
    this.#apply(missing, "make");
    return missing.length > 0;
  }

  /** Whether a link that is there is the one that is wanted; it is then ours. */
  #takes({ link, instance }: Wanted, present: LinkInfo, parent: LinkInfo): boolean {
    const made = this.#made.get(link.name);
    if (!isSameLink(link, present, parent.index)) return false;
    if (made?.index === present.index) return true;
    this.#made.set(link.name, { index: present.index, instance, link, isReady: false });
    return true;
  }

  #bringUp(): boolean {
    const fresh = this.#wanted.flatMap((wanted) => {
      const made = this.#made.get(wanted.link.name);
      return made === undefined || made.isReady || this.#failures.has(wanted.link.name)
        ? []
        : [{ wanted, made, change: { operation: "bringUp", linkIndex: made.index } as const }];
    });
    if (fresh.length === 0) return false;
    const { netlink, firewall } = this.#parts;
    const quiet = fresh.map(
      ({ made }) => ({ operation: "generateNoAddress", linkIndex: made.index }) as const,
    );
    // A kernel without IPv6 generates no address anyway.
    netlink.apply(netlink.prepare(quiet), 0, quiet.length);
    for (const { wanted } of fresh) {
      if (wanted.link.what.kind === "macvlan") this.#settings.prepareLink(wanted.link);
    }
    this.#holdSettings();
    // It speaks as soon as it is up.
    firewall.place(this.#macvlans());
    for (const { made } of fresh) made.isReady = true;
    for (const { wanted, made } of this.#apply(fresh, "bring up")) {
      if (this.#failures.has(wanted.link.name)) made.isReady = false;
    }
    return true;
  }

  /** An IPv6 link that adverts leave from needs a link-local address, an ipvlan the one written. */
  #address(): boolean {
    const missing = this.#wanted.flatMap(({ link, carriesAdverts }) => {
      const made = this.#made.get(link.name);
      const info = made === undefined ? undefined : this.#parts.table.link(made.index);
      if (info === undefined || (info.flags & InterfaceFlag.up) === 0) return [];
      if (this.#failures.has(link.name)) return [];
      const missing = missingAddress(this.#parts.table, { link, carriesAdverts }, this.#virtual);
      return missing === undefined ? [] : [{ link, ...missing }];
    });
    const { netlink, table } = this.#parts;
    const changes = missing.map(({ change }) => change);
    const failures = netlink.apply(netlink.prepare(changes), 0, changes.length);
    const refused = new Map(failures.map(({ index, errno }) => [index, errno]));
    for (const [position, { link, change, info }] of missing.entries()) {
      const errno = refused.get(position) ?? 0;
      // Nobody tells us what we add ourselves.
      if (errno === 0 || errno === Errno.EEXIST)
        table.apply([{ kind: "addressAdded", address: info }]);
      else this.#refuse(link, `add ${change.address} to`, { call: "RTM_NEWADDR", errno });
    }
    return missing.length > 0;
  }

  #holdSettings(): void {
    const links = [...this.#made.values()]
      .map(({ link }) => link)
      .filter(({ what }) => what.kind === "macvlan");
    const others = this.#parts.table
      .links()
      .map(({ name }) => name)
      .filter((name) => !this.#made.has(name));
    this.#settings.hold({ links, others, disablesLocalIgmp: this.#disablesLocalIgmp });
  }

  /** All at once: the kernel waits for everybody who may look at a link that goes. */
  #remove(unwanted: readonly (readonly [string, Made])[]): void {
    const { netlink, line } = this.#parts;
    const indexes = unwanted.map(([, { index }]) => index);
    const changes = deletions(indexes, this.#freeGroup());
    netlink.apply(netlink.prepare(changes), 0, changes.length);
    for (const [name, { instance, link }] of unwanted) {
      this.#made.delete(name);
      line("info", linkRemovedLine(instance, link));
    }
  }

  /** A link group that nobody is in. */
  #freeGroup(): number {
    const taken = new Set(this.#parts.table.links().map(({ group }) => group));
    let group = FAREWELL_GROUP;
    while (taken.has(group)) group += 1;
    return group;
  }

  /** Applies a change of each; what is refused is remembered. Returns all of them. */
  #apply<Item extends { readonly wanted: Wanted; readonly change: LinkChange }>(
    items: readonly Item[],
    verb: string,
  ): readonly Item[] {
    const { netlink, line } = this.#parts;
    const failures = netlink.apply(
      netlink.prepare(items.map(({ change }) => change)),
      0,
      items.length,
    );
    const errnoOf = new Map(failures.map(({ index, errno }) => [index, errno]));
    for (const [position, { wanted, change }] of items.entries()) {
      const errno = errnoOf.get(position) ?? 0;
      if (errno !== 0) this.#refuse(wanted.link, verb, { call: "RTM_NEWLINK", errno });
      else if (change.operation === "bringUp") this.#said.delete(wanted.link.name);
      else if (change.operation === "create")
        line("info", linkMadeLine(wanted.instance, wanted.link));
    }
    return items;
  }

  #refuse(
    link: VirtualLink,
    verb: string,
    { call, errno }: { readonly call: string; readonly errno: number },
  ): void {
    const action = `${verb} the ${link.what.kind} ${link.name} on ${link.parent}`;
    const cause = { kind: "kernelRefused", action, call: `netlink ${call}`, errno } as const;
    this.#untold.add(link.name);
    const instance = this.#wanted.find((each) => each.link === link)?.instance ?? "";
    const text = linkRefusedLine(instance, link, cause);
    // It is tried again and again, and told when it is something else.
    if (this.#said.get(link.name) !== text) this.#parts.line("warning", text);
    this.#said.set(link.name, text);
    this.#failures.set(link.name, { cause, retryAt: after(this.#parts.now(), RETRY) });
  }

  #linkNamed(name: string): LinkInfo | undefined {
    const { table } = this.#parts;
    const index = table.network.get(name)?.index;
    return index === undefined ? undefined : table.link(index);
  }
}

/** The VRF of the parent, which its links must share. */
function masterOf({ master }: LinkInfo, table: NetworkTable): InterfaceIndex | undefined {
  return master !== undefined && table.link(master)?.kind === "vrf" ? master : undefined;
}

const creation = (
  { name, group, what }: VirtualLink,
  parent: LinkInfo,
  master: InterfaceIndex | undefined,
): LinkChange => ({
  operation: "create",
  link: { name, parent: parent.index, what: bare(what), group: group ?? parent.group, master },
});

const bare = (what: VirtualLink["what"]) =>
  what.kind === "macvlan"
    ? ({ kind: "macvlan", mac: what.mac } as const)
    : ({ kind: "ipvlan", flag: what.flag } as const);

function deletions(indexes: readonly InterfaceIndex[], group: number): readonly LinkChange[] {
  if (indexes.length < 2) {
    return indexes.map((linkIndex) => ({ operation: "delete", linkIndex }));
  }
  return [
    ...indexes.map((linkIndex): LinkChange => ({ operation: "setGroup", linkIndex, group })),
    { operation: "deleteGroup", linkGroup: group },
  ];
}
