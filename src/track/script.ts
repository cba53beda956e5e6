/**
 * What a check script's results add up to: keepalived.conf(5) vrrp_script, rise and fall. The first
 * result of all counts in full; after that a change needs `rise` successes or `fall` failures in a
 * row.
 */
import type { ScriptConfig } from "./config.ts";

export interface ScriptTrack {
  readonly status: "unknown" | "good" | "bad";
  /** 0 to rise + fall - 1; from `rise` up it is good. The dump shows it as `Result`. */
  readonly result: number;
  /** Whether a run has ended yet. */
  readonly hasRun: boolean;
}

/** How a run of a program ended. */
export type RunOutcome =
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "signalled"; readonly signal: number }
  | { readonly kind: "timedOut" }
  | { readonly kind: "notStarted"; readonly errno: number; readonly reason: string };

type Limits = Pick<ScriptConfig, "rise" | "fall">;

export function initialTrack(config: Pick<ScriptConfig, "startsFailed">): ScriptTrack {
  return { status: config.startsFailed ? "bad" : "unknown", result: 0, hasRun: false };
}

/** The track after one more run. */
export function recordRun(limits: Limits, track: ScriptTrack, succeeded: boolean): ScriptTrack {
  return succeeded ? recordSuccess(limits, track) : recordFailure(limits, track);
}

function recordSuccess(limits: Limits, track: ScriptTrack): ScriptTrack {
  const isEnough = !track.hasRun || track.status === "good" || track.result + 1 >= limits.rise;
  return isEnough ? toGood(limits) : { ...track, result: track.result + 1 };
}

function recordFailure(limits: Limits, track: ScriptTrack): ScriptTrack {
  const isEnough = !track.hasRun || track.status !== "good" || track.result - 1 < limits.rise;
  return isEnough ? toBad() : { ...track, result: track.result - 1 };
}

const toGood = (limits: Limits): ScriptTrack => ({
  status: "good",
  result: limits.rise + limits.fall - 1,
  hasRun: true,
});

const toBad = (): ScriptTrack => ({ status: "bad", result: 0, hasRun: true });

/** Whether two declarations of one name run the same thing, so that a reload keeps its results. */
export function isSameScript(a: ScriptConfig, b: ScriptConfig): boolean {
  return (
    a.command.argv.length === b.command.argv.length &&
    a.command.argv.every((word, i) => word === b.command.argv[i]) &&
    a.command.user === b.command.user &&
    a.command.group === b.command.group
  );
}

/** The track under new limits: the same verdict, its counter where it is worth most. */
export function carryTrack(limits: Limits, track: ScriptTrack): ScriptTrack {
  if (!track.hasRun) return track;
  return track.status === "good" ? toGood(limits) : toBad();
}
