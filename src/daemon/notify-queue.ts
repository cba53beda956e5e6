/**
 * Tells programs of state changes, in order: within an instance a script starts only when the one
 * before it has ended, or has taken longer than `NOTIFY_PATIENCE`. Nothing is killed for being
 * slow, as Keepalived kills nothing; only what piles up beyond a bound is.
 */
import { milliseconds, seconds, toMilliseconds } from "../base/units.ts";
import {
  notifyDroppedLine,
  notifyFailedLine,
  notifyOvertakenLine,
} from "../report/script-lines.ts";
import type { ProcessPort, ProcessRequest, RunningProcess, Timers } from "../sys/ports.ts";
import type { Logger } from "./logger.ts";

/** How long the next script of an instance waits for the one before it. */
export const NOTIFY_PATIENCE = seconds(30);
/** Scripts of one instance that may wait; the oldest gives way, as its news is the stalest. */
export const NOTIFY_WAITING = 32;
/** Overtaken scripts of one instance left running; beyond that the oldest is ended. */
export const NOTIFY_OVERTAKEN = 8;
/** What scripts run at a stop may take before they are killed (behaviour of Keepalived: 1 s). */
export const STOP_SCRIPT_TIME = seconds(1);

const NOTIFY_CAPTURE_BYTES = 2_048;

/** A notify script ready to run; `text` is for messages. */
export interface Notification {
  readonly instance: string;
  readonly text: string;
  readonly argv: readonly [string, ...string[]];
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly groups?: readonly number[] | undefined;
}

export interface NotifyQueueParts {
  readonly timers: Timers;
  readonly processes: ProcessPort;
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string>>;
}

interface Lane {
  readonly waiting: Notification[];
  current: RunningProcess | undefined;
  readonly overtaken: RunningProcess[];
}

export class NotifyQueue {
  readonly #parts: NotifyQueueParts;
  readonly #lanes = new Map<string, Lane>();
  readonly #last = new Set<RunningProcess>();

  constructor(parts: NotifyQueueParts) {
    this.#parts = parts;
  }

  add(notification: Notification): void {
    const lane = this.#lane(notification.instance);
    lane.waiting.push(notification);
    if (lane.waiting.length > NOTIFY_WAITING) {
      const stale = lane.waiting.shift();
      if (stale !== undefined) {
        this.#parts.logger.log(notifyDroppedLine(stale.instance, stale.text));
      }
    }
    this.#next(lane);
  }

  /** A script for the end of the daemon: started at once, and what still waited is superseded. */
  addLast(notification: Notification): void {
    this.#lane(notification.instance).waiting.length = 0;
    const running = this.#start(notification, STOP_SCRIPT_TIME);
    this.#last.add(running);
    void running.result.then(() => this.#last.delete(running));
  }

  /** Whether no script runs or waits. */
  get isIdle(): boolean {
    const lanes = [...this.#lanes.values()];
    const isBusy = lanes.some((lane) => lane.current !== undefined || lane.overtaken.length > 0);
    return !isBusy && this.#last.size === 0;
  }

  /** Resolves when the scripts of `addLast` have ended, each within its second. */
  async finished(): Promise<void> {
    await Promise.all([...this.#last].map((running) => running.result));
  }

  #lane(instance: string): Lane {
    const known = this.#lanes.get(instance);
    if (known !== undefined) return known;
    const lane: Lane = { waiting: [], current: undefined, overtaken: [] };
    this.#lanes.set(instance, lane);
    return lane;
  }

  #next(lane: Lane): void {
    if (lane.current !== undefined) return;
    const notification = lane.waiting.shift();
    if (notification === undefined) return;
    const running = this.#start(notification, undefined);
    lane.current = running;
    const impatience = this.#parts.timers.after(NOTIFY_PATIENCE, () => {
      this.#overtake(lane, running, notification);
    });
    void running.result.then(() => {
      impatience.cancel();
      const position = lane.overtaken.indexOf(running);
      if (position >= 0) lane.overtaken.splice(position, 1);
      if (lane.current !== running) return;
      lane.current = undefined;
      this.#next(lane);
    });
  }

  #overtake(lane: Lane, running: RunningProcess, notification: Notification): void {
    if (lane.current !== running) return;
    const { instance, text } = notification;
    if (lane.waiting.length > 0) {
      const waited = toMilliseconds(NOTIFY_PATIENCE);
      this.#parts.logger.log(notifyOvertakenLine(instance, text, waited));
    }
    lane.current = undefined;
    lane.overtaken.push(running);
    if (lane.overtaken.length > NOTIFY_OVERTAKEN) lane.overtaken.shift()?.end();
    this.#next(lane);
  }

  #start(notification: Notification, timeout: ProcessRequest["timeout"]): RunningProcess {
    const { processes, environment, logger } = this.#parts;
    const { argv, uid, gid, groups, instance, text } = notification;
    const running = processes.start({
      argv,
      uid,
      gid,
      groups,
      environment,
      timeout,
      killAfter: milliseconds(0),
      captureBytes: NOTIFY_CAPTURE_BYTES,
    });
    void running.result.then(({ outcome, outputTail }) => {
      if (outcome.kind === "exited" && outcome.status === 0) return;
      logger.log(notifyFailedLine(instance, text, outcome, outputTail));
    });
    return running;
  }
}
