/**
 * What the grammar fills in while it reads: everything optional, every value with its place. The
 * `finish` functions turn drafts into the model once all of the file is known.
 */
import type { Family, IpAddress } from "../base/address.ts";
import type { Command } from "../base/command.ts";
import type { Duration } from "../base/units.ts";
import type { LinkProbeMethod, TrackFileConfig, TrackProcessConfig } from "../track/config.ts";
import type { BfdDraft } from "./bfd-drafts.ts";
import { createServicesDraft } from "./lvs-drafts.ts";
import type { LvsGlobalsDraft, ServicesDraft } from "./lvs-drafts.ts";
import type { MailConfig } from "./model.ts";
import { createProcessDraft } from "./process-drafts.ts";
import type { ProcessDraft } from "./process-drafts.ts";
import type { RouteDraft, RuleDraft } from "./route-drafts.ts";
import type {
  AddressVmacDraft,
  ExtraGarpDraft,
  VmacDraft,
  VmacGlobalsDraft,
} from "./vmac-drafts.ts";
import type { Located, Span } from "./diagnostics.ts";
import type { IsolationDraft, WitnessDraft } from "./witness-drafts.ts";

export interface RootDraft {
  readonly global: GlobalDraft;
  readonly scripts: ScriptDraft[];
  readonly instances: InstanceDraft[];
  readonly syncGroups: SyncGroupDraft[];
  readonly trackGroups: TrackGroupDraft[];
  readonly garpGroups: GarpGroupDraft[];
  readonly trackFiles: TrackFileDraft[];
  readonly trackProcesses: TrackProcessDraft[];
  readonly linkbeatInterfaces: LinkbeatDraft[];
  readonly upDownDelays: UpDownDelayDraft[];
  /** linkbeat_use_polling at the top level. */
  pollsAllLinks?: Span;
  readonly statics: StaticsDraft;
  readonly bfdInstances: BfdDraft[];
  readonly services: ServicesDraft;
  hasVirtualServers: boolean;
  hasBfd: boolean;
  instanceName?: Located<string>;
  netNamespace?: Located<string>;
  usePidDir?: Span;
  childWaitTime?: Located<Duration>;
}

/** static_ipaddress, static_routes and static_rules. */
export interface StaticsDraft {
  readonly addresses: AddressDraft[];
  readonly routes: RouteDraft[];
  readonly rules: RuleDraft[];
}

export interface NamedDraft {
  readonly name: Located<string>;
  /** What the object cannot do without, once seen. */
  essential?: Span;
  weight?: Located<number>;
  isReversed?: boolean;
}

export interface TrackFileDraft extends NamedDraft {
  path?: string;
  initial?: TrackFileConfig["initial"];
}

export interface TrackProcessDraft extends NamedDraft {
  command?: TrackProcessConfig["command"];
  parameterMatch?: TrackProcessConfig["parameterMatch"];
  isFullCommand?: true;
  quorum?: number;
  quorumMaximum?: number;
  forkDelay?: Duration;
  terminateDelay?: Duration;
}

export interface SyncGroupDraft {
  readonly name: Located<string>;
  readonly members: Located<string>[];
  readonly tracked: TrackedDraft[];
  readonly notify: Partial<Record<GroupNotifyKind, Located<Command>>>;
  smtpAlert?: Located<boolean>;
  notifiesPriority?: Located<boolean>;
  /** sync_group_tracking_weight: members keep weighted trackers of their own. */
  keepsWeights?: Span;
}

export type GroupNotifyKind = "master" | "backup" | "fault" | "stop" | "any";

export interface TrackGroupDraft {
  readonly name: Located<string>;
  readonly members: Located<string>[];
}

export interface GarpGroupDraft {
  readonly at: Span;
  readonly interfaces: Located<string>[];
  garpInterval?: Located<Duration>;
  gnaInterval?: Located<Duration>;
}

/** A line of linkbeat_interfaces. */
export interface LinkbeatDraft {
  readonly name: Located<string>;
  readonly method: LinkProbeMethod | undefined;
}

/** A line of interface_up_down_delays. */
export interface UpDownDelayDraft {
  readonly name: Located<string>;
  readonly down: Located<Duration>;
  readonly up: Located<Duration> | undefined;
}

export interface AnnouncementDraft {
  masterDelay?: Located<Duration>;
  masterRepeat?: Located<number>;
  refresh?: Located<Duration>;
  refreshRepeat?: Located<number>;
  lowerPriorityDelay?: Located<Duration>;
  lowerPriorityRepeat?: Located<number>;
  extra?: Located<ExtraGarpDraft>;
}

