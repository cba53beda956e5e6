/**
 * Load balancing as configured: plain values of what the kernel's IPVS is to hold and of what
 * decides about it. Defaults are filled in, what cannot be used is gone. keepalived.conf(5), LVS
 * CONFIGURATION.
 */
import type { Family, IpAddress } from "../base/address.ts";
import type { Command } from "../base/command.ts";
import type { CheckerConfig } from "./checker-config.ts";

export type Protocol = "tcp" | "udp" | "sctp";

export const SCHEDULERS = [
  "rr",
  "wrr",
  "lc",
  "wlc",
  "lblc",
  "sh",
  "mh",
  "dh",
  "fo",
  "ovf",
  "lblcr",
  "sed",
  "nq",
  "twos",
] as const;
export type Scheduler = (typeof SCHEDULERS)[number];

/** How packets reach a server: RFC 2003 and the like for tunnels, ipvsadm(8). */
export type Forwarding =
  | { readonly kind: "nat" }
  | { readonly kind: "direct" }
  | { readonly kind: "tunnel"; readonly tunnel: Tunnel };

export type Tunnel =
  | { readonly type: "ipip" }
  | { readonly type: "gue"; readonly port: number; readonly checksum: TunnelChecksum }
  | { readonly type: "gre"; readonly checksum: Exclude<TunnelChecksum, "remote"> };

export type TunnelChecksum = "none" | "full" | "remote";

/** The three bits that IPVS hands to a scheduler, whatever name they were given. */
export interface SchedulerFlags {
  readonly flag1: boolean;
  readonly flag2: boolean;
  readonly flag3: boolean;
}

export interface Persistence {
  readonly timeoutSeconds: number;
  readonly granularity: Granularity;
  readonly engine: string | undefined;
}

/** Which clients are taken for one: IPVS has a mask for IPv4 and a length for IPv6. */
export type Granularity =
  | { readonly kind: "address" }
  | { readonly kind: "netmask"; readonly mask: IpAddress }
  | { readonly kind: "prefix"; readonly length: number };

/** What a service is reached by. */
export type ServiceTarget =
  | { readonly kind: "address"; readonly address: IpAddress; readonly port: number }
  | { readonly kind: "mark"; readonly mark: number }
  | { readonly kind: "group"; readonly name: string };

/** A member of a group; `last` is the end of a range of addresses, both ends included. */
export type GroupMember =
  | {
      readonly kind: "addresses";
      readonly first: IpAddress;
      readonly last: IpAddress;
      readonly port: number;
    }
  | {
      readonly kind: "mark";
      readonly mark: number;
      /** Undefined is the family of the service, IPv4 where that has none. */
      readonly family: Family | undefined;
    };

export interface VirtualServerGroupConfig {
  readonly name: string;
  readonly members: readonly GroupMember[];
}

/** A server that traffic is sent to: a real one, or the one that says sorry. */
export interface ServerConfig {
  readonly address: IpAddress;
  /** 0 is the port that the client asked for. */
  readonly port: number;
  readonly forwarding: Forwarding;
  readonly weight: number;
  /** Stays in the kernel with weight 0 when it is down. */
  readonly inhibitsOnFailure: boolean;
}

export interface RealServerConfig extends ServerConfig {
  /** Connections at which it gets no more, and below which it gets some again; 0 is no limit. */
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** Taken for down until its checks say otherwise. */
  readonly startsDown: boolean;
  readonly smtpAlert: boolean;
  readonly virtualHost: string | undefined;
  readonly snmpName: string | undefined;
  readonly notifyUp: Command | undefined;
  readonly notifyDown: Command | undefined;
  readonly checkers: readonly CheckerConfig[];
}

export interface VirtualServerConfig {
  readonly target: ServiceTarget;
  /** Members of another family are left out; undefined takes them all, with tunnels to servers. */
  readonly family: Family | undefined;
  /** Undefined for firewall marks, which take every protocol. */
  readonly protocol: Protocol | undefined;
  readonly scheduler: Scheduler;
  readonly schedulerFlags: SchedulerFlags;
  readonly onePacket: boolean;
  readonly persistence: Persistence | undefined;
  readonly quorum: number;
  readonly hysteresis: number;
  readonly quorumUp: Command | undefined;
  readonly quorumDown: Command | undefined;
  /** Checks run only while the service's address is on this machine. */
  readonly suspendsWithoutAddress: boolean;
  readonly smtpAlert: boolean;
  readonly startsDown: boolean;
  /** Stopping counts as going down: notifications are sent and run. */
  readonly notifiesOnStop: boolean;
  readonly virtualHost: string | undefined;
  readonly snmpName: string | undefined;
  readonly sorryServer: ServerConfig | undefined;
  readonly realServers: readonly RealServerConfig[];
}

/** Client certificate and trust for SSL_GET. */
export interface TlsClientConfig {
  readonly password: string | undefined;
  readonly authority: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** The kernel's daemon that copies connections to the other director. */
export interface SyncDaemonConfig {
  readonly interfaceName: string;
  /** Without an instance both directions run all the time. */
  readonly instance: string | undefined;
  /** Undefined is the router id of the instance, or 0. */
  readonly id: number | undefined;
  readonly maximumLength: number | undefined;
  readonly port: number | undefined;
  readonly ttl: number | undefined;
  readonly group: IpAddress | undefined;
}

/** Seconds after which IPVS forgets a connection; undefined leaves the kernel's. */
export interface ConnectionTimeouts {
  readonly tcp: number | undefined;
  readonly tcpFin: number | undefined;
  readonly udp: number | undefined;
}

/** Everything about load balancing that a file says. */
export interface ServicesConfig {
  readonly syncDaemon: SyncDaemonConfig | undefined;
  readonly timeouts: ConnectionTimeouts;
  readonly flushesOnStart: boolean;
  /** What goes at the stop at once instead of server by server. */
  readonly flushOnStop: "nothing" | "everything" | "services";
  readonly groups: readonly VirtualServerGroupConfig[];
  readonly virtualServers: readonly VirtualServerConfig[];
  readonly tlsClient: TlsClientConfig | undefined;
}
