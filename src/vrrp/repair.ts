/**
 * Addresses, routes and rules of a master that someone else removes. By default they are put back
 * and the instance stays master, a few times; then it steps aside, because two programs that fight
 * over an address serve nobody. With `vip_repair off` it is as in Keepalived: priority 0, BACKUP,
 * and everything put in anew by whoever is master next.
 */
import type { IpAddress } from "../base/address.ts";
import { after, between, seconds } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import type { Culprit, LostRoute, TransitionCause } from "./events.ts";
import type { Expectation } from "./receive.ts";
import type { InstanceState } from "./state.ts";
import { andThen, event } from "./step.ts";
import type { Effect, Step } from "./step.ts";
import { resign, toBackup, toFault } from "./transitions.ts";

/** Repairs within `REPAIR_WINDOW` before the instance steps aside. */
export const REPAIR_LIMIT = 5;
export const REPAIR_WINDOW: Duration = seconds(60);
/** How long it then stays away. */
export const YIELD_TIME: Duration = seconds(30);

export type Lost =
  | { readonly kind: "addressLost"; readonly address: IpAddress; readonly by?: Culprit | undefined }
  | { readonly kind: "routeLost"; readonly lost: LostRoute };

export function onLost(router: Expectation, state: InstanceState, lost: Lost, now: Instant): Step {
  if (state.phase.kind !== "master") return { state, effects: [] };
  const said: Step = { state, effects: [event(lost)] };
  if (!router.config.repairs) return andThen(said, (s) => resignOver(router, s, lost, now));
  const known = state.repairs;
  const isRecent = known !== undefined && between(known.since, now) < REPAIR_WINDOW;
  const count = isRecent ? known.count + 1 : 1;
  const repairs = { since: isRecent ? known.since : now, count };
  if (count > REPAIR_LIMIT) return andThen(said, (s) => stepAside(s, lost, now));
  const announcing: readonly Effect[] =
    lost.kind === "addressLost" ? [{ kind: "announce", repeat: 1 }] : [];
  return {
    state: { ...state, repairs },
    effects: [...said.effects, { kind: "repairAddresses" }, ...announcing],
  };
}

/** Keepalived: the others take over, or everything is put in anew. */
function resignOver(router: Expectation, state: InstanceState, lost: Lost, now: Instant): Step {
  const cause: TransitionCause =
    lost.kind === "addressLost"
      ? { kind: "addressRemoved", address: lost.address }
      : { kind: "routeRemoved", lost: lost.lost };
  return andThen(resign(state), (s) => toBackup(router, s, { cause, wait: "skew" }, now));
}

function stepAside(state: InstanceState, lost: Lost, now: Instant): Step {
  const what = lost.kind === "addressLost" ? `address ${lost.address}` : lostText(lost.lost);
  const cause = { kind: "removedByOthers", what } as const;
  const refused = { cause, retryAt: after(now, YIELD_TIME) };
  return toFault({ ...state, repairs: undefined, refused }, [cause], now);
}

const lostText = ({ what, text }: LostRoute): string => `${what} ${text}`;
