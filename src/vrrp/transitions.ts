/**
 * The only functions that change an instance's phase. Entering a state is one place: the adverts,
 * the addresses, the announcements, the words and the notification stand together, in order.
 */
import { OWNER, after, microseconds, plus } from "../base/units.ts";
import type { Duration, Instant, Priority } from "../base/units.ts";
import { announceNow } from "./announce.ts";
import { withoutMasters } from "./conditions.ts";
import { endConflict } from "./conflict.ts";
import type { FaultCause, TransitionCause } from "./events.ts";
import { questionsOf } from "./reachability.ts";
import type { Expectation } from "./receive.ts";
import type { InstanceState } from "./state.ts";
import { andThen, event } from "./step.ts";
import type { Effect, NotifiedState, Step } from "./step.ts";
import { masterDownInterval, skewTime } from "./timing.ts";

/** An owner starts at once; Keepalived passes through BACKUP on the way, and so do we. */
const AT_ONCE: Duration = microseconds(1);

/**
 * How long a backup waits: `start` and `recovery` treat an address owner specially, `skew` is the
 * wait after a resignation, `full` the master-down interval, `listen` what it takes to hear a
 * living master: an interval and the skew. `slowest` is the longest that any peer waits.
 */
export type Wait = "start" | "recovery" | "skew" | "full" | "listen" | "slowest";

const LEAST_PRIORITY = 1 as Priority;

/** RFC 9568 §6.4.1 (120), §6.4.3 (730): to Backup, with the Active_Down_Timer set. */
export function toBackup(
  router: Expectation,
  state: InstanceState,
  entry: { readonly cause: TransitionCause; readonly wait: Wait },
  now: Instant,
): Step {
  const { cause, wait } = entry;
  const initial = state.phase.kind === "init";
  const { effectivePriority } = state.assessment;
  return andThen(leaveMaster(state, now), (left) => ({
    state: {
      ...left,
      phase: {
        kind: "backup",
        masterDownAt: after(now, waitFor(router, left, wait)),
        skew: skewTime(router.config, effectivePriority, left.masterAdvertInterval),
        timerSetAt: now,
        preemptAt: undefined,
        expiry: expiryOf(router, cause, wait),
        held: undefined,
        awaitsProof: false,
      },
      ...changed(cause, now),
    },
    effects: [
      event({ kind: "entered", state: "backup", initial, cause }),
      notify("backup", effectivePriority),
    ],
  }));
}

/**
 * A sync group's member that would be master waits for the others, as Keepalived has it: the timer
 * runs anew, so that nothing is lost should they never come.
 */
export function toHeld(
  router: Expectation,
  state: InstanceState,
  cause: TransitionCause,
  now: Instant,
): Step {
  const { phase } = state;
  if (phase.kind !== "backup") return { state, effects: [] };
  const isKnown = phase.held !== undefined || cause.kind === "owner";
  const masterDownAt = after(now, waitFor(router, state, "full"));
  return {
    state: { ...state, phase: { ...phase, masterDownAt, held: cause } },
    effects: isKnown ? [] : [event({ kind: "receiveTimeout" })],
  };
}

/**
 * RFC 9568 §6.4.2 (335): to Active. The advert goes first, so that no third router starts a second
 * election; then the addresses; then the announcements; then the words.
 */
export function toMaster(
  router: Expectation,
  state: InstanceState,
  cause: TransitionCause,
  now: Instant,
): Step {
  const { config } = router;
  const { effectivePriority } = state.assessment;
  const entered: InstanceState = {
    ...state,
    phase: {
      kind: "master",
      advertAt: after(now, config.advertInterval),
      announcements: announceNow(config.announcements, now),
      listens: undefined,
    },
    master: undefined,
    hold: undefined,
    questions: questionsOf(cause, now),
    masterAdvertInterval: config.advertInterval,
    counters: { ...state.counters, becameMaster: state.counters.becameMaster + 1 },
    ...changed(cause, now),
  };
  const timedOut: readonly Effect[] =
    cause.kind === "owner" || config.syncGroup !== undefined
      ? []
      : [event({ kind: "receiveTimeout" })];
  return andThen(sendAdvert(entered), (sent) => ({
    state: sent,
    effects: [
      { kind: "installAddresses" },
      { kind: "announce", repeat: config.announcements.masterRepeat },
      ...timedOut,
      event({ kind: "entered", state: "master", initial: false, cause }),
      notify("master", effectivePriority),
    ],
  }));
}

