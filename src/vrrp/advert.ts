/**
 * What an advert does, once it is believed: RFC 9568 §6.4.2 (340) in Backup, §6.4.3 (700) in
 * Active. Departures from the RFC are Keepalived's and are named where they happen.
 */
import { compareAddresses } from "../base/address.ts";
import { OWNER, after, centiseconds } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import { announceAgain } from "./announce.ts";
import { burstDue, noteConflict } from "./conflict.ts";
import type { InstanceEvent } from "./events.ts";
import { masterLeaves, mayPreempt, meetSuccessor } from "./hold.ts";
import { insistAgain, meetOwner } from "./owners.ts";
import type { Advert, Expectation } from "./receive.ts";
import type { InstanceState, Phase } from "./state.ts";
import { andThen, event } from "./step.ts";
import type { Effect, Step } from "./step.ts";
import { masterDownInterval, skewTime } from "./timing.ts";
import { sendAdvert, toBackup } from "./transitions.ts";

type Backup = Extract<Phase, { kind: "backup" }>;
type Master = Extract<Phase, { kind: "master" }>;

interface Heard {
  readonly advert: Advert;
  readonly now: Instant;
  /** When it arrived: the backup's timer runs from there, however late it was read. */
  readonly arrivedAt: Instant;
}

export function backupHears(
  router: Expectation,
  state: InstanceState,
  phase: Backup,
  heard: Heard,
): Step {
  const { config } = router;
  const { advert, now } = heard;
  const { source, priority } = advert;
  const rival = state.rivalOwner;
  if (rival?.source === source && rival.gaveIn && priority < OWNER) {
    return andThen(insistAgain(state), (s) => backupHears(router, s, phase, heard));
  }
  if (priority === 0) {
    return andThen(masterLeaves(state), (s) => onResignation(router, s, phase, heard));
  }
  if (state.hold?.kind === "handing" && state.hold.since <= heard.arrivedAt) {
    return andThen(meetSuccessor(state, advert, heard.arrivedAt), (s) =>
      backupHears(router, s, phase, heard),
    );
  }
  const isLower = mayPreempt(router, state) && priority < state.assessment.effectivePriority;
  if (!isLower) {
    const stopped: readonly Effect[] =
      phase.preemptAt === undefined ? [] : [event({ kind: "preemptDelayStopped" })];
    const follow = followMaster(router, state, { ...phase, preemptAt: undefined }, heard);
    return { state: follow.state, effects: [...stopped, ...follow.effects] };
  }
  // keepalived.conf(5) preempt_delay: a lower master is followed until the delay has run out.
  if (config.preemptDelay > 0 && (phase.preemptAt === undefined || now < phase.preemptAt)) {
    const preemptAt = phase.preemptAt ?? after(now, config.preemptDelay);
    const started: readonly Effect[] =
      phase.preemptAt === undefined
        ? [event({ kind: "preemptDelayStarted", delay: config.preemptDelay })]
        : [];
    const follow = followMaster(router, state, { ...phase, preemptAt }, heard);
    return { state: follow.state, effects: [...started, ...follow.effects] };
  }
  // RFC 9568 §6.4.2 (360): discard; the running timer continues and will expire.
  return {
    state: { ...state, phase: { ...phase, expiry: { kind: "preempted", source, priority } } },
    effects: [event({ kind: "lowerPriorityDiscarded", source, priority })],
  };
}

export function masterHears(
  router: Expectation,
  state: InstanceState,
  phase: Master,
  heard: Heard,
): Step {
  const { advert, now } = heard;
  const { source, priority } = advert;
  if (priority === 0) {
    // RFC 9568 §6.4.3 (710): someone else resigns; say at once that we are here.
    const said = event({ kind: "priorityZeroReceived", asMaster: true, source });
    return andThen({ state, effects: [said] }, (s) => advertiseNow(router, s, phase, now));
  }
  const ours = state.assessment.effectivePriority;
  const order = priority === ours ? addressOrder(state, advert) : priority - ours;
  if (priority === OWNER && ours === OWNER && order !== 0) {
    return andThen(meetOwner(router, state, advert, now), (s) =>
      order > 0 || s.rivalOwner?.gaveIn === true
        ? yieldTo(router, s, heard)
        : onLowerPriority(router, s, phase, heard),
    );
  }
  if (order > 0) return yieldTo(router, state, heard);
  return order === 0 && priority === ours
    ? onOwnAddress(state, advert)
    : onLowerPriority(router, state, phase, heard);
}

/** RFC 9568 §6.4.2 (345): the master resigned; wait only the skew. */
function onResignation(
  router: Expectation,
  state: InstanceState,
  phase: Backup,
  { advert, arrivedAt }: Heard,
): Step {
  const { effectivePriority } = state.assessment;
  const skew = skewTime(router.config, effectivePriority, state.masterAdvertInterval);
  const { source } = advert;
  return {
    state: {
      ...state,
      phase: {
        ...phase,
        masterDownAt: after(arrivedAt, skew),
        skew,
        timerSetAt: arrivedAt,
        expiry: { kind: "masterResigned", source },
      },
    },
    effects: [event({ kind: "priorityZeroReceived", asMaster: false, source })],
  };
}

