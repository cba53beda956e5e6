/**
 * The reload that a file asks for at a time (keepalived.conf(5) reload_time_file): the file is
 * watched, its time waited for, and once it has come the file is removed, unless it is to count
 * every day.
 */
import { milliseconds } from "../base/units.ts";
import type { ProcessConfig } from "../config/process-config.ts";
import { nextReload } from "../config/reload-time.ts";
import {
  reloadCancelledLine,
  reloadDueLine,
  reloadFileFailedLine,
  reloadScheduledLine,
  reloadTimeInvalidLine,
  reloadTimePastLine,
  reloadTimeUnreadableLine,
  reloadTimeUnwatchedLine,
} from "../report/reload-lines.ts";
import type { FilePort, Timer, Timers } from "../sys/ports.ts";
import type { Logger } from "./logger.ts";

/** The wall clock may be set meanwhile, so that it is looked at again at least so often. */
const LONGEST_WAIT_MS = 60_000;

export interface ReloadScheduleParts {
  readonly files: FilePort;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly reload: () => void;
}

type Schedule = NonNullable<ProcessConfig["reload"]["schedule"]>;

export class ReloadSchedule {
  readonly #parts: ReloadScheduleParts;
  #schedule: Schedule | undefined;
  #watch: Disposable | undefined;
  #timer: Timer | undefined;
  /** When the reload is to be, in milliseconds since 1970. */
  #dueAt: number | undefined;
  /** What was said of last, so that it is said once. */
  #refusedText: string | undefined;

  constructor(parts: ReloadScheduleParts) {
    this.#parts = parts;
  }

  /** Follows the file of `schedule` from here on, or none. */
  configure(schedule: Schedule | undefined): void {
    if (schedule?.path !== this.#schedule?.path) {
      this.stop();
      if (schedule !== undefined) this.#follow(schedule.path);
    }
    this.#schedule = schedule;
    this.#read();
  }

  stop(): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#dueAt = undefined;
    this.#refusedText = undefined;
    this.#schedule = undefined;
  }

  #follow(path: string): void {
    try {
      this.#watch = this.#parts.files.watch(path, () => {
        this.#read();
      });
    } catch (error: unknown) {
      this.#parts.logger.log(reloadTimeUnwatchedLine(path, reasonOf(error)));
    }
  }

  #read(): void {
    const { files, timers, logger } = this.#parts;
    if (this.#schedule === undefined) return;
    const { path } = this.#schedule;
    const found = files.read(path);
    if (found.kind !== "text") {
      this.#cancel();
      if (found.kind === "refused") logger.log(reloadTimeUnreadableLine(path, found.reason));
      return;
    }
    const next = nextReload(found.text, timers.wallClock(), (ms) => timers.localTime(ms));
    if (next.kind !== "at") {
      this.#cancel();
      if (found.text === this.#refusedText) return;
      this.#refusedText = found.text;
      const line = next.kind === "past" ? reloadTimePastLine : reloadTimeInvalidLine;
      logger.log(line(found.text));
      return;
    }
    this.#refusedText = undefined;
    if (next.ms === this.#dueAt) return;
    this.#cancel();
    this.#dueAt = next.ms;
    logger.log(reloadScheduledLine(timers.localTime(next.ms)));
    this.#wait(next.ms);
  }

  #cancel(): void {
    const { timers, logger } = this.#parts;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#dueAt !== undefined) logger.log(reloadCancelledLine(timers.localTime(this.#dueAt)));
    this.#dueAt = undefined;
  }

  #wait(dueAt: number): void {
    const { timers } = this.#parts;
    const left = Math.max(0, dueAt - timers.wallClock());
    this.#timer = timers.after(milliseconds(Math.min(left, LONGEST_WAIT_MS)), () => {
      if (timers.wallClock() < dueAt) this.#wait(dueAt);
      else this.#begin(dueAt);
    });
  }

  #begin(dueAt: number): void {
    const { files, timers, logger, reload } = this.#parts;
    const schedule = this.#schedule;
    this.#timer = undefined;
    this.#dueAt = undefined;
    logger.log(reloadDueLine(timers.localTime(dueAt)));
    if (schedule !== undefined && !schedule.repeats) {
      try {
        files.remove(schedule.path);
      } catch (error: unknown) {
        logger.log(reloadFileFailedLine(schedule.path, reasonOf(error)));
      }
    }
    reload();
    // A reload that was refused has not come back to us.
    this.#read();
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
