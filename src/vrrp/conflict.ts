/**
 * Two masters. A master that hears of another (a lower-priority advert, or somebody else's ARP or
 * NA for one of our addresses) holds that as a condition with a beginning and an end. The segment
 * is asked who answers; when nobody else does any more, we announce again so that the network
 * believes the one master that is left.
 */
import { after, between, milliseconds, seconds, times } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import { noteSign } from "./conditions.ts";
import type { ConditionKind, Sign } from "./conditions.ts";
import type { ConflictEvidence } from "./events.ts";
import type { Expectation } from "./receive.ts";
import { noteDeaf } from "./reachability.ts";
import type { Conflict, InstanceState } from "./state.ts";
import { andThen, event } from "./step.ts";
import type { Effect, Step } from "./step.ts";
import { masterDownInterval } from "./timing.ts";

/** Least time between announcements in defence of an address (RFC 5227 §2.4 DEFEND_INTERVAL). */
export const DEFEND_INTERVAL: Duration = seconds(10);
/** Time between questions who else answers for an address in conflict. */
export const PROBE_INTERVAL: Duration = seconds(1);
/** A first claim may be the last words of a master that yields: it is asked after this long. */
export const FIRST_PROBE: Duration = milliseconds(100);
/** A conflict without new evidence for so long is over: two questions unanswered. */
export const CONFLICT_HOLD: Duration = seconds(2.5);
/** Least time between bursts for a lower-priority master that goes on advertising. */
export const LOWER_PRIORITY_BURST_INTERVAL: Duration = seconds(1);

/** What is over when the conflict is. */
const OF_CONFLICTS: ReadonlySet<ConditionKind> = new Set(["foreignClaim", "secondMaster", "deaf"]);

/** Evidence while master. A confirmed rival is answered by an announcement, rate-limited. */
export function noteConflict(
  router: Expectation,
  state: InstanceState,
  note: { readonly evidence: ConflictEvidence; readonly gratuitous: boolean },
  now: Instant,
): Step {
  const { evidence, gratuitous } = note;
  const before = state.conflict;
  const wasConfirmed = before?.isConfirmed ?? false;
  const isConfirmed =
    wasConfirmed ||
    (before !== undefined && between(before.firstSeen, now) >= confirmAfter(router, evidence));
  const lastDefence = before?.announcedAt;
  // The first claim is not answered: in a handover it is the new master's, and right.
  const defends =
    isConfirmed &&
    (gratuitous || !wasConfirmed) &&
    (lastDefence === undefined || between(lastDefence, now) >= DEFEND_INTERVAL);
  const conflict: Conflict = {
    evidence,
    isConfirmed,
    firstSeen: before?.firstSeen ?? now,
    lastSeen: now,
    announcedAt: defends ? now : before?.announcedAt,
    probeAt:
      evidence.kind === "neighbour"
        ? (before?.probeAt ?? after(now, FIRST_PROBE))
        : before?.probeAt,
    endsAt: after(now, holdOf(router, state, evidence)),
  };
  const { conditions } = state;
  const noted = isConfirmed ? noteSign(conditions, signOf(evidence), now).conditions : conditions;
  const known: Step = {
    state: { ...state, conflict, conditions: noted },
    effects: [
      ...(isConfirmed && !wasConfirmed ? [event({ kind: "conflictBegan", evidence })] : []),
      ...(defends ? [{ kind: "announce", repeat: 1 } as const] : []),
    ],
  };
  if (!isConfirmed || evidence.kind === "advert") return known;
  return andThen(known, (s) => noteDeaf(router, s, { conflict, mac: evidence.mac }, now));
}

/** The end of a conflict while still master, or the next question. */
export function dueConflict(router: Expectation, state: InstanceState, now: Instant): Step {
  const { conflict } = state;
  if (conflict === undefined) return { state, effects: [] };
  if (conflict.endsAt <= now) {
    const ended = endConflict(state, now, false);
    const repeat = router.config.announcements.masterRepeat;
    return conflict.isConfirmed
      ? { state: ended.state, effects: [...ended.effects, { kind: "announce", repeat }] }
      : ended;
  }
  if (conflict.probeAt === undefined || conflict.probeAt > now) return { state, effects: [] };
  const probe: readonly Effect[] =
    conflict.evidence.kind === "neighbour"
      ? [{ kind: "probe", address: conflict.evidence.address }]
      : [];
  const probeAt = after(now, PROBE_INTERVAL);
  return { state: { ...state, conflict: { ...conflict, probeAt } }, effects: probe };
}

/** `yielded`: because we are master no more. */
export function endConflict(state: InstanceState, now: Instant, yielded: boolean): Step {
  if (state.conflict === undefined) return { state, effects: [] };
  const { firstSeen, isConfirmed } = state.conflict;
  const isLeft = ({ kind }: Sign): boolean => !OF_CONFLICTS.has(kind);
  return {
    state: { ...state, conflict: undefined, conditions: state.conditions.filter(isLeft) },
    effects: isConfirmed
      ? [event({ kind: "conflictEnded", lasted: between(firstSeen, now), yielded })]
      : [],
  };
}

/** Whether a burst for a lower-priority master is due, and the conflict that remembers it. */
export function burstDue(
  conflict: Conflict,
  now: Instant,
): { readonly due: boolean; readonly conflict: Conflict } {
  const last = conflict.announcedAt;
  const due = last === undefined || between(last, now) >= LOWER_PRIORITY_BURST_INTERVAL;
  return { due, conflict: due ? { ...conflict, announcedAt: now } : conflict };
}

function signOf(evidence: ConflictEvidence): Sign {
  if (evidence.kind === "advert") {
    const { source, priority } = evidence;
    const detail = { kind: "priority", priority } as const;
    return { kind: "secondMaster", source, mac: undefined, detail };
  }
  const { address, mac } = evidence;
  return { kind: "foreignClaim", source: undefined, mac, detail: { kind: "address", address } };
}

/** How far apart two pieces of evidence must be, so that they are not one and the same event. */
function confirmAfter(router: Expectation, evidence: ConflictEvidence): Duration {
  return evidence.kind === "neighbour"
    ? times(FIRST_PROBE, 0.5)
    : times(router.config.advertInterval, 0.5);
}

/** Adverts come each interval, so silence for a master-down interval is the end of them. */
function holdOf(router: Expectation, state: InstanceState, evidence: ConflictEvidence): Duration {
  if (evidence.kind === "neighbour") return CONFLICT_HOLD;
  const { effectivePriority } = state.assessment;
  const down = masterDownInterval(router.config, effectivePriority, router.config.advertInterval);
  return Math.max(down, CONFLICT_HOLD) as Duration;
}
