/**
 * A master whose process did not run for so long that another router must have taken over: SIGSTOP,
 * a suspended or starved machine. It knows nothing of the present, so it listens for one interval
 * before it speaks. No RFC says so; Keepalived speaks at once (but see timer_expired_backup).
 */
import { after, before, between } from "../base/units.ts";
import type { Duration, Instant, Priority } from "../base/units.ts";
import type { InstanceConfig } from "./config.ts";
import type { InstanceState, Phase } from "./state.ts";
import { event } from "./step.ts";
import type { Step } from "./step.ts";
import { masterDownInterval, skewTime } from "./timing.ts";

type Master = Extract<Phase, { kind: "master" }>;

/** The priority of a router that waits least without owning the address. */
const QUICKEST_RIVAL = 254 as Priority;

/** How long nothing was sent, when that is long enough for a rival to be master; else undefined. */
export function stallOf(config: InstanceConfig, phase: Master, now: Instant): Duration | undefined {
  if (phase.listens !== undefined) return undefined;
  const { advertInterval } = config;
  const lastSent = before(phase.advertAt, advertInterval);
  const silence = between(lastSent, now);
  return silence >= masterDownInterval(config, QUICKEST_RIVAL, advertInterval)
    ? silence
    : undefined;
}

/** keepalived.conf(5) timer_expired_backup: who does not preempt believes that a rival took over. */
export function isTimerExpired(config: InstanceConfig, gap: Duration): boolean {
  const { preempt, timerExpiredBackup, advertInterval } = config;
  if (preempt || timerExpiredBackup === undefined) return false;
  return gap >= masterDownInterval(config, timerExpiredBackup, advertInterval);
}

/** The next advert after an interval and the skew: a living master is heard by then. */
export function listenFirst(
  config: InstanceConfig,
  state: InstanceState,
  { phase, gap, now }: { readonly phase: Master; readonly gap: Duration; readonly now: Instant },
): Step {
  const { advertInterval } = config;
  const skew = skewTime(config, state.assessment.effectivePriority, advertInterval);
  const advertAt = after(after(now, advertInterval), skew);
  return {
    state: { ...state, phase: { ...phase, advertAt, listens: { gap } } },
    effects: [event({ kind: "stalled", gap })],
  };
}
