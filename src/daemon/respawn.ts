/** How soon a process that died is started again: at once, then 1, 2, 4 … 60 s. */
import { NO_TIME, seconds, times } from "../base/units.ts";
import type { Duration } from "../base/units.ts";

/** A process that lived longer than this starts with a clean slate. */
export const STEADY_LIFE = seconds(60);
export const LONGEST_RESPAWN_DELAY = seconds(60);

export interface RespawnPlan {
  readonly delay: Duration;
  /** What to pass as `next` when it dies again. */
  readonly next: Duration;
  /** The wait is worth a line: it limits the rate. */
  readonly isLimited: boolean;
}

/** `next` is the delay planned by the last death; zero at first. */
export function planRespawn(next: Duration, lived: Duration): RespawnPlan {
  if (lived > STEADY_LIFE) return { delay: NO_TIME, next: NO_TIME, isLimited: false };
  const doubled = next === NO_TIME ? seconds(1) : times(next, 2);
  return {
    delay: next,
    next: doubled > LONGEST_RESPAWN_DELAY ? LONGEST_RESPAWN_DELAY : doubled,
    isLimited: true,
  };
}
