/**
 * What an operator may ask of a running daemon: its state for the control socket, and the files
 * that SIGUSR1, SIGUSR2 and the real-time signals write.
 */
import { unreachable } from "../base/failure.ts";
import { milliseconds } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import { renderDataDump, renderParentDump } from "../report/data-dump.ts";
import type { ScriptFacts, ScriptOwners } from "../report/data-dump.ts";
import { dumpFailedLine, printingLine } from "../report/dump-lines.ts";
import type { DumpKind } from "../report/dump-lines.ts";
import { renderJsonDump } from "../report/json-dump.ts";
import { info } from "../report/log-line.ts";
import { renderRoute, renderRule } from "../report/route-text.ts";
import type {
  DaemonSnapshot,
  FirewallCulprit,
  ScriptSnapshot,
  TrackerSnapshot,
  VrrpSnapshot,
} from "../report/state.ts";
import { renderStatistics } from "../report/statistics.ts";
import { PRODUCT_VERSION } from "../report/version.ts";
import type { Timers } from "../sys/ports.ts";
import { dumpNames } from "./dump-file.ts";
import type { Journal } from "./journal.ts";
import type { Logger } from "./logger.ts";

/** How long a dump waits for the VRRP process to describe itself before it uses what is known. */
const SNAPSHOT_PATIENCE = milliseconds(1_000);

/** What a signal asks for. */
export type Dump = "data" | "statistics" | "clearStatistics" | "json";

export interface OperatorParts {
  readonly pid: number;
  readonly configFile: string;
  /** Of the program before this one, in the same process. */
  readonly resumed: { readonly startedAt: number; readonly restarts: number } | undefined;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly journal: Journal;
  readonly model: () => Model | undefined;
  readonly wantsVrrp: () => boolean;
  readonly scripts: () => readonly ScriptSnapshot[];
  readonly trackers: () => readonly TrackerSnapshot[];
  readonly scriptFacts: () => ReadonlyMap<string, ScriptFacts>;
  readonly scriptOwners: () => ScriptOwners;
  /** The firewall's rule that makes an instance mute or deaf. */
  readonly culprit?: (instance: string) => FirewallCulprit | undefined;
  /** Asks the VRRP process for a snapshot; false when there is no process. */
  readonly ask: (what: "snapshot" | "clearCounters") => boolean;
  /** Replaces a file; a name that is no whole path is in the directory for dumps. */
  readonly write: (name: string, text: string) => Promise<void>;
}

export class Operator {
  readonly #parts: OperatorParts;
  readonly #startedAt: number;
  #snapshot: VrrpSnapshot | undefined;
  #waiting: (() => void)[] = [];
  /** What is being written, and what is asked for again meanwhile. */
  readonly #busy = new Set<Dump>();
  readonly #wanted = new Set<Dump>();

