/**
 * Two routers with priority 255: a mistake in one of the files, for an address has one owner (RFC
 * 9568 §5.2.4). Of two that hear each other the lower address yields (§6.4.3). Where it does not,
 * being deaf or told to ignore adverts, the higher one takes priority 254 after a while, and yields:
 * one master too many is worse than the wrong one. As Keepalived since 2.3.3.
 */
import { OWNER, between, times } from "../base/units.ts";
import type { Duration, Instant, Priority } from "../base/units.ts";
import type { Advert, Expectation } from "./receive.ts";
import type { Assessment, InstanceState } from "./state.ts";
import { event } from "./step.ts";
import type { Step } from "./step.ts";

/** What an owner has that gave in. */
const BELOW_OWNER = 254 as Priority;
/** Adverts of ours that the other must have had a chance to hear. */
const OWN_ADVERTS = 2;
/** And a little more than one interval of the slower of the two. */
const PATIENCE = 1.2;

/** An owner hears of another: said once, and remembered; after a while it gives in. */
export function meetOwner(
  router: Expectation,
  state: InstanceState,
  { source, interval }: Advert,
  now: Instant,
): Step {
  const said = state.logged.has("secondOwner")
    ? []
    : [event({ kind: "secondOwnerHeard", source } as const)];
  const known = state.rivalOwner?.source === source ? state.rivalOwner : undefined;
  const since = known?.since ?? now;
  const gaveIn = between(since, now) >= patience(router, interval);
  const logged = new Set([...state.logged, "secondOwner"]);
  const met = { ...state, logged, rivalOwner: { source, since, gaveIn } };
  if (!gaveIn) return { state: met, effects: said };
  const lowered = withPriority(met, BELOW_OWNER);
  return { state: lowered.state, effects: [...said, ...lowered.effects] };
}

function patience({ config }: Expectation, interval: Duration): Duration {
  const own = config.advertInterval;
  const slower = Math.max(own, interval) as Duration;
  return Math.max(times(own, OWN_ADVERTS), times(slower, PATIENCE)) as Duration;
}

/** The rival is gone, or owns no more: the owner has its priority again. */
export function insistAgain(state: InstanceState): Step {
  if (state.rivalOwner === undefined) return { state, effects: [] };
  const alone = { ...state, rivalOwner: undefined };
  return state.rivalOwner.gaveIn ? withPriority(alone, OWNER) : { state: alone, effects: [] };
}

/** What is found out about an owner leaves it the priority that it took for its rival. */
export function besideRival(state: InstanceState, assessment: Assessment): Assessment {
  const isLower = state.rivalOwner?.gaveIn === true && assessment.effectivePriority === OWNER;
  return isLower ? { ...assessment, effectivePriority: BELOW_OWNER } : assessment;
}

function withPriority(state: InstanceState, to: Priority): Step {
  const from = state.assessment.effectivePriority;
  return {
    state: { ...state, assessment: { ...state.assessment, effectivePriority: to } },
    effects: from === to ? [] : [event({ kind: "priorityChanged", from, to })],
  };
}
