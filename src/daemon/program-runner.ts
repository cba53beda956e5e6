/**
 * The programs of one configuration: checks on their schedule, notifications in order, and the two
 * that frame the daemon's life. Replaced as a whole at a reload.
 */
import type { Command } from "../base/command.ts";
import { seconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import { NO_OWNERS } from "../report/data-dump.ts";
import type { ScriptFacts, ScriptOwners } from "../report/data-dump.ts";
import { lifeScriptLine, lifeScriptStartLine } from "../report/script-lines.ts";
import type { ScriptSnapshot } from "../report/state.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import type { VrrpEvent } from "../vrrp/events.ts";
import type { GroupStateName } from "../vrrp/step.ts";
import type { Verdict } from "../track/verdicts.ts";
import type { NotifyState } from "./messages.ts";
import { groupNotifyCalls, notifyCalls } from "./notifications.ts";
import type { NotifyCall } from "./notifications.ts";
import { Herald } from "./herald.ts";
import type { AllTold, HeraldParts } from "./herald.ts";
import { NotifyQueue } from "./notify-queue.ts";
import type { PreparedScripts } from "./prepare-scripts.ts";
import { standardIdentity } from "./script-commands.ts";
import type { Account, ReadyCommand } from "./script-commands.ts";
import { ScriptRunner } from "./script-runner.ts";

const LIFE_SCRIPT_KILL_DELAY = seconds(2);
const LIFE_SCRIPT_CAPTURE_BYTES = 2_048;

export interface ProgramRunnerParts extends HeraldParts {
  readonly self: Account;
  readonly changed: (name: string, status: Verdict) => void;
}

/** What one program leaves to the next: what was told last, and results of checks. */
export interface Suspended {
  readonly told: AllTold;
  readonly results: Readonly<Record<string, Verdict>>;
}

const NOTHING_SUSPENDED: Suspended = { told: { instances: {}, groups: {} }, results: {} };

export class ProgramRunner {
  readonly #parts: ProgramRunnerParts;
  readonly #checks: ScriptRunner;
  readonly #notifications: NotifyQueue;
  readonly #herald: Herald;
  #prepared: PreparedScripts | undefined;
  /** What was removed by the last reload and may still have to be told. */
  #before: PreparedScripts | undefined;
  #isStopping = false;
  /** Another program is about to take over: it will tell what changes from here on. */
  #isSuspended = false;
  /** What a program before this one has told and found out. */
  #resumed: Suspended = NOTHING_SUSPENDED;

  constructor(parts: ProgramRunnerParts) {
    this.#parts = parts;
    this.#checks = new ScriptRunner(parts);
    this.#notifications = new NotifyQueue(parts);
    this.#herald = new Herald(parts);
  }

  /** Takes a configuration; its checks start with `startChecks`. */
  configure(prepared: PreparedScripts): void {
    this.#before = this.#prepared;
    this.#prepared = prepared;
    this.#herald.configure(prepared);
  }

  startChecks(): void {
    if (this.#prepared !== undefined) this.#checks.configure(this.#prepared.checks);
  }

  stopChecks(): void {
    this.#checks.stop();
  }

  /** From here on notifications are the last words of instances. */
  beginStop(): void {
    this.#isStopping = true;
  }

  /** Whether no notification is under way. */
  get isQuiet(): boolean {
    return this.#notifications.isIdle;
  }

  /** Ends what runs, but for notifications, so that another program can take over. */
  async suspend(): Promise<Suspended> {
    const suspended = { told: this.#herald.told(), results: this.results() };
    this.#isSuspended = true;
    this.#checks.configure([]);
    await this.#herald.stop();
    return suspended;
  }

  /** Goes on where another program stopped; before `configure` at a start. */
  resume(suspended: Suspended): void {
    this.#resumed = suspended;
    this.#herald.resume(suspended.told);
    if (!this.#isSuspended || this.#prepared === undefined) return;
    this.#isSuspended = false;
    this.#herald.configure(this.#prepared);
    this.startChecks();
  }

  async notificationsDone(): Promise<void> {
    await Promise.all([this.#notifications.finished(), this.#herald.stop()]);
  }

  /** The VRRP process runs with the configuration that was reloaded. */
  reloaded(): void {
    this.#herald.reloaded();
  }

  heard({ instance, event }: VrrpEvent): void {
    if (event.kind !== "priorityChanged") return;
    const found = this.#find(instance, this.#prepared);
    if (found !== undefined) this.#herald.priorityChanged(found.config, event.to);
  }

  notify(instance: string, state: NotifyState, priority: number): void {
    const found = this.#find(instance, this.#prepared) ?? this.#find(instance, this.#before);
    if (found === undefined || this.#isSuspended || this.#isOldNews("instances", instance, state)) {
      return;
    }
    this.#herald.instance(found.config, state, priority);
    const calls = notifyCalls(found.config, state, priority);
    this.#call(calls, { lane: instance, isLast: state === "stopped" }, found.prepared);
  }

  notifyGroup(group: string, state: GroupStateName): void {
    if (this.#isSuspended || this.#isOldNews("groups", group, state)) return;
    for (const prepared of [this.#prepared, this.#before]) {
      const config = prepared?.model.syncGroups.find(({ name }) => name === group);
      if (prepared === undefined || config === undefined) continue;
      this.#herald.group(config, state);
      // Instances have no blanks in their names: a group's lane is its own.
      const about = { lane: `group ${group}`, isLast: state === "stopped" };
      this.#call(groupNotifyCalls(config, state), about, prepared);
      return;
    }
  }

  /** The first news of each, where a program before this one has told the same. */
  #isOldNews(kind: keyof AllTold, name: string, state: NotifyState): boolean {
    const { told, results } = this.#resumed;
    const known = kind === "groups" ? told.groups[name] : told.instances[name]?.state;
    if (known === undefined) return false;
    const others = Object.entries(told[kind]).filter(([each]) => each !== name);
    this.#resumed = { told: { ...told, [kind]: Object.fromEntries(others) }, results };
    return known === state;
  }

  #call(
    calls: readonly NotifyCall[],
    { lane, isLast }: { readonly lane: string; readonly isLast: boolean },
    prepared: PreparedScripts,
  ): void {
    for (const { command, extra } of calls) {
      const ready = prepared.commands.get(command);
      if (ready === undefined) continue;
      const { uid, gid, groups } = ready;
      const argv: [string, ...string[]] = [...ready.argv, ...extra];
      const notification = { instance: lane, text: command.text, argv, uid, gid, groups };
      if (this.#isStopping && isLast) this.#notifications.addLast(notification);
      else this.#notifications.add(notification);
    }
  }

  /** Runs the start-up or shut-down program and waits for its end. */
  async runLifeScript(kind: "startup_script" | "shutdown_script"): Promise<void> {
    const prepared = this.#prepared;
    const global = prepared?.model.global;
    const command = kind === "startup_script" ? global?.startupScript : global?.shutdownScript;
    const ready = command === undefined ? undefined : prepared?.commands.get(command);
    if (ready === undefined || command === undefined || global === undefined) return;
    const { startupTimeout, shutdownTimeout } = global.process;
    const timeout = kind === "startup_script" ? startupTimeout : shutdownTimeout;
    await this.#runOnce(kind, command, { ready, timeout });
  }

  /** What is known for a VRRP process that starts: results, and `init_fail` where it counts. */
  results(): Readonly<Record<string, Verdict>> {
    const known = new Map([...Object.entries(this.#resumed.results), ...this.#checks.results()]);
    const model = this.#prepared?.model;
    for (const script of model?.scripts ?? []) {
      const startsBad =
        script.startsFailed && model !== undefined && isWeighted(model, script.name);
      if (!known.has(script.name) && startsBad) known.set(script.name, "bad");
    }
    return Object.fromEntries(known);
  }

  snapshots(): readonly ScriptSnapshot[] {
    return this.#checks.snapshots();
  }

  /** Who runs what, for the dump. */
  owners(): ScriptOwners {
    const { self, accounts } = this.#parts;
    const { model, commands } = this.#prepared ?? {};
    if (model === undefined || commands === undefined) return NO_OWNERS;
    const standard = standardIdentity({ global: model.global, accounts, self });
    return {
      standard,
      ownerOf: (command) => {
        const ready = commands.get(command);
        return ready && { uid: ready.uid ?? self.uid, gid: ready.gid ?? self.gid };
      },
    };
  }

  facts(): ReadonlyMap<string, ScriptFacts> {
    const { self } = this.#parts;
    return new Map(
      (this.#prepared?.checks ?? []).map(({ config, uid = self.uid, gid = self.gid }) => {
        const track = this.#checks.track(config.name);
        const facts: ScriptFacts = {
          status: track?.status ?? "unknown",
          result: track?.result ?? 0,
          isRunning: this.#checks.isRunning(config.name),
          uid,
          gid,
        };
        return [config.name, facts];
      }),
    );
  }

  #find(
    instance: string,
    prepared: PreparedScripts | undefined,
  ): { readonly config: InstanceConfig; readonly prepared: PreparedScripts } | undefined {
    const config = prepared?.model.instances.find(({ name }) => name === instance);
    return config === undefined || prepared === undefined ? undefined : { config, prepared };
  }

  async #runOnce(
    kind: string,
    command: Command,
    { ready, timeout }: { readonly ready: ReadyCommand; readonly timeout: Duration },
  ): Promise<void> {
    const { processes, environment, logger } = this.#parts;
    logger.log(lifeScriptStartLine(kind, command.text));
    const { outcome, outputTail } = await processes.start({
      argv: ready.argv,
      uid: ready.uid,
      gid: ready.gid,
      groups: ready.groups,
      environment,
      timeout,
      killAfter: LIFE_SCRIPT_KILL_DELAY,
      captureBytes: LIFE_SCRIPT_CAPTURE_BYTES,
    }).result;
    if (outcome.kind === "exited" && outcome.status === 0) return;
    logger.log(lifeScriptLine(kind, command.text, outcome, outputTail));
  }
}

/**
 * An unweighted script that has not run holds its instance back in silence, whatever `init_fail`
 * says; only a weight can be counted before the first run.
 */
function isWeighted(model: Model, script: string): boolean {
  const uses = model.instances.flatMap((i) => i.trackedScripts.filter((t) => t.name === script));
  return uses.every(({ weight }) => weight !== 0);
}
