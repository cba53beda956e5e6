/**
 * What an operator may ask of a running daemon: its state for the control socket, and the files
 * that SIGUSR1, SIGUSR2 and the real-time signals write.
 */
import { milliseconds } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import { renderDataDump, renderParentDump } from "../report/data-dump.ts";
import type { ScriptFacts } from "../report/data-dump.ts";
import { dumpFailedLine, printingLine } from "../report/dump-lines.ts";
import type { DumpKind } from "../report/dump-lines.ts";
import { renderJsonDump } from "../report/json-dump.ts";
import type {
  DaemonSnapshot,
  ScriptSnapshot,
  TrackerSnapshot,
  VrrpSnapshot,
} from "../report/state.ts";
import { renderStatistics } from "../report/statistics.ts";
import { PRODUCT_VERSION } from "../report/version.ts";
import type { Timers } from "../sys/ports.ts";
import type { Journal } from "./journal.ts";
import type { Logger } from "./logger.ts";

/** How long a dump waits for the VRRP process to describe itself before it uses what is known. */
const SNAPSHOT_PATIENCE = milliseconds(1_000);

export interface OperatorParts {
  readonly pid: number;
  readonly configFile: string;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly journal: Journal;
  readonly model: () => Model | undefined;
  readonly wantsVrrp: () => boolean;
  readonly scripts: () => readonly ScriptSnapshot[];
  readonly trackers: () => readonly TrackerSnapshot[];
  readonly scriptFacts: () => ReadonlyMap<string, ScriptFacts>;
  /** Asks the VRRP process for a snapshot; false when there is no process. */
  readonly askSnapshot: () => boolean;
  readonly clearCounters: () => void;
  readonly write: (name: string, text: string) => Promise<void>;
}

export class Operator {
  readonly #parts: OperatorParts;
  readonly #startedAt: number;
  #snapshot: VrrpSnapshot | undefined;
  #waiting: (() => void)[] = [];

  constructor(parts: OperatorParts) {
    this.#parts = parts;
    this.#startedAt = parts.timers.wallClock();
  }

  /** A snapshot came, or the process that sent them is gone. */
  setSnapshot(snapshot: VrrpSnapshot | undefined): void {
    this.#snapshot = snapshot;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** The last one, while there is a process. */
  get snapshot(): VrrpSnapshot | undefined {
    return this.#snapshot;
  }

  status(journalEntries: number): DaemonSnapshot {
    const { pid, configFile, journal, scripts, trackers, wantsVrrp } = this.#parts;
    return {
      version: PRODUCT_VERSION,
      pid,
      startedAt: this.#startedAt,
      configFile,
      wantsVrrp: wantsVrrp(),
      vrrp: this.#snapshot,
      scripts: scripts(),
      trackers: trackers(),
      journal: journalEntries === 0 ? [] : journal.entries().slice(-journalEntries),
    };
  }

  async dumpData(): Promise<void> {
    const model = this.#parts.model();
    if (model === undefined) return;
    this.#say("parent", this.#parts.pid);
    await this.#write("keepalived_parent.data", renderParentDump(model));
    const snapshot = await this.#fresh();
    if (snapshot === undefined) return;
    this.#say("data", snapshot.pid);
    const toLocalTime = (ms: number): ReturnType<Timers["localTime"]> =>
      this.#parts.timers.localTime(ms);
    const scripts = this.#parts.scriptFacts();
    const trackers = this.#parts.trackers();
    const text = renderDataDump({ model, snapshot, scripts, trackers, toLocalTime });
    await this.#write("keepalived.data", text);
  }

  async dumpStatistics(clears: boolean): Promise<void> {
    const snapshot = await this.#fresh();
    if (snapshot === undefined) return;
    this.#say(clears ? "clearStatistics" : "statistics", snapshot.pid);
    if (clears) this.#parts.clearCounters();
    await this.#write("keepalived.stats", renderStatistics(snapshot.instances));
  }

  async dumpJson(): Promise<void> {
    const model = this.#parts.model();
    const snapshot = await this.#fresh();
    if (model === undefined || snapshot === undefined) return;
    this.#say("json", snapshot.pid);
    const text = renderJsonDump(model, snapshot);
    if (text !== undefined) await this.#write("keepalived.json", text);
  }

  #fresh(): Promise<VrrpSnapshot | undefined> {
    if (!this.#parts.askSnapshot()) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const done = (): void => {
        patience.cancel();
        resolve(this.#snapshot);
      };
      const patience = this.#parts.timers.after(SNAPSHOT_PATIENCE, done);
      this.#waiting.push(done);
    });
  }

  #say(kind: DumpKind, pid: number): void {
    const ident = kind === "parent" ? "Keepalived" : "Keepalived_vrrp";
    this.#parts.logger.log(printingLine(kind, pid), { ident, pid });
  }

  async #write(name: string, text: string): Promise<void> {
    try {
      await this.#parts.write(name, text);
    } catch (error: unknown) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#parts.logger.log(dumpFailedLine(name, reason));
    }
  }
}
