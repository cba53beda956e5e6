/** What is remembered of the instances of a VRRP process, for the one that follows it. */
import type { VrrpSnapshot } from "../report/state.ts";
import type { Predecessors } from "./vrrp/driver-setup.ts";

export function predecessorsIn(snapshot: VrrpSnapshot | undefined): Predecessors {
  if (snapshot === undefined) return {};
  const { takenAt, instances } = snapshot;
  return Object.fromEntries(
    instances.map(({ name, counters, sequence, peer, hold }) => [
      name,
      { counters, sequence, takenAt, peer, isHeld: hold !== undefined },
    ]),
  );
}
