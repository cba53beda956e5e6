/**
 * The finished configuration: everything the processes need, nothing of how it was written. Plain
 * frozen data, so that it crosses to a child process as JSON.
 */
import type { Command } from "../base/command.ts";
import type { IpAddress } from "../base/address.ts";
import type { Duration } from "../base/units.ts";
import type {
  LinksConfig,
  ScriptConfig,
  TrackFileConfig,
  TrackProcessConfig,
} from "../track/config.ts";
import type { GarpGroupConfig, InstanceConfig, SyncGroupConfig } from "../vrrp/config.ts";
import type { DumpConfig } from "./dump-config.ts";
import type { ProcessConfig } from "./process-config.ts";
import type { StaticsConfig, TrackGroupConfig } from "../vrrp/route-config.ts";

export interface GlobalConfig {
  readonly routerId: string;
  readonly scriptUser: { readonly user: string; readonly group: string | undefined } | undefined;
  readonly scriptSecurity: boolean;
  readonly vrrpVersion: 2 | 3;
  readonly vrrpStrict: boolean;
  readonly multicastGroupIpv4: IpAddress;
  readonly multicastGroupIpv6: IpAddress;
  readonly dynamicInterfaces: boolean;
  readonly defaultInterface: string | undefined;
  readonly instanceName: string | undefined;
  readonly netNamespace: string | undefined;
  readonly usePidDir: boolean;
  readonly childWaitTime: Duration;
  readonly startupDelay: Duration;
  /** vrrp_delay_after_boot: no instance starts while the machine is up for less. */
  readonly delayAfterBoot: Duration;
  readonly logUnknownVrids: boolean;
  readonly processNames: { readonly parent: string; readonly vrrp: string };
  /** SCHED_RR priority of the VRRP process, or undefined for ordinary scheduling. */
  readonly vrrpRealtimePriority: number | undefined;
  readonly vrrpNice: number;
  readonly vrrpNoSwap: boolean;
  /** File creation mask; the command line wins. */
  readonly umask: number | undefined;
  readonly mail: MailConfig;
  /** notify_fifo, then vrrp_notify_fifo. */
  readonly fifos: readonly FifoConfig[];
  readonly writesStatesOnReload: boolean;
  /** What instances do that do not say; for words only. */
  readonly notifiesPriority: boolean;
  readonly nftables: NftablesConfig;
  readonly startupScript: Command | undefined;
  readonly shutdownScript: Command | undefined;
  readonly process: ProcessConfig;
  readonly dumps: DumpConfig;
}

/** How the firewall tables are made. keepalived.conf(5), nftables. */
export interface NftablesConfig {
  /** Whether the file asks for nftables, rather than getting it for want of another. */
  readonly isAskedFor: boolean;
  readonly table: string;
  /** Of the base chains. */
  readonly priority: number;
  readonly counters: boolean;
  /** Link-local addresses are kept by interface index even where names would be kept. */
  readonly byInterfaceIndex: boolean;
  /** disable_local_igmp: the kernel joins local groups in silence, so that no rule has to hide it. */
  readonly disablesLocalIgmp: boolean;
}

/** A pipe that is told of every change, and the program that reads it. */
export interface FifoConfig {
  readonly keyword: "notify_fifo" | "vrrp_notify_fifo";
  readonly path: string;
  readonly owner: { readonly user: string; readonly group: string | undefined } | undefined;
  readonly script: Command | undefined;
}

/** Who is told of changes, and how. keepalived.conf(5), global_defs. */
export interface MailConfig {
  readonly from: string | undefined;
  readonly recipients: readonly string[];
  readonly server: string | undefined;
  readonly port: number;
  readonly helloName: string | undefined;
  readonly connectTimeout: Duration;
  /** False with no_email_faults. */
  readonly tellsFaults: boolean;
  readonly tls: MailTls;
  readonly login: { readonly user: string; readonly passwordFile: string } | undefined;
}

/** How the connection to the mail server is encrypted; `authorities` is a file of certificates. */
export interface MailTls {
  readonly kind: "off" | "starttls" | "implicit";
  readonly authorities: string | undefined;
}

export interface Model {
  readonly global: GlobalConfig;
  readonly scripts: readonly ScriptConfig[];
  readonly trackFiles: readonly TrackFileConfig[];
  readonly trackProcesses: readonly TrackProcessConfig[];
  readonly instances: readonly InstanceConfig[];
  readonly syncGroups: readonly SyncGroupConfig[];
  readonly links: LinksConfig;
  readonly garpGroups: readonly GarpGroupConfig[];
  readonly statics: StaticsConfig;
  readonly trackGroups: readonly TrackGroupConfig[];
  /** Whether the file has virtual servers or BFD instances, whose processes come later. */
  readonly hasVirtualServers: boolean;
  readonly hasBfd: boolean;
}
