/** vip_lease and vip_repair: of the instance, else of global_defs, else ours. */
import { seconds } from "../base/units.ts";
import type { Duration, Priority } from "../base/units.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import { masterDownInterval } from "../vrrp/timing.ts";
import type { GuardDraft } from "./drafts.ts";
import { LEASE_LIMITS } from "./grammar/guard.ts";

/** The priority of the peer that waits longest before it takes over. */
const SLOWEST_PEER = 1 as Priority;

export type Guard = Pick<InstanceConfig, "lease" | "repairs">;

/** `timers` are those of the finished instance. */
export function finishGuard(
  own: GuardDraft,
  global: GuardDraft,
  timers: Pick<InstanceConfig, "version" | "downTimerAdverts" | "advertInterval">,
): Guard {
  const lease = (own.lease ?? global.lease)?.value ?? "auto";
  return {
    lease: lease === "off" ? undefined : lease === "auto" ? automaticLease(timers) : lease,
    repairs: (own.repairs ?? global.repairs)?.value ?? true,
  };
}

/** What the slowest peer waits, rounded up to whole seconds as the kernel counts them. */
function automaticLease(
  timers: Pick<InstanceConfig, "version" | "downTimerAdverts" | "advertInterval">,
): Duration {
  const down = masterDownInterval(timers, SLOWEST_PEER, timers.advertInterval);
  const whole = seconds(Math.ceil(down / seconds(1)));
  return Math.min(LEASE_LIMITS.longest, Math.max(LEASE_LIMITS.shortest, whole)) as Duration;
}
