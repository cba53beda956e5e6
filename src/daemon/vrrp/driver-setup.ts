/** What the driver of the VRRP process is given: a configuration, options, and where its words go. */
import type { IpAddress } from "../../base/address.ts";
import type { Model } from "../../config/model.ts";
import type { Verdicts } from "../../track/verdicts.ts";
import type { Counters } from "../../vrrp/state.ts";
import type { VrrpEvent } from "../../vrrp/events.ts";
import type { GroupStateName, NotifiedState } from "../../vrrp/step.ts";

export type LineLevel = "error" | "warning" | "notice" | "info";

/** Where the driver's words and notifications go. None of these may block. */
export interface DriverOutput {
  event(event: VrrpEvent): void;
  line(level: LineLevel, text: string, isDetail: boolean): void;
  notify(instance: string, state: NotifiedState, priority: number): void;
  notifyGroup(group: string, state: GroupStateName): void;
}

export interface DriverOptions {
  /** -V, --dont-release-vrrp: leave addresses on exit. */
  readonly keepAddresses: boolean;
  readonly detail: boolean;
}

export interface DriverSetup {
  readonly model: Model;
  readonly options: DriverOptions;
  /** What trackers have found already. */
  readonly verdicts: Verdicts;
  /** What is known of a predecessor that ended without giving its addresses up, by instance. */
  readonly predecessors?: Predecessors | undefined;
}

/**
 * An instance when its process was last heard of. Whether it was master is not asked: the addresses
 * on the interface know better.
 */
export interface Predecessor {
  readonly counters: Counters;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
  /** The other router that was master last, heard at milliseconds since 1970. */
  readonly peer?:
    | { readonly address: IpAddress; readonly priority: number; readonly heardAt: number }
    | undefined;
  /** It had handed its addresses to a peer. */
  readonly isHeld?: boolean;
}

export type Predecessors = Readonly<Record<string, Predecessor>>;
