/** Puts the parent process together from its parts and the system's. */
import { mkdirSync, openSync, truncateSync } from "node:fs";
import { release, type, version } from "node:os";
import { dirname, resolve } from "node:path";
import { dumpDirectory, dumpPath, writeDumpFile } from "../daemon/dump-file.ts";
import { LogStream } from "../daemon/log-stream.ts";
import { Logger } from "../daemon/logger.ts";
import type { LineSink } from "../daemon/logger.ts";
import type { PidFile } from "../daemon/pid-files.ts";
import { Supervisor } from "../daemon/supervisor.ts";
import type { SupervisorParts } from "../daemon/supervisor-parts.ts";
import { startVrrpProcess } from "../daemon/vrrp-process.ts";
import type { ProgramStart, VrrpProcess } from "../daemon/vrrp-process.ts";
import { internalErrorLine, startingLines } from "../report/life-lines.ts";
import { callerOf } from "../sys/linux/caller.ts";
import { openFifo } from "../sys/linux/fifo.ts";
import { keepDescriptorsToOurselves, reapOrphans } from "../sys/linux/orphans.ts";
import { lockPidFile } from "../sys/linux/pid-file.ts";
import {
  becomeSubreaper,
  enterNetworkNamespace,
  setFileModeMask,
  toSyscallError,
} from "../sys/linux/process-control.ts";
import { processTable } from "../sys/linux/process-table.ts";
import { processPort } from "../sys/linux/process.ts";
import { replaceProgram } from "../sys/linux/replace-program.ts";
import { stateFiles } from "../sys/linux/state-files.ts";
import { LinuxSyslogSocket } from "../sys/linux/syslog.ts";
import { systemTimers } from "../sys/linux/timers.ts";
import { trackedFiles } from "../sys/linux/tracked-files.ts";
import type { Timers } from "../sys/ports.ts";
import { DEFAULT_UMASK } from "./command.ts";
import type { DaemonOptions } from "./command.ts";
import type { Launch } from "./launch.ts";
import { daemonLoader } from "./load-configuration.ts";
import { openLogDescriptor } from "./log-descriptor.ts";
import { loadMailer } from "./mailer.ts";
import { keepYoungSpaceSmall } from "./memory-use.ts";
import { nameProcess } from "./process-name.ts";
import { sameProgram } from "./replacement.ts";
import type { Replaced } from "./replacement.ts";
import { saveConfiguration } from "./saved-configuration.ts";
import { scriptContext, scriptEnvironment } from "./script-context.ts";
import { serviceManager } from "./service-manager.ts";
import type { SignalWatch } from "./signals.ts";

export interface DaemonStart {
  readonly options: DaemonOptions;
  readonly argv: readonly string[];
  readonly early: VrrpProcess | undefined;
  /** The VRRP process. */
  readonly program: ProgramStart;
  readonly signals: SignalWatch;
  readonly launch: Launch | undefined;
  /** It takes the place of another program in the same process. */
  readonly replaced: Replaced | undefined;
}

/** Where and how the first program in this process was started. */
type Origin = Omit<Replaced, "handover">;

const originOf = ({ replaced, launch }: DaemonStart): Origin => ({
  directory: replaced?.directory ?? process.cwd(),
  isDetached: replaced?.isDetached ?? launch !== undefined,
});

/** How long the last lines may take to be written. */
const LAST_LINES_MS = 200;

export async function runDaemon(start: DaemonStart): Promise<number> {
  keepYoungSpaceSmall();
  const origin = originOf(start);
  const options = origin.isDetached ? detach(start.options, origin.directory) : start.options;
  const timers = systemTimers();
  const logger = openLogger(options, start.launch, timers);
  logger.logAll(startingLines({ kernel: kernelText(), arguments: ["keepalived", ...start.argv] }));
  endOnInternalError(logger);
  const supervisor = new Supervisor(
    daemonParts({ ...start, options, origin }, logger, timers, () => {
      start.launch?.ready();
    }),
  );
  start.signals.listen((demand) => {
    supervisor.demand(demand);
  });
  // The loop must not end while only unreferenced work is left.
  const code = await supervisor.run();
  await Promise.race([logger.drained(), new Promise((done) => setTimeout(done, LAST_LINES_MS))]);
  logger.flush();
  return code;
}

/**
 * A fault of our own ends the process, with the reason in the log; the VRRP process then gives up
 * its addresses, because nobody runs the checks any more.
 */
function endOnInternalError(logger: Logger): void {
  process.on("uncaughtException", (error) => {
    logger.log(internalErrorLine(error.stack ?? error.message));
    logger.flush();
    process.exit(PROGRAM_ERROR_EXIT);
  });
}

