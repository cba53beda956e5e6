/**
 * From a packet to what it does: the checks, the counters, the complaints, and then the state
 * machine's own word about an advert that may be believed (`advert.ts`).
 */
import type { IpAddress } from "../base/address.ts";
import { before } from "../base/units.ts";
import type { Instant } from "../base/units.ts";
import { backupHears, masterHears } from "./advert.ts";
import { heardAfter } from "./hmac.ts";
import { checkAdvert, countRejection } from "./receive.ts";
import type { Expectation, Rejection } from "./receive.ts";
import type { InstanceState } from "./state.ts";
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
  if (verdict.kind === "rejected") {
    const { source } = packet;
    return complain(state, verdict.rejection, { kind: "packetRejected", source });
  }
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
      andThen(before, (s) => complain(s, odd, { kind: "packetOdd", source: packet.source })),
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

/** Counts, and says it the first time since the last change of state, for each sender. */
function complain(state: InstanceState, rejection: Rejection, about: Complaint): Step {
  const counters = countRejection(state.counters, rejection);
  const key = `${rejection.kind} ${about.source}`;
  if (state.logged.has(key) || state.logged.size >= COMPLAINTS_LIMIT) {
    return { state: { ...state, counters }, effects: [] };
  }
  const { kind, source } = about;
  return {
    state: { ...state, counters, logged: new Set([...state.logged, key]) },
    effects: [event({ kind, source, rejection })],
  };
}

/** Complaints kept apart until the next change of state; further ones are only counted. */
const COMPLAINTS_LIMIT = 64;

interface Complaint {
  readonly kind: "packetRejected" | "packetOdd";
  readonly source: IpAddress;
}
