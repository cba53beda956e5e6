/**
 * The parent process: reads the configuration, keeps the VRRP process running with it, obeys
 * signals, and ends everything in good order. What it needs of the system is handed in.
 */
import type { Model } from "../config/model.ts";
import {
  alreadyRunningLine,
  configurationFileLine,
  inactivePartsLines,
  noConfigurationLine,
  pidFileFailedLine,
  pidFileLockedLine,
  reloadCompleteLine,
  reloadTimeLine,
  reloadingLine,
  startupCompleteLine,
  stoppedLine,
  stoppingLine,
} from "../report/life-lines.ts";
import { problem } from "../report/log-line.ts";
import type { LogLine } from "../report/log-line.ts";
import { renderEvent } from "../report/log-lines.ts";
import type { InstanceFacts } from "../report/log-lines.ts";
import type { Timers } from "../sys/ports.ts";
import type { Logger } from "./logger.ts";
import { Journal } from "./journal.ts";
import type { FromVrrp, ScriptStatus } from "./messages.ts";
import { lockPidFiles, nameSuffix, pidFileNames } from "./pid-files.ts";
import type { LockPidFile, PidFileOptions, PidFiles } from "./pid-files.ts";
import { VrrpKeeper } from "./vrrp-keeper.ts";
import type { VrrpProcess } from "./vrrp-process.ts";

export interface LoadedConfiguration {
  readonly model: Model;
  /** What the reader has to say about the file, in its order. */
  readonly lines: readonly LogLine[];
  /** The exit code with which a start must end, or undefined when it may go on. */
  readonly startVerdict: number | undefined;
  /** Whether a running daemon keeps what it has rather than take this. */
  readonly hasErrors: boolean;
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
}

export interface SupervisorParts {
  readonly pid: number;
  readonly options: SupervisorOptions;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly load: () => LoadedConfiguration;
  readonly startVrrp: () => VrrpProcess;
  /** A VRRP process started before the configuration was read. */
  readonly earlyVrrp: VrrpProcess | undefined;
  readonly lockPidFile: LockPidFile;
  /** The daemon runs: whoever started it may stop waiting. */
  readonly ready: () => void;
}

export type Demand = "stop" | "reload" | "data" | "statistics" | "clearStatistics" | "json";

export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #keeper: VrrpKeeper;
  readonly #journal = new Journal();
  #model: Model | undefined;
  #pidFiles: PidFiles | undefined;
  #isReady = false;
  #isStopping = false;
  #finish: (code: number) => void = () => undefined;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    const { timers, logger, options } = parts;
    this.#keeper = new VrrpKeeper({
      start: parts.startVrrp,
      timers,
      logger,
      respawns: options.respawns,
      options: {
        keepAddresses: options.keepAddresses,
        detail: options.detail,
        parentPid: parts.pid,
      },
      scripts: () => this.#scriptResults(),
      childWaitTime: () => this.#model?.global.childWaitTime ?? DEFAULT_CHILD_WAIT,
      receive: (message, pid) => {
        this.#receive(message, pid);
      },
      pidChanged: (pid) => {
        this.#pidFiles?.setVrrp(pid);
      },
      failed: (code) => {
        void this.#stop(code);
      },
    });
  }

  /** Runs until stopped; resolves with the exit code. */
  run(): Promise<number> {
    return new Promise((resolve) => {
      this.#finish = resolve;
      this.#start();
    });
  }

  /** A signal, in words. Before start-up is complete only a stop is heard. */
  demand(what: Demand): void {
    if (what === "stop") void this.#stop(0);
    else if (this.#isReady && !this.#isStopping) this.#obey(what);
  }

  #start(): void {
    const { logger, load, options } = this.#parts;
    const loaded = load();
    logger.logAll(loaded.lines);
    if (loaded.startVerdict !== undefined) {
      this.#endBeforeStart(loaded.startVerdict);
      return;
    }
    logger.setIdentSuffix(nameSuffix(loaded.model.global));
    logger.log(configurationFileLine(options.configFile));
    const lockFailure = this.#lock(loaded.model);
    if (lockFailure !== undefined) {
      this.#endBeforeStart(lockFailure);
      return;
    }
    this.#model = loaded.model;
    this.#startVrrp(loaded.model);
  }

  /** Takes the pid files; an exit code when that is the end. */
  #lock(model: Model): number | undefined {
    const { logger, options, pid, lockPidFile } = this.#parts;
    const names = pidFileNames(options.pidFiles, model.global);
    try {
      const outcome = lockPidFiles(names, lockPidFile);
      if (outcome.kind === "taken") {
        logger.log(pidFileLockedLine(outcome.path));
        logger.log(alreadyRunningLine());
        return 0;
      }
      this.#pidFiles = outcome.files;
      outcome.files.setParent(pid);
      return undefined;
    } catch (error: unknown) {
      logger.log(pidFileFailedLine(names.parent, String(error)));
      return 1;
    }
  }

  #startVrrp(model: Model): void {
    const { logger, options, earlyVrrp } = this.#parts;
    logger.logAll(
      inactivePartsLines({ virtualServers: model.hasVirtualServers, bfd: model.hasBfd }),
    );
    const isWanted = options.runsVrrp && (options.runsAll || model.instances.length > 0);
    if (earlyVrrp !== undefined) {
      if (isWanted) this.#keeper.adopt(earlyVrrp);
      else earlyVrrp.kill("SIGKILL");
    }
    if (isWanted) {
      this.#keeper.configure(model);
    } else {
      logger.log(noConfigurationLine());
      this.#becomeReady();
    }
  }

  #becomeReady(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#parts.logger.log(startupCompleteLine());
    this.#parts.ready();
  }

  #scriptResults(): Readonly<Record<string, ScriptStatus>> {
    return {};
  }

  #receive(message: FromVrrp, pid: number): void {
    const { logger } = this.#parts;
    switch (message.kind) {
      case "running":
        this.#becomeReady();
        return;
      case "event":
        this.#journal.add({ at: message.at, entry: message.event });
        logger.logAll(renderEvent(message.event, this.#facts(message.event.instance)), {
          ident: "Keepalived_vrrp",
          pid,
          at: message.at,
        });
        return;
      case "line":
        logger.log(message, { ident: "Keepalived_vrrp", pid, at: message.at });
        return;
      case "reloaded":
        logger.log(reloadCompleteLine());
        logger.log(reloadTimeLine(message.tookUs));
        return;
      case "fatal":
        logger.log(problem(message.text), { ident: "Keepalived_vrrp", pid });
        return;
      default:
        return;
    }
  }

  #facts(instance: string): InstanceFacts {
    const config = this.#model?.instances.find((i) => i.name === instance);
    return { interfaceName: config?.interfaceName };
  }

  #obey(what: Exclude<Demand, "stop">): void {
    if (what === "reload") this.#reload();
  }

  #reload(): void {
    const { logger, load } = this.#parts;
    logger.log(reloadingLine());
    const loaded = load();
    logger.logAll(loaded.lines);
    if (loaded.hasErrors) return;
    this.#model = loaded.model;
    this.#keeper.reload(loaded.model);
  }

  async #stop(code: number): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const { logger } = this.#parts;
    logger.log(stoppingLine());
    await this.#keeper.stop();
    this.#pidFiles?.release();
    logger.log(stoppedLine());
    this.#finish(code);
  }

  #endBeforeStart(code: number): void {
    this.#parts.earlyVrrp?.kill("SIGKILL");
    this.#parts.logger.log(stoppedLine());
    this.#finish(code);
  }
}

const DEFAULT_CHILD_WAIT = 5_000_000 as Model["global"]["childWaitTime"];
