/**
 * Tracked processes: counted from the kernel's notices, or where it sends none by watching those
 * that are known and looking for new ones each second. Lives in the parent, away from VRRP's timers.
 */
import { between, milliseconds, seconds } from "../base/units.ts";
import {
  processesLookedForLine,
  processEventsLostLine,
  quorumLine,
} from "../report/tracker-lines.ts";
import type { TrackerSnapshot } from "../report/state.ts";
import type { NoticeBuffer, ProcessNotice, ProcessTable, Timer, Timers } from "../sys/ports.ts";
import type { TrackProcessConfig } from "../track/config.ts";
import {
  comparesCommandLine,
  initialProcessTrack,
  isCounted,
  passDelay,
  recordCount,
} from "../track/process.ts";
import type { ProcessTrack } from "../track/process.ts";
import type { Verdict } from "../track/verdicts.ts";
import type { Logger } from "./logger.ts";

/** How often all processes are looked at where the kernel tells nothing. */
const LOOK_INTERVAL = seconds(1);
/** Processes looked at in one go, and the pause before the next. */
const LOOK_SLICE = 250;
const LOOK_PAUSE = milliseconds(5);

export interface ProcessTrackerParts {
  readonly table: ProcessTable;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly changed: (name: string, verdict: Verdict) => void;
}

interface Tracked {
  readonly config: TrackProcessConfig;
  readonly pids: Set<number>;
  track: ProcessTrack;
  timer: Timer | undefined;
}

export class ProcessTracker {
  readonly #parts: ProcessTrackerParts;
  #tracked: readonly Tracked[] = [];
  #events: Disposable | undefined;
  /** Of the processes that count, where the kernel tells nothing else. */
  readonly #ends = new Map<number, Disposable>();
  #buffer: NoticeBuffer | undefined;
  #look: Timer | undefined;
  #saidLooking = false;
  #saidLost = false;

  constructor(parts: ProcessTrackerParts) {
    this.#parts = parts;
  }

