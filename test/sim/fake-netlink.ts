/**
 * The link, address and route tables of one simulated kernel. They live on when a daemon ends, as
 * they do in a kernel; leased addresses end by virtual time.
 */
import { familyOf, isLinkLocal, inSubnet } from "../../src/base/address.ts";
import type { IpAddress, MacAddress } from "../../src/base/address.ts";
import { assert, Errno } from "../../src/base/failure.ts";
import { after, between, interfaceIndex, seconds, toSeconds } from "../../src/base/units.ts";
import type { Duration, Instant, InterfaceIndex } from "../../src/base/units.ts";
import type {
  AddressChange,
  AddressInfo,
  LinkInfo,
  NetworkChange,
  NetworkNotice,
  RouteInfo,
  RuleChange,
  RuleInfo,
} from "../../src/sys/ports.ts";
import type { Scheduled, VirtualTime } from "./fake-clock.ts";
import { changeLinks, childrenOf } from "./fake-links.ts";
import { FakeRoutes } from "./fake-routes.ts";

/** IFF_* (linux/if.h). */
export const LinkFlag = {
  up: 0x1,
  broadcast: 0x2,
  loopback: 0x8,
  running: 0x40,
  multicast: 0x1000,
  lowerUp: 0x10000,
} as const;

/** IFA_F_* (linux/if_addr.h). */
export const AddressFlag = { secondary: 0x01, deprecated: 0x20, permanent: 0x80 } as const;

const BROADCAST_MAC = "ff:ff:ff:ff:ff:ff" as MacAddress;

interface AddressEntry {
  info: AddressInfo;
  expiry: Scheduled | undefined;
  /** Comes back by itself when the link comes up: the kernel's own link-local address. */
  readonly automatic: boolean;
}

/** A refusal to inject: the next `count` changes that match fail with `errno`. */
export interface Refusal {
  readonly errno: number;
  readonly count?: number;
  readonly matching?: (change: NetworkChange) => boolean;
}

export interface NewLink {
  readonly name: string;
  readonly mac?: MacAddress | undefined;
  readonly mtu?: number;
  readonly kind?: string;
  readonly parent?: InterfaceIndex;
  /** Default: up and running. */
  readonly flags?: number;
  readonly hardwareType?: number;
  readonly group?: number;
}

type Subscriber = (notice: NetworkNotice, origin: object | undefined) => void;

