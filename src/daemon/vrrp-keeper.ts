/**
 * Keeps one VRRP process running while the configuration wants one: starts it, hands it the model,
 * asks whether it is alive, starts it again with growing delays when it dies, and stops it.
 */
import { NO_TIME, between, seconds, times } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import {
  PERMANENT_EXITS,
  childDiedLines,
  killedAfterWaitLine,
  permanentErrorLine,
  respawnDelayLine,
  startingChildLine,
  unresponsiveLine,
} from "../report/life-lines.ts";
import type { Model } from "../config/model.ts";
import type { Timer, Timers } from "../sys/ports.ts";
import { giveUp } from "./give-up.ts";
import type { Logger } from "./logger.ts";
import type { FromVrrp, SentVerdicts, ToVrrp, VrrpProcessOptions } from "./messages.ts";
import { changeOfModel } from "./model-change.ts";
import type { Predecessors } from "./vrrp/driver-setup.ts";
import { planRespawn } from "./respawn.ts";
import type { ProcessEnd, VrrpProcess } from "./vrrp-process.ts";

/** How often the VRRP process is asked for a sign of life. */
export const HEARTBEAT_INTERVAL = seconds(5);
/** Unanswered questions in a row after which it is taken for dead: 20 s. */
export const HEARTBEAT_LIMIT = 4;

export interface VrrpKeeperParts {
  readonly start: () => VrrpProcess;
  readonly timers: Timers;
  readonly logger: Logger;
  /** False with -R: its death ends the daemon. */
  readonly respawns: boolean;
  readonly options: VrrpProcessOptions;
  /** Script results known so far, for a process that starts anew. */
  readonly verdicts: () => SentVerdicts;
  /** What is known of the instances of the process that runs, or ran last. */
  readonly predecessors: () => Predecessors;
  readonly childWaitTime: () => Duration;
  /** What it says beside signs of life. */
  readonly receive: (message: FromVrrp, pid: number) => void;
  readonly pidChanged: (pid: number | undefined) => void;
  /** It ended and will not come back; the daemon must end with this code. */
  readonly failed: (code: number) => void;
}

/** What a process that runs may be told at any time. */
type ToldKind = "tracker" | "snapshot" | "clearCounters" | "switchover" | "release";

interface Running {
  readonly process: VrrpProcess;
  readonly startedAt: Instant;
  isLoaded: boolean;
  /** What it was configured with; undefined until then. */
  model: Model | undefined;
  unanswered: number;
  sequence: number;
  /** It has said something since `checkLife` was called last. */
  isHeard: boolean;
}

export class VrrpKeeper {
  readonly #parts: VrrpKeeperParts;
  #model: Model | undefined;
  #running: Running | undefined;
  #nextDelay: Duration = NO_TIME;
  #predecessors: Predecessors = {};
  #respawnTimer: Timer | undefined;
  #heartbeatTimer: Timer | undefined;
  #stopped: (() => void) | undefined;

  constructor(parts: VrrpKeeperParts) {
    this.#parts = parts;
  }

  get pid(): number | undefined {
    return this.#running?.process.pid;
  }

  get isRunning(): boolean {
    return this.#running?.model !== undefined;
  }

  /** Takes over a process that was started before the configuration was read. */
  adopt(process: VrrpProcess): void {
    const running: Running = {
      process,
      startedAt: this.#parts.timers.now(),
      isLoaded: false,
      model: undefined,
      unanswered: 0,
      sequence: 0,
      isHeard: true,
    };
    this.#running = running;
    process.listen({
      message: (message) => {
        this.#receive(running, message);
      },
      ended: (end) => {
        this.#ended(running, end);
      },
    });
  }

