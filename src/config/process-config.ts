/**
 * How the processes of the daemon run: scheduling, scripts at both ends of its life, sizes of
 * buffers, and what goes with a reload. keepalived.conf(5), global_defs.
 */
import { microseconds, seconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { ReceiveRoom } from "../vrrp/receive-room.ts";

export interface ProcessConfig {
  /** How long startup_script and shutdown_script are waited for. */
  readonly startupTimeout: Duration;
  readonly shutdownTimeout: Duration;
  /** use_symlink_paths: a script is run by the path that is written, wherever it leads then. */
  readonly keepsSymlinks: boolean;
  /** set_supplementary_groups: scripts run with all groups of their user. */
  readonly supplementaryGroups: boolean;
  readonly scheduling: SchedulingConfig;
  readonly buffers: BufferConfig;
  readonly reload: ReloadConfig;
  /** config_save_dir. */
  readonly saveDirectory: string | undefined;
}

/** Of the VRRP process. */
export interface SchedulingConfig {
  /** Numbers of processors; none means all of them. */
  readonly processors: readonly number[];
  /** vrrp_rlimit_rttime, where the file sets it. */
  readonly realTimeLimit: Duration | undefined;
  readonly autoPriority: AutoPriority;
}

/** When a process that is served late raises its own priority, and how far. */
export interface AutoPriority {
  /** 0 never raises it; -1 neither, and asks for silence about it. */
  readonly maximum: number;
  readonly leastDelay: Duration;
}

/** Room a socket is to have for what it has not read; ours unless the file asks for more. */
export interface BufferSize {
  readonly bytes: number;
  /** Beyond what net.core.rmem_max allows. */
  readonly force: boolean;
}

export interface BufferConfig {
  readonly netlinkCommand: BufferSize | undefined;
  readonly netlinkMonitor: BufferSize | undefined;
  readonly processMonitor: BufferSize | undefined;
  /** vrrp_rx_bufs_policy; what an instance makes of it is with the instance. */
  readonly advertPolicy: ReceiveRoom | undefined;
}

export interface ReloadConfig {
  /** reload_check_config: what `-t` complains of refuses a reload, and is written to the file. */
  readonly check: { readonly logFile: string | undefined } | undefined;
  /** reload_file: exists while the configuration is read; the usual name where none is given. */
  readonly marker: { readonly path: string | undefined } | undefined;
  /** reload_time_file and reload_repeat. */
  readonly schedule: { readonly path: string; readonly repeats: boolean } | undefined;
}

/** keepalived.conf(5): the time limit of the scripts at both ends. */
const LIFE_SCRIPT_TIME = seconds(10);
const LEAST_DELAY = seconds(1);
/** keepalived.conf(5) vrrp_rx_bufs_multiplier. */
export const DEFAULT_BUFFERED_PACKETS = 3;

/** RLIMIT_RTTIME unless the file sets it. */
export const DEFAULT_REAL_TIME_LIMIT = microseconds(10_000);

/** What holds where the file says nothing. */
export const DEFAULT_PROCESS_CONFIG: ProcessConfig = {
  startupTimeout: LIFE_SCRIPT_TIME,
  shutdownTimeout: LIFE_SCRIPT_TIME,
  keepsSymlinks: false,
  supplementaryGroups: false,
  scheduling: {
    processors: [],
    realTimeLimit: undefined,
    autoPriority: { maximum: 0, leastDelay: LEAST_DELAY },
  },
  buffers: {
    netlinkCommand: undefined,
    netlinkMonitor: undefined,
    processMonitor: undefined,
    advertPolicy: undefined,
  },
  reload: { check: undefined, marker: undefined, schedule: undefined },
  saveDirectory: undefined,
};
