/**
 * The state of one virtual router: what RFC 9568 §6 calls the state machine's state, and the facts
 * it was told. Deadlines live here; cancelling one is replacing the state.
 */
import type { IpAddress } from "../base/address.ts";
import { earliest } from "../base/units.ts";
import type { Duration, Instant, InterfaceIndex, Priority } from "../base/units.ts";
import type { IsolationVerdict } from "../track/isolation.ts";
import type { WitnessVerdict } from "../track/witness.ts";
import type { Inheritance } from "./adoption.ts";
import { announcementDeadline } from "./announce.ts";
import { firstEnd } from "./conditions.ts";
import type { Conditions } from "./conditions.ts";
import type { HeardSequences } from "./hmac.ts";
import type { Hold, KnownPeer } from "./hold.ts";
import type { ConflictEvidence, FaultCause, StateName, TransitionCause } from "./events.ts";
import type { Questions } from "./reachability.ts";
import type { Split, TakeoverWait } from "./yielding.ts";

/** Where the instance stands, from trackers and the network: computed by `assess`, not by the machine. */
export interface Assessment {
  readonly faults: readonly FaultCause[];
  /** Base plus satisfied weights, 1..254; the owner's is always 255. */
  readonly effectivePriority: Priority;
  /** The source of our adverts; undefined is a fault. */
  readonly source: IpAddress | undefined;
  readonly interfaceIndex: InterfaceIndex | undefined;
  /** Silence does not count before: nothing has been heard on its link since it came up. */
  readonly unprovenUntil?: Instant | undefined;
  /** Of its isolation_check; undefined as long as nothing is known. */
  readonly isolation?: IsolationVerdict | undefined;
  /** What its witness says; undefined without one. */
  readonly witness?: WitnessVerdict | undefined;
}

export type Phase =
  /** Before start, or waiting for the first result of an unweighted script. */
  | { readonly kind: "init" }
  | { readonly kind: "fault" }
  | {
      readonly kind: "backup";
      readonly masterDownAt: Instant;
      /** The skew in `masterDownAt`, to rescale it when the priority changes. */
      readonly skew: Duration;
      /** When the timer was last set, to say how long the silence was. */
      readonly timerSetAt: Instant;
      /** End of the preempt delay, while one is running or has run out. */
      readonly preemptAt: Instant | undefined;
      /** Why the timer will expire, if it does. */
      readonly expiry: TransitionCause | undefined;
      /** The timer has expired, and the others of the sync group are waited for: why it did. */
      readonly held: TransitionCause | undefined;
      /** The timer has expired, and its link has not proved yet that it receives. */
      readonly awaitsProof: boolean;
      /** The timer has expired, and isolation or witness put the takeover off. */
      readonly waits?: TakeoverWait | undefined;
    }
  | {
      readonly kind: "master";
      /** The next advert, on an absolute schedule that does not drift. */
      readonly advertAt: Instant;
      readonly announcements: AnnouncementSchedule;
      /** After a stall of `gap` nothing is sent before `advertAt`, unless somebody is heard. */
      readonly listens: { readonly gap: Duration } | undefined;
    }
  | { readonly kind: "stopped" };

export interface AnnouncementSchedule {
  /** The delayed second set: when, and how many rounds. */
  readonly secondSet: { readonly at: Instant; readonly repeat: number } | undefined;
  readonly refreshAt: Instant | undefined;
  /** garp_extra_if. */
  readonly extraAt: Instant | undefined;
}

/** A second master is about, as long as evidence keeps coming. */
export interface Conflict {
  readonly evidence: ConflictEvidence;
  /** One advert or claim may be a race that is over; evidence some time later is not. */
  readonly isConfirmed: boolean;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  /** When we last announced because of it, so that two masters do not shout each other down. */
  readonly announcedAt: Instant | undefined;
  /** When to ask the segment again who answers for the address. */
  readonly probeAt: Instant | undefined;
  readonly endsAt: Instant;
}

/** A second address owner: both insist, until the one with the higher address gives in. */
export interface RivalOwner {
  readonly source: IpAddress;
  readonly since: Instant;
  /** We have the priority below the owner's until it is gone. */
  readonly gaveIn: boolean;
}

