/**
 * Leased addresses: the kernel takes them off when the daemon has not renewed them (vip_lease, an
 * extension of ours). What a master does when its process did not run, or its machine slept, for
 * that long: it has lost its addresses, and its claim to them.
 */
import { before, between } from "../base/units.ts";
import type { Duration, Instant, Priority } from "../base/units.ts";
import type { Expectation } from "./receive.ts";
import { isTimerExpired, listenFirst, stallOf } from "./stall.ts";
import type { InstanceState, Phase } from "./state.ts";
import { andThen, event } from "./step.ts";
import type { Step } from "./step.ts";
import { masterDownInterval } from "./timing.ts";
import { toBackup } from "./transitions.ts";

type Master = Extract<Phase, { kind: "master" }>;

/** The priority of a router that waits least without owning the address. */
const QUICKEST_RIVAL = 254 as Priority;

/**
 * On noticing that nothing was sent for `gap`, long enough for a rival to be master: the addresses
 * are given up when their lease is over; before that it is enough to listen first.
 */
export function wakeUp(
  router: Expectation,
  state: InstanceState,
  { phase, gap, now }: { readonly phase: Master; readonly gap: Duration; readonly now: Instant },
): Step {
  const { lease } = router.config;
  if (lease !== undefined && gap >= lease) return giveUp(router, state, gap, now);
  if (isTimerExpired(router.config, gap)) {
    return toBackup(router, state, { cause: { kind: "timerExpired", gap }, wait: "full" }, now);
  }
  return listenFirst(router.config, state, { phase, gap, now });
}

/** The machine slept for `slept`, which the monotonic clock does not count. */
export function onSlept(
  router: Expectation,
  state: InstanceState,
  slept: Duration,
  now: Instant,
): Step {
  const { phase } = state;
  const { config } = router;
  if (phase.kind !== "master" || phase.listens !== undefined) return { state, effects: [] };
  const silence = between(before(phase.advertAt, config.advertInterval), now);
  const gap = (Math.max(0, silence) + slept) as Duration;
  return gap < masterDownInterval(config, QUICKEST_RIVAL, config.advertInterval)
    ? { state, effects: [] }
    : wakeUp(router, state, { phase, gap, now });
}

/**
 * The lease of the addresses is over. Nobody can have taken over yet when the last advert is recent:
 * they are put back. Otherwise another router may be master, and is listened for.
 */
export function onLeaseExpired(
  router: Expectation,
  state: InstanceState,
  late: Duration,
  now: Instant,
): Step {
  const { phase } = state;
  if (phase.kind !== "master") return { state, effects: [] };
  const gap = phase.listens?.gap ?? stallOf(router.config, phase, now);
  if (gap !== undefined) return giveUp(router, state, gap, now);
  return {
    state,
    effects: [
      event({ kind: "leaseRenewedLate", late }),
      { kind: "repairAddresses" },
      { kind: "announce", repeat: router.config.announcements.masterRepeat },
    ],
  };
}

/** To Backup without a word: whoever is master now must not hear of us before we have heard him. */
function giveUp(router: Expectation, state: InstanceState, gap: Duration, now: Instant): Step {
  const said: Step = { state, effects: [event({ kind: "leaseExpired", gap })] };
  return andThen(said, (s) =>
    toBackup(router, s, { cause: { kind: "didNotRun", gap }, wait: "listen" }, now),
  );
}
