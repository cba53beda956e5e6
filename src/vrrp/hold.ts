/**
 * A switchover: a master hands its addresses to a peer because an operator says so, and then holds
 * back, though its priority may be the higher one. No RFC says so: to its peers it is a master that
 * resigns, and afterwards a router that does not preempt (RFC 9568 §6.1, Preempt_Mode false).
 */
import type { IpAddress } from "../base/address.ts";
import { between } from "../base/units.ts";
import type { Instant } from "../base/units.ts";
import type { Advert, Expectation } from "./receive.ts";
import type { InstanceState } from "./state.ts";
import { andThen, event } from "./step.ts";
import type { Step } from "./step.ts";
import { resign, toBackup } from "./transitions.ts";

/** Another router that has been heard as master. */
export interface KnownPeer {
  readonly address: IpAddress;
  readonly priority: number;
  readonly heardAt: Instant;
}

export type Hold =
  /** It has resigned at `since`, and nobody has taken over yet. */
  | { readonly kind: "handing"; readonly since: Instant }
  /** Another router is master, and is not preempted. */
  | { readonly kind: "following" };

/** The master resigns for good; it takes its addresses back only if no peer wants them. */
export function handOver(router: Expectation, state: InstanceState, now: Instant): Step {
  if (state.phase.kind !== "master") return { state, effects: [] };
  return andThen(resign(state), (left) =>
    andThen(
      toBackup(router, left, { cause: { kind: "switchover" }, wait: "slowest" }, now),
      (s) => ({ state: { ...s, hold: { kind: "handing", since: now } }, effects: [] }),
    ),
  );
}

/** Its priority counts again. */
export function release(state: InstanceState): Step {
  if (state.hold?.kind !== "following") return { state, effects: [] };
  return endHold(state, "released");
}

/** A backup hears a master: the first one after a switchover has taken over. */
export function meetSuccessor(state: InstanceState, advert: Advert, arrivedAt: Instant): Step {
  const { hold } = state;
  // An advert from before is news of the past.
  if (hold?.kind !== "handing" || arrivedAt < hold.since) return { state, effects: [] };
  const { source, priority } = advert;
  const gap = between(hold.since, arrivedAt);
  return {
    state: { ...state, hold: { kind: "following" } },
    effects: [event({ kind: "handedOver", to: source, priority, gap })],
  };
}

/** The master it made room for resigns. */
export const masterLeaves = (state: InstanceState): Step =>
  state.hold === undefined ? { state, effects: [] } : endHold(state, "resigned");

const endHold = (state: InstanceState, why: "released" | "resigned"): Step => ({
  state: { ...state, hold: undefined },
  effects: [event({ kind: "holdEnded", why })],
});

/** Whether a lower master may be preempted. */
export const mayPreempt = (router: Expectation, { hold }: InstanceState): boolean =>
  router.config.preempt && hold === undefined;
