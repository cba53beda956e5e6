/**
 * The one state tree. Everything a user sees (status, dumps, JSON, metrics) is a view of this. The
 * VRRP process sends it to the parent at each change and from time to time; it is plain data.
 */
import type { IpAddress } from "../base/address.ts";
import type { Sign } from "../vrrp/conditions.ts";
import type { WitnessVerdict } from "../track/witness.ts";
import type { FaultCause, StateName, TransitionCause, VrrpEvent } from "../vrrp/events.ts";
import type { Counters, Conflict } from "../vrrp/state.ts";
import type { GroupStateName } from "../vrrp/step.ts";

export interface InstanceSnapshot {
  readonly name: string;
  readonly interfaceName: string | undefined;
  readonly vrid: number;
  readonly family: "ipv4" | "ipv6";
  readonly version: 2 | 3;
  readonly state: StateName;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly cause: TransitionCause;
  readonly basePriority: number;
  readonly effectivePriority: number;
  readonly preempt: boolean;
  readonly advertIntervalUs: number;
  readonly masterAdvertIntervalUs: number;
  readonly masterDownIntervalUs: number;
  readonly sourceAddress: string | undefined;
  /** As `A/len`; `installed` tells whether they are on the interface now. */
  readonly addresses: readonly string[];
  readonly excludedAddresses: readonly string[];
  readonly installed: boolean;
  readonly faults: readonly FaultCause[];
  /** The targets of its isolation_check, while none of them answers. */
  readonly isolatedFrom?: readonly string[];
  readonly conflict:
    | (Pick<Conflict, "evidence"> & { readonly firstSeen: number; readonly lastSeen: number })
    | undefined;
  readonly master: { readonly address: string; readonly priority: number } | undefined;
  /** The other router that was heard as master last; `heardAt` in milliseconds since 1970. */
  readonly peer?:
    | { readonly address: IpAddress; readonly priority: number; readonly heardAt: number }
    | undefined;
  /** After a switchover: a peer is waited for, or has the addresses and is not preempted. */
  readonly hold?: "handing" | "following" | undefined;
  readonly sendErrno: number;
  /** What keeps others from being heard, or from agreeing; the oldest first. */
  readonly conditions?: readonly ConditionSnapshot[] | undefined;
  /** Added by the parent, which looks at the firewall. */
  readonly culprit?: FirewallCulprit | undefined;
  /** It waits for a sign that its link receives, until then (milliseconds since 1970). */
  readonly proof?: { readonly interfaceName: string; readonly until: number } | undefined;
  /** Milliseconds since 1970 when it acts by itself: its next advert, or the end of its patience. */
  readonly actsAt: number | undefined;
  /** A firewall keeps packets from its addresses. */
  readonly isShielded: boolean;
  /** Of the last advert sent. */
  readonly sequence: number;
  /** How long the addresses outlive the daemon; undefined is for ever. */
  readonly leaseUs: number | undefined;
  readonly counters: Counters;
}

/** A condition; times are milliseconds since 1970. */
export type ConditionSnapshot = Sign & {
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly count: number;
};

/** The rule of this machine's firewall that makes an instance mute or deaf. */
export interface FirewallCulprit {
  readonly condition: "mute" | "deaf";
  readonly rule: string;
}

/** What the VRRP process knows. */
export interface VrrpSnapshot {
  readonly pid: number;
  /** Milliseconds since 1970 when this was taken. */
  readonly takenAt: number;
  readonly instances: readonly InstanceSnapshot[];
  readonly interfaces: readonly InterfaceSnapshot[];
  readonly syncGroups: readonly SyncGroupSnapshot[];
  readonly sockets: readonly SocketSnapshot[];
}

export interface SyncGroupSnapshot {
  readonly name: string;
  readonly state: GroupStateName;
}

/** A pair of sockets that adverts travel through. */
export interface SocketSnapshot {
  readonly family: "ipv4" | "ipv6";
  readonly protocol: "vrrp" | "ah";
  readonly interfaceName: string | undefined;
  /** The multicast group, or undefined for unicast. */
  readonly group: string | undefined;
  readonly bindAddress: string | undefined;
  readonly receiveBufferBytes: number | undefined;
  readonly descriptors: readonly [receive: number, send: number];
  /** The instances that share it. */
  readonly instances: readonly string[];
}

export interface InterfaceSnapshot {
  readonly name: string;
  readonly index: number;
  readonly up: boolean;
  readonly mtu: number;
  readonly mac: string | undefined;
  readonly broadcastMac: string | undefined;
  /** IFF_* (linux/if.h). */
  readonly flags: number;
  /** ARPHRD_* (linux/if_arp.h). */
  readonly hardwareType: number;
  readonly addresses: readonly string[];
}

/** The last result of a check script, as the parent ran it. */
export interface ScriptSnapshot {
  readonly name: string;
  readonly command: string;
  readonly status: "unknown" | "good" | "bad";
  readonly runs: number;
  readonly skipped: number;
  readonly lastRun:
    | {
        /** Milliseconds since 1970. */
        readonly startedAt: number;
        readonly durationMs: number;
        /** "exit 0", "signal 9", "timed out", "could not start: …". */
        readonly outcome: string;
        readonly output: string;
      }
    | undefined;
}

/** What is known of a tracked file or process, as the parent sees it. */
export type TrackerSnapshot =
  | {
      readonly kind: "file";
      readonly name: string;
      readonly path: string;
      readonly value: number;
      /** Why the value is 0 although the file does not say so. */
      readonly trouble: "empty" | "missing" | "invalid" | "outOfRange" | "refused" | undefined;
    }
  | {
      readonly kind: "process";
      readonly name: string;
      readonly command: string;
      readonly count: number;
      readonly verdict: "good" | "bad";
      /** A delay runs, after which the verdict turns. */
      readonly isTurning: boolean;
    }
  | {
      readonly kind: "witness";
      /** Of the instance. */
      readonly name: string;
      readonly urls: readonly string[];
      readonly verdict: WitnessVerdict;
      /** Milliseconds since 1970. */
      readonly answeredAt: number | undefined;
      /** Why the last question had no answer. */
      readonly trouble: string | undefined;
    };

/** An entry of the journal. */
export interface JournalEntry {
  readonly at: number;
  readonly entry: VrrpEvent | { readonly text: string };
}

export interface SyncGroupView extends SyncGroupSnapshot {
  readonly members: readonly string[];
}

/** What an instance puts in while it is master, as Keepalived writes it. */
export interface RoutingView {
  readonly instance: string;
  readonly routes: readonly string[];
  readonly rules: readonly string[];
}

export interface DaemonSnapshot {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  /** How often the program has been replaced since, by `restart --keep`. */
  readonly restarts?: number | undefined;
  readonly configFile: string;
  /** Whether the configuration asks for a VRRP process. */
  readonly wantsVrrp: boolean;
  /** Undefined while that process starts, and when there is none. */
  readonly vrrp: VrrpSnapshot | undefined;
  readonly scripts: readonly ScriptSnapshot[];
  /** Files and processes. */
  readonly trackers: readonly TrackerSnapshot[];
  readonly syncGroups: readonly SyncGroupView[];
  /** Of the instances that have any. */
  readonly routing: readonly RoutingView[];
  readonly journal: readonly JournalEntry[];
}
