/**
 * Programs the parent process runs: scripts of all kinds. Each leads a process group of its own,
 * so that whatever it started ends with it, and its output is always drained and bounded.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { SyscallError } from "../../base/failure.ts";
import { toMilliseconds, microseconds } from "../../base/units.ts";
import type { Duration } from "../../base/units.ts";
import type { ProcessPort, ProcessRequest, ProcessResult, RunningProcess } from "../ports.ts";
import { GROUP_SETTER } from "./group-setter.ts";
import { ProgramOutput } from "./program-output.ts";
import { onProgramEnd, spawnProgram } from "./spawn.ts";

type Outcome = ProcessResult["outcome"];

/** setTimeout wraps to 1 ms beyond this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const processPort: ProcessPort = { start, canSetGroups: GROUP_SETTER !== undefined };

function start(request: ProcessRequest): RunningProcess {
  const startedAt = process.hrtime.bigint();
  const since = (): Duration =>
    microseconds(Number((process.hrtime.bigint() - startedAt) / 1_000n));
  let output: ProgramOutput;
  let child: Child;
  try {
    output = new ProgramOutput(request.captureBytes);
    child = launch(request, output);
  } catch (error: unknown) {
    const result = { outcome: toNotStarted(error), duration: since(), outputTail: "" };
    return { pid: undefined, result: Promise.resolve(result), end: () => undefined };
  }
  const ending = new Ending(child.pid, request);
  const result = new Promise<ProcessResult>((resolve) => {
    child.onEnd((end) => {
      const outcome = ending.finished(end);
      output.drained(() => {
        resolve({ outcome, duration: since(), outputTail: output.take() });
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

/** A program that was started, unless `pid` is undefined: then its end says why not. */
interface Child {
  readonly pid: number | undefined;
  onEnd(ended: (outcome: Outcome) => void): void;
}

/** Throws when it cannot be started, or tells it as an end. */
function launch(request: ProcessRequest, output: ProgramOutput): Child {
  const { argv, uid, gid, groups } = request;
  const isAsWeAre = uid === undefined && gid === undefined && groups === undefined;
  try {
    // Only Node changes the user, and searches PATH.
    return isAsWeAre && argv[0].includes("/")
      ? spawnAsWeAre(request, output)
      : fork(request, output);
  } catch (error: unknown) {
    output.close();
    throw error;
  } finally {
    output.givenAway();
  }
}

function spawnAsWeAre({ argv, environment }: ProcessRequest, { writer }: ProgramOutput): Child {
  const pid = spawnProgram({ argv, environment, output: writer });
  if (pid < 0) throw new SyscallError("posix_spawn", -pid, `start ${argv[0]}`);
  return {
    pid,
    onEnd: (ended) => {
      onProgramEnd(pid, ended);
    },
  };
}

/** What costs more: the page tables of Node are copied for it. */
function fork(request: ProcessRequest, { writer }: ProgramOutput): Child {
  const { uid, gid, groups } = request;
  const setter = GROUP_SETTER;
  const isSetByOther = groups !== undefined && setter !== undefined;
  const [program, ...args] = isSetByOther ? withGroups(setter, groups, request) : request.argv;
  const child = spawn(program, args, {
    detached: true,
    stdio: ["ignore", writer, writer],
    env: { ...request.environment },
    ...(uid === undefined || isSetByOther ? {} : { uid }),
    ...(gid === undefined || isSetByOther ? {} : { gid }),
  });
  return {
    pid: child.pid,
    onEnd: (ended) => {
      child.on("error", (error: Error) => {
        // Also a failed kill ends here; a program that runs reports itself through `exit`.
        if (child.pid === undefined) ended(toNotStarted(error));
      });
      child.once("exit", (status, signal) => {
        if (signal === null) ended({ kind: "exited", status: status ?? 0 });
        else ended({ kind: "signalled", signal: constants.signals[signal] });
      });
    },
  };
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
  readonly #pid: number | undefined;
  readonly #killAfterMs: number;
  readonly #timeout: NodeJS.Timeout | undefined;
  #kill: NodeJS.Timeout | undefined;
  #isTimedOut = false;
  #isOver = false;

  constructor(pid: number | undefined, request: ProcessRequest) {
    this.#pid = pid;
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
    signalGroup(this.#pid, "SIGTERM");
    this.#kill = setTimeout(() => {
      signalGroup(this.#pid, "SIGKILL");
    }, this.#killAfterMs);
  }

  /** The program has ended. What it left running, after we asked for the end, ends now. */
  finished(outcome: Outcome): Outcome {
    this.#isOver = true;
    clearTimeout(this.#timeout);
    if (this.#kill !== undefined) {
      clearTimeout(this.#kill);
      signalGroup(this.#pid, "SIGKILL");
    }
    return this.#isTimedOut ? { kind: "timedOut" } : outcome;
  }
}

function toTimer(span: Duration): number {
  return Math.min(Math.ceil(toMilliseconds(span)), LONGEST_TIMER_MS);
}

function signalGroup(pid: number | undefined, signal: "SIGTERM" | "SIGKILL"): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the whole group has ended. EPERM: what is left of it has changed its user.
  }
}

function toNotStarted(error: unknown): Outcome {
  const reason = error instanceof Error ? error.message : String(error);
  const number = error instanceof Error && "errno" in error ? Math.abs(Number(error.errno)) : 0;
  return { kind: "notStarted", errno: Number.isInteger(number) ? number : 0, reason };
}
