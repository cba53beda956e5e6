/** vip_lease, vip_repair and receive_proof: of the instance, else of global_defs, else ours. */
import { seconds } from "../base/units.ts";
import type { Duration, Priority } from "../base/units.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import { masterDownInterval } from "../vrrp/timing.ts";
import type { ReceiveProof } from "../vrrp/receive-proof.ts";
import type { GuardDraft } from "./drafts.ts";
import { LEASE_LIMITS } from "./grammar/guard.ts";

/** The priority of the peer that waits longest before it takes over. */
const SLOWEST_PEER = 1 as Priority;

/** Listening and learning of a bridge's port, 15 s each (802.1D forward delay). */
const AUTOMATIC_PROOF = seconds(30);

export type Guard = Pick<InstanceConfig, "lease" | "repairs" | "receiveProof">;

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
    receiveProof: proofOf((own.proof ?? global.proof)?.value ?? "auto"),
  };
}

const proofOf = (setting: Duration | "auto" | "off"): ReceiveProof | undefined => {
  if (setting === "off") return undefined;
  return setting === "auto"
    ? { limit: AUTOMATIC_PROOF, always: false }
    : { limit: setting, always: true };
};

/** What the slowest peer waits, rounded up to whole seconds as the kernel counts them. */
function automaticLease(
  timers: Pick<InstanceConfig, "version" | "downTimerAdverts" | "advertInterval">,
): Duration {
  const down = masterDownInterval(timers, SLOWEST_PEER, timers.advertInterval);
  const whole = seconds(Math.ceil(down / seconds(1)));
  return Math.min(LEASE_LIMITS.longest, Math.max(LEASE_LIMITS.shortest, whole)) as Duration;
}