export class FakeKernel {
  readonly #time: VirtualTime;
  readonly #links = new Map<InterfaceIndex, LinkInfo>();
  readonly #addresses: AddressEntry[] = [];
  readonly #rules = new Map<string, RuleInfo>();
  readonly #routes = new FakeRoutes(this, (notice, origin) => {
    this.#notify(notice, origin);
  });
  readonly #subscribers = new Set<Subscriber>();
  readonly #refusals: { refusal: Refusal; left: number }[] = [];
  #nextIndex = 1;

  constructor(time: VirtualTime) {
    this.#time = time;
    const flags = LinkFlag.up | LinkFlag.running | LinkFlag.loopback | LinkFlag.lowerUp;
    this.addLink({ name: "lo", mtu: 65536, flags, hardwareType: 772 });
  }

  addLink(link: NewLink): LinkInfo {
    assert(this.link(link.name) === undefined, `a second link named ${link.name}`);
    const index = interfaceIndex(this.#nextIndex);
    assert(index !== undefined, "an interface index of 1 or more");
    this.#nextIndex += 1;
    const { up, running, broadcast, multicast, lowerUp } = LinkFlag;
    const info: LinkInfo = {
      index,
      name: link.name,
      flags: link.flags ?? up | running | broadcast | multicast | lowerUp,
      mtu: link.mtu ?? 1500,
      hardwareType: link.hardwareType ?? 1,
      mac: link.mac,
      broadcastMac: link.mac === undefined ? undefined : BROADCAST_MAC,
      kind: link.kind,
      parent: link.parent,
      master: undefined,
      group: link.group ?? 0,
    };
    this.#links.set(index, info);
    this.#notify({ kind: "linkChanged", link: info });
    return info;
  }

  /** Changes what is given; a link that goes down loses its IPv6 addresses, as in Linux. */
  changeLink(
    index: InterfaceIndex,
    change: {
      up?: boolean;
      running?: boolean;
      mtu?: number;
      mac?: MacAddress;
      name?: string;
      group?: number;
    },
  ): void {
    const link = this.#links.get(index);
    assert(link !== undefined, `no link ${index}`);
    const wasUp = (link.flags & LinkFlag.up) !== 0;
    const isUp = change.up ?? wasUp;
    const isRunning = isUp && (change.running ?? (!wasUp || this.isRunning(index)));
    const cleared = link.flags & ~(LinkFlag.up | LinkFlag.running | LinkFlag.lowerUp);
    const flags =
      cleared | (isUp ? LinkFlag.up : 0) | (isRunning ? LinkFlag.running | LinkFlag.lowerUp : 0);
    const info: LinkInfo = {
      ...link,
      flags,
      mtu: change.mtu ?? link.mtu,
      mac: change.mac ?? link.mac,
      name: change.name ?? link.name,
      group: change.group ?? link.group,
    };
    this.#links.set(index, info);
    this.#notify({ kind: "linkChanged", link: info });
    for (const child of childrenOf(this, index))
      this.changeLink(child.index, { running: isRunning });
    if (wasUp && !isUp) {
      this.#flushIpv6(index);
      this.#routes.dropOf(index);
    }
    if (!wasUp && isUp) this.#restoreAutomatic(index);
  }

  removeLink(index: InterfaceIndex): void {
    const link = this.#links.get(index);
    assert(link !== undefined, `no link ${index}`);
    for (const child of childrenOf(this, index)) this.removeLink(child.index);
    for (const entry of this.#addresses.filter((e) => e.info.interfaceIndex === index)) {
      this.#drop(entry, undefined);
    }
    this.#routes.dropOf(index);
    this.#links.delete(index);
    this.#notify({ kind: "linkRemoved", index, name: link.name });
  }

  link(name: string): LinkInfo | undefined {
    return [...this.#links.values()].find((link) => link.name === name);
  }

  linkAt(index: InterfaceIndex): LinkInfo | undefined {
    return this.#links.get(index);
  }

  isUp(index: InterfaceIndex): boolean {
    return ((this.#links.get(index)?.flags ?? 0) & LinkFlag.up) !== 0;
  }

  isRunning(index: InterfaceIndex): boolean {
    return ((this.#links.get(index)?.flags ?? 0) & LinkFlag.running) !== 0;
  }

  links(): readonly LinkInfo[] {
    return [...this.#links.values()];
  }

  addresses(): readonly AddressInfo[] {
    return this.#addresses
      .filter((entry) => this.#isPresent(entry))
      .map(({ info, expiry }) =>
        expiry === undefined
          ? info
          : { ...info, validLifetime: Math.ceil(toSeconds(between(this.#time.now, expiry.at))) },
      );
  }

  routes(): readonly RouteInfo[] {
    return this.#routes.all();
  }

  rules(): readonly RuleInfo[] {
    return [...this.#rules.values()];
  }

  /** Keepalived gives every rule a preference; equal ones are one rule. */
  #changeRule({ operation, rule }: RuleChange, origin: object | undefined): number {
    const { protocol, ...identity } = rule;
    const key = JSON.stringify(identity);
    const isThere = this.#rules.has(key);
    if (operation === "add") {
      if (isThere) return Errno.EEXIST;
      this.#rules.set(key, { ...identity, protocol });
      return 0;
    }
    if (!isThere) return Errno.ENOENT;
    this.#rules.delete(key);
    this.#notify({ kind: "ruleRemoved", rule }, origin);
    return 0;
  }

  holds(address: IpAddress): boolean {
    return this.addresses().some((info) => info.address === address);
  }

  /** The next changes that match are refused, whoever asks. */
  refuse(refusal: Refusal): void {
    this.#refusals.push({ refusal, left: refusal.count ?? 1 });
  }

  /** As if the notice buffer had overflowed. */
  overrun(): void {
    this.#notify({ kind: "overrun" });
  }

  /** Performs `change` and returns 0 or the errno. `origin` marks the requester's own notices. */
  change(change: NetworkChange, origin?: object, automatic = false): number {
    const refused = this.#takeRefusal(change);
    if (refused !== 0) return refused;
    if ("route" in change) return this.#routes.change(change, origin);
    if ("rule" in change) return this.#changeRule(change, origin);
    if ("link" in change || "linkIndex" in change || "linkGroup" in change) {
      return changeLinks(this, change);
    }
    if (!this.#links.has(change.interfaceIndex)) return Errno.ENODEV;
    const present = this.#addresses.find((e) => this.#isPresent(e) && isSame(e.info, change));
    if (change.operation === "remove") {
      if (present === undefined) return Errno.EADDRNOTAVAIL;
      this.#drop(present, origin);
      return 0;
    }
    if (present !== undefined && change.operation === "add") return Errno.EEXIST;
    const entry: AddressEntry = present ?? {
      info: this.#toInfo(change),
      expiry: undefined,
      automatic,
    };
    if (present === undefined) this.#addresses.push(entry);
    else entry.info = { ...entry.info, flags: lifetimeFlags(entry.info.flags, change) };
    entry.expiry?.cancel();
    entry.expiry = undefined;
    if (change.validLifetime !== undefined) {
      this.#expireAt(entry, after(this.#time.now, seconds(change.validLifetime)));
    }
    this.#notify({ kind: "addressAdded", address: entry.info }, origin);
    return 0;
  }

  /** The machine sleeps for `span` from now: leases stand still meanwhile. */
  suspend(span: Duration): void {
    for (const entry of this.#addresses) {
      if (entry.expiry === undefined) continue;
      entry.expiry.cancel();
      this.#expireAt(entry, after(entry.expiry.at, span));
    }
  }

  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => {
      this.#subscribers.delete(subscriber);
    };
  }

  #expireAt(entry: AddressEntry, at: Instant): void {
    entry.expiry = this.#time.at(at, () => {
      this.#drop(entry, undefined);
    });
  }

  #notify(notice: NetworkNotice, origin?: object): void {
    for (const subscriber of this.#subscribers) subscriber(notice, origin);
  }

  #takeRefusal(change: NetworkChange): number {
    const found = this.#refusals.find((r) => r.left > 0 && (r.refusal.matching?.(change) ?? true));
    if (found === undefined) return 0;
    found.left -= 1;
    return found.refusal.errno;
  }

  #toInfo(change: AddressChange): AddressInfo {
    const isSecondary =
      familyOf(change.address) === "ipv4" &&
      this.addresses().some(
        (info) =>
          info.interfaceIndex === change.interfaceIndex &&
          info.prefixLength === change.prefixLength &&
          inSubnet(info.address, change.address, change.prefixLength),
      );
    const own = (change.flags ?? 0) | (isSecondary ? AddressFlag.secondary : 0);
    const name = this.#links.get(change.interfaceIndex)?.name;
    return {
      interfaceIndex: change.interfaceIndex,
      address: change.address,
      prefixLength: change.prefixLength,
      scope: change.scope ?? (isLinkLocal(change.address) ? 253 : 0),
      flags: lifetimeFlags(own, change),
      label: familyOf(change.address) === "ipv4" ? (change.label ?? name) : undefined,
    };
  }

  #drop(entry: AddressEntry, origin: object | undefined): void {
    const position = this.#addresses.indexOf(entry);
    if (position < 0 || !this.#isPresent(entry)) return;
    entry.expiry?.cancel();
    this.#addresses.splice(position, 1);
    this.#notify({ kind: "addressRemoved", address: entry.info }, origin);
    this.#routes.afterLossOf(entry.info);
  }

  /** An automatic address of a link that is down is remembered, not present. */
  #isPresent(entry: AddressEntry): boolean {
    return !entry.automatic || this.isUp(entry.info.interfaceIndex);
  }

  #flushIpv6(index: InterfaceIndex): void {
    for (const entry of [...this.#addresses]) {
      if (entry.info.interfaceIndex !== index || familyOf(entry.info.address) === "ipv4") continue;
      if (entry.automatic) this.#notify({ kind: "addressRemoved", address: entry.info });
      else this.#drop(entry, undefined);
    }
  }

  #restoreAutomatic(index: InterfaceIndex): void {
    for (const { info, automatic } of this.#addresses) {
      if (!automatic || info.interfaceIndex !== index) continue;
      this.#notify({ kind: "addressAdded", address: info });
    }
  }
}

/** What the kernel compares: IPv4 the prefix too, IPv6 on adding the address alone. */
function isSame(info: AddressInfo, change: AddressChange): boolean {
  const isPrefixCompared = familyOf(change.address) === "ipv4" || change.operation === "remove";
  return (
    info.interfaceIndex === change.interfaceIndex &&
    info.address === change.address &&
    (!isPrefixCompared || info.prefixLength === change.prefixLength)
  );
}

function lifetimeFlags(flags: number, change: AddressChange): number {
  const cleared = flags & ~(AddressFlag.permanent | AddressFlag.deprecated);
  const permanent = change.validLifetime === undefined ? AddressFlag.permanent : 0;
  const deprecated = change.preferredLifetime === 0 ? AddressFlag.deprecated : 0;
  return cleared | permanent | deprecated;
}