  /** Counts for `configs` and no others; their verdicts are known when this returns. */
  configure(configs: readonly TrackProcessConfig[], buffer?: NoticeBuffer): void {
    const before = new Map(this.#tracked.map((each) => [each.config.name, each]));
    for (const { timer } of this.#tracked) timer?.cancel();
    this.#tracked = configs.map((config) => ({
      config,
      pids: new Set(),
      track: initialProcessTrack(config, 0),
      timer: undefined,
    }));
    if (configs.length === 0) {
      this.stop();
      return;
    }
    // First, so that nothing that starts meanwhile is missed.
    if (this.#events !== undefined && buffer?.bytes !== this.#buffer?.bytes) {
      this.#events[Symbol.dispose]();
      this.#events = undefined;
    }
    this.#buffer = buffer;
    if (this.#events === undefined && this.#look === undefined) this.#listen();
    for (const pid of this.#parts.table.pids()) this.#inspect(pid);
    for (const each of this.#tracked) this.#begin(each, before.get(each.config.name));
    this.#watchEnds();
  }

  verdicts(): Readonly<Record<string, Verdict>> {
    return Object.fromEntries(
      this.#tracked.map(({ config, track }) => [config.name, track.verdict]),
    );
  }

  snapshots(): readonly TrackerSnapshot[] {
    return this.#tracked.map(({ config, pids, track }) => ({
      ...{ kind: "process", name: config.name, command: config.command.join(" ") },
      ...{ count: pids.size, verdict: track.verdict, isTurning: track.turnsAt !== undefined },
    }));
  }

  stop(): void {
    this.#events?.[Symbol.dispose]();
    this.#events = undefined;
    this.#look?.cancel();
    this.#look = undefined;
    for (const end of this.#ends.values()) end[Symbol.dispose]();
    this.#ends.clear();
    for (const { timer } of this.#tracked) timer?.cancel();
    this.#tracked = [];
  }

  /** A delay that runs goes on, as long as nothing is looked for but what was. */
  #begin(each: Tracked, old: Tracked | undefined): void {
    const { config, pids } = each;
    const isSame = JSON.stringify(old?.config) === JSON.stringify(config);
    each.track =
      old !== undefined && isSame
        ? recordCount(config, old.track, pids.size, this.#parts.timers.now())
        : initialProcessTrack(config, pids.size);
    if (each.track.turnsAt !== undefined) this.#wait(each, each.track.turnsAt);
    if (old === undefined || old.track.verdict === each.track.verdict) return;
    this.#parts.logger.log(quorumLine(config.name, each.track.verdict));
  }

  #listen(): void {
    const { table, logger } = this.#parts;
    this.#events = table.openEvents((notices) => {
      this.#hear(notices);
    }, this.#buffer);
    if (this.#events !== undefined) return;
    if (!this.#saidLooking) logger.log(processesLookedForLine());
    this.#saidLooking = true;
    this.#lookLater();
  }

  #hear(notices: readonly ProcessNotice[]): void {
    for (const notice of notices) {
      switch (notice.kind) {
        case "forked":
          for (const { pids } of this.#tracked) {
            if (pids.has(notice.parent)) pids.add(notice.pid);
          }
          break;
        case "changed":
          this.#inspect(notice.pid);
          break;
        case "ended":
          for (const { pids } of this.#tracked) pids.delete(notice.pid);
          break;
        case "overrun":
          break;
      }
      // After each, so that a delay sees every gain and loss.
      this.#count();
    }
    if (notices.some(({ kind }) => kind === "overrun")) this.#lookAtAll();
  }

  /** Once for all that was lost by now. */
  #lookAtAll(): void {
    if (!this.#saidLost) this.#parts.logger.log(processEventsLostLine());
    this.#saidLost = true;
    const pids = this.#parts.table.pids();
    this.#forget(new Set(pids));
    for (const pid of pids) this.#inspect(pid);
    this.#count();
  }

  /** In slices, so that signals and results never wait for a host with many processes. */
  #lookLater(): void {
    const { table, timers } = this.#parts;
    const slice = (pids: readonly number[], from: number): void => {
      for (const pid of pids.slice(from, from + LOOK_SLICE)) this.#inspect(pid);
      const next = from + LOOK_SLICE;
      const isDone = next >= pids.length;
      if (isDone) {
        this.#watchEnds();
        this.#count();
      }
      this.#look = timers.after(isDone ? LOOK_INTERVAL : LOOK_PAUSE, () => {
        if (isDone) begin();
        else slice(pids, next);
      });
    };
    const begin = (): void => {
      const pids = table.pids();
      this.#forget(new Set(pids));
      slice(pids, 0);
    };
    this.#look = timers.after(LOOK_INTERVAL, begin);
  }

  #forget(alive: ReadonlySet<number>): void {
    for (const { pids } of this.#tracked) {
      for (const pid of pids) if (!alive.has(pid)) pids.delete(pid);
    }
  }

  #inspect(pid: number): void {
    const wantsWords = this.#tracked.some(({ config }) => comparesCommandLine(config));
    const found = this.#parts.table.describe(pid, wantsWords);
    for (const { config, pids } of this.#tracked) {
      if (found !== undefined && isCounted(config, found)) pids.add(pid);
      else pids.delete(pid);
    }
  }

  /** Where the kernel tells nothing: the end of each process that counts. */
  #watchEnds(): void {
    if (this.#events !== undefined) return;
    const wanted = new Set(this.#tracked.flatMap(({ pids }) => [...pids]));
    for (const [pid, end] of this.#ends) {
      if (wanted.has(pid)) continue;
      end[Symbol.dispose]();
      this.#ends.delete(pid);
    }
    for (const pid of wanted) {
      if (this.#ends.has(pid)) continue;
      const end = this.#parts.table.watchEnd(pid, () => {
        this.#ends.get(pid)?.[Symbol.dispose]();
        this.#ends.delete(pid);
        this.#hear([{ kind: "ended", pid }]);
      });
      if (end !== undefined) this.#ends.set(pid, end);
    }
  }

  #count(): void {
    const now = this.#parts.timers.now();
    for (const each of this.#tracked) {
      if (each.pids.size === each.track.count) continue;
      this.#take(each, recordCount(each.config, each.track, each.pids.size, now));
    }
  }

  #take(each: Tracked, track: ProcessTrack): void {
    const before = each.track;
    each.track = track;
    if (track.turnsAt !== before.turnsAt) {
      each.timer?.cancel();
      each.timer = undefined;
      if (track.turnsAt !== undefined) this.#wait(each, track.turnsAt);
    }
    if (track.verdict === before.verdict) return;
    const { name } = each.config;
    this.#parts.logger.log(quorumLine(name, track.verdict));
    this.#parts.changed(name, track.verdict);
  }

  #wait(each: Tracked, turnsAt: NonNullable<ProcessTrack["turnsAt"]>): void {
    const { timers } = this.#parts;
    each.timer = timers.after(between(timers.now(), turnsAt), () => {
      each.timer = undefined;
      const passed = passDelay(each.config, each.track, turnsAt);
      this.#take(each, passed);
    });
  }
}