/** What keeps an address from having two masters; for all instances or for one. */
export interface GuardDraft {
  lease?: Located<Duration | "auto" | "off">;
  repairs?: Located<boolean>;
  isolation?: IsolationDraft;
  witness?: WitnessDraft;
  proof?: Located<Duration | "auto" | "off">;
}

export interface DumpDraft {
  stateFile?: string;
  statisticsFile?: string;
  jsonFile?: string;
  usesInstanceName?: boolean;
  jsonVersion?: 1 | 2;
}

export interface GlobalDraft {
  readonly dumps: DumpDraft;
  readonly guard: GuardDraft;
  readonly announcements: AnnouncementDraft;
  readonly lvs: LvsGlobalsDraft;
  readonly mail: { -readonly [Key in keyof MailConfig]?: MailConfig[Key] };
  readonly nftables: NftablesDraft;
  readonly vmac: VmacGlobalsDraft;
  readonly process: ProcessDraft;
  routerId?: Located<string>;
  vrrpVersion?: Located<2 | 3>;
  strict?: Located<boolean>;
  skipAddressCheck?: Located<boolean>;
  multicastGroupIpv4?: Located<IpAddress>;
  multicastGroupIpv6?: Located<IpAddress>;
  downTimerAdverts?: Located<number>;
  garpInterval?: Located<Duration>;
  gnaInterval?: Located<Duration>;
  minimalGarp?: Located<boolean>;
  lowerPriorityNoAdvert?: Located<boolean>;
  higherPrioritySendAdvert?: Located<boolean>;
  ownerIgnoresAdverts?: Located<boolean>;
  checkUnicastSource?: Span;
  v3ChecksumAsV2?: Located<boolean>;
  startupDelay?: Located<Duration>;
  delayAfterBoot?: Located<Duration>;
  scriptUser?: UserDraft;
  scriptSecurity?: Span;
  dynamicInterfaces?: Span;
  defaultInterface?: Located<string>;
  usesStandardProcessNames?: Span;
  processName?: Located<string>;
  vrrpProcessName?: Located<string>;
  vrrpNice?: Located<number>;
  vrrpRealtimePriority?: Located<number>;
  vrrpNoSwap?: Span;
  umask?: Located<number>;
  logUnknownVrids?: Span;
  smtpAlert?: Located<boolean>;
  smtpAlertVrrp?: Located<boolean>;
  smtpAlertChecker?: Located<boolean>;
  fifo?: FifoDraft;
  fifoScript?: Located<Command>;
  vrrpFifo?: FifoDraft;
  vrrpFifoScript?: Located<Command>;
  notifiesPriority?: Located<boolean>;
  writesStatesOnReload?: Span;
  mailLogin?: Located<MailConfig["login"]>;
  checkersLogAllFailures?: boolean;
  startupScript?: Located<Command>;
  shutdownScript?: Located<Command>;
  iprouteUsrDir?: Located<string>;
  iprouteEtcDir?: Located<string>;
}

export interface NftablesDraft {
  table?: Located<string>;
  priority?: Located<number>;
  byInterfaceIndex?: Span;
  counters?: Span;
}

/** A FIFO to make, and who owns it. */
export interface FifoDraft {
  readonly path: Located<string>;
  readonly owner: UserDraft | undefined;
}

/** The user and group that run a script, by name or number. */
export interface UserDraft {
  readonly user: string;
  readonly group: string | undefined;
  readonly userAt?: Span;
  readonly groupAt?: Span;
}

export interface ScriptDraft {
  readonly name: Located<string>;
  command?: Located<Command>;
  interval?: Located<Duration>;
  timeout?: Located<Duration>;
  weight?: Located<number>;
  isReversed?: boolean;
  rise?: Located<number>;
  fall?: Located<number>;
  user?: UserDraft;
  startsFailed?: Span;
}

export interface AddressDraft {
  readonly address: Located<IpAddress>;
  readonly length: number | undefined;
  interfaceName?: Located<string>;
  scope?: number;
  label?: Located<string>;
  broadcast?: Located<IpAddress | "+" | "-">;
  peer?: { readonly address: Located<IpAddress>; readonly length: number | undefined };
  detectsDuplicates?: boolean;
  home?: boolean;
  mngtmpaddr?: boolean;
  noprefixroute?: boolean;
  autojoin?: boolean;
  preferredLifetime?: number | "forever";
  ignoresLoss?: boolean;
  vmac?: AddressVmacDraft;
  /** Of a static address: the instances that watch it. */
  trackGroup?: Located<string>;
  /** An option was wrong in a way that takes the address with it. */
  isSpoiled?: boolean;
}

