/**
 * From a packet to what it does: the checks, the counters, the complaints, and then the state
 * machine's own word about an advert that may be believed (`advert.ts`).
 */
import type { IpAddress } from "../base/address.ts";
import { before } from "../base/units.ts";
import type { Instant } from "../base/units.ts";
import { backupHears, masterHears } from "./advert.ts";
import { conditionOf, noteSign } from "./conditions.ts";
import { heardAfter } from "./hmac.ts";
import { endDeafness } from "./reachability.ts";
import { checkAdvert, countRejection } from "./receive.ts";
import type { Expectation, Packet, Rejection, Verdict } from "./receive.ts";
import type { InstanceState, Phase } from "./state.ts";
import { andThen, event } from "./step.ts";
import type { Input, Step } from "./step.ts";
import { noteHeard } from "./yielding.ts";

export function onPacket(
  router: Expectation,
  state: InstanceState,
  { packet, wallClock }: Extract<Input, { kind: "packet" }>,
  now: Instant,
): Step {
  const { phase } = state;
  if (phase.kind !== "backup" && phase.kind !== "master") return { state, effects: [] };
  const verdict = checkAdvert(router, packet, {
    compareAddresses:
      !router.config.skipAddressCheck ||
      phase.kind === "master" ||
      state.master?.address !== packet.source,
    oldChecksum: state.oldChecksum,
    sequence: state.sequence,
    heard: state.heard,
    wallClock,
  });
  const { source } = packet;
  const reached = endDeafness(state, now);
  if (verdict.kind === "rejected") {
    const about = { kind: "packetRejected", source, now } as const;
    return andThen(reached, (s) => complain(s, verdict.rejection, about));
  }
  return andThen(reached, (s) => believe(router, s, phase, { packet, verdict, now }));
}

/** An advert that may be believed: counted, and given to the state machine. */
function believe(
  router: Expectation,
  state: InstanceState,
  phase: Listening,
  {
    packet,
    verdict,
    now,
  }: { readonly packet: Packet; readonly verdict: Accepted; readonly now: Instant },
): Step {
  const { advert } = verdict;
  // After a stall of ours the newest adverts may have been dropped: then the wait starts afresh.
  const isFresh = packet.age <= state.masterAdvertInterval;
  const arrivedAt = isFresh ? before(now, packet.age) : now;
  const zero = advert.priority === 0 ? 1 : 0;
  const { source, priority } = advert;
  const isOther = source !== state.assessment.source && priority > 0;
  const counted: Step = {
    state: {
      ...state,
      heardAt: now,
      // Keepalived: what we send must come after what we heard, or a backup would not believe it.
      sequence: Math.max(state.sequence, advert.sequence),
      heard: heardAfter(router.hmac, state.heard, advert),
      split: noteHeard(router, state.split, advert.source, arrivedAt),
      peer: isOther ? { address: source, priority, heardAt: arrivedAt } : state.peer,
      counters: {
        ...state.counters,
        advertsReceived: state.counters.advertsReceived + 1,
        priorityZeroReceived: state.counters.priorityZeroReceived + zero,
      },
    },
    effects: [],
  };
  const said = verdict.odd.reduce(
    (before, odd) =>
      andThen(before, (s) => complain(s, odd, { kind: "packetOdd", source: packet.source, now })),
    counted,
  );
  const heard =
    verdict.usesOldChecksum && !state.oldChecksum ? andThen(said, useOldChecksum) : said;
  return andThen(heard, (s) =>
    phase.kind === "backup"
      ? backupHears(router, s, phase, { advert, now, arrivedAt })
      : masterHears(router, s, phase, { advert, now, arrivedAt }),
  );
}

const useOldChecksum = (state: InstanceState): Step => ({
  state: { ...state, oldChecksum: true },
  effects: [event({ kind: "checksumModeSwitched" })],
});

/** Counts, and says it once as long as it goes on, for each sender. */
function complain(state: InstanceState, rejection: Rejection, about: Complaint): Step {
  const heard = { heardAt: about.now, counters: countRejection(state.counters, rejection) };
  const condition = conditionOf(rejection);
  const { kind, source, now } = about;
  // Its own setting makes it ignore all others: said once in a state.
  if (condition === undefined) {
    const isSaid = state.logged.has(rejection.kind);
    const logged = isSaid ? state.logged : new Set([...state.logged, rejection.kind]);
    return {
      state: { ...state, ...heard, logged },
      effects: isSaid ? [] : [event({ kind, source, rejection })],
    };
  }
  const detail = { kind: "rejection", rejection } as const;
  const sign = { kind: condition, source, mac: undefined, detail };
  const { conditions, isNew } = noteSign(state.conditions, sign, now);
  return {
    state: { ...state, ...heard, conditions },
    effects: isNew ? [event({ kind, source, rejection })] : [],
  };
}

interface Complaint {
  readonly kind: "packetRejected" | "packetOdd";
  readonly source: IpAddress;
  readonly now: Instant;
}

type Listening = Extract<Phase, { kind: "backup" | "master" }>;
type Accepted = Extract<Verdict, { kind: "accepted" }>;
