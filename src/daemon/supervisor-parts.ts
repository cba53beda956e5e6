/** What the parent process is made of: everything it needs of the system, handed in. */
import type { Model } from "../config/model.ts";
import type { LogLine } from "../report/log-line.ts";
import type { FilePort, PlannedPorts, ProcessPort, ProcessTable, Timers } from "../sys/ports.ts";
import type { OpenFifo, SendMail, ServiceManager } from "../sys/telling-ports.ts";
import type { Logger } from "./logger.ts";
import type { LockPidFile, PidFileOptions } from "./pid-files.ts";
import type { CommandContext } from "./script-commands.ts";
import type { VrrpProcess } from "./vrrp-process.ts";

export interface LoadedConfiguration {
  readonly model: Model;
  /** What the reader has to say about the file, in its order. */
  readonly lines: readonly LogLine[];
  /** The exit code with which a start must end, or undefined when it may go on. */
  readonly startVerdict: number | undefined;
  /** A running daemon keeps what it has rather than take a file with any. */
  readonly errors: number;
  /** The exit code of `-t` for it. */
  readonly testVerdict: number;
}

export interface SupervisorOptions {
  readonly configFile: string;
  readonly pidFiles: PidFileOptions;
  /** False with -C. */
  readonly runsVrrp: boolean;
  /** --all: a child runs even with nothing to do. */
  readonly runsAll: boolean;
  /** False with -R. */
  readonly respawns: boolean;
  readonly keepAddresses: boolean;
  readonly detail: boolean;
  /** -d. */
  readonly dumpsConfiguration: boolean;
}

export interface CpuUsage {
  readonly userUs: number;
  readonly systemUs: number;
}

export interface SupervisorParts {
  readonly pid: number;
  readonly options: SupervisorOptions;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly processes: ProcessPort;
  /** What is tracked: files, and processes other than ours. */
  readonly files: FilePort;
  readonly processTable: ProcessTable;
  /** What scripts see: the daemon's environment without what would change how they are loaded. */
  readonly environment: Readonly<Record<string, string>>;
  readonly scripts: Omit<CommandContext, "global">;
  readonly openFifo: OpenFifo;
  /** Loads what sends mail; called when there is the first mail to send. */
  readonly loadMailer: () => SendMail;
  readonly load: () => LoadedConfiguration;
  /** Writes the configuration as it is now, in one piece, to a file. Throws `SyscallError`. */
  readonly saveConfiguration: (directory: string, name: string) => void;
  readonly startVrrp: () => VrrpProcess;
  readonly planned: PlannedPorts;
  /** A VRRP process started before the configuration was read. */
  readonly earlyVrrp: VrrpProcess | undefined;
  readonly lockPidFile: LockPidFile;
  readonly setFileMask: (mask: number) => void;
  readonly writeDump: (name: string, text: string) => Promise<void>;
  readonly cpuUsage: () => CpuUsage;
  readonly serviceManager: ServiceManager;
  /** The daemon runs: whoever started it may stop waiting. */
  readonly ready: () => void;
}

/** A signal, in words. */
export type Demand = "stop" | "reload" | "data" | "statistics" | "clearStatistics" | "json";
