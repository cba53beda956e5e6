/** What has been found about the things that are tracked, by their names. */
import type { IsolationVerdict } from "./isolation.ts";
import type { MaintenanceOrder } from "./maintenance.ts";
import type { WitnessVerdict } from "./witness.ts";

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
  /** By instance; without an entry nothing is known yet. */
  readonly isolation: ReadonlyMap<string, IsolationVerdict>;
  /** By instance; without an entry it is unknown. */
  readonly witness: ReadonlyMap<string, WitnessVerdict>;
  /** What operators have ordered. */
  readonly maintenance: readonly MaintenanceOrder[];
}

export const NO_VERDICTS: Verdicts = Object.freeze({
  scripts: new Map(),
  processes: new Map(),
  files: new Map(),
  bfds: new Map(),
  isolation: new Map(),
  witness: new Map(),
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
  | { readonly kind: "isolation"; readonly name: string; readonly verdict: IsolationVerdict }
  | { readonly kind: "witness"; readonly name: string; readonly verdict: WitnessVerdict }
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
    case "isolation":
      return {
        ...verdicts,
        isolation: new Map(verdicts.isolation).set(update.name, update.verdict),
      };
    case "witness":
      return { ...verdicts, witness: new Map(verdicts.witness).set(update.name, update.verdict) };
    case "maintenance":
      return { ...verdicts, maintenance: update.orders };
  }
}
