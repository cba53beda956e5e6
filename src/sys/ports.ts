/**
 * What the daemon asks of the operating system, as interfaces. `sys/linux` implements them with
 * real descriptors; `test/sim` implements them on a virtual LAN. One contract suite runs on both.
 */
import type { Family, IpAddress, MacAddress } from "../base/address.ts";
import type { LocalTime } from "../base/local-time.ts";
import type { Duration, Instant, InterfaceIndex } from "../base/units.ts";
import type { LinkRequest } from "../wire/netlink/link-request.ts";
import type { LinkProbe } from "./link-ports.ts";
import type { NftChange, NftTable } from "../wire/netlink/nftables.ts";
import type { RouteDetails } from "../wire/netlink/route-details.ts";
import type { Rule } from "../wire/netlink/rule.ts";

export * from "./link-ports.ts";
export * from "./planned-ports.ts";
export * from "./program-ports.ts";
export * from "./tracker-ports.ts";

/** Monotonic time and the one timer of a process. */
export interface Clock extends Disposable {
  /** CLOCK_MONOTONIC. */
  now(): Instant;
  /** CLOCK_BOOTTIME: runs on through suspend, so the difference to `now` grows by a suspend. */
  bootTime(): Instant;
  /** Milliseconds since 1970, for log lines and status only; never for a decision. */
  wallClock(): number;
  /**
   * Arms the timer for `deadline`, or disarms it; replaces what was armed before. With `rehearse`
   * the clock may come up to `REHEARSAL_LEAD` early, call it once to warm up what is about to be
   * done, and wait out the rest: for deadlines that are rare and must be met to the microsecond.
   */
  wakeAt(deadline: Instant | undefined, rehearse?: () => void): void;
  /** Called from the loop when an armed deadline has passed, never before it. */
  onWake(handler: () => void): void;
}

/** A link as rtnetlink reports it (RTM_NEWLINK). */
export interface LinkInfo {
  readonly index: InterfaceIndex;
  readonly name: string;
  /** IFF_* flags. */
  readonly flags: number;
  readonly mtu: number;
  /** ARPHRD_* type: 1 Ethernet, 772 loopback. */
  readonly hardwareType: number;
  readonly mac: MacAddress | undefined;
  readonly broadcastMac: MacAddress | undefined;
  /** IFLA_INFO_KIND, such as "veth" or "macvlan". */
  readonly kind: string | undefined;
  /** IFLA_LINK: the parent of a macvlan or VLAN. */
  readonly parent: InterfaceIndex | undefined;
  /** IFLA_MASTER: the bridge, bond or VRF it is enslaved to. */
  readonly master: InterfaceIndex | undefined;
  /** IFLA_GROUP. */
  readonly group: number;
  /** IFLA_VRF_TABLE: the routing table of a VRF. */
  readonly vrfTable?: number | undefined;
}

/** An address as rtnetlink reports it (RTM_NEWADDR). */
export interface AddressInfo {
  readonly interfaceIndex: InterfaceIndex;
  /** IFA_LOCAL, or IFA_ADDRESS where there is no local part. */
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly scope: number;
  /** IFA_F_* flags: 0x01 secondary, 0x08 dadfailed, 0x20 deprecated, 0x40 tentative. */
  readonly flags: number;
  readonly label: string | undefined;
  /** Whole seconds until the kernel removes it; undefined is never. */
  readonly validLifetime?: number | undefined;
}

