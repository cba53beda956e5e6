/** What has been found about the things that are tracked, by their names. */
import type { MaintenanceOrder } from "./maintenance.ts";

export type Verdict = "good" | "bad";

export interface Verdicts {
  /** Scripts without an entry have not run yet. */
  readonly scripts: ReadonlyMap<string, Verdict>;
  /** Whether as many processes run as should; without an entry they do. */
  readonly processes: ReadonlyMap<string, Verdict>;
  /** The number in each file; without an entry it is 0. */
  readonly files: ReadonlyMap<string, number>;
  /** Whether BFD sessions are up; without an entry they are. */
  readonly bfds: ReadonlyMap<string, Verdict>;
  /** What operators have ordered. */
  readonly maintenance: readonly MaintenanceOrder[];
}

export const NO_VERDICTS: Verdicts = Object.freeze({
  scripts: new Map(),
  processes: new Map(),
  files: new Map(),
  bfds: new Map(),
  maintenance: [],
});

/** News of one tracker. */
export type TrackerUpdate =
  | {
      readonly kind: "script" | "process" | "bfd";
      readonly name: string;
      readonly verdict: Verdict;
    }
  | { readonly kind: "file"; readonly name: string; readonly value: number }
  /** All orders that are in force. */
  | { readonly kind: "maintenance"; readonly orders: readonly MaintenanceOrder[] };

export function withUpdate(verdicts: Verdicts, update: TrackerUpdate): Verdicts {
  switch (update.kind) {
    case "script":
      return {
        ...verdicts,
        scripts: new Map(verdicts.scripts).set(update.name, update.verdict),
      };
    case "process":
      return {
        ...verdicts,
        processes: new Map(verdicts.processes).set(update.name, update.verdict),
      };
    case "bfd":
      return { ...verdicts, bfds: new Map(verdicts.bfds).set(update.name, update.verdict) };
    case "file":
      return { ...verdicts, files: new Map(verdicts.files).set(update.name, update.value) };
    case "maintenance":
      return { ...verdicts, maintenance: update.orders };
  }
}
