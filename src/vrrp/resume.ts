/**
 * What a VRRP process takes over of the one before it on this host, beside addresses: its counters,
 * and what it knew of the peers.
 */
import type { KnownPeer } from "./hold.ts";
import type { Counters } from "./state.ts";
import { groupsOf, instancesOf } from "./system-state.ts";
import type { SystemState } from "./system-state.ts";

export interface Memory {
  readonly counters: Counters;
  readonly peer: KnownPeer | undefined;
  /** After a switchover it left the addresses to a peer. */
  readonly isHeld: boolean;
}

/** Before "start"; by position of the instances. */
export function resume(state: SystemState, memories: ReadonlyMap<number, Memory>): SystemState {
  const instances = instancesOf(state).map((instance, index) => {
    const memory = memories.get(index);
    if (memory === undefined) return instance;
    const { counters, peer, isHeld } = memory;
    return {
      ...instance,
      counters,
      peer,
      hold: isHeld ? ({ kind: "following" } as const) : undefined,
    };
  });
  return { ...state, groups: groupsOf(instances) };
}