/** A route as rtnetlink reports it (RTM_NEWROUTE): one destination, one next hop. */
export interface RouteInfo {
  readonly family: Family;
  /** Undefined with a prefix length of 0: the default route. */
  readonly destination: IpAddress | undefined;
  readonly prefixLength: number;
  /** Undefined for what is on the link, for blackholes and the like, and for several next hops. */
  readonly gateway: IpAddress | undefined;
  /** RTA_OIF; a request may leave it to the kernel to find the gateway's. */
  readonly interfaceIndex: InterfaceIndex | undefined;
  readonly preferredSource: IpAddress | undefined;
  /** RTA_PRIORITY, the metric. Without one an IPv6 route gets 1024, an IPv4 route has none. */
  readonly priority: number | undefined;
  /** RT_TABLE_*: 254 main, 255 local. */
  readonly table: number;
  /** RTPROT_*: 18 keepalived. */
  readonly protocol: number;
  /** RT_SCOPE_*: 0 universe, 253 link; always 0 for IPv6. */
  readonly scope: number;
  /** RTN_*: 1 unicast, 6 blackhole, 7 unreachable, 8 prohibit. */
  readonly type: number;
  /** What more a request says; never set in what the kernel reports. */
  readonly details?: RouteDetails | undefined;
}

/** A policy rule (RTM_NEWRULE). Two rules with the same preference and selectors are one. */
export type RuleInfo = Rule;

export interface RuleChange {
  readonly operation: "add" | "remove";
  readonly rule: RuleInfo;
}

export type NetworkNotice =
  | { readonly kind: "linkChanged"; readonly link: LinkInfo }
  | { readonly kind: "linkRemoved"; readonly index: InterfaceIndex; readonly name: string }
  /** Never of what this very `Netlink` added or renewed: whoever asked knows. */
  | { readonly kind: "addressAdded"; readonly address: AddressInfo }
  /** `own`: the change was a request of this very `Netlink`; never set for what others did. */
  | {
      readonly kind: "addressRemoved";
      readonly address: AddressInfo;
      readonly own?: boolean;
      /** The netlink port of who asked, mostly its process id; none when the kernel did it. */
      readonly by?: number | undefined;
    }
  /**
   * Routes are told when asked for (`NetlinkOptions`), never those of the local table, and never
   * what this very `Netlink` did. A route that replaces another is an added one; the one it
   * replaced is not told.
   */
  | { readonly kind: "routeAdded"; readonly route: RouteInfo }
  /** IPv4 routes that go with their link, or with its last address, go untold. */
  | { readonly kind: "routeRemoved"; readonly route: RouteInfo }
  /** Together with routes; never what this very `Netlink` did. */
  | { readonly kind: "ruleRemoved"; readonly rule: RuleInfo }
  /** The kernel dropped notices (ENOBUFS): the caller must dump again. */
  | { readonly kind: "overrun" };

/**
 * An address to add to or remove from an interface (RTM_NEWADDR, RTM_DELADDR). `renew` adds it
 * too, but where it is present sets its lifetimes anew instead of failing with EEXIST.
 */
export interface AddressChange {
  readonly operation: "add" | "renew" | "remove";
  readonly interfaceIndex: InterfaceIndex;
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly peer?: { readonly address: IpAddress; readonly prefixLength: number } | undefined;
  readonly scope?: number | undefined;
  readonly label?: string | undefined;
  readonly broadcast?: IpAddress | undefined;
  /** IFA_F_* bits to set when adding. */
  readonly flags?: number | undefined;
  /** Seconds; undefined is for ever. */
  readonly preferredLifetime?: number | undefined;
  /** Seconds; undefined is for ever. A finite one makes the kernel remove the address by itself. */
  readonly validLifetime?: number | undefined;
}

/**
 * A route to put into a table or take out of it (RTM_NEWROUTE, RTM_DELROUTE). Routes are rivals
 * that share family, table, destination and metric. `add` fails with EEXIST where there is a rival,
 * `replace` takes the place of the first, `prepend` and `append` go before or behind them all.
 * A removal takes the first route that has everything that is given.
 */
export interface RouteChange {
  readonly operation: "add" | "replace" | "prepend" | "append" | "remove";
  readonly route: RouteInfo;
}

/** A link to make, change or delete (RTM_NEWLINK, RTM_DELLINK). EEXIST where the name is taken. */
export type LinkChange = LinkRequest;

export type NetworkChange = AddressChange | RouteChange | RuleChange | LinkChange;

/** Requests encoded at load, so that applying them is system calls alone. */
export interface PreparedChanges {
  readonly count: number;
}

