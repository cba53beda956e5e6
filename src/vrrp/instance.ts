/**
 * The VRRP state machine of one virtual router: RFC 9568 §6.4 (RFC 3768 §6.4), with Keepalived's
 * FAULT state and its options. `step` is a function of (router, state, input, now); it returns the
 * new state and what is to be done, in order. Only the `to…` functions change the phase.
 */
import { unreachable } from "../base/failure.ts";
import { after, between, microseconds, seconds } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import { adopt, canAdopt, disown, leaveToSuccessor } from "./adoption.ts";
import { announceOver, advertiseNow } from "./advert.ts";
import { dueAnnouncements } from "./announce.ts";
import { dueConflict, noteConflict } from "./conflict.ts";
import type { FaultCause, TransitionCause } from "./events.ts";
import { activeFaults, isSerious } from "./faults.ts";
import { onPacket } from "./hearing.ts";
import { handOver, release } from "./hold.ts";
import { onLeaseExpired, onSlept, wakeUp } from "./lease.ts";
import { besideRival, insistAgain } from "./owners.ts";
import { dueConditions, dueQuestion, onSent } from "./reachability.ts";
import { awaitProof, onProof, unproven } from "./receive-proof.ts";
import type { Expectation } from "./receive.ts";
import { onLost } from "./repair.ts";
import { stallOf } from "./stall.ts";
import { NO_COUNTS } from "./state.ts";
import type { Assessment, InstanceState, Phase } from "./state.ts";
import { andThen, event } from "./step.ts";
import type { Effect, GroupOrder, Input, Step } from "./step.ts";
import { skewTime } from "./timing.ts";
import {
  resign,
  sendAdvert,
  toBackup,
  toFault,
  toHeld,
  toMaster,
  toStopped,
} from "./transitions.ts";
import {
  NO_SPLIT,
  isolationChange,
  mayResume,
  overhear,
  ruleOnTakeover,
  withRuling,
} from "./yielding.ts";

/** How long a kernel refusal keeps an instance in FAULT before it tries again. */
export const REFUSAL_RETRY: Duration = seconds(10);
/** A master's advert may go this much early to share a wake-up with others: 1/64 interval at most. */
const EARLIEST_ADVERT: Duration = microseconds(500);

export function initialState(
  router: Expectation,
  assessment: Assessment,
  now: Instant,
): InstanceState {
  return {
    phase: { kind: "init" },
    assessment,
    masterAdvertInterval: router.config.advertInterval,
    master: undefined,
    changedAt: now,
    cause: { kind: "started" },
    conflict: undefined,
    rivalOwner: undefined,
    refused: undefined,
    peer: undefined,
    hold: undefined,
    repairs: undefined,
    inherits: undefined,
    split: NO_SPLIT,
    groupFault: undefined,
    conditions: [],
    questions: undefined,
    heardAt: undefined,
    logged: new Set(),
    sendErrno: 0,
    oldChecksum: router.config.oldUnicastChecksum === "always",
    sequence: 0,
    heard: [],
    counters: NO_COUNTS,
  };
}

export function step(router: Expectation, state: InstanceState, input: Input, now: Instant): Step {
  const { phase } = state;
  if (phase.kind === "master" && (input.kind === "timer" || input.kind === "packet")) {
    const gap = stallOf(router.config, phase, now);
    if (gap !== undefined) {
      const awake = wakeUp(router, state, { phase, gap, now });
      return andThen(awake, (s) => react(router, s, input, now));
    }
  }
  return react(router, state, input, now);
}

function react(router: Expectation, state: InstanceState, input: Input, now: Instant): Step {
  switch (input.kind) {
    case "started":
      return settle(router, withRuling(router, state, now), { kind: "started" }, now);
    case "timer":
      return andThen(dueConditions(state, now), (s) => onTimer(router, s, now));
    case "packet":
      return state.split.fault === undefined
        ? onPacket(router, state, input, now)
        : follow(router, state, overhear(router, state, input, now), now);
    case "assessed":
      return onAssessed(router, state, input.assessment, now);
    case "addressLost":
    case "routeLost":
      return onLost(router, state, input, now);
    case "leaseExpired":
      return onLeaseExpired(router, state, input.late, now);
    case "slept":
      return onSlept(router, state, input.slept, now);
    case "refused": {
      const refused = { cause: input.cause, retryAt: after(now, REFUSAL_RETRY) };
      return settle(router, { ...state, refused }, { kind: "faultsCleared" }, now);
    }
    case "sent":
      return onSent(state, input.errno, now);
    case "neighbour":
      return onNeighbour(router, state, input, now);
    case "group":
      return onGroupOrder(router, state, input.order, now);
    case "handOver":
      return handOver(router, state, now);
    case "release":
      return release(state);
    case "leave":
      return leaveToSuccessor(router, state, now);
    case "stop":
      return andThen(disown(state), (s) => toStopped(s, input.removed, now));
    default:
      return unreachable(input);
  }
}

