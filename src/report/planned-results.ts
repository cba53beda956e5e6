/** What came of an operator's order, as data: for the command that gave it, and for programs. */
import type { MaintenanceOrder } from "../track/maintenance.ts";
import type { SwitchoverRefusal } from "../vrrp/switchover.ts";

/** A new master, and how long nobody was one. */
export interface Successor {
  readonly instance: string;
  readonly address: string;
  readonly priority: number;
  readonly gapMs: number;
}

export type PlannedResult =
  | {
      readonly kind: "maintenanceOn";
      readonly order: MaintenanceOrder;
      /** Why it would not outlive the daemon. */
      readonly notStored: string | undefined;
      /** Instances that were master. */
      readonly resigned: readonly string[];
    }
  | {
      readonly kind: "maintenanceOff";
      readonly ended: readonly MaintenanceOrder[];
      readonly notStored: string | undefined;
    }
  | { readonly kind: "handedOver"; readonly successors: readonly Successor[] }
  /** Nobody took over within the time that the slowest peer needs. */
  | {
      readonly kind: "takenBack";
      readonly instances: readonly string[];
      readonly afterMs: number;
    }
  | { readonly kind: "released"; readonly instances: readonly string[] }
  /** The program is being replaced; `restarts` is how often it will have been. */
  | { readonly kind: "restarting"; readonly restarts: number };

/** Why a restart that keeps the addresses is not begun. */
export type RestartRefusal =
  | { readonly kind: "configuration"; readonly file: string; readonly text: string }
  | { readonly kind: "fixedSetting"; readonly setting: string }
  | { readonly kind: "keepsAddresses" }
  | { readonly kind: "noLease"; readonly instance: string }
  | { readonly kind: "tooQuick"; readonly instance: string; readonly downMs: number }
  | { readonly kind: "changed"; readonly instance: string; readonly what: string }
  | { readonly kind: "switchover"; readonly instance: string }
  | { readonly kind: "splitGroup"; readonly group: string }
  | { readonly kind: "notRunning" }
  | { readonly kind: "scriptRuns" }
  | { readonly kind: "underWay" };

export type PlannedRefusal =
  | { readonly about: "switchover"; readonly name: string; readonly why: SwitchoverRefusal }
  | { readonly about: "restart"; readonly why: RestartRefusal };