export interface ChangeFailure {
  /** Position in the prepared list. */
  readonly index: number;
  readonly errno: number;
}

export interface NetlinkOptions {
  /** Tell of routes and rules too. Off unless asked for: some routers change thousands a minute. */
  readonly routes?: boolean;
  /** Tell of links and addresses; on unless turned off. */
  readonly links?: boolean;
}

export interface Netlink extends Disposable {
  /** All links, by dump. Throws `SyscallError`. */
  links(): readonly LinkInfo[];
  /** All addresses, by dump. Throws `SyscallError`. */
  addresses(): readonly AddressInfo[];
  /** The routes of every table and both families, by dump. Throws `SyscallError`. */
  routes(): readonly RouteInfo[];
  /** The policy rules of both families, by dump. Throws `SyscallError`. */
  rules(): readonly RuleInfo[];
  /** Encodes `changes`, in the order they are to be made; nothing is sent. */
  prepare(changes: readonly NetworkChange[]): PreparedChanges;
  /**
   * Sends `count` prepared requests from position `from` in as few system calls as possible and
   * returns what the kernel refused. EEXIST on add, EADDRNOTAVAIL (of an address), ESRCH (of a
   * route) and ENOENT (of a rule) on remove are reported too; whether they matter is the caller's business. Throws
   * `SyscallError` when sending itself fails.
   */
  apply(prepared: PreparedChanges, from: number, count: number): readonly ChangeFailure[];
  /**
   * The notices that have arrived and were not told yet, in order; they are told here and not
   * again. What this very `Netlink` changed has arrived when `apply` returns.
   */
  takeNotices(): readonly NetworkNotice[];
  /** Called from the loop with the notices of one wake-up, in order. */
  onNotices(handler: (notices: readonly NetworkNotice[]) => void): void;
}

/** One advert to send; the bytes are the whole IPv4 packet, or the VRRP message for IPv6. */
export interface OutgoingAdvert {
  readonly destination: IpAddress;
  /** The source: in the IPv4 header already; given to the kernel for IPv6 (IPV6_PKTINFO). */
  readonly source: IpAddress;
  readonly bytes: Uint8Array;
}

/** A received VRRP packet before any check; `bytes` is only valid during the call. */
export interface IncomingAdvert {
  readonly family: Family;
  readonly interfaceIndex: InterfaceIndex;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** TTL or hop limit; -1 when the kernel did not tell. */
  readonly ttl: number;
  /** How long it has waited to be read; 0 when the kernel did not tell. */
  readonly age: Duration;
  /** The VRRP message, without IP header. For IPv4, trailing bytes beyond the IP length are cut. */
  readonly bytes: Uint8Array;
  /** The whole IPv4 packet when the message came in an Authentication Header. */
  readonly authenticated: Uint8Array | undefined;
}

export interface AdvertSocketOptions {
  readonly family: Family;
  /** What is received: VRRP itself, or VRRP in an Authentication Header (IPv4 only). */
  readonly protocol: "vrrp" | "ah";
  /** The interface to work on; undefined for unicast by source address alone. */
  readonly interfaceIndex: InterfaceIndex | undefined;
  readonly interfaceName: string | undefined;
  /** The interface is a VRF: whatever arrives in it is heard. */
  readonly isVrf?: boolean;
  /** Multicast group to join, or undefined for unicast. */
  readonly group: IpAddress | undefined;
  /** Unicast source to bind to. */
  readonly bindAddress: IpAddress | undefined;
  /** Unicast hop limit (IPv6; in IPv4 it is in the header we write). */
  readonly hopLimit: number;
  readonly receiveBufferBytes: number | undefined;
}

/** A raw socket pair for protocol 112 (or 51 around it) on one interface or unicast source. */
export interface AdvertSocket extends Disposable {
  /**
   * Sends all of `adverts`, in one system call where the kernel allows. Returns the errno per
   * advert that failed; an empty list is success.
   */
  send(adverts: readonly OutgoingAdvert[]): readonly ChangeFailure[];
  /** Hands over now what has arrived, at most a few bursts; for a look before a decision. */
  poll(): void;
  /** Called from the loop with the packets of a wake-up, at most `RECEIVE_BURST`, at least one. */
  onPackets(handler: (packets: readonly IncomingAdvert[]) => void): void;
  /** Descriptor numbers, for the `VRRP sockpool` line. */
  readonly descriptors: readonly [receive: number, send: number];
}

