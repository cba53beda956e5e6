/**
 * A master that follows one that ended without a word: the same daemon, killed a moment ago, has
 * left its addresses on the interface. Their lease says how long it can have been silent; while no
 * other router can have taken over, the new one simply goes on. No RFC says so: to its peers the
 * virtual router has not changed at all.
 */
import { after, between, plus } from "../base/units.ts";
import type { Instant, Priority } from "../base/units.ts";
import { announceNow } from "./announce.ts";
import type { TransitionCause } from "./events.ts";
import type { Expectation } from "./receive.ts";
import type { Counters, InstanceState } from "./state.ts";
import { andThen, event } from "./step.ts";
import type { Effect, Step } from "./step.ts";
import { masterDownInterval, skewTime } from "./timing.ts";
import { resign, sendAdvert } from "./transitions.ts";

/** What the former master left. */
export interface Inheritance {
  /** When it can have been heard last, at the earliest. */
  readonly heardAt: Instant;
  /** When its addresses expire; they are not ours any more then. Undefined is never. */
  readonly expiresAt: Instant | undefined;
  /** Undefined when nobody remembers them. */
  readonly counters: Counters | undefined;
  /** The highest sequence number that it may have sent. */
  readonly sequence: number;
}

/** The priority of a router that waits least without owning the address. */
const QUICKEST_RIVAL = 254 as Priority;

/** Whether the addresses can still be taken over. */
export const canAdopt = ({ inherits }: InstanceState, now: Instant): boolean =>
  inherits !== undefined && (inherits.expiresAt === undefined || now < inherits.expiresAt);

/** From INIT to MASTER: at once, or after listening for an interval where there may be a rival. */
export function adopt(router: Expectation, state: InstanceState, now: Instant): Step {
  const { inherits } = state;
  if (inherits === undefined) return { state, effects: [] };
  const { config } = router;
  const { advertInterval, announcements } = config;
  const silence = between(inherits.heardAt, now);
  const listens = silence >= masterDownInterval(config, QUICKEST_RIVAL, advertInterval);
  const skew = skewTime(config, state.assessment.effectivePriority, advertInterval);
  const cause: TransitionCause = { kind: "adopted" };
  const entered: InstanceState = {
    ...state,
    phase: {
      kind: "master",
      advertAt: after(now, listens ? plus(advertInterval, skew) : advertInterval),
      announcements: announceNow(announcements, now),
      listens: listens ? { gap: silence } : undefined,
    },
    inherits: undefined,
    sequence: inherits.sequence,
    counters: inherits.counters ?? state.counters,
    masterAdvertInterval: advertInterval,
    cause,
    changedAt: now,
    logged: new Set(),
  };
  const spoken = listens ? { state: entered, effects: [] } : sendAdvert(entered);
  return andThen(spoken, (s) => ({
    state: s,
    effects: [
      { kind: "repairAddresses" },
      ...(listens ? [] : [{ kind: "announce", repeat: 1 } as const]),
      event({ kind: "entered", state: "master", initial: true, cause }),
      { kind: "notify", state: "master", priority: state.assessment.effectivePriority },
    ],
  }));
}

/**
 * The other side of it: the process ends, and another follows that will adopt. The peers hear of it
 * once more and the leases are renewed, so that the time in between counts from now.
 */
export function leaveToSuccessor(router: Expectation, state: InstanceState, now: Instant): Step {
  const { phase } = state;
  // Who listens for a rival has nothing to say yet.
  if (phase.kind !== "master" || phase.listens !== undefined) return { state, effects: [] };
  const advertAt = after(now, router.config.advertInterval);
  return andThen(sendAdvert({ ...state, phase: { ...phase, advertAt } }), (s) => ({
    state: s,
    effects: [{ kind: "repairAddresses" }],
  }));
}

/** What was left is given up: with a word to the peers, who need not wait then. */
export function disown(state: InstanceState): Step {
  if (state.inherits === undefined) return { state, effects: [] };
  const left: InstanceState = {
    ...state,
    inherits: undefined,
    sequence: Math.max(state.sequence, state.inherits.sequence),
  };
  const withdrawn: Effect = { kind: "withdrawAddresses" };
  return andThen(resign(left), (s) => ({ state: s, effects: [withdrawn] }));
}
