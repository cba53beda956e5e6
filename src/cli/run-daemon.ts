/** Puts the parent process together from its parts and the system's. */
import { release, type, version } from "node:os";
import { startVrrpProcess } from "../daemon/vrrp-process.ts";
import type { VrrpProcess, VrrpProgram } from "../daemon/vrrp-process.ts";
import { LogStream } from "../daemon/log-stream.ts";
import { Logger } from "../daemon/logger.ts";
import { Supervisor } from "../daemon/supervisor.ts";
import { startingLines } from "../report/life-lines.ts";
import { systemTimers } from "../sys/linux/timers.ts";
import type { Timers } from "../sys/ports.ts";
import type { DaemonOptions } from "./command.ts";
import { openLogDescriptor } from "./log-descriptor.ts";
import { loadConfiguration } from "./load-configuration.ts";
import { lockPidFile } from "./lock-pid-file.ts";
import type { SignalWatch } from "./signals.ts";

export interface DaemonStart {
  readonly options: DaemonOptions;
  readonly argv: readonly string[];
  readonly early: VrrpProcess | undefined;
  readonly program: VrrpProgram;
  readonly signals: SignalWatch;
}

export async function runDaemon(start: DaemonStart): Promise<number> {
  const { options, argv, early, program, signals } = start;
  const timers = systemTimers();
  const logger = openLogger(options, timers);
  logger.logAll(
    startingLines({
      kernel: `${type()} ${release()} ${version()}`,
      arguments: ["keepalived", ...argv],
    }),
  );
  const supervisor = new Supervisor({
    pid: process.pid,
    options: {
      configFile: options.configFile,
      pidFiles: options.pidFiles,
      runsVrrp: options.runsVrrp,
      runsAll: options.runsAll,
      respawns: options.respawns,
      keepAddresses: options.keepsAddresses,
      detail: options.detail,
    },
    timers,
    logger,
    load: () => loadConfiguration(options),
    startVrrp: () => startVrrpProcess(program),
    earlyVrrp: early,
    lockPidFile,
    ready: () => undefined,
  });
  signals.listen((demand) => {
    supervisor.demand(demand);
  });
  const code = await supervisor.run();
  logger.flush();
  return code;
}

function openLogger(options: DaemonOptions, timers: Timers): Logger {
  const console = options.logsToConsole ? new LogStream(openLogDescriptor(), timers) : undefined;
  return new Logger(
    { syslog: undefined, console, file: undefined },
    { pid: process.pid, facility: options.facility, detail: options.detail, identSuffix: "" },
    timers,
  );
}
