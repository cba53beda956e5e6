/**
 * A virtual router as configured: finished, checked and frozen. Built by `config`, read by the
 * state machine. Every default is already applied.
 */
import type { Family, IpAddress } from "../base/address.ts";
import type { Command, Secret } from "../base/command.ts";
import type { Duration, Priority, Vrid } from "../base/units.ts";
import type { TrackedObject } from "../track/config.ts";
import type { IsolationConfig } from "../track/isolation.ts";
import type { WitnessConfig } from "../track/witness.ts";
import type { ReceiveProof } from "./receive-proof.ts";
import type { ReceiveRoom } from "./receive-room.ts";
import type { VirtualRoute, VirtualRule } from "./route-config.ts";
import type { VmacConfig } from "./vmac-config.ts";

export type VrrpVersion = 2 | 3;

/** One line of virtual_ipaddress or virtual_ipaddress_excluded (keepalived.conf(5)). */
export interface VirtualAddress {
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** The interface it is put on: `dev`, else the instance's own. */
  readonly interfaceName: string;
  /** rtnetlink scope number (0 global, 253 link, 254 host); undefined lets the kernel decide. */
  readonly scope: number | undefined;
  readonly label: string | undefined;
  readonly broadcast: IpAddress | undefined;
  readonly peer: { readonly address: IpAddress; readonly prefixLength: number } | undefined;
  /** IPv6: skip duplicate address detection. Default true. */
  readonly nodad: boolean;
  readonly home: boolean;
  readonly mngtmpaddr: boolean;
  readonly noprefixroute: boolean;
  readonly autojoin: boolean;
  /** Seconds, or "forever". */
  readonly preferredLifetime: number | "forever";
  readonly track: boolean;
}

export interface UnicastPeer {
  readonly address: IpAddress;
  readonly minTtl: number | undefined;
  readonly maxTtl: number | undefined;
}

/** How adverts travel. Unicast without peers cannot be written. */
export type Delivery =
  | {
      readonly kind: "multicast";
      readonly group: IpAddress;
      readonly source: IpAddress | undefined;
    }
  | {
      readonly kind: "unicast";
      readonly source: IpAddress | undefined;
      readonly peers: readonly [UnicastPeer, ...UnicastPeer[]];
      readonly ttl: number;
      /** Adverts from strangers are dropped. */
      readonly checkSource: boolean;
    };

export type Authentication =
  | { readonly kind: "none" }
  /** RFC 2338 §5.3.10: eight bytes in the clear. */
  | { readonly kind: "pass"; readonly password: Secret }
  /** RFC 2338 §5.3.6, RFC 2402: HMAC-MD5-96 in an Authentication Header, version 2 on IPv4. */
  | { readonly kind: "ah"; readonly password: Secret };

/** keepalived.conf(5), auth_hmac: a signed trailer behind each advert. */
export interface HmacAuthentication {
  readonly keys: readonly HmacKey[];
  /** The id of the key that signs; one of `keys`. */
  readonly activeKey: number;
  /** The most a sender's clock may differ from ours. */
  readonly window: Duration;
  /** "time" wants fresh adverts with growing numbers, "monotonic" growing numbers alone. */
  readonly antiReplay: "time" | "monotonic";
  /** Whether adverts must be signed to be heard, and whether ours are signed. */
  readonly mode: "enforce" | "permissive" | "receive-only";
}

export interface HmacKey {
  /** 1 to 255. */
  readonly id: number;
  /** 32 to 64 bytes in hexadecimal digits. */
  readonly key: Secret;
}

/** Gratuitous ARP / unsolicited NA policy: keepalived.conf(5) garp_master_*, garp_lower_prio_*. */
export interface AnnouncementPolicy {
  readonly masterRepeat: number;
  /** Time to the second set; zero means no second set. */
  readonly masterDelay: Duration;
  /** Period of refreshes while master; zero is off. */
  readonly refresh: Duration;
  readonly refreshRepeat: number;
  readonly lowerPriorityRepeat: number;
  readonly lowerPriorityDelay: Duration;
  /** Single announcements in between, on other interfaces than the one adverts leave from. */
  readonly extra: ExtraAnnouncements | undefined;
  /** Least time between two frames on one interface (vrrp_garp_interval / vrrp_gna_interval). */
  readonly minimumGap: Duration;
}

/** keepalived.conf(5), garp_extra_if. */
export interface ExtraAnnouncements {
  readonly period: Duration;
  /** On interfaces too that were not made for the instance. */
  readonly all: boolean;
}

/** Programs told of state changes: keepalived.conf(5), notify scripts. */
export interface NotifyCommands {
  readonly master: Command | undefined;
  readonly backup: Command | undefined;
  readonly fault: Command | undefined;
  readonly stop: Command | undefined;
  readonly deleted: Command | undefined;
  readonly masterReceivedLowerPriority: Command | undefined;
  /** Run on every change with `INSTANCE NAME STATE PRIORITY` appended. */
  readonly any: Command | undefined;
}