// ---- Facts ------------------------------------------------------------------------------------

/** Moves between "may take part" and FAULT as the faults say; otherwise leaves the phase alone. */
function settle(
  router: Expectation,
  state: InstanceState,
  ready: TransitionCause,
  now: Instant,
): Step {
  const faults = activeFaults(state);
  const serious = faults.filter(isSerious);
  switch (state.phase.kind) {
    case "stopped":
      return { state, effects: [] };
    case "init":
      if (serious.length > 0) return andThen(disown(state), (s) => toFault(s, serious, now));
      if (faults.length > 0) return { state, effects: [] };
      if (canAdopt(state, now)) return adopt(router, state, now);
      return andThen(disown(state), (s) =>
        toBackup(router, s, { cause: { kind: "started" }, wait: "start" }, now),
      );
    case "fault":
      return faults.length > 0
        ? { state, effects: [] }
        : toBackup(router, state, { cause: ready, wait: "recovery" }, now);
    case "backup":
    case "master":
      return serious.length > 0 ? toFault(state, serious, now) : { state, effects: [] };
  }
}

function onAssessed(
  router: Expectation,
  old: InstanceState,
  found: Assessment,
  now: Instant,
): Step {
  const assessment = besideRival(old, found);
  const scaled = withRuling(router, rescale(router, { ...old, assessment }), now);
  const isProven = now < (old.assessment.unprovenUntil ?? now) && found.unprovenUntil === undefined;
  const proven =
    isProven && found.faults.length === 0
      ? onProof(router, scaled, now)
      : { state: scaled, effects: [] };
  const { state } = proven;
  const [from, to] = [old.assessment.effectivePriority, assessment.effectivePriority];
  const settled = andThen(settle(router, state, { kind: "faultsCleared" }, now), (s) =>
    s.phase.kind === "backup" && mayResume(router, s, now)
      ? onMasterDown(router, s, s.phase, now)
      : { state: s, effects: [] },
  );
  return {
    state: settled.state,
    effects: [
      ...(from === to || old.phase.kind === "init"
        ? []
        : [event({ kind: "priorityChanged", from, to })]),
      ...isolationChange(router, old.assessment, assessment),
      ...proven.effects,
      ...(old.phase.kind === "fault" ? faultChanges(old, state) : []),
      ...settled.effects,
    ],
  };
}

/** To what was overheard in FAULT: perhaps the fault is over. */
function follow(router: Expectation, old: InstanceState, heard: InstanceState, now: Instant): Step {
  const state = withRuling(router, heard, now);
  const changes: Step = { state, effects: faultChanges(old, state) };
  return andThen(changes, (s) => settle(router, s, { kind: "faultsCleared" }, now));
}

/** While in FAULT, causes that join or end are said as they do. */
function faultChanges(old: InstanceState, state: InstanceState): readonly Effect[] {
  const key = (cause: FaultCause): string => JSON.stringify(cause);
  const before = new Map(activeFaults(old).map((cause) => [key(cause), cause]));
  const current = new Map(activeFaults(state).map((cause) => [key(cause), cause]));
  const began = [...current].filter(([k]) => !before.has(k));
  const ended = [...before].filter(([k]) => !current.has(k));
  return [
    ...began.map(([, cause]) => event({ kind: "faultBegan", cause })),
    ...ended.map(([, cause]) => event({ kind: "faultEnded", cause })),
  ];
}

/** A changed priority changes the skew, and so a running master-down timer. */
function rescale(router: Expectation, state: InstanceState): InstanceState {
  if (state.phase.kind !== "backup") return state;
  const { effectivePriority } = state.assessment;
  const skewNow = skewTime(router.config, effectivePriority, state.masterAdvertInterval);
  const change = (skewNow - state.phase.skew) as Duration;
  if (change === 0) return state;
  const masterDownAt = after(state.phase.masterDownAt, change);
  return { ...state, phase: { ...state.phase, masterDownAt, skew: skewNow } };
}

function onNeighbour(
  router: Expectation,
  state: InstanceState,
  claim: Extract<Input, { kind: "neighbour" }>,
  now: Instant,
): Step {
  if (state.phase.kind !== "master") return { state, effects: [] };
  const { address, mac, gratuitous } = claim;
  return noteConflict(
    router,
    state,
    { evidence: { kind: "neighbour", address, mac }, gratuitous },
    now,
  );
}

// ---- The sync group ---------------------------------------------------------------------------

