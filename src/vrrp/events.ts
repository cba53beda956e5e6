/**
 * What happens to an instance, as data. The core returns these; `report` turns them into the log
 * lines users grep for, the daemon keeps them in its journal. Nothing here is words.
 */
import type { IpAddress, MacAddress } from "../base/address.ts";
import type { Duration } from "../base/units.ts";
import type { MaintenanceOrder } from "../track/maintenance.ts";
import type { ConditionKind } from "./conditions.ts";
import type { WaitReason } from "./arbitration.ts";
import type { Rejection } from "./receive.ts";

/** Why an instance may not take part. Any of these puts it into FAULT. */
export type FaultCause =
  | { readonly kind: "interfaceMissing"; readonly interfaceName: string }
  | { readonly kind: "interfaceDown"; readonly interfaceName: string }
  | {
      readonly kind: "noSourceAddress";
      readonly family: "IPv4" | "IPv6";
      readonly interfaceName: string;
    }
  | { readonly kind: "scriptFailed"; readonly script: string }
  /** Too few processes run, or too many. */
  | { readonly kind: "processFailed"; readonly process: string }
  /** A tracked BFD session is down, or with `reverse` up. */
  | { readonly kind: "bfdFault"; readonly bfd: string }
  /** The configured source of adverts is not on the interface: track_src_ip. */
  | { readonly kind: "sourceLost"; readonly address: IpAddress }
  /** No target of its isolation_check answers. */
  | { readonly kind: "isolated"; readonly targets: readonly IpAddress[] }
  /** The witness knows another master, which is not heard. */
  | { readonly kind: "witness"; readonly holder: string }
  /** Isolated, and the witness cannot be told that it is still there. */
  | { readonly kind: "witnessLapsed" }
  /** The number in a tracked file says so. */
  | { readonly kind: "fileFault"; readonly file: string; readonly value: number }
  /** The first result of an unweighted script is still to come: a silent fault at start. */
  | { readonly kind: "scriptPending"; readonly script: string }
  /** Another member of the sync group is in FAULT. */
  | { readonly kind: "memberFault"; readonly group: string; readonly member: string }
  /** Another member of the sync group waits for the first result of a script: silent, as above. */
  | { readonly kind: "memberPending"; readonly group: string; readonly member: string }
  /** An operator works on this host, and has said so. */
  | { readonly kind: "maintenance"; readonly order: MaintenanceOrder }
  /** An address, route or rule of ours is removed again and again. */
  | { readonly kind: "removedByOthers"; readonly what: string }
  | {
      readonly kind: "kernelRefused";
      readonly action: string;
      readonly call: string;
      readonly errno: number;
    };

/** A route or rule, as Keepalived writes it. */
export interface LostRoute {
  readonly what: "route" | "rule";
  readonly text: string;
}

/** Who changed the network, as far as netlink tells: the port of its socket, mostly its pid. */
export interface Culprit {
  readonly pid: number;
  /** Undefined when it is gone already. */
  readonly name: string | undefined;
}

/** Why the last change of state happened. */
export type TransitionCause =
  | { readonly kind: "started" }
  /** No advert for a whole master-down interval. `silence` is the time since the last accepted one. */
  | {
      readonly kind: "masterDown";
      readonly waited: Duration;
      readonly lastMaster: IpAddress | undefined;
    }
  | { readonly kind: "owner" }
  /** The master said it stops (priority 0). */
  | { readonly kind: "masterResigned"; readonly source: IpAddress }
  /** A lower-priority master was left to expire. */
  | { readonly kind: "preempted"; readonly source: IpAddress; readonly priority: number }
  | {
      readonly kind: "higherPriority";
      readonly source: IpAddress;
      readonly priority: number;
      readonly ours: number;
    }
  | { readonly kind: "higherAddress"; readonly source: IpAddress; readonly priority: number }
  | { readonly kind: "fault"; readonly causes: readonly FaultCause[] }
  | { readonly kind: "faultsCleared" }
  | { readonly kind: "addressRemoved"; readonly address: IpAddress }
  /** Master again, with the addresses put back that someone else had removed. */
  | { readonly kind: "addressRestored"; readonly address: IpAddress }
  | { readonly kind: "routeRemoved"; readonly lost: LostRoute }
  /** Master again, with the routes and rules put back. */
  | { readonly kind: "routeRestored"; readonly lost: LostRoute }
  /** The rest of the sync group changed, because of `member`. */
  | { readonly kind: "syncGroup"; readonly group: string; readonly member: string }
  /** After a stall another router was master, and this one does not preempt. */
  | { readonly kind: "stalled"; readonly gap: Duration; readonly source: IpAddress }
  /** Its process did not run for that long, and its addresses were given up. */
  | { readonly kind: "didNotRun"; readonly gap: Duration }
  /** Master when its predecessor on this host ended, which left the addresses to it. */
  | { readonly kind: "adopted" }
  /** An operator had it hand its addresses to a peer. */
  | { readonly kind: "switchover" }
  /** Master again after a switchover, because nobody took over. */
  | { readonly kind: "takenBack" }
  /** timer_expired_backup: it did not run for so long that a rival must have taken over. */
  | { readonly kind: "timerExpired"; readonly gap: Duration }
  | { readonly kind: "removed" }
  | { readonly kind: "stopping" };

export type StateName = "init" | "backup" | "master" | "fault" | "stopped";

/** Evidence of a second master: an advert, or an ARP/NA for one of our addresses. */
export type ConflictEvidence =
  | { readonly kind: "advert"; readonly source: IpAddress; readonly priority: number }
  | { readonly kind: "neighbour"; readonly address: IpAddress; readonly mac: MacAddress };

