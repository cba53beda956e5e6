/**
 * What the grammar fills in for load balancing. There may be tens of thousands of servers, so a
 * value has its place with it only where a message about it can come later.
 */
import type { Family, IpAddress } from "../base/address.ts";
import type { Command } from "../base/command.ts";
import type { Duration } from "../base/units.ts";
import type {
  Forwarding,
  Granularity,
  GroupMember,
  Protocol,
  Scheduler,
  ServicesConfig,
  ServiceTarget,
} from "../lvs/config.ts";
import type { CheckerDraft } from "./checker-drafts.ts";
import type { Located, Span } from "./diagnostics.ts";

/** Settings that a service hands to its servers, and a server to its checkers, when they have none. */
export interface CheckDefaults {
  delayLoop?: Duration;
  connectTimeout?: Duration;
  retry?: number;
  delayBeforeRetry?: Duration;
  warmup?: Duration;
  alpha?: boolean;
  virtualHost?: string;
}

/** Address and port as written; port 0 is none. */
export interface ServerDraft {
  readonly address: IpAddress;
  readonly port: number;
  readonly at: Span;
}

export interface RealServerDraft extends ServerDraft, CheckDefaults {
  /** The service it belongs to, whose settings are its defaults. */
  readonly service: VirtualServerDraft;
  readonly checkers: CheckerDraft[];
  weight?: Located<number>;
  forwarding?: Located<Forwarding>;
  upperThreshold?: Located<number>;
  lowerThreshold?: Located<number>;
  inhibitsOnFailure?: boolean;
  smtpAlert?: boolean;
  snmpName?: string;
  notifyUp?: Located<Command>;
  notifyDown?: Located<Command>;
}

export interface VirtualServerDraft extends CheckDefaults {
  readonly target: ServiceTarget;
  readonly at: Span;
  readonly realServers: RealServerDraft[];
  family?: Located<Family>;
  protocol?: Located<Protocol>;
  scheduler?: Located<Scheduler>;
  forwarding?: Located<Forwarding>;
  flag1?: Located<string>;
  flag2?: Located<string>;
  flag3?: Located<string>;
  onePacket?: Span;
  persistenceTimeout?: Located<number>;
  persistenceEngine?: Located<string>;
  granularity?: Located<Granularity>;
  quorum?: Located<number>;
  hysteresis?: Located<number>;
  quorumUp?: Located<Command>;
  quorumDown?: Located<Command>;
  suspendsWithoutAddress?: Span;
  smtpAlert?: boolean;
  omega?: boolean;
  snmpName?: string;
  weight?: Located<number>;
  inhibitsOnFailure?: boolean;
  sorryServer?: ServerDraft;
  sorryServerInhibits?: boolean;
  sorryServerForwarding?: Forwarding;
}

export interface ServerGroupDraft {
  readonly name: Located<string>;
  readonly members: Located<GroupMember>[];
}

export interface TlsClientDraft {
  readonly at: Span;
  password?: string;
  authority?: string;
  certificate?: string;
  key?: string;
}

export interface SyncDaemonDraft {
  readonly interfaceName: string;
  readonly at: Span;
  instance?: Located<string>;
  id?: number;
  maximumLength?: number;
  port?: number;
  ttl?: number;
  group?: IpAddress;
}

/** What global_defs says about IPVS. */
export interface LvsGlobalsDraft {
  readonly timeouts: { tcp?: number; tcpFin?: number; udp?: number };
  syncDaemon?: SyncDaemonDraft;
  flushesOnStart?: boolean;
  flushOnStop?: ServicesConfig["flushOnStop"];
}

export interface ServicesDraft {
  readonly groups: ServerGroupDraft[];
  readonly virtualServers: VirtualServerDraft[];
  tlsClient?: TlsClientDraft;
}

export function createServicesDraft(): ServicesDraft {
  return { groups: [], virtualServers: [] };
}
