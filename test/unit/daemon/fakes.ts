/** A clock, programs and a log that a test owns. */
import { Errno, SyscallError } from "../../../src/base/failure.ts";
import { after, instant, microseconds } from "../../../src/base/units.ts";
import type { Duration, Instant } from "../../../src/base/units.ts";
import { Logger } from "../../../src/daemon/logger.ts";
import type { FromVrrp, ToVrrp } from "../../../src/daemon/messages.ts";
import type {
  ProcessEnd,
  VrrpProcess,
  VrrpProcessListener,
} from "../../../src/daemon/vrrp-process.ts";
import type {
  FilePort,
  PlannedPorts,
  ProcessDetails,
  ProcessNotice,
  ProcessPort,
  ProcessRequest,
  ProcessResult,
  ProcessTable,
  RunningProcess,
  Timer,
  Timers,
  TrackedFileContent,
} from "../../../src/sys/ports.ts";

/** 2026-11-22 12:03:27 UTC, in milliseconds since 1970. */
export const NOON = Date.UTC(2026, 10, 22, 12, 3, 27);

/** Lets promises that are settled run their reactions. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
}

interface Pending {
  readonly at: Instant;
  readonly work: () => void;
}

/** Time that passes only when told to. */
export class ManualTimers implements Timers {
  #now = instant(1_000_000_000);
  readonly #start = this.#now;
  readonly #pending = new Set<Pending>();

  now(): Instant {
    return this.#now;
  }