/** RFC 9568 §6.4.2 (350): restart the timer; in v3 with the interval the master advertises. */
function followMaster(
  router: Expectation,
  state: InstanceState,
  phase: Backup,
  { advert, arrivedAt }: Heard,
): Step {
  const { source, priority } = advert;
  const learned = learnInterval(router, state, advert);
  const isNew = state.master?.address !== source;
  const changed: InstanceEvent = { kind: "masterChanged", from: state.master?.address, to: source };
  const { effectivePriority } = state.assessment;
  const interval = learned.state.masterAdvertInterval;
  return {
    state: {
      ...learned.state,
      master: { address: source, priority },
      phase: {
        ...phase,
        masterDownAt: after(
          arrivedAt,
          masterDownInterval(router.config, effectivePriority, interval),
        ),
        skew: skewTime(router.config, effectivePriority, interval),
        timerSetAt: arrivedAt,
        expiry: undefined,
        held: undefined,
        waits: undefined,
      },
    },
    effects: [...(isNew ? [event(changed)] : []), ...learned.effects],
  };
}

/** v3 only: Active_Adver_Interval becomes the sender's (RFC 9568 §6.1). Zero would be no interval. */
function learnInterval(router: Expectation, state: InstanceState, advert: Advert): Step {
  const to: Duration =
    router.config.version === 3 && advert.interval >= centiseconds(1)
      ? advert.interval
      : router.config.advertInterval;
  const from = state.masterAdvertInterval;
  if (from === to) return { state, effects: [] };
  return {
    state: { ...state, masterAdvertInterval: to },
    effects: [event({ kind: "intervalLearned", from, to })],
  };
}

/** RFC 9568 §6.4.3 (720): higher priority, or the same with a higher address. */
function yieldTo(router: Expectation, state: InstanceState, { advert, now }: Heard): Step {
  const { source, priority } = advert;
  const ours = state.assessment.effectivePriority;
  const said: InstanceEvent =
    priority > ours
      ? { kind: "higherPriorityReceived", source, priority, ours }
      : { kind: "higherAddressReceived", source, priority };
  const cause =
    priority > ours
      ? ({ kind: "higherPriority", source, priority, ours } as const)
      : ({ kind: "higherAddress", source, priority } as const);
  // One advert before yielding lets the winner know there were two, so that it announces again:
  // higher_prio_send_advert always, and by ourselves when we know of the conflict.
  const speaks = router.config.higherPrioritySendAdvert || state.conflict?.isConfirmed === true;
  const spoken = speaks ? sendAdvert(state) : { state, effects: [] };
  const learned = andThen(spoken, (s) => learnInterval(router, s, advert));
  const master = { address: source, priority };
  return andThen(
    { state: { ...learned.state, master }, effects: [...learned.effects, event(said)] },
    (s) => toBackup(router, s, { cause, wait: "full" }, now),
  );
}

/** Equal priority and our own address: a copy of us, or a loop. Keepalived only warns. */
function onOwnAddress(state: InstanceState, { source }: Advert): Step {
  if (state.logged.has("ownAddress")) return { state, effects: [] };
  return {
    state: { ...state, logged: new Set([...state.logged, "ownAddress"]) },
    effects: [event({ kind: "ownAddressHeard", source })],
  };
}

/**
 * RFC 9568 §6.4.3 (740) discards it. Keepalived forces a new election: an advert at once (unless
 * lower_prio_no_advert), and announcements, since the other's may have misled the segment.
 */
function onLowerPriority(
  router: Expectation,
  state: InstanceState,
  phase: Master,
  { advert, now }: Heard,
): Step {
  const { config } = router;
  const { source, priority } = advert;
  const ours = state.assessment.effectivePriority;
  // It took over while this process did not run: nopreempt leaves it the addresses.
  if (phase.listens !== undefined && !config.preempt) {
    const { gap } = phase.listens;
    const following = { ...state, master: { address: source, priority } };
    return toBackup(
      router,
      following,
      { cause: { kind: "stalled", gap, source }, wait: "full" },
      now,
    );
  }
  const evidence = { kind: "advert", source, priority } as const;
  const noted = noteConflict(router, state, { evidence, gratuitous: false }, now);
  const said = event({ kind: "lowerPriorityReceived", source, priority, ours });
  const spoken = config.lowerPriorityNoAdvert
    ? noted
    : andThen(noted, (s) => advertiseNow(router, s, phase, now));
  const announced = andThen(spoken, (s) => announceOver(router, s, now));
  const notify: Effect = {
    kind: "notify",
    state: "masterReceivedLowerPriority",
    priority: ours,
  };
  return { state: announced.state, effects: [...announced.effects, said, notify] };
}

/** Announces the addresses again, as often as the conflict allows. */
export function announceOver(router: Expectation, state: InstanceState, now: Instant): Step {
  const policy = router.config.announcements;
  if (state.phase.kind !== "master" || state.conflict === undefined) return { state, effects: [] };
  const burst = burstDue(state.conflict, now);
  if (!burst.due || policy.lowerPriorityRepeat === 0) return { state, effects: [] };
  const announcements = announceAgain(policy, state.phase.announcements, now);
  return {
    state: {
      ...state,
      conflict: burst.conflict,
      phase: { ...state.phase, announcements },
    },
    effects: [{ kind: "announce", repeat: policy.lowerPriorityRepeat }],
  };
}

/** An advert now; the schedule starts from here. */
export function advertiseNow(
  router: Expectation,
  state: InstanceState,
  phase: Master,
  now: Instant,
): Step {
  const advertAt = after(now, router.config.advertInterval);
  return sendAdvert({ ...state, phase: { ...phase, advertAt, listens: undefined } });
}

/** RFC 9568 §6.4.3 (725): compared as unsigned integers in network order. */
function addressOrder(state: InstanceState, advert: Advert): number {
  const { source } = state.assessment;
  return source === undefined ? 1 : compareAddresses(advert.source, source);
}