  constructor(parts: OperatorParts) {
    this.#parts = parts;
    this.#startedAt = parts.resumed?.startedAt ?? parts.timers.wallClock();
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

  /** Where the adverts of an instance come from, as far as is known. */
  sourceOf(name: string): string | undefined {
    return this.#snapshot?.instances.find((each) => each.name === name)?.sourceAddress;
  }

  /** The state of this moment; of a moment ago where the process does not answer soon. */
  async fresh(): Promise<VrrpSnapshot | undefined> {
    return (await this.#fresh("snapshot")) ?? this.#snapshot;
  }

  /** -d: the configuration goes to the log. */
  logConfiguration(model: Model): void {
    const { timers, logger, scriptOwners } = this.#parts;
    const text = renderDataDump({
      ...{ model, snapshot: undefined, scripts: new Map(), trackers: [], owners: scriptOwners() },
      toLocalTime: (ms) => timers.localTime(ms),
    });
    logger.logAll(text.trimEnd().split("\n").map(info));
  }

  status(journalEntries: number): DaemonSnapshot {
    const { pid, configFile, journal, scripts, trackers, wantsVrrp } = this.#parts;
    return {
      version: PRODUCT_VERSION,
      pid,
      startedAt: this.#startedAt,
      restarts: this.#parts.resumed?.restarts ?? 0,
      configFile,
      wantsVrrp: wantsVrrp(),
      vrrp: this.#withCulprits(),
      scripts: scripts(),
      trackers: trackers(),
      syncGroups: this.#syncGroups(),
      routing: this.#routing(),
      journal: journalEntries === 0 ? [] : journal.entries().slice(-journalEntries),
    };
  }

  /** The snapshot with what only the parent knows. */
  #withCulprits(): VrrpSnapshot | undefined {
    const snapshot = this.#snapshot;
    if (snapshot === undefined) return undefined;
    const instances = snapshot.instances.map((each) => ({
      ...each,
      culprit: this.#parts.culprit?.(each.name),
    }));
    return { ...snapshot, instances };
  }

  #syncGroups(): DaemonSnapshot["syncGroups"] {
    const states = new Map(this.#snapshot?.syncGroups.map(({ name, state }) => [name, state]));
    const groups = this.#parts.model()?.syncGroups ?? [];
    return groups.map(({ name, members }) => ({
      name,
      members,
      state: states.get(name) ?? "init",
    }));
  }

  #routing(): DaemonSnapshot["routing"] {
    const instances = this.#parts.model()?.instances ?? [];
    return instances
      .filter(({ routes, rules }) => routes.length + rules.length > 0)
      .map(({ name, routes, rules }) => ({
        instance: name,
        routes: routes.map(renderRoute),
        rules: rules.map(renderRule),
      }));
  }

  /**
   * Writes what a signal asks for. Signals of a kind that come while one is obeyed are obeyed
   * together afterwards: however many there are, one waits.
   */
  async dump(what: Dump): Promise<void> {
    if (this.#busy.has(what)) {
      this.#wanted.add(what);
      return;
    }
    this.#busy.add(what);
    do {
      this.#wanted.delete(what);
      await this.#dumpOnce(what);
    } while (this.#wanted.has(what));
    this.#busy.delete(what);
  }

  #dumpOnce(what: Dump): Promise<void> {
    switch (what) {
      case "data":
        return this.#dumpData();
      case "statistics":
      case "clearStatistics":
        return this.#dumpStatistics(what);
      case "json":
        return this.#dumpJson();
      default:
        return unreachable(what);
    }
  }

  async #dumpData(): Promise<void> {
    const model = this.#parts.model();
    if (model === undefined) return;
    const names = dumpNames(model.global);
    const owners = this.#parts.scriptOwners();
    this.#say("parent", this.#parts.pid);
    await this.#write(names.parent, renderParentDump(model, owners));
    const snapshot = await this.#fresh("snapshot");
    if (snapshot === undefined) return;
    this.#say("data", snapshot.pid);
    const text = renderDataDump({
      model,
      snapshot,
      owners,
      scripts: this.#parts.scriptFacts(),
      trackers: this.#parts.trackers(),
      toLocalTime: (ms) => this.#parts.timers.localTime(ms),
    });
    await this.#write(names.data, text);
  }

  async #dumpStatistics(what: "statistics" | "clearStatistics"): Promise<void> {
    const model = this.#parts.model();
    const snapshot = await this.#fresh(what === "statistics" ? "snapshot" : "clearCounters");
    if (model === undefined || snapshot === undefined) return;
    this.#say(what, snapshot.pid);
    await this.#write(dumpNames(model.global).statistics, renderStatistics(snapshot.instances));
  }

  async #dumpJson(): Promise<void> {
    const model = this.#parts.model();
    const snapshot = await this.#fresh("snapshot");
    if (model === undefined || snapshot === undefined) return;
    this.#say("json", snapshot.pid);
    const text = renderJsonDump(model, snapshot, this.#parts.trackers());
    if (text !== undefined) await this.#write(dumpNames(model.global).json, text);
  }

  #fresh(what: "snapshot" | "clearCounters"): Promise<VrrpSnapshot | undefined> {
    if (!this.#parts.ask(what)) return Promise.resolve(undefined);
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
