/**
 * Programs the parent process runs: scripts of all kinds. Each leads a process group of its own,
 * so that whatever it started ends with it, and its output is always drained and bounded.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { realpathSync } from "node:fs";
import { constants } from "node:os";
import { basename } from "node:path";
import { toMilliseconds, microseconds } from "../../base/units.ts";
import type { Duration } from "../../base/units.ts";
import type { ProcessPort, ProcessRequest, ProcessResult, RunningProcess } from "../ports.ts";

type Outcome = ProcessResult["outcome"];

/** How long output of a program that has ended is still awaited; a grandchild may hold the pipe. */
const DRAIN_MS = 50;

/** setTimeout wraps to 1 ms beyond this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Of util-linux; the program of the same name in BusyBox knows no groups. */
const GROUP_SETTER = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => {
  try {
    return basename(realpathSync(path)) === "setpriv";
  } catch {
    return false;
  }
});

export const processPort: ProcessPort = { start, canSetGroups: GROUP_SETTER !== undefined };

function start(request: ProcessRequest): RunningProcess {
  const startedAt = process.hrtime.bigint();
  const since = (): Duration =>
    microseconds(Number((process.hrtime.bigint() - startedAt) / 1_000n));
  let child: ChildProcess;
  try {
    child = spawnGroup(request);
  } catch (error: unknown) {
    const result = { outcome: toNotStarted(error), duration: since(), outputTail: "" };
    return { pid: undefined, result: Promise.resolve(result), end: () => undefined };
  }
  const tail = new OutputTail(request.captureBytes);
  tail.follow(child);
  const ending = new Ending(child, request);
  const result = new Promise<ProcessResult>((resolve) => {
    let isDone = false;
    const finish = (outcome: Outcome): void => {
      if (isDone) return;
      isDone = true;
      resolve({ outcome, duration: since(), outputTail: tail.text() });
    };
    child.once("error", (error: Error) => {
      // Also a failed kill ends here; a program that runs reports itself through `exit`.
      if (child.pid === undefined) finish(toNotStarted(error));
    });
    child.once("exit", (status, signal) => {
      const outcome = ending.finished(status, signal);
      void drained(child).then(() => {
        finish(outcome);
      });
    });
  });
  return {
    pid: child.pid,
    result,
    end: () => {
      ending.begin();
    },
  };
}

function spawnGroup(request: ProcessRequest): ChildProcess {
  const { uid, gid, groups } = request;
  const isSetByOther = groups !== undefined && GROUP_SETTER !== undefined;
  const [program, ...args] = isSetByOther
    ? withGroups(GROUP_SETTER, groups, request)
    : request.argv;
  return spawn(program, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...request.environment },
    ...(uid === undefined || isSetByOther ? {} : { uid }),
    ...(gid === undefined || isSetByOther ? {} : { gid }),
  });
}

/** Node drops every group but the primary one; setpriv(1) sets them and becomes the program. */
function withGroups(
  setter: string,
  groups: readonly number[],
  { argv, uid, gid }: ProcessRequest,
): readonly [string, ...string[]] {
  const user = uid === undefined ? [] : ["--reuid", String(uid)];
  const group = gid === undefined ? [] : ["--regid", String(gid)];
  return [setter, ...user, ...group, "--groups", groups.join(","), "--", ...argv];
}

/** The end of a program: by itself, by its timeout, or because we were asked for it. */
class Ending {
  readonly #child: ChildProcess;
  readonly #killAfterMs: number;
  readonly #timeout: NodeJS.Timeout | undefined;
  #kill: NodeJS.Timeout | undefined;
  #isTimedOut = false;
  #isOver = false;

  constructor(child: ChildProcess, request: ProcessRequest) {
    this.#child = child;
    this.#killAfterMs = toTimer(request.killAfter);
    if (request.timeout === undefined) return;
    this.#timeout = setTimeout(() => {
      this.#isTimedOut = true;
      this.begin();
    }, toTimer(request.timeout));
  }

  /** TERM to the group now and KILL later; once is enough. */
  begin(): void {
    if (this.#isOver || this.#kill !== undefined) return;
    signalGroup(this.#child, "SIGTERM");
    this.#kill = setTimeout(() => {
      signalGroup(this.#child, "SIGKILL");
    }, this.#killAfterMs);
  }

  /** The program has ended. What it left running, after we asked for the end, ends now. */
  finished(status: number | null, signal: NodeJS.Signals | null): Outcome {
    this.#isOver = true;
    clearTimeout(this.#timeout);
    if (this.#kill !== undefined) {
      clearTimeout(this.#kill);
      signalGroup(this.#child, "SIGKILL");
    }
    if (this.#isTimedOut) return { kind: "timedOut" };
    if (signal !== null) return { kind: "signalled", signal: constants.signals[signal] };
    return { kind: "exited", status: status ?? 0 };
  }
}

function toTimer(span: Duration): number {
  return Math.min(Math.ceil(toMilliseconds(span)), LONGEST_TIMER_MS);
}

function signalGroup(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: the whole group has ended. EPERM: what is left of it has changed its user.
  }
}

/** Waits for both outputs to close, but not for long. */
async function drained(child: ChildProcess): Promise<void> {
  const isClosed = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
    }, DRAIN_MS);
    child.once("close", () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
  if (!isClosed) leftovers.add(child);
}

/**
 * Outputs held open by what a program left running. A service started by a check must not die of
 * a broken pipe, so they are read and forgotten; beyond a number of them, the oldest is closed.
 */
class Leftovers {
  readonly #children: ChildProcess[] = [];

  add(child: ChildProcess): void {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.removeAllListeners("data");
      stream?.resume();
    }
    this.#children.push(child);
    child.once("close", () => {
      const at = this.#children.indexOf(child);
      if (at >= 0) this.#children.splice(at, 1);
    });
    if (this.#children.length <= LEFTOVERS_LIMIT) return;
    const oldest = this.#children.shift();
    oldest?.stdout?.destroy();
    oldest?.stderr?.destroy();
  }
}

const LEFTOVERS_LIMIT = 64;
const leftovers = new Leftovers();

/** The last bytes of standard output and error, in the order they came. */
class OutputTail {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  follow(child: ChildProcess): void {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Uint8Array) => {
        this.#add(chunk);
      });
      // A pipe that breaks has nothing more to say.
      stream?.on("error", () => undefined);
    }
  }

  text(): string {
    const all = Buffer.concat(this.#chunks);
    return all.subarray(Math.max(0, all.length - this.#limit)).toString("utf8");
  }

  #add(chunk: Uint8Array): void {
    this.#chunks.push(chunk.length > this.#limit ? chunk.slice(chunk.length - this.#limit) : chunk);
    this.#bytes += Math.min(chunk.length, this.#limit);
    for (
      let first = this.#chunks[0];
      first !== undefined && this.#bytes - first.length >= this.#limit;
      first = this.#chunks[0]
    ) {
      this.#chunks.shift();
      this.#bytes -= first.length;
    }
  }
}

function toNotStarted(error: unknown): Outcome {
  const reason = error instanceof Error ? error.message : String(error);
  const number = error instanceof Error && "errno" in error ? Math.abs(Number(error.errno)) : 0;
  return { kind: "notStarted", errno: Number.isInteger(number) ? number : 0, reason };
}