/** The most packets taken from one socket before timers are looked at again. */
export const RECEIVE_BURST = 64;
/** The most bursts `poll` takes: a flood must not hold up a takeover for ever. */
export const POLL_BURSTS = 16;

/** Link-layer frames encoded at load: gratuitous ARP, unsolicited neighbour advertisements. */
export interface PreparedFrames {
  readonly count: number;
}

/** One AF_PACKET socket for all announcements. */
export interface FrameSocket extends Disposable {
  /** `frames` are complete Ethernet frames for the interface. */
  prepare(
    frames: readonly { readonly interfaceIndex: InterfaceIndex; readonly bytes: Uint8Array }[],
  ): PreparedFrames;
  /** Sends `count` frames from position `from`; returns how many went and the errno that stopped it. */
  send(
    prepared: PreparedFrames,
    from: number,
    count: number,
  ): { readonly sent: number; readonly errno: number };
}

export interface NeighbourSocketOptions {
  readonly family: Family;
  readonly interfaceIndex: InterfaceIndex;
  /** Only frames about these are wanted; others may come too. None: ARP or ICMPv6 of anybody. */
  readonly addresses: readonly IpAddress[];
}

/** Frames by which other machines claim addresses: ARP, or ICMPv6 neighbour advertisements. */
export interface NeighbourSocket extends Disposable {
  /** Called from the loop for each frame of others; `frame` is only valid during the call. */
  onFrame(handler: (frame: Uint8Array) => void): void;
}

/** A batch of changes of the firewall, encoded at load. */
export interface PreparedBatch {
  /** How many changes it has; none is fine. */
  readonly count: number;
}

/** The kernel's firewall, nftables, of one network namespace. */
export interface Firewall extends Disposable {
  /** The tables of both families, whoever made them, by dump. Throws `SyscallError`. */
  tables(): readonly NftTable[];
  /** Encodes `changes`, in the order they are to be made; nothing is sent. */
  prepare(changes: readonly NftChange[]): PreparedBatch;
  /**
   * Makes all changes of a batch or none of them. Returns 0, or the errno of the first that was
   * refused. Throws `SyscallError` when sending itself fails.
   */
  apply(batch: PreparedBatch): number;
}

/** The kernel's settings (sysctl(8)), by their path below /proc/sys. */
export interface Sysctl {
  /** The value without the end of the line, or the errno. */
  read(path: string): string | { readonly errno: number };
  /** Returns 0 or the errno. */
  write(path: string, value: string): number;
}

/** Everything the VRRP process opens. Opening throws `SyscallError`. */
export interface NetworkPorts {
  readonly clock: Clock;
  openNetlink(options?: NetlinkOptions): Netlink;
  openAdvertSocket(options: AdvertSocketOptions): AdvertSocket;
  openFrameSocket(): FrameSocket;
  openNeighbourSocket(options: NeighbourSocketOptions): NeighbourSocket;
  openFirewall(): Firewall;
  readonly sysctl: Sysctl;
  /** The name of a running process, for words only; undefined when it is gone. */
  processName(pid: number): string | undefined;
  openLinkProbe(): LinkProbe;
  /** Runs `work` after what is already due in the loop: between slices of a long job. */
  defer(work: () => void): void;
}

/** Datagrams to the system log; never blocks, drops and counts instead. */
export interface SyslogSocket extends Disposable {
  send(datagram: Uint8Array): boolean;
}

/** Time for the parent process, whose work is never exact to the millisecond. */
export interface Timers {
  /** CLOCK_MONOTONIC. */
  now(): Instant;
  /** Milliseconds since 1970, for words only. */
  wallClock(): number;
  localTime(ms: number): LocalTime;
  after(delay: Duration, work: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}
