/** What can be tracked, as configured: scripts, files, processes. keepalived.conf(5), VRRP. */
import type { Command } from "../base/command.ts";
import type { Duration } from "../base/units.ts";

/** keepalived.conf(5), vrrp_script. */
export interface ScriptConfig {
  readonly name: string;
  readonly command: Command;
  /** Time between starts of runs; a run still going is not started again. */
  readonly interval: Duration;
  /** A run longer than this is ended and counts as a failure; default is `interval`. */
  readonly timeout: Duration;
  readonly timeoutIsExplicit: boolean;
  /** -253..253; 0 means: failing puts the instance into FAULT. */
  readonly weight: number;
  readonly reverse: boolean;
  /** Successes in a row needed to be good. */
  readonly rise: number;
  /** Failures in a row needed to be bad. */
  readonly fall: number;
  /** Starts as failed rather than as not yet known. */
  readonly startsFailed: boolean;
}

/** keepalived.conf(5), track_file: a file whose number feeds priorities. */
export interface TrackFileConfig {
  readonly name: string;
  readonly path: string;
  /** What the file is made with at the start, where it is missing or `overwrite` is set. */
  readonly initial: { readonly value: number; readonly overwrite: boolean } | undefined;
  /** What the number is multiplied with, unless who tracks it says otherwise; 0: it is a switch. */
  readonly weight: number;
  readonly reverse: boolean;
}

/** keepalived.conf(5), vrrp_track_process. */
export interface TrackProcessConfig {
  readonly name: string;
  /** The program's name, or its path; then parameters, where they count. */
  readonly command: readonly [string, ...string[]];
  /** How parameters are compared; undefined compares them all, or none where none are named. */
  readonly parameterMatch: "initial" | "partial" | undefined;
  /** Compares the whole command line, not the name the kernel has. */
  readonly fullCommand: boolean;
  readonly quorum: number;
  readonly quorumMaximum: number | undefined;
  /** Waits before a gain or loss counts. */
  readonly forkDelay: Duration;
  readonly terminateDelay: Duration;
  /** -254..254; 0 means: without quorum the instance is in FAULT. */
  readonly weight: number;
  readonly reverse: boolean;
}

/** Who is asked whether an interface has a link. */
export type LinkProbeMethod = "mii" | "ethtool" | "ioctl";

/** keepalived.conf(5), linkbeat_interfaces. */
export interface PolledLink {
  readonly interfaceName: string;
  /** The one that is tried first. */
  readonly method: LinkProbeMethod;
}

/** keepalived.conf(5), interface_up_down_delays: how long a change must last before it counts. */
export interface LinkDelay {
  readonly interfaceName: string;
  readonly down: Duration;
  readonly up: Duration;
}

/** How links are judged, where it is not by netlink at once. */
export interface LinksConfig {
  readonly polled: readonly PolledLink[];
  readonly delays: readonly LinkDelay[];
}

export const PLAIN_LINKS: LinksConfig = Object.freeze({ polled: [], delays: [] });

/** One line of a track_ block, defaults of the object already applied. */
export interface TrackedObject {
  readonly name: string;
  /** 0: its failure is a fault. Otherwise added while good (positive) or while bad (negative). */
  readonly weight: number;
  readonly reverse: boolean;
}
