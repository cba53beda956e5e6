/** What can be tracked, as configured: scripts and interfaces. keepalived.conf(5), vrrp_script. */
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

/** One line of a track_script or track_interface block, defaults of the object already applied. */
export interface TrackedObject {
  readonly name: string;
  /** 0: its failure is a fault. Otherwise added while good (positive) or while bad (negative). */
  readonly weight: number;
  readonly reverse: boolean;
}