export type InstanceEvent =
  | {
      readonly kind: "entered";
      readonly state: "backup" | "master" | "fault";
      readonly initial: boolean;
      readonly cause: TransitionCause;
    }
  | { readonly kind: "stopped" }
  | { readonly kind: "receiveTimeout" }
  /** The wait for a master is over, but its link may be deaf: so much longer for a proof. */
  | { readonly kind: "proofAwaited"; readonly interfaceName: string; readonly wait: Duration }
  /** It came, or it did not in time. */
  | { readonly kind: "proofGiven" | "proofMissing"; readonly interfaceName: string }
  | {
      readonly kind: "higherPriorityReceived";
      readonly source: IpAddress;
      readonly priority: number;
      readonly ours: number;
    }
  | {
      readonly kind: "higherAddressReceived";
      readonly source: IpAddress;
      readonly priority: number;
    }
  | {
      readonly kind: "lowerPriorityReceived";
      readonly source: IpAddress;
      readonly priority: number;
      readonly ours: number;
    }
  | {
      readonly kind: "lowerPriorityDiscarded";
      readonly source: IpAddress;
      readonly priority: number;
    }
  | {
      readonly kind: "priorityZeroReceived";
      readonly asMaster: boolean;
      readonly source: IpAddress;
    }
  | { readonly kind: "priorityZeroSent" }
  | { readonly kind: "masterChanged"; readonly from: IpAddress | undefined; readonly to: IpAddress }
  | { readonly kind: "preemptDelayStarted"; readonly delay: Duration }
  | { readonly kind: "preemptDelayStopped" }
  | { readonly kind: "intervalLearned"; readonly from: Duration; readonly to: Duration }
  | { readonly kind: "priorityChanged"; readonly from: number; readonly to: number }
  | { readonly kind: "faultBegan"; readonly cause: FaultCause }
  | { readonly kind: "faultEnded"; readonly cause: FaultCause }
  /** Logged once until the state or the master changes; counted every time. */
  | { readonly kind: "packetRejected"; readonly source: IpAddress; readonly rejection: Rejection }
  /** Heard and obeyed, but worth a line once. */
  | { readonly kind: "packetOdd"; readonly source: IpAddress; readonly rejection: Rejection }
  | { readonly kind: "ownAddressHeard"; readonly source: IpAddress }
  /** Priority 255 belongs to one router alone: RFC 9568 §5.2.4. */
  | { readonly kind: "secondOwnerHeard"; readonly source: IpAddress }
  | { readonly kind: "conflictBegan"; readonly evidence: ConflictEvidence }
  | {
      readonly kind: "conflictEnded";
      readonly lasted: Duration;
      /** We are master no more; otherwise nothing is seen of the other one. */
      readonly yielded: boolean;
    }
  /** Conditions that have no event of their own (`conditions.ts`); and the end of any. */
  | {
      readonly kind: "conditionBegan";
      readonly condition: ConditionKind;
      readonly source: IpAddress | undefined;
      readonly mac: MacAddress | undefined;
    }
  | {
      readonly kind: "conditionEnded";
      readonly condition: ConditionKind;
      readonly source: IpAddress | undefined;
      readonly mac: MacAddress | undefined;
      readonly lasted: Duration;
      readonly count: number;
    }
  | { readonly kind: "addressesInstalled"; readonly excluded: boolean }
  | { readonly kind: "addressesRemoved"; readonly excluded: boolean }
  /** Packets to and from the addresses are dropped from now on, or no more. */
  | { readonly kind: "firewallChanged"; readonly drops: boolean }
  | { readonly kind: "addressLost"; readonly address: IpAddress; readonly by?: Culprit | undefined }
  | { readonly kind: "routingInstalled" | "routingRemoved"; readonly what: "route" | "rule" }
  | { readonly kind: "routeLost"; readonly lost: LostRoute }
  | { readonly kind: "sendFailed"; readonly errno: number }
  /** The members of a sync group follow one of them. */
  | {
      readonly kind: "groupFollows";
      readonly group: string;
      readonly state: "backup" | "master" | "fault";
    }
  | { readonly kind: "sendRecovered" }
  /** After a switchover: who is master now, and how long nobody was. */
  | {
      readonly kind: "handedOver";
      readonly to: IpAddress;
      readonly priority: number;
      readonly gap: Duration;
    }
  /** After a switchover: a lower master is preempted again. */
  | { readonly kind: "holdEnded"; readonly why: "released" | "resigned" }
  /** Our process did not run for that long while it was master. */
  | { readonly kind: "stalled"; readonly gap: Duration }
  /** The same, and the lease of its addresses is over. */
  | { readonly kind: "leaseExpired"; readonly gap: Duration }
  /** The lease was over before it was renewed, but nobody can have taken over. */
  | { readonly kind: "leaseRenewedLate"; readonly late: Duration }
  | { readonly kind: "announcing"; readonly interfaceName: string; readonly address: IpAddress }
  /** All targets of its isolation_check are silent, or one answers again. */
  | {
      readonly kind: "isolationChanged";
      readonly isolated: boolean;
      readonly targets: readonly IpAddress[];
    }
  /** It would be master, and waits: because of the targets, or of the router, in `about`. */
  | {
      readonly kind: "takeoverPutOff";
      readonly why: WaitReason;
      readonly wait: Duration;
      readonly about: string;
    }
  | { readonly kind: "checksumModeSwitched" };

/** An event with the instance it happened to. */
export interface VrrpEvent {
  readonly instance: string;
  readonly event: InstanceEvent;
}