/** keepalived(8) exit status: program error. */
const PROGRAM_ERROR_EXIT = 70;

const kernelText = (): string => `${type()} ${release()} ${version()}`;

/** A daemon leaves the directory it was started in; names it was given keep their meaning. */
function detach(options: DaemonOptions, directory: string): DaemonOptions {
  const { pidFiles, logFile } = options;
  const absolute = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(directory, path);
  const detached: DaemonOptions = {
    ...options,
    configFile: resolve(directory, options.configFile),
    logFile: absolute(logFile),
    pidFiles: {
      parent: absolute(pidFiles.parent),
      vrrp: absolute(pidFiles.vrrp),
      checkers: absolute(pidFiles.checkers),
      bfd: absolute(pidFiles.bfd),
    },
  };
  process.chdir("/");
  return detached;
}

function daemonParts(
  start: DaemonStart & { readonly origin: Origin },
  logger: Logger,
  timers: Timers,
  ready: () => void,
): SupervisorParts {
  const { options, argv, early, program, origin } = start;
  setFileModeMask(options.umask ?? DEFAULT_UMASK);
  becomeSubreaper();
  reapOrphans();
  keepDescriptorsToOurselves();
  const load = daemonLoader(options, enterNetworkNamespace);
  let dumps = 0;
  return {
    pid: process.pid,
    options: {
      ...options,
      respawns: options.respawns,
      keepAddresses: options.keepsAddresses,
    },
    timers,
    logger,
    processes: processPort,
    files: trackedFiles(),
    processTable,
    environment: scriptEnvironment(process.env),
    scripts: scriptContext(),
    openFifo,
    loadMailer: loadMailer,
    load: () => {
      const loaded = load();
      const { parent } = loaded.model.global.processNames;
      nameProcess([parent, ...argv].join(" "), parent);
      return loaded;
    },
    saveConfiguration: (directory, name) => {
      saveConfiguration(options, directory, name);
    },
    startVrrp: () => startVrrpProcess(program),
    planned: {
      stateFiles,
      callerOf,
      handover: start.replaced?.handover,
      replaceProgram: (handover) => replaceProgram(sameProgram(argv, { ...origin, handover })),
    },
    earlyVrrp: early,
    lockPidFile: openPidFile,
    setFileMask: (mask) => {
      setFileModeMask(mask);
    },
    writeDump: async (name, text) => {
      const directory = await dumpDirectory(process.env["TMPDIR"]);
      dumps += 1;
      await writeDumpFile(dumpPath(directory, name), text, `${process.pid}.${dumps}`);
    },
    cpuUsage: () => {
      const { user, system } = process.cpuUsage();
      return { userUs: user, systemUs: system };
    },
    serviceManager: serviceManager(process.env, process.pid, origin.isDetached),
    ready,
  };
}

/** Readable by all, in a directory that may have to be made. */
const PID_DIRECTORY_MODE = 0o755;
const PID_FILE_MASK = 0o022;

function openPidFile(path: string): PidFile | undefined {
  const mask = setFileModeMask(PID_FILE_MASK);
  try {
    makeDirectory(dirname(path));
    const locked = lockPidFile(path);
    if (!locked.ok) return undefined;
    const file = locked.value;
    // What a predecessor that was killed left in it.
    truncateSync(path, 0);
    return {
      write: (pid) => {
        file.write(pid);
      },
      release: () => {
        file[Symbol.dispose]();
      },
    };
  } finally {
    setFileModeMask(mask);
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: PID_DIRECTORY_MODE });
  } catch (error: unknown) {
    throw toSyscallError(error, "mkdir", `make the directory ${path}`);
  }
}

function openLogger(options: DaemonOptions, launch: Launch | undefined, timers: Timers): Logger {
  return new Logger(
    {
      syslog: options.logsToSyslog ? new LinuxSyslogSocket() : undefined,
      console: launch?.sink ?? consoleSink(options, timers),
      file: options.logFile === undefined ? undefined : fileSink(options.logFile, timers),
    },
    { pid: process.pid, facility: options.facility, detail: options.detail, identSuffix: "" },
    timers,
  );
}

const consoleSink = (options: DaemonOptions, timers: Timers): LineSink | undefined =>
  options.logsToConsole ? new LogStream(openLogDescriptor(), timers) : undefined;

const LOG_FILE_MODE = 0o640;

function fileSink(path: string, timers: Timers): LineSink | undefined {
  try {
    return new LogStream(openSync(path, "a", LOG_FILE_MODE), timers);
  } catch (error: unknown) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`The log file ${path} cannot be used: ${reason}\n`);
    return undefined;
  }
}
