/**
 * Which processes a vrrp_track_process counts, and what their number means over time.
 * keepalived.conf(5), vrrp_track_process; the comparison is that of Keepalived 2.2.7.
 */
import { NO_TIME, after } from "../base/units.ts";
import type { Instant } from "../base/units.ts";
import type { TrackProcessConfig } from "./config.ts";
import type { Verdict } from "./verdicts.ts";

/** A process as /proc describes it. */
export interface ProcessDescription {
  /** What the kernel calls it: at most 15 bytes. */
  readonly name: string;
  /** Its command line; empty for threads of the kernel. */
  readonly words: readonly string[];
}

/** The kernel keeps 15 bytes of a name (TASK_COMM_LEN). */
const NAME_BYTES = 15;

type Pattern = Pick<TrackProcessConfig, "command" | "fullCommand" | "parameterMatch">;

/** Whether the command line must be known, beside the name. */
export const comparesCommandLine = (pattern: Pattern): boolean =>
  pattern.fullCommand || pattern.parameterMatch !== undefined || pattern.command.length > 1;

export function isCounted(pattern: Pattern, { name, words }: ProcessDescription): boolean {
  const { command, parameterMatch } = pattern;
  if (!comparesCommandLine(pattern)) return name === cut(command[0]);
  if (words.length < command.length) return false;
  const last = command.length - 1;
  const isEqual = command.every((word, i) =>
    parameterMatch === "initial" && i === last && i > 0
      ? words[i]?.startsWith(word) === true
      : words[i] === word,
  );
  const takesMore = parameterMatch !== undefined || command.length === 1;
  return isEqual && (takesMore || words.length === command.length);
}

function cut(name: string): string {
  const bytes = new TextEncoder().encode(name);
  return bytes.length <= NAME_BYTES ? name : new TextDecoder().decode(bytes.slice(0, NAME_BYTES));
}

export interface ProcessTrack {
  readonly count: number;
  readonly verdict: Verdict;
  /** When the verdict turns, unless the count does before. */
  readonly turnsAt: Instant | undefined;
}

type Limits = Pick<TrackProcessConfig, "quorum" | "quorumMaximum" | "forkDelay" | "terminateDelay">;

export function hasQuorum({ quorum, quorumMaximum }: Limits, count: number): boolean {
  return count >= quorum && (quorumMaximum === undefined || count <= quorumMaximum);
}

/** What is found at the start counts at once. */
export const initialProcessTrack = (limits: Limits, count: number): ProcessTrack => ({
  count,
  verdict: toVerdict(hasQuorum(limits, count)),
  turnsAt: undefined,
});

/** A delay runs from the change that brings or takes the quorum; being back in time cancels it. */
export function recordCount(
  limits: Limits,
  track: ProcessTrack,
  count: number,
  now: Instant,
): ProcessTrack {
  const verdict = toVerdict(hasQuorum(limits, count));
  if (verdict === track.verdict) return { count, verdict, turnsAt: undefined };
  if (track.turnsAt !== undefined) return { ...track, count };
  const delay = count > track.count ? limits.forkDelay : limits.terminateDelay;
  if (delay === NO_TIME) return { count, verdict, turnsAt: undefined };
  return { ...track, count, turnsAt: after(now, delay) };
}

/** The track once its delay has passed. */
export function passDelay(limits: Limits, track: ProcessTrack, now: Instant): ProcessTrack {
  if (track.turnsAt === undefined || now < track.turnsAt) return track;
  return initialProcessTrack(limits, track.count);
}

const toVerdict = (isGood: boolean): Verdict => (isGood ? "good" : "bad");