/** Keepalived: the members of a sync group change state together. */
function onGroupOrder(
  router: Expectation,
  state: InstanceState,
  order: GroupOrder,
  now: Instant,
): Step {
  const { phase } = state;
  switch (order.kind) {
    case "fault": {
      const told = { ...state, groupFault: order.cause };
      const settled = settle(router, told, { kind: "faultsCleared" }, now);
      if (phase.kind !== "fault") return settled;
      return {
        state: settled.state,
        effects: [...faultChanges(state, told), ...settled.effects],
      };
    }
    case "master":
      return phase.kind === "backup" && phase.held !== undefined
        ? toMaster(router, state, phase.held, now)
        : { state, effects: [] };
    case "backup": {
      if (phase.kind !== "master") return { state, effects: [] };
      const { group, member, resigns } = order;
      const cause: TransitionCause = { kind: "syncGroup", group, member };
      const left = resigns ? resign(state) : { state, effects: [] };
      const wait = resigns ? "skew" : "full";
      return andThen(left, (s) => toBackup(router, s, { cause, wait }, now));
    }
    case "reassert":
      if (phase.kind !== "master") return { state, effects: [] };
      return andThen(
        router.config.lowerPriorityNoAdvert
          ? { state, effects: [] }
          : advertiseNow(router, state, phase, now),
        (s) => announceOver(router, s, now),
      );
  }
}

// ---- Timers -----------------------------------------------------------------------------------

function onTimer(router: Expectation, state: InstanceState, now: Instant): Step {
  if (state.refused !== undefined && state.refused.retryAt <= now) {
    return settle(router, { ...state, refused: undefined }, { kind: "faultsCleared" }, now);
  }
  switch (state.phase.kind) {
    case "backup":
      return state.phase.masterDownAt <= now
        ? onMasterDown(router, state, state.phase, now)
        : { state, effects: [] };
    case "master": {
      const ruled = withRuling(router, state, now);
      return ruled.split.fault === undefined
        ? onMasterTimer(router, state, state.phase, now)
        : settle(router, ruled, { kind: "faultsCleared" }, now);
    }
    case "init":
    case "fault":
    case "stopped":
      return { state, effects: [] };
  }
}

/** RFC 9568 §6.4.2 (325): the Active_Down_Timer fires. */
function onMasterDown(
  router: Expectation,
  state: InstanceState,
  phase: Extract<Phase, { kind: "backup" }>,
  now: Instant,
): Step {
  const waiting = awaitProof(router, state, phase, now);
  if (waiting !== undefined) return waiting;
  const silence: TransitionCause = {
    kind: "masterDown",
    waited: between(phase.timerSetAt, now),
    lastMaster: state.master?.address,
  };
  const cause = phase.held ?? phase.expiry ?? silence;
  const ruled = ruleOnTakeover(router, state, phase, now);
  if (ruled !== undefined) return andThen(ruled, (s) => settle(router, s, cause, now));
  const said: Step = {
    state: { ...state, phase: { ...phase, awaitsProof: false } },
    effects: unproven(router, phase),
  };
  return andThen(andThen(said, insistAgain), (s) =>
    router.config.syncGroup === undefined
      ? toMaster(router, s, cause, now)
      : toHeld(router, s, cause, now),
  );
}

/** RFC 9568 §6.4.3: the Adver_Timer fires; and the announcements that are due. */
function onMasterTimer(
  router: Expectation,
  state: InstanceState,
  phase: Extract<Phase, { kind: "master" }>,
  now: Instant,
): Step {
  const asked = dueQuestion(router, state, now);
  const conflict = andThen(asked, (s) => dueConflict(router, s, now));
  const announcing = dueAnnouncements(router.config, phase.announcements, now);
  const early = Math.min(EARLIEST_ADVERT, router.config.advertInterval / 64);
  const isDue = phase.advertAt <= now + early;
  const advertAt = isDue ? nextAdvert(router, phase.advertAt, now) : phase.advertAt;
  const sent = isDue ? sendAdvert(conflict.state) : { state: conflict.state, effects: [] };
  const { announcements } = router.config;
  // Nobody was heard; what may have been said meanwhile is corrected.
  const again: readonly Effect[] =
    isDue && phase.listens !== undefined
      ? [{ kind: "announce", repeat: announcements.masterRepeat }]
      : [];
  const listens = isDue ? undefined : phase.listens;
  const { schedule } = announcing;
  return {
    state: { ...sent.state, phase: { ...phase, advertAt, listens, announcements: schedule } },
    effects: [...sent.effects, ...again, ...announcing.effects, ...conflict.effects],
  };
}

/** The schedule is absolute, so it does not drift; after a stall it starts afresh. */
function nextAdvert(router: Expectation, last: Instant, now: Instant): Instant {
  const next = after(last, router.config.advertInterval);
  return next > now ? next : after(now, router.config.advertInterval);
}