/** Keepalived's FAULT: a master resigns at once rather than let its peers wait for silence. */
export function toFault(state: InstanceState, causes: readonly FaultCause[], now: Instant): Step {
  const cause: TransitionCause = { kind: "fault", causes };
  const initial = state.phase.kind === "init";
  const resigned = state.phase.kind === "master" ? resign(state) : { state, effects: [] };
  return andThen(
    andThen(resigned, (s) => leaveMaster(s, now)),
    (left) => ({
      state: {
        ...left,
        phase: { kind: "fault" },
        master: undefined,
        // Nothing is taken back from there; whoever is master then keeps what it has.
        hold: left.hold === undefined ? undefined : { kind: "following" },
        ...changed(cause, now),
      },
      effects: [
        ...causes.map((fault) => event({ kind: "faultBegan", cause: fault })),
        event({ kind: "entered", state: "fault", initial, cause }),
        notify("fault", state.assessment.effectivePriority),
      ],
    }),
  );
}

/** RFC 9568 §6.4.3 (615): shutdown. `removed` when a reload took the instance away. */
export function toStopped(state: InstanceState, removed: boolean, now: Instant): Step {
  if (state.phase.kind === "stopped") return { state, effects: [] };
  const resigned = state.phase.kind === "master" ? resign(state) : { state, effects: [] };
  const cause: TransitionCause = { kind: removed ? "removed" : "stopping" };
  return andThen(
    andThen(resigned, (s) => leaveMaster(s, now)),
    (left) => ({
      state: { ...left, phase: { kind: "stopped" }, ...changed(cause, now) },
      effects: [
        event({ kind: "stopped" }),
        notify(removed ? "deleted" : "stopped", state.assessment.effectivePriority),
      ],
    }),
  );
}

/** An advert with our priority. */
export function sendAdvert(state: InstanceState): Step {
  const counters = { ...state.counters, advertsSent: state.counters.advertsSent + 1 };
  const sequence = state.sequence + 1;
  return {
    state: { ...state, sequence, counters },
    effects: [{ kind: "sendAdvert", priority: state.assessment.effectivePriority, sequence }],
  };
}

/** Priority 0: the backups take over after their skew alone (RFC 9568 §6.4.3 (620)). */
export function resign(state: InstanceState): Step {
  const { counters } = state;
  const sequence = state.sequence + 1;
  return {
    state: {
      ...state,
      sequence,
      counters: {
        ...counters,
        advertsSent: counters.advertsSent + 1,
        priorityZeroSent: counters.priorityZeroSent + 1,
      },
    },
    effects: [{ kind: "sendAdvert", priority: 0, sequence }, event({ kind: "priorityZeroSent" })],
  };
}

function leaveMaster(state: InstanceState, now: Instant): Step {
  if (state.phase.kind !== "master") return { state, effects: [] };
  const { counters } = state;
  const released: Step = {
    state: {
      ...state,
      // Whether we can be heard is a question for masters.
      sendErrno: 0,
      conditions: withoutMasters(state.conditions),
      questions: undefined,
      counters: { ...counters, releasedMaster: counters.releasedMaster + 1 },
    },
    effects: [{ kind: "cancelAnnouncements" }, { kind: "withdrawAddresses" }],
  };
  return andThen(released, (s) => endConflict(s, now, true));
}

function waitFor(router: Expectation, state: InstanceState, wait: Wait): Duration {
  const { config } = router;
  const { effectivePriority } = state.assessment;
  const interval = state.masterAdvertInterval;
  const skew = skewTime(config, effectivePriority, interval);
  const isOwner = config.priority === OWNER;
  switch (wait) {
    case "start":
      return isOwner ? AT_ONCE : masterDownInterval(config, effectivePriority, interval);
    case "recovery":
      return isOwner && config.initialState === "master"
        ? plus(interval, skew)
        : masterDownInterval(config, effectivePriority, interval);
    case "listen":
      return plus(interval, skew);
    case "skew":
      return skew;
    case "full":
      return masterDownInterval(config, effectivePriority, interval);
    case "slowest":
      return masterDownInterval(config, LEAST_PRIORITY, interval);
  }
}

/** What to say when the timer expires, where it is not "no adverts". */
function expiryOf(
  router: Expectation,
  cause: TransitionCause,
  wait: Wait,
): TransitionCause | undefined {
  if (wait === "start" && router.config.priority === OWNER) return { kind: "owner" };
  if (cause.kind === "switchover") return { kind: "takenBack" };
  if (cause.kind === "routeRemoved") return { kind: "routeRestored", lost: cause.lost };
  return cause.kind === "addressRemoved"
    ? { kind: "addressRestored", address: cause.address }
    : undefined;
}

/** Whatever was being complained about may be said again in a new state. */
const changed = (
  cause: TransitionCause,
  now: Instant,
): Pick<InstanceState, "cause" | "changedAt" | "logged"> => ({
  cause,
  changedAt: now,
  logged: new Set(),
});

const notify = (state: NotifiedState, priority: number): Effect => ({
  kind: "notify",
  state,
  priority,
});
