/**
 * Runs check scripts on their schedule, from the parent, so that a fork never disturbs VRRP. Each
 * script has at most one run at a time; its output is kept in part, its time is bounded.
 */
import { after as later, between, seconds } from "../base/units.ts";
import type { Instant } from "../base/units.ts";
import {
  carriedOverLine,
  implicitTimeoutLine,
  nowReturningLine,
  renderOutcome,
  returnCode,
  scriptFailedLines,
  scriptSucceededLine,
  stillRunningLine,
} from "../report/script-lines.ts";
import type { ScriptSnapshot } from "../report/state.ts";
import type { ProcessPort, ProcessResult, RunningProcess, Timer, Timers } from "../sys/ports.ts";
import type { ScriptConfig } from "../track/config.ts";
import { carryTrack, initialTrack, isSameScript, recordRun } from "../track/script.ts";
import type { ScriptTrack } from "../track/script.ts";
import type { Logger } from "./logger.ts";
import type { Verdict } from "../track/verdicts.ts";

/** How long a script that was told to end may take before it is killed. */
export const SCRIPT_KILL_DELAY = seconds(2);
/** The last part of a script's output that is kept. */
export const SCRIPT_CAPTURE_BYTES = 4_096;

/** A check script whose command has been found, checked, and given a user. */
export interface RunnableScript {
  readonly config: ScriptConfig;
  readonly argv: readonly [string, ...string[]];
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly groups?: readonly number[] | undefined;
}

export interface ScriptRunnerParts {
  readonly timers: Timers;
  readonly processes: ProcessPort;
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string>>;
  /** A script has become good or bad. */
  readonly changed: (name: string, status: Verdict) => void;
}

interface Job {
  readonly script: RunnableScript;
  track: ScriptTrack;
  dueAt: Instant;
  timer: Timer | undefined;
  running: RunningProcess | undefined;
  startedAt: number;
  runs: number;
  skipped: number;
  /** Said once, until a run takes no longer than the interval again. */
  saidStillRunning: boolean;
  saidImplicitTimeout: boolean;
  lastCode: number | undefined;
  lastRun: ScriptSnapshot["lastRun"];
}

export class ScriptRunner {
  readonly #parts: ScriptRunnerParts;
  #jobs = new Map<string, Job>();
  #isStopped = false;

  constructor(parts: ScriptRunnerParts) {
    this.#parts = parts;
  }

  /** Starts `scripts` and ends all others; results of scripts that stay the same are kept. */
  configure(scripts: readonly RunnableScript[]): void {
    const before = this.#jobs;
    this.#jobs = new Map(scripts.map((script) => [script.config.name, this.#newJob(script)]));
    for (const [name, job] of this.#jobs) {
      const old = before.get(name);
      if (old === undefined || !isSameScript(old.script.config, job.script.config)) continue;
      this.#carryOver(old, job);
      before.delete(name);
    }
    for (const job of before.values()) this.#end(job);
    for (const job of this.#jobs.values()) if (job.timer === undefined) this.#run(job);
  }

  /** Ends every run and starts no more. */
  stop(): void {
    this.#isStopped = true;
    for (const job of this.#jobs.values()) this.#end(job);
  }

  /** What is known, for a VRRP process that starts anew. */
  results(): ReadonlyMap<string, Verdict> {
    const results = new Map<string, Verdict>();
    for (const [name, { track }] of this.#jobs) {
      if (track.hasRun && track.status !== "unknown") results.set(name, track.status);
    }
    return results;
  }

  snapshots(): readonly ScriptSnapshot[] {
    return [...this.#jobs.values()].map((job) => ({
      name: job.script.config.name,
      command: job.script.config.command.text,
      status: job.track.status,
      runs: job.runs,
      skipped: job.skipped,
      lastRun: job.lastRun,
    }));
  }

  /** The track of a script, for the dump. */
  track(name: string): ScriptTrack | undefined {
    return this.#jobs.get(name)?.track;
  }

  isRunning(name: string): boolean {
    return this.#jobs.get(name)?.running !== undefined;
  }