export interface PeerDraft {
  readonly address: Located<IpAddress>;
  minTtl?: number;
  maxTtl?: number;
}

/** A line of a track_ block. */
export interface TrackedDraft {
  readonly kind: "interface" | "script" | "file" | "process" | "bfd";
  readonly name: Located<string>;
  /** Whether the object stands before this line; what comes later in the file does not count. */
  isKnown: boolean;
  weight?: Located<number>;
  /** `reverse` or `noreverse`; undefined takes the object's own. */
  isReversed?: boolean;
}

export interface AuthenticationDraft {
  readonly at: Span;
  type?: Located<"PASS" | "AH">;
  password?: Located<string>;
}

export interface HmacDraft {
  readonly at: Span;
  readonly keys: { readonly id: Located<number>; readonly text: Located<string> }[];
  activeKey?: Located<number>;
  /** Seconds. */
  window?: Located<number>;
  antiReplay?: Located<"time" | "monotonic">;
  mode?: Located<"enforce" | "permissive" | "receive-only">;
}

export type NotifyKind =
  "master" | "backup" | "fault" | "stop" | "deleted" | "masterReceivedLowerPriority" | "any";

export interface InstanceDraft {
  readonly name: Located<string>;
  readonly guard: GuardDraft;
  readonly addresses: AddressDraft[];
  readonly excludedAddresses: AddressDraft[];
  readonly routes: RouteDraft[];
  readonly rules: RuleDraft[];
  readonly tracked: TrackedDraft[];
  readonly announcements: AnnouncementDraft;
  /** The first address of any kind: it decides the family. */
  family?: Located<Family>;
  readonly notify: Partial<Record<NotifyKind, Located<Command>>>;
  state?: Located<"master" | "backup">;
  interfaceName?: Located<string>;
  vrid?: Located<number>;
  /** A virtual_router_id that is written and cannot be used. */
  refusedVrid?: Span;
  priority?: Located<number>;
  advertInterval?: Located<Duration>;
  version?: Located<2 | 3>;
  preempt?: Located<boolean>;
  preemptDelay?: Located<Duration>;
  debug?: Located<number>;
  multicastSource?: Located<IpAddress>;
  unicastSource?: Located<IpAddress>;
  multicastGroup?: Located<IpAddress>;
  peers?: { readonly at: Span; readonly list: PeerDraft[] };
  unicastTtl?: Located<number>;
  checkUnicastSource?: Span;
  faultWithoutPeers?: Span;
  oldUnicastChecksum?: Located<"always" | "never">;
  v3ChecksumAsV2?: Located<boolean>;
  nativeIpv6?: Span;
  noVirtualAddress?: Span;
  authentication?: AuthenticationDraft;
  hmac?: HmacDraft;
  downTimerAdverts?: Located<number>;
  receiveBufferBytes?: Located<number>;
  lowerPriorityNoAdvert?: Located<boolean>;
  higherPrioritySendAdvert?: Located<boolean>;
  ownerIgnoresAdverts?: Located<boolean>;
  skipAddressCheck?: Located<boolean>;
  strict?: Located<boolean>;
  ignoresOwnInterface?: Span;
  tracksSource?: Span;
  pollsOwnInterface?: Span;
  promotesSecondaries?: Span;
  timerExpiredBackup?: Located<number>;
  vrf?: Located<string>;
  accept?: Located<boolean>;
  smtpAlert?: Located<boolean>;
  notifiesPriority?: Located<boolean>;
  /** notify_deleted without a script. */
  reportsDeleted?: true;
  usesVmac?: Span;
  vmac?: VmacDraft;
  usesVmacForAddresses?: Span;
  transmitsOnBase?: Span;
}

export function createRootDraft(): RootDraft {
  return {
    global: {
      announcements: {},
      dumps: {},
      guard: {},
      lvs: { timeouts: {} },
      mail: {},
      nftables: {},
      vmac: {},
      process: createProcessDraft(),
    },
    scripts: [],
    instances: [],
    syncGroups: [],
    trackGroups: [],
    garpGroups: [],
    trackFiles: [],
    trackProcesses: [],
    linkbeatInterfaces: [],
    upDownDelays: [],
    statics: { addresses: [], routes: [], rules: [] },
    bfdInstances: [],
    services: createServicesDraft(),
    hasVirtualServers: false,
    hasBfd: false,
  };
}

export function createInstanceDraft(name: Located<string>): InstanceDraft {
  return {
    name,
    guard: {},
    addresses: [],
    excludedAddresses: [],
    routes: [],
    rules: [],
    tracked: [],
    announcements: {},
    notify: {},
  };
}