  /** The configuration wants a VRRP process with this model; starts one where none is. */
  configure(model: Model): void {
    this.#model = model;
    // One that is on its way out, or waits for its next start, is followed by one with this model.
    if (this.#stopped !== undefined || this.#respawnTimer !== undefined) return;
    if (this.#running === undefined) this.#start();
    else this.#announce(this.#running);
  }

  /** Replaces the model of the running process. False when there is none to tell. */
  reload(model: Model): boolean {
    this.#model = model;
    const running = this.#running;
    if (running?.model === undefined) return false;
    const change = changeOfModel(running.model, model);
    running.model = model;
    this.#send(running, { kind: "reload", change, verdicts: this.#parts.verdicts() });
    return true;
  }

  tell(message: Extract<ToVrrp, { kind: ToldKind }>): boolean {
    if (this.#running?.model === undefined) return false;
    this.#send(this.#running, message);
    return true;
  }

  /**
   * Whether the process has given a sign of life since this was called last; the next one is asked
   * for. Where none runs, that is not for want of life.
   */
  checkLife(): boolean {
    const running = this.#running;
    if (running?.model === undefined) return true;
    const { isHeard } = running;
    running.isHeard = false;
    this.#ping(running);
    return isHeard;
  }

  /** What is known of the process that ran last, for one that follows it. */
  get predecessors(): Predecessors {
    return this.#predecessors;
  }

  /** The same, of a process that another program kept. */
  remember(predecessors: Predecessors): void {
    this.#predecessors = predecessors;
  }

  /** Ends the process in good order, then by force; resolves when it is gone. */
  stop(): Promise<void> {
    return this.#end({ kind: "stop" }, this.#parts.childWaitTime());
  }

  /** The same, but it leaves everything to a process that follows at once. */
  leave(patience: Duration): Promise<void> {
    return this.#end({ kind: "leave" }, patience);
  }

  #end(message: Extract<ToVrrp, { kind: "stop" | "leave" }>, wait: Duration): Promise<void> {
    this.#model = undefined;
    this.#respawnTimer?.cancel();
    this.#respawnTimer = undefined;
    this.#heartbeatTimer?.cancel();
    const running = this.#running;
    if (running === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const killing = this.#parts.timers.after(wait, () => {
        this.#parts.logger.log(killedAfterWaitLine(running.process.pid ?? 0, wait));
        running.process.kill("SIGKILL");
      });
      this.#stopped = () => {
        killing.cancel();
        resolve();
      };
      if (running.model !== undefined) this.#send(running, message);
      else running.process.kill("SIGKILL");
    });
  }

  #start(): void {
    this.adopt(this.#parts.start());
    const running = this.#running;
    if (running !== undefined) this.#announce(running);
  }

  /** Says that it runs, and gives it the model once its code is loaded. */
  #announce(running: Running): void {
    const { pid } = running.process;
    if (pid === undefined) return;
    this.#parts.logger.log(startingChildLine(pid));
    this.#parts.pidChanged(pid);
    this.#giveModel(running);
  }

  #giveModel(running: Running): void {
    if (!running.isLoaded || running.model !== undefined || this.#model === undefined) return;
    running.model = this.#model;
    const { options } = this.#parts;
    const message = {
      model: this.#model,
      options,
      verdicts: this.#parts.verdicts(),
      predecessors: this.#predecessors,
    };
    this.#send(running, { kind: "configure", ...message });
    this.#beat(running);
  }

  /**
   * Nobody follows the dead process soon: its peers are told that it resigned, and its addresses
   * taken off, by a process that does only that.
   */
  #speakLastWords(): void {
    const { start, options, timers } = this.#parts;
    const model = this.#model;
    if (model === undefined) return;
    const message = { model, options, predecessors: this.#predecessors, spares: false };
    void giveUp(start(), timers, message);
  }

  #send(running: Running, message: ToVrrp): void {
    running.process.send(message);
  }

  #receive(running: Running, message: FromVrrp): void {
    // Whatever it says shows that its loop turns.
    running.unanswered = 0;
    running.isHeard = true;
    if (message.kind === "loaded") {
      running.isLoaded = true;
      this.#giveModel(running);
    } else if (message.kind !== "alive") {
      this.#parts.receive(message, running.process.pid ?? 0);
    }
  }

  /**
   * Questions are counted by the timer that asks them, so that a parent that was itself stopped
   * for an hour finds one unanswered question, not hundreds.
   */
  #beat(running: Running): void {
    this.#heartbeatTimer = this.#parts.timers.after(HEARTBEAT_INTERVAL, () => {
      if (this.#running !== running) return;
      if (running.unanswered >= HEARTBEAT_LIMIT) {
        const silence = times(HEARTBEAT_INTERVAL, running.unanswered);
        this.#parts.logger.log(unresponsiveLine(running.process.pid ?? 0, silence));
        running.process.kill("SIGKILL");
        return;
      }
      running.unanswered += 1;
      this.#ping(running);
      this.#beat(running);
    });
  }

  #ping(running: Running): void {
    running.sequence += 1;
    this.#send(running, { kind: "ping", sequence: running.sequence });
  }

  #ended(running: Running, end: ProcessEnd): void {
    const { timers, logger, respawns } = this.#parts;
    this.#running = undefined;
    this.#heartbeatTimer?.cancel();
    this.#predecessors = this.#parts.predecessors();
    this.#parts.pidChanged(undefined);
    if (this.#stopped !== undefined) {
      const stopped = this.#stopped;
      this.#stopped = undefined;
      stopped();
      if (this.#model !== undefined) this.#start();
      return;
    }
    const pid = running.process.pid ?? 0;
    if (end.kind === "exited" && PERMANENT_EXITS.has(end.code)) {
      logger.log(permanentErrorLine(pid, end.code));
      this.#parts.failed(end.code);
      return;
    }
    logger.logAll(childDiedLines(pid, end, respawns));
    if (!respawns) {
      this.#parts.failed(1);
      return;
    }
    const plan = planRespawn(this.#nextDelay, between(running.startedAt, timers.now()));
    this.#nextDelay = plan.next;
    if (plan.isLimited) logger.log(respawnDelayLine(plan.delay));
    if (plan.delay > NO_TIME && running.model !== undefined) this.#speakLastWords();
    this.#respawnTimer = timers.after(plan.delay, () => {
      this.#respawnTimer = undefined;
      this.#start();
    });
  }
}
