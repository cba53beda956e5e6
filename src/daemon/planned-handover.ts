/** What a program leaves to the one that replaces it in the same process. */
import type { DaemonSnapshot, JournalEntry } from "../report/state.ts";
import type { MaintenanceOrder } from "../track/maintenance.ts";
import type { Verdict } from "../track/verdicts.ts";
import type { GroupStateName } from "../vrrp/step.ts";
import type { NotifyState } from "./messages.ts";
import type { Predecessors } from "./vrrp/driver-setup.ts";

/** Another program may be of another version: one that cannot read this starts afresh. */
const FORMAT = 1;

/** What was told of an instance last, to scripts, FIFOs and by mail. */
export interface Told {
  readonly state: NotifyState;
  readonly priority: number;
}

export interface Handover {
  readonly format: typeof FORMAT;
  /** Of the first program in this process; milliseconds since 1970. */
  readonly startedAt: number;
  /** When the VRRP process was told to leave. */
  readonly leftAt: number;
  readonly restarts: NonNullable<DaemonSnapshot["restarts"]>;
  readonly predecessors: Predecessors;
  /** Results of check scripts. */
  readonly results: Readonly<Record<string, Verdict>>;
  readonly told: {
    readonly instances: Readonly<Record<string, Told>>;
    readonly groups: Readonly<Record<string, GroupStateName>>;
  };
  readonly maintenance: readonly MaintenanceOrder[];
  readonly journal: readonly JournalEntry[];
  /** A stop was asked for meanwhile. */
  readonly isToStop: boolean;
}

export const handoverText = (handover: Omit<Handover, "format">): string =>
  JSON.stringify({ format: FORMAT, ...handover });

/** Undefined when it is not what this version writes. */
export function parseHandover(text: string): Handover | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isOurs =
      typeof value === "object" &&
      value !== null &&
      "format" in value &&
      value.format === FORMAT &&
      "predecessors" in value;
    // Written by this program, for itself, into memory that has no name.
    return isOurs ? (value as Handover) : undefined;
  } catch {
    return undefined;
  }
}