  wallClock(): number {
    return NOON + (this.#now - this.#start) / 1_000;
  }

  localTime(ms: number): ReturnType<Timers["localTime"]> {
    const date = new Date(ms);
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      weekday: date.getUTCDay(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      millisecond: date.getUTCMilliseconds(),
    };
  }

  after(delay: Duration, work: () => void): Timer {
    const pending = { at: after(this.#now, delay), work };
    this.#pending.add(pending);
    return { cancel: () => this.#pending.delete(pending) };
  }

  /** Lets `span` pass; what falls due runs in order, with its reactions. */
  async pass(span: Duration): Promise<void> {
    await settle();
    const end = after(this.#now, span);
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#pending.delete(next);
      this.#now = next.at;
      next.work();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  #next(end: Instant): Pending | undefined {
    return [...this.#pending].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

/** State files in memory, and a program that cannot be replaced. */
export function fakePlanned(files = new Map<string, string>(), handover?: string): PlannedPorts {
  return {
    stateFiles: {
      read: (path) => files.get(path),
      replace: (path, text) => {
        files.set(path, text);
      },
      remove: (path) => {
        files.delete(path);
      },
    },
    callerOf: () => "root",
    handover,
    replaceProgram: () => {
      throw new SyscallError("execve", Errno.ENOENT, "replace the program");
    },
  };
}

export interface FakeRun {
  readonly request: ProcessRequest;
  ended: boolean;
  /** Ends the run as the program itself would. */
  finish(outcome: ProcessResult["outcome"], output?: string): void;
}

/** Programs that run until a test ends them. */
export class FakeProcesses implements ProcessPort {
  readonly canSetGroups = true;
  readonly runs: FakeRun[] = [];
  readonly #timers: Timers;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Runs that have not ended. */
  get running(): readonly FakeRun[] {
    return this.runs.filter((run) => !run.ended);
  }

  start(request: ProcessRequest): RunningProcess {
    const startedAt = this.#timers.now();
    let resolve: (result: ProcessResult) => void = () => undefined;
    const result = new Promise<ProcessResult>((done) => {
      resolve = done;
    });
    const run: FakeRun = {
      request,
      ended: false,
      finish: (outcome, output = "") => {
        if (run.ended) return;
        run.ended = true;
        const duration = microseconds(this.#timers.now() - startedAt);
        resolve({ outcome, duration, outputTail: output });
      },
    };
    if (request.timeout !== undefined) {
      this.#timers.after(request.timeout, () => {
        run.finish({ kind: "timedOut" });
      });
    }
    this.runs.push(run);
    return {
      pid: this.runs.length,
      result,
      end: () => {
        run.finish({ kind: "signalled", signal: 15 });
      },
    };
  }
}

/** A logger whose lines can be read. */
export function recordingLogger(timers: Timers): {
  readonly logger: Logger;
  readonly lines: string[];
} {
  const lines: string[] = [];
  const console = {
    write: (text: string) => {
      lines.push(text.replace(/^.{24}: /, "").trimEnd());
    },
    flush: () => undefined,
    drained: () => Promise.resolve(),
  };
  const options = { pid: 100, facility: 3, detail: true, identSuffix: "" };
  const logger = new Logger({ syslog: undefined, console, file: undefined }, options, timers);
  return { logger, lines };
}

/** A process whose side of the conversation is the test's. */
export class FakeVrrp implements VrrpProcess {
  readonly sent: ToVrrp[] = [];
  readonly kills: string[] = [];
  #listener: VrrpProcessListener | undefined;
  readonly pid: number;

  constructor(pid: number) {
    this.pid = pid;
  }

  listen(listener: VrrpProcessListener): void {
    this.#listener = listener;
  }

  send(message: ToVrrp): void {
    this.sent.push(message);
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    this.kills.push(signal);
    if (signal === "SIGKILL") this.end({ kind: "signalled", signal });
  }

  say(message: FromVrrp): void {
    this.#listener?.message(message);
  }

  end(end: ProcessEnd): void {
    this.#listener?.ended(end);
  }

  get kinds(): readonly string[] {
    return this.sent.map(({ kind }) => kind);
  }
}

/** Files a test writes; a change is told at once. */
export class FakeFiles implements FilePort {
  readonly contents = new Map<string, TrackedFileContent>();
  readonly watched = new Map<string, () => void>();

  read(path: string): TrackedFileContent {
    return this.contents.get(path) ?? { kind: "missing" };
  }

  write(path: string, text: string, overwrite: boolean): void {
    if (overwrite || !this.contents.has(path)) this.contents.set(path, { kind: "text", text });
  }

  remove(path: string): void {
    this.contents.delete(path);
  }

  watch(path: string, changed: () => void): Disposable {
    this.watched.set(path, changed);
    return { [Symbol.dispose]: () => this.watched.delete(path) };
  }

  /** Somebody else writes the file, or removes it. */
  put(path: string, text: string | undefined): void {
    if (text === undefined) this.contents.delete(path);
    else this.contents.set(path, { kind: "text", text });
    this.watched.get(path)?.();
  }
}

/** Processes a test starts and ends, on a kernel that tells of them or does not. */
export class FakeProcessTable implements ProcessTable {
  readonly running = new Map<number, ProcessDetails>();
  readonly ends = new Map<number, () => void>();
  tells = true;
  #handler: ((notices: readonly ProcessNotice[]) => void) | undefined;

  pids(): readonly number[] {
    return [...this.running.keys()];
  }

  describe(pid: number): ProcessDetails | undefined {
    return this.running.get(pid);
  }

  openEvents(handler: (notices: readonly ProcessNotice[]) => void): Disposable | undefined {
    if (!this.tells) return undefined;
    this.#handler = handler;
    return { [Symbol.dispose]: () => (this.#handler = undefined) };
  }

  watchEnd(pid: number, ended: () => void): Disposable | undefined {
    if (!this.running.has(pid)) return undefined;
    this.ends.set(pid, ended);
    return { [Symbol.dispose]: () => this.ends.delete(pid) };
  }

  get isListenedTo(): boolean {
    return this.#handler !== undefined;
  }

  tell(...notices: readonly ProcessNotice[]): void {
    this.#handler?.(notices);
  }

  start(pid: number, name: string, ...words: readonly string[]): void {
    this.running.set(pid, { name, words: words.length === 0 ? [name] : words });
    this.tell({ kind: "changed", pid });
  }

  end(pid: number): void {
    this.running.delete(pid);
    this.ends.get(pid)?.();
    this.tell({ kind: "ended", pid });
  }
}
