/**
 * What the VRRP process asks of the kernel for itself: its name, scheduling, locked memory and
 * processors, at the start and anew at each reload; and more priority when it is served late.
 */
import { SyscallError } from "../base/failure.ts";
import { seconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { GlobalConfig } from "../config/model.ts";
import { DEFAULT_REAL_TIME_LIMIT } from "../config/process-config.ts";
import { raisedLine, ranLongLine, servedLateLine } from "../report/process-lines.ts";
import type { LogLine } from "../report/log-line.ts";
import { lockMemory, unlockMemory } from "../sys/linux/locked-memory.ts";
import {
  setAffinity,
  setNice,
  setRealTimeLimit,
  setScheduling,
} from "../sys/linux/process-control.ts";
import { nameProcess } from "./process-name.ts";

/**
 * At real-time priority nothing else runs beside a loop that has gone wild: after this long the
 * kernel kills the process, and the parent starts another. What stays below it must not be the end
 * of a router, as it would be at the limit of the file: collecting garbage may take longer.
 */
const RUNAWAY = seconds(10);
const LOWEST_PRIORITY = 1;
const ORDINARY_NICE = 0;

/** Settings in force, for the comparison at a reload. */
type Settings = Pick<
  GlobalConfig,
  "processNames" | "vrrpNice" | "vrrpNoSwap" | "vrrpRealtimePriority" | "process"
>;

export class VrrpSettings {
  readonly #say: (line: LogLine) => void;
  #settings: Settings | undefined;
  /** SCHED_RR priority at present; undefined for ordinary scheduling. */
  #priority: number | undefined;
  #saidLate = false;
  #saidLong = false;

  constructor(say: (line: LogLine) => void) {
    this.#say = say;
  }

  /** Takes what differs from before. What the kernel refuses costs words, in the result. */
  apply(wanted: Settings): readonly string[] {
    const before = this.#settings;
    this.#settings = wanted;
    const name = wanted.processNames.vrrp;
    if (name !== before?.processNames.vrrp) nameProcess(name, name);
    return [
      () => {
        if (wanted.vrrpNice !== (before?.vrrpNice ?? ORDINARY_NICE)) setNice(wanted.vrrpNice);
      },
      () => {
        if (wanted.vrrpNoSwap === (before?.vrrpNoSwap ?? false)) return;
        if (wanted.vrrpNoSwap) lockMemory();
        else unlockMemory();
      },
      () => {
        const { processors } = wanted.process.scheduling;
        const old = before?.process.scheduling.processors ?? [];
        if (processors.join() !== old.join()) setAffinity(processors);
      },
      () => {
        this.#schedule(wanted, before);
      },
    ].flatMap(refusalOf);
  }

  /** A deadline was served that late: more priority, as far as the file allows. */
  servedLate(late: Duration): void {
    const settings = this.#settings;
    if (settings === undefined) return;
    const { autoPriority } = settings.process.scheduling;
    if (late < autoPriority.leastDelay || autoPriority.maximum < 0) return;
    const next = this.#priority === undefined ? LOWEST_PRIORITY : this.#priority + 1;
    if (next > autoPriority.maximum) {
      if (autoPriority.maximum === 0 && !this.#saidLate) this.#say(servedLateLine(late));
      this.#saidLate = true;
      return;
    }
    const refusals = refusalOf(() => {
      this.#raise(next);
    });
    if (refusals.length === 0) this.#say(raisedLine(next, late));
  }

  /** SIGXCPU: the kernel has allowed a second more, and is told the limit again. */
  ranLong(): void {
    const limit = this.#settings?.process.scheduling.realTimeLimit;
    if (limit !== undefined && !this.#saidLong) {
      this.#saidLong = true;
      this.#say(ranLongLine(limit));
    }
    if (this.#priority !== undefined)
      refusalOf(() => {
        this.#limit();
      });
  }

  /** What the process has raised itself to stays, unless the file now says something else. */
  #schedule(wanted: Settings, before: Settings | undefined): void {
    const { scheduling } = wanted.process;
    const asked = wanted.vrrpRealtimePriority;
    const isRaised = this.#priority !== undefined && this.#priority !== asked;
    const isAllowed = (this.#priority ?? 0) <= scheduling.autoPriority.maximum;
    if (asked !== before?.vrrpRealtimePriority || (isRaised && !isAllowed)) {
      if (asked === undefined) {
        this.#priority = undefined;
        setScheduling({ policy: "other" });
      } else this.#raise(asked);
    } else if (
      this.#priority !== undefined &&
      scheduling.realTimeLimit !== before?.process.scheduling.realTimeLimit
    ) {
      this.#limit();
    }
  }

  #raise(priority: number): void {
    this.#limit();
    setScheduling({ policy: "roundRobin", priority });
    this.#priority = priority;
  }

  #limit(): void {
    const limit = this.#settings?.process.scheduling.realTimeLimit ?? DEFAULT_REAL_TIME_LIMIT;
    setRealTimeLimit(limit < RUNAWAY ? limit : RUNAWAY, RUNAWAY);
  }
}

/** The words of the kernel where it refuses; nothing else is caught. */
export function refusalOf(apply: () => void): readonly string[] {
  try {
    apply();
    return [];
  } catch (error: unknown) {
    if (!(error instanceof SyscallError)) throw error;
    return [error.message];
  }
}
