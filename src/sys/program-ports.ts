/** What the parent asks of the operating system about the programs it runs. */
import type { Duration } from "../base/units.ts";

/** A program that ended. */
export interface ProcessResult {
  readonly outcome:
    | { readonly kind: "exited"; readonly status: number }
    | { readonly kind: "signalled"; readonly signal: number }
    | { readonly kind: "timedOut" }
    | { readonly kind: "notStarted"; readonly errno: number; readonly reason: string };
  readonly duration: Duration;
  /** The last lines of standard output and error, bounded. */
  readonly outputTail: string;
}

export interface ProcessRequest {
  readonly argv: readonly [string, ...string[]];
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** All groups, where they are not the primary one alone; needs `canSetGroups`. */
  readonly groups?: readonly number[] | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Then TERM to the process group, and KILL after `killAfter`. */
  readonly timeout: Duration | undefined;
  readonly killAfter: Duration;
  readonly captureBytes: number;
}

export interface RunningProcess {
  readonly pid: number | undefined;
  readonly result: Promise<ProcessResult>;
  /** TERM to the group, KILL after `killAfter`. */
  end(): void;
}

/** Running programs, for the parent process. */
export interface ProcessPort {
  /** Whether programs can be given groups beside their primary one. */
  readonly canSetGroups: boolean;
  start(request: ProcessRequest): RunningProcess;
}
