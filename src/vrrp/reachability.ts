/**
 * Whether a master can be heard, and can hear. It is mute when the kernel will not send its adverts.
 * It is deaf when another machine has its addresses, and no advert arrives that would tell why. Both
 * are conditions with a beginning and an end.
 */
import type { MacAddress } from "../base/address.ts";
import { after, between, seconds } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import { endOld, isMismatch, noteSign } from "./conditions.ts";
import type { Condition, ConditionKind, Sign } from "./conditions.ts";
import type { TransitionCause } from "./events.ts";
import type { Expectation } from "./receive.ts";
import type { Conflict, InstanceState } from "./state.ts";
import { event } from "./step.ts";
import type { Effect, Step } from "./step.ts";
import { masterDownInterval } from "./timing.ts";

/** Questions to the segment who else has the first address. */
export interface Questions {
  readonly at: Instant;
  readonly left: number;
}

/** After a take-over for silence, and between the questions. */
const QUESTION_PERIOD: Duration = seconds(1);
const QUESTIONS_AFTER_TAKEOVER = 3;

/** Who became master for silence asks whether it was silence, or deafness. */
export const questionsOf = (cause: TransitionCause, now: Instant): Questions | undefined =>
  cause.kind === "masterDown" && cause.lastMaster !== undefined
    ? { at: after(now, QUESTION_PERIOD), left: QUESTIONS_AFTER_TAKEOVER }
    : undefined;

/** Asks when it is time. An answer is a claim, and so a conflict. */
export function dueQuestion(router: Expectation, state: InstanceState, now: Instant): Step {
  const { questions } = state;
  if (questions === undefined || questions.at > now) return { state, effects: [] };
  const [first] = router.config.addresses;
  const left = questions.left - 1;
  return {
    state: {
      ...state,
      questions: left === 0 ? undefined : { at: after(now, QUESTION_PERIOD), left },
    },
    effects: first === undefined ? [] : [{ kind: "probe", address: first.address }],
  };
}

/** A mute instance is said once, with the errno, and once more when it can speak again. */
export function onSent(state: InstanceState, errno: number, now: Instant): Step {
  if (errno === 0) {
    const told = without(state, ({ kind }) => kind === "mute");
    return { state: { ...told, sendErrno: 0 }, effects: [event({ kind: "sendRecovered" })] };
  }
  const counters = { ...state.counters, sendErrors: state.counters.sendErrors + 1 };
  const detail = { kind: "errno", errno } as const;
  const sign: Sign = { kind: "mute", source: undefined, mac: undefined, detail };
  const { conditions } = noteSign(state.conditions, sign, now);
  return {
    state: { ...state, counters, conditions, sendErrno: errno },
    effects: errno === state.sendErrno ? [] : [event({ kind: "sendFailed", errno })],
  };
}

/**
 * Another machine has our addresses, for `conflict` long. A master would have been heard by now: not
 * to have heard any is to be deaf, or it is mute.
 */
export function noteDeaf(
  router: Expectation,
  state: InstanceState,
  { conflict, mac }: { readonly conflict: Conflict; readonly mac: MacAddress },
  now: Instant,
): Step {
  const { config } = router;
  const { effectivePriority } = state.assessment;
  const patience = masterDownInterval(config, effectivePriority, config.advertInterval);
  const isHeard = state.heardAt !== undefined && state.heardAt >= conflict.firstSeen;
  const isExplained = isHeard || state.conditions.some(isMismatch);
  if (isExplained || between(conflict.firstSeen, now) < patience) return { state, effects: [] };
  const sign: Sign = { kind: "deaf", source: undefined, mac, detail: { kind: "none" } };
  const { conditions, isNew } = noteSign(state.conditions, sign, now);
  const source = undefined;
  return {
    state: { ...state, conditions },
    effects: isNew ? [event({ kind: "conditionBegan", condition: "deaf", source, mac })] : [],
  };
}

/** An advert of another router has arrived, whatever it is worth: it is not deaf. */
export function endDeafness(state: InstanceState, now: Instant): Step {
  const deaf = state.conditions.filter(({ kind }) => kind === "deaf");
  if (deaf.length === 0) return { state, effects: [] };
  return {
    state: without(state, ({ kind }) => kind === "deaf"),
    effects: endEvents(deaf, now),
  };
}

/**
 * Ends the conditions that have not shown for a while; not while there are two masters, for which
 * they are the reason: Keepalived's master says little to peers whose adverts it refuses.
 */
export function dueConditions(state: InstanceState, now: Instant): Step {
  const isConflict = state.conflict?.isConfirmed === true;
  if (state.conditions.length === 0 || isConflict) return { state, effects: [] };
  const { conditions, ended } = endOld(state.conditions, state.masterAdvertInterval, now);
  if (ended.length === 0) return { state, effects: [] };
  return { state: { ...state, conditions }, effects: endEvents(ended, now) };
}

/** Their ends are said as that of the conflict, and as being able to send again. */
const SAID_ELSEWHERE: ReadonlySet<ConditionKind> = new Set([
  "foreignClaim",
  "secondMaster",
  "mute",
]);

const endEvents = (ended: readonly Condition[], now: Instant): readonly Effect[] =>
  ended
    .filter(({ kind, isTold }) => isTold && !SAID_ELSEWHERE.has(kind))
    .map(({ kind, source, mac, firstSeen, count }) =>
      event({
        kind: "conditionEnded",
        condition: kind,
        source,
        mac,
        lasted: between(firstSeen, now),
        count,
      }),
    );

const without = (state: InstanceState, which: (each: Condition) => boolean): InstanceState => ({
  ...state,
  conditions: state.conditions.filter((each) => !which(each)),
});
