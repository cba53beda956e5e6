/** What goes into the state machine and what comes out: inputs, effects, and a step. */
import type { IpAddress, MacAddress } from "../base/address.ts";
import type { Duration } from "../base/units.ts";
import type { Culprit, FaultCause, InstanceEvent, LostRoute } from "./events.ts";
import type { Packet } from "./receive.ts";
import type { Assessment, InstanceState } from "./state.ts";

export type Input =
  | { readonly kind: "started" }
  | { readonly kind: "timer" }
  | { readonly kind: "packet"; readonly packet: Packet; readonly wallClock: number }
  | { readonly kind: "assessed"; readonly assessment: Assessment }
  /** Someone else removed a virtual address of ours. */
  | { readonly kind: "addressLost"; readonly address: IpAddress; readonly by?: Culprit | undefined }
  /** Someone else removed a tracked route or rule of ours. */
  | { readonly kind: "routeLost"; readonly lost: LostRoute }
  /** The lease of the addresses ended `late` ago, and they were not renewed. */
  | { readonly kind: "leaseExpired"; readonly late: Duration }
  /** The machine slept that long. */
  | { readonly kind: "slept"; readonly slept: Duration }
  /** The kernel would not do what being master takes. */
  | { readonly kind: "refused"; readonly cause: FaultCause }
  | { readonly kind: "sent"; readonly errno: number }
  /** Another machine answers for, or announces, a virtual address of ours. */
  | {
      readonly kind: "neighbour";
      readonly address: IpAddress;
      readonly mac: MacAddress;
      readonly gratuitous: boolean;
    }
  /** What the sync group has come to, for one of its members. */
  | { readonly kind: "group"; readonly order: GroupOrder }
  /** An operator wants a peer to be master, or no more. */
  | { readonly kind: "handOver" | "release" }
  /** The process ends, and another follows that goes on. */
  | { readonly kind: "leave" }
  | { readonly kind: "stop"; readonly removed: boolean };

export type GroupOrder =
  /** All members want to be master. */
  | { readonly kind: "master" }
  /** `member` is master no more; `resigns` when it gave up by itself and nobody took over. */
  | {
      readonly kind: "backup";
      readonly group: string;
      readonly member: string;
      readonly resigns: boolean;
    }
  | { readonly kind: "fault"; readonly cause: FaultCause | undefined }
  /** A member was contradicted by a lower master: all say again that they are here. */
  | { readonly kind: "reassert" };

export type NotifiedState =
  "backup" | "master" | "fault" | "stopped" | "deleted" | "masterReceivedLowerPriority";

export type Effect =
  /** Priority 0 resigns. */
  | { readonly kind: "sendAdvert"; readonly priority: number; readonly sequence: number }
  | { readonly kind: "installAddresses" }
  | { readonly kind: "withdrawAddresses" }
  /** Put in what should be in and is not, addresses, routes and rules alike. */
  | { readonly kind: "repairAddresses" }
  /** `repeat` rounds of gratuitous ARP or unsolicited NA for every address. */
  | { readonly kind: "announce"; readonly repeat: number }
  /** Once on each interface that adverts do not leave from. */
  | { readonly kind: "announceExtra" }
  | { readonly kind: "cancelAnnouncements" }
  /** Ask the segment who has `address`, without claiming it. */
  | { readonly kind: "probe"; readonly address: IpAddress }
  | { readonly kind: "notify"; readonly state: NotifiedState; readonly priority: number }
  /** The group's own notifications, after those of its members. */
  | { readonly kind: "notifyGroup"; readonly group: string; readonly state: GroupStateName }
  | { readonly kind: "event"; readonly event: InstanceEvent };

export type GroupStateName = "init" | "backup" | "master" | "fault" | "stopped";

export interface Step {
  readonly state: InstanceState;
  readonly effects: readonly Effect[];
}

export const event = (happened: InstanceEvent): Effect => ({ kind: "event", event: happened });

/** One step after another: the effects in order, the last state. */
export function andThen(first: Step, next: (state: InstanceState) => Step): Step {
  const second = next(first.state);
  if (first.effects.length === 0) return second;
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}
