/** The faults of an instance that count now. */
import type { FaultCause } from "./events.ts";
import type { InstanceState } from "./state.ts";

/** Those of its own. A script's first result is only waited for before the first start. */
export function ownFaults(state: InstanceState): readonly FaultCause[] {
  const { refused, split } = state;
  const further = [refused?.cause, split.fault].filter((cause) => cause !== undefined);
  const all = [...state.assessment.faults, ...further];
  return waitsForResults(state) ? all : all.filter(isSerious);
}

/** With those of the rest of its sync group. */
export function activeFaults(state: InstanceState): readonly FaultCause[] {
  const own = ownFaults(state);
  const { groupFault } = state;
  if (groupFault === undefined || (!waitsForResults(state) && !isSerious(groupFault))) return own;
  return [...own, groupFault];
}

/** Whether it puts an instance into FAULT, or only keeps it from starting. */
export const isSerious = ({ kind }: FaultCause): boolean =>
  kind !== "scriptPending" && kind !== "memberPending";

const waitsForResults = ({ phase }: InstanceState): boolean =>
  phase.kind === "init" || phase.kind === "fault";