  #newJob(script: RunnableScript): Job {
    return {
      script,
      track: initialTrack(script.config),
      dueAt: this.#parts.timers.now(),
      timer: undefined,
      running: undefined,
      startedAt: 0,
      runs: 0,
      skipped: 0,
      saidStillRunning: false,
      saidImplicitTimeout: false,
      // Keepalived only mentions codes that differ from success at first.
      lastCode: 0,
      lastRun: undefined,
    };
  }

  /** The results, the schedule and a run that is under way. */
  #carryOver(old: Job, job: Job): void {
    old.timer?.cancel();
    job.running = old.running;
    job.startedAt = old.startedAt;
    job.saidImplicitTimeout = old.saidImplicitTimeout;
    job.saidStillRunning = old.saidStillRunning;
    job.track = carryTrack(job.script.config, old.track);
    job.runs = old.runs;
    job.skipped = old.skipped;
    job.lastCode = old.lastCode;
    job.lastRun = old.lastRun;
    const { timers } = this.#parts;
    const latest = later(timers.now(), job.script.config.interval);
    job.dueAt = old.dueAt < latest ? old.dueAt : latest;
    job.timer = timers.after(between(timers.now(), job.dueAt), () => {
      this.#run(job);
    });
    if (!old.track.hasRun) return;
    const { name } = job.script.config;
    this.#parts.logger.log(carriedOverLine(name, old.track.status === "good"));
  }

  /** A run starts every interval, counted from start to start, so that slow runs do not drift. */
  #schedule(job: Job): void {
    const { timers } = this.#parts;
    const now = timers.now();
    const { interval } = job.script.config;
    job.dueAt = later(job.dueAt, interval);
    // A machine that slept owes no runs.
    if (job.dueAt < now) job.dueAt = later(now, interval);
    job.timer = timers.after(between(now, job.dueAt), () => {
      this.#run(job);
    });
  }

  #run(job: Job): void {
    if (this.#isStopped) return;
    this.#schedule(job);
    if (job.running !== undefined) {
      this.#skip(job);
      return;
    }
    const { timers, processes, environment } = this.#parts;
    const { argv, uid, gid, groups, config } = job.script;
    job.startedAt = timers.wallClock();
    const running = processes.start({
      argv,
      uid,
      gid,
      groups,
      environment,
      timeout: config.timeout,
      killAfter: SCRIPT_KILL_DELAY,
      captureBytes: SCRIPT_CAPTURE_BYTES,
    });
    job.running = running;
    void running.result.then((result) => {
      this.#finished(config.name, running, result);
    });
  }

  #skip(job: Job): void {
    job.skipped += 1;
    // Where no timeout was chosen the run is ended at this very moment, and that is what is said.
    if (job.saidStillRunning || !job.script.config.timeoutIsExplicit) return;
    job.saidStillRunning = true;
    this.#parts.logger.log(stillRunningLine(job.script.config.name));
  }

  #finished(name: string, running: RunningProcess, result: ProcessResult): void {
    const job = this.#jobs.get(name);
    if (job?.running !== running) return;
    job.running = undefined;
    job.runs += 1;
    if (result.duration <= job.script.config.interval) job.saidStillRunning = false;
    job.lastRun = {
      startedAt: job.startedAt,
      durationMs: Math.round(result.duration / 1_000),
      outcome: renderOutcome(result.outcome),
      output: result.outputTail,
    };
    this.#mentionOutcome(job, result);
    const { config } = job.script;
    const succeeded = result.outcome.kind === "exited" && result.outcome.status === 0;
    const before = job.track;
    job.track = recordRun(config, before, succeeded);
    const { status } = job.track;
    if (status === "unknown" || (status === before.status && before.hasRun)) return;
    const { logger } = this.#parts;
    if (status === "good") logger.log(scriptSucceededLine(config.name));
    else logger.logAll(scriptFailedLines(config.name, result.outcome, result.outputTail));
    this.#parts.changed(config.name, status);
  }

  #mentionOutcome(job: Job, { outcome }: ProcessResult): void {
    const { config } = job.script;
    const { logger } = this.#parts;
    const code = returnCode(outcome);
    if (code !== undefined && code !== job.lastCode)
      logger.log(nowReturningLine(config.name, code));
    job.lastCode = code ?? job.lastCode;
    if (outcome.kind === "timedOut" && !config.timeoutIsExplicit && !job.saidImplicitTimeout) {
      job.saidImplicitTimeout = true;
      logger.log(implicitTimeoutLine(config));
    }
  }

  #end(job: Job): void {
    job.timer?.cancel();
    job.running?.end();
    job.running = undefined;
  }
}