/** keepalived.conf(5), vrrp_instance. */
export interface InstanceConfig {
  readonly name: string;
  /** The one that is configured. Undefined only for unicast with a source address. */
  readonly interfaceName: string | undefined;
  /** Interfaces made for it on that one and others; `advertInterface` says where adverts travel. */
  readonly vmac: VmacConfig;
  /** The VRF that unicast without an interface happens in. */
  readonly vrf?: string | undefined;
  readonly vrid: Vrid;
  readonly family: Family;
  readonly version: VrrpVersion;
  /** The wanted state at start; only an owner with "master" starts without waiting. */
  readonly initialState: "master" | "backup";
  readonly priority: Priority;
  readonly advertInterval: Duration;
  readonly downTimerAdverts: number;
  /** In the socket of its adverts; undefined leaves it to the kernel. */
  readonly receiveRoom?: ReceiveRoom | undefined;
  readonly preempt: boolean;
  readonly preemptDelay: Duration;
  readonly delivery: Delivery;
  readonly authentication: Authentication;
  readonly hmac: HmacAuthentication | undefined;
  /** In the order of the file, which is the order in the advert. */
  readonly addresses: readonly VirtualAddress[];
  readonly excludedAddresses: readonly VirtualAddress[];
  readonly routes: readonly VirtualRoute[];
  readonly rules: readonly VirtualRule[];
  readonly announcements: AnnouncementPolicy;
  /** How long addresses outlive a daemon that does not run, in whole seconds; undefined is for ever. */
  readonly lease: Duration | undefined;
  /** What others remove is put back. Otherwise, as in Keepalived, it ends being master. */
  readonly repairs: boolean;
  /** What a link must show before silence on it counts; undefined asks for nothing. */
  readonly receiveProof: ReceiveProof | undefined;
  /** isolation_check, where it is asked for. */
  readonly isolation: IsolationConfig | undefined;
  /** witness, where there is one. */
  readonly witness: WitnessConfig | undefined;
  /** Whether the own interface going down is a fault (not dont_track_primary). */
  readonly trackPrimary: boolean;
  readonly trackedInterfaces: readonly TrackedObject[];
  readonly trackedScripts: readonly TrackedObject[];
  readonly trackedProcesses: readonly TrackedObject[];
  /** Their weight multiplies the number in the file. */
  readonly trackedFiles: readonly TrackedObject[];
  readonly trackedBfds: readonly TrackedObject[];
  /** track_src_ip: without its configured source address it is in fault. */
  readonly tracksSource: boolean;
  /** The interface keeps further addresses of a subnet whose first one goes. */
  readonly promotesSecondaries: boolean;
  /**
   * timer_expired_backup: after a stall in which a rival of this priority must have taken over it
   * is backup, rather than listen first.
   */
  readonly timerExpiredBackup: Priority | undefined;
  readonly strict: boolean;
  /** Compare advertised addresses only when the sender changed. */
  readonly skipAddressCheck: boolean;
  /** Packets to the virtual addresses are accepted while not the owner. */
  readonly accept: boolean;
  readonly lowerPriorityNoAdvert: boolean;
  readonly higherPrioritySendAdvert: boolean;
  readonly ownerIgnoresAdverts: boolean;
  /** Leave the pseudo header out of v3 IPv4 checksums. */
  readonly v3ChecksumAsV2: boolean;
  /** "auto" switches after one packet that only verifies the old way. */
  readonly oldUnicastChecksum: "auto" | "always" | "never";
  readonly debug: number;
  readonly notify: NotifyCommands;
  /** Changes of the effective priority are written to the FIFOs. */
  readonly notifiesPriority: boolean;
  /** Removed by a reload it is reported as deleted, not as faulty. */
  readonly reportsDeleted: boolean;
  readonly smtpAlert: boolean;
  /** The name of its vrrp_sync_group. */
  readonly syncGroup: string | undefined;
}

/** Where an instance is: its interface, or the VRF that unicast without one happens in. */
export const interfaceOrVrf = ({
  interfaceName,
  vrf,
}: Pick<InstanceConfig, "interfaceName" | "vrf">): string | undefined => interfaceName ?? vrf;

/** Programs told of a group's state changes: keepalived.conf(5), vrrp_sync_group. */
export type GroupNotifyCommands = Pick<
  NotifyCommands,
  "master" | "backup" | "fault" | "stop" | "any"
>;

/** keepalived.conf(5), vrrp_sync_group. Its trackers are among those of each member. */
export interface SyncGroupConfig {
  readonly name: string;
  /** Names of instances, each in one group at most. */
  readonly members: readonly string[];
  readonly notify: GroupNotifyCommands;
  readonly smtpAlert: boolean;
  /** What it tracks itself; the members have it among their own. */
  readonly tracked: GroupTracking;
  /** sync_group_tracking_weight. */
  readonly keepsWeights: boolean;
}

export interface GroupTracking {
  readonly interfaces: readonly TrackedObject[];
  readonly scripts: readonly TrackedObject[];
  readonly files: readonly TrackedObject[];
  readonly processes: readonly TrackedObject[];
  readonly bfds: readonly TrackedObject[];
}

export const NO_TRACKING: GroupTracking = Object.freeze({
  interfaces: [],
  scripts: [],
  files: [],
  processes: [],
  bfds: [],
});

/** keepalived.conf(5), garp_group: interfaces that share the time between announcements. */
export interface GarpGroupConfig {
  readonly interfaceNames: readonly string[];
  /** Undefined: as everywhere else. */
  readonly arpGap: Duration | undefined;
  readonly naGap: Duration | undefined;
}

/** keepalived.conf(5), garp_group: interfaces that share the time between announcements. */
export interface GarpGroupConfig {
  readonly interfaceNames: readonly string[];
  /** Undefined: as everywhere else. */
  readonly arpGap: Duration | undefined;
  readonly naGap: Duration | undefined;
}