/** Packet counters with the names of the statistics dump (behaviour: USR2). */
export interface Counters {
  readonly advertsReceived: number;
  readonly advertsSent: number;
  readonly becameMaster: number;
  readonly releasedMaster: number;
  readonly packetLengthErrors: number;
  readonly ttlErrors: number;
  readonly invalidTypeReceived: number;
  readonly advertIntervalErrors: number;
  readonly addressListErrors: number;
  readonly invalidAuthType: number;
  readonly authTypeMismatch: number;
  readonly authFailures: number;
  /** keepalived.conf(5) auth_hmac. */
  readonly hmacMissing: number;
  readonly hmacMalformed: number;
  readonly hmacUnknownKey: number;
  readonly hmacWrongSignature: number;
  readonly hmacStale: number;
  readonly hmacReplayed: number;
  readonly priorityZeroReceived: number;
  readonly priorityZeroSent: number;
  readonly versionErrors: number;
  readonly checksumErrors: number;
  readonly deliveryErrors: number;
  readonly sendErrors: number;
}

export const NO_COUNTS: Counters = Object.freeze({
  advertsReceived: 0,
  advertsSent: 0,
  becameMaster: 0,
  releasedMaster: 0,
  packetLengthErrors: 0,
  ttlErrors: 0,
  invalidTypeReceived: 0,
  advertIntervalErrors: 0,
  addressListErrors: 0,
  invalidAuthType: 0,
  authTypeMismatch: 0,
  authFailures: 0,
  hmacMissing: 0,
  hmacMalformed: 0,
  hmacUnknownKey: 0,
  hmacWrongSignature: 0,
  hmacStale: 0,
  hmacReplayed: 0,
  priorityZeroReceived: 0,
  priorityZeroSent: 0,
  versionErrors: 0,
  checksumErrors: 0,
  deliveryErrors: 0,
  sendErrors: 0,
});

export interface InstanceState {
  readonly phase: Phase;
  readonly assessment: Assessment;
  /** RFC 9568 §6.1 Active_Adver_Interval: ours, or learned from the master in v3. */
  readonly masterAdvertInterval: Duration;
  /** The last accepted master, while backup. */
  readonly master: { readonly address: IpAddress; readonly priority: number } | undefined;
  readonly changedAt: Instant;
  readonly cause: TransitionCause;
  readonly conflict: Conflict | undefined;
  /** Another router that owns the address too. */
  readonly rivalOwner: RivalOwner | undefined;
  /** A kernel refusal keeps the instance in FAULT until then. */
  readonly refused: { readonly cause: FaultCause; readonly retryAt: Instant } | undefined;
  /** What a master that ended on this host has left, before the start. */
  readonly inherits: Inheritance | undefined;
  /** The other router that was heard as master last. */
  readonly peer: KnownPeer | undefined;
  /** Since a switchover it leaves the addresses to a peer. */
  readonly hold: Hold | undefined;
  /** Repairs of what others removed, since when. */
  readonly repairs: { readonly since: Instant; readonly count: number } | undefined;
  /** What follows from isolation and witness: computed by `yielding`, not by the machine. */
  readonly split: Split;
  /** The rest of the sync group is not fit: computed by `sync`, not by the machine. */
  readonly groupFault: FaultCause | undefined;
  /** What keeps others from being heard, or from agreeing. */
  readonly conditions: Conditions;
  /** After a take-over for silence: the segment is asked whether another has the addresses. */
  readonly questions: Questions | undefined;
  /** When any advert of another router arrived last, whatever it was worth. */
  readonly heardAt: Instant | undefined;
  /** Kinds of packet trouble already logged since the last change of state. */
  readonly logged: ReadonlySet<string>;
  /** Send errno being reported, so that a mute instance is said once. */
  readonly sendErrno: number;
  /** Unicast v3 checksum in the pre-1.3.7 form (keepalived.conf(5) old_unicast_checksum). */
  readonly oldChecksum: boolean;
  /** The highest sequence number sent, or heard in an Authentication Header (RFC 2402 §3.3.2). */
  readonly sequence: number;
  /** The newest signed trailers heard: keepalived.conf(5) auth_hmac. */
  readonly heard: HeardSequences;
  readonly counters: Counters;
}

export const stateName = (state: InstanceState): StateName => state.phase.kind;

/** When the instance next wants to be stepped with "timer"; undefined when never. */
export function instanceDeadline(state: InstanceState): Instant | undefined {
  const conflict = earliest(state.conflict?.probeAt, state.conflict?.endsAt);
  const ended =
    state.conflict?.isConfirmed === true
      ? undefined
      : firstEnd(state.conditions, state.masterAdvertInterval);
  const other = earliest(earliest(conflict, ended), state.refused?.retryAt);
  switch (state.phase.kind) {
    case "backup":
      return earliest(state.phase.masterDownAt, other);
    case "master": {
      const announced = announcementDeadline(state.phase.announcements);
      const asked = earliest(state.questions?.at, other);
      return earliest(earliest(state.phase.advertAt, announced), asked);
    }
    case "init":
    case "fault":
    case "stopped":
      return other;
  }
}
