/** Work beside the state machine that falls due by the clock: each tells when, and does it. */
import { earliest } from "../../base/units.ts";
import type { Instant } from "../../base/units.ts";

export interface TimedWork {
  /** When there is something to do next; undefined when there is nothing. */
  readonly deadline: Instant | undefined;
  /** Does what is due at `now`; cheap when nothing is. */
  run(now: Instant): void;
}

/** The first deadline of all. */
export const firstDeadline = (works: readonly TimedWork[]): Instant | undefined =>
  works.reduce<Instant | undefined>((first, { deadline }) => earliest(first, deadline), undefined);
