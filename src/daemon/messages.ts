/**
 * What the parent and the VRRP process say to each other over their IPC channel: plain data, one
 * union each way. The VRRP process never waits for an answer.
 */
import type { Model } from "../config/model.ts";
import type { MaintenanceOrder } from "../track/maintenance.ts";
import type { TrackerUpdate, Verdict } from "../track/verdicts.ts";
import type { WitnessVerdict } from "../track/witness.ts";
import type { VrrpSnapshot } from "../report/state.ts";
import type { Predecessors } from "./vrrp/driver-setup.ts";
import type { ModelChange } from "./model-change.ts";
import type { PlannedOutcome } from "./vrrp/planned-work.ts";
import type { StateName, VrrpEvent } from "../vrrp/events.ts";
import type { GroupStateName } from "../vrrp/step.ts";

export interface VrrpProcessOptions {
  /** -V, --dont-release-vrrp: leave addresses on exit. */
  readonly keepAddresses: boolean;
  /** -D given: detail events are wanted. */
  readonly detail: boolean;
  readonly parentPid: number;
}

/** `Verdicts` as they cross to another process. */
export interface SentVerdicts {
  readonly scripts: Readonly<Record<string, Verdict>>;
  readonly processes: Readonly<Record<string, Verdict>>;
  readonly files: Readonly<Record<string, number>>;
  readonly bfds?: Readonly<Record<string, Verdict>>;
  readonly witness?: Readonly<Record<string, WitnessVerdict>>;
  readonly maintenance?: readonly MaintenanceOrder[];
}

export type ToVrrp =
  | {
      readonly kind: "configure";
      readonly model: Model;
      readonly options: VrrpProcessOptions;
      readonly verdicts: SentVerdicts;
      /** What its predecessor was when it died. */
      readonly predecessors: Predecessors;
    }
  /** To a process started for nothing else: what a dead one has left is given up, with a word. */
  | {
      readonly kind: "giveUp";
      /** What a process that follows soon can go on with stays. */
      readonly spares: boolean;
      readonly model: Model;
      readonly options: VrrpProcessOptions;
      readonly predecessors: Predecessors;
    }
  | {
      readonly kind: "reload";
      readonly change: ModelChange;
      readonly verdicts: SentVerdicts;
    }
  | { readonly kind: "tracker"; readonly update: TrackerUpdate }
  /** Answered by one `snapshot`. */
  | { readonly kind: "snapshot" }
  /** Answered by one `snapshot` with the counters as they were. */
  | { readonly kind: "clearCounters" }
  /** Answered by one `planned` with the same number. */
  | {
      readonly kind: "switchover";
      readonly id: number;
      readonly instance: string;
      /** Whether or not a peer is known to live. */
      readonly force: boolean;
    }
  | { readonly kind: "release"; readonly id: number; readonly instance: string }
  /** Another process follows at once: ends without resigning or removing anything. */
  | { readonly kind: "leave" }
  /** Heartbeat, answered by `alive` with the same number. */
  | { readonly kind: "ping"; readonly sequence: number }
  | { readonly kind: "stop" };

export type NotifyState = StateName | "deleted" | "masterReceivedLowerPriority";

export type FromVrrp =
  /** Code is loaded; `configure` may be sent. */
  | { readonly kind: "loaded"; readonly pid: number }
  /** Sockets are open and the instances run. */
  | { readonly kind: "running" }
  | { readonly kind: "event"; readonly at: number; readonly event: VrrpEvent }
  /** A line that belongs to no instance: sockets, netlink, interfaces. `detail` lines need -D. */
  | {
      readonly kind: "line";
      readonly at: number;
      readonly level: "error" | "warning" | "notice" | "info";
      readonly detail: boolean;
      readonly text: string;
    }
  | {
      readonly kind: "notify";
      readonly instance: string;
      readonly state: NotifyState;
      readonly priority: number;
    }
  | { readonly kind: "notifyGroup"; readonly group: string; readonly state: GroupStateName }
  | { readonly kind: "snapshot"; readonly snapshot: VrrpSnapshot }
  | { readonly kind: "planned"; readonly id: number; readonly outcome: PlannedOutcome }
  | { readonly kind: "reloaded"; readonly tookUs: number; readonly touched: number }
  | { readonly kind: "alive"; readonly sequence: number }
  /** The answer to `giveUp`: instances of which something was left. */
  | { readonly kind: "gaveUp"; readonly instances: readonly string[] }
  /** It cannot go on: the parent ends with this exit code (1 fatal, 2 config, 4 permission). */
  | { readonly kind: "fatal"; readonly code: number; readonly text: string }
  /** Adverts with priority 0 are out, addresses gone. */
  | { readonly kind: "stopped" };
