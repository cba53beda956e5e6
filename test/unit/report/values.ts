/** Snapshots and events for tests of words. */
import { address, instanceFrom, modelOf, parseWords } from "../../sim/model.ts";
import type { Model } from "../../../src/config/model.ts";
import type { DaemonSnapshot, InstanceSnapshot } from "../../../src/report/state.ts";
import { NO_COUNTS } from "../../../src/vrrp/state.ts";

/** 2026-11-22 12:03:27 UTC. */
export const SINCE = Date.UTC(2026, 10, 22, 12, 3, 27);
export const NOW = SINCE + 245_000;

/** The rest of a snapshot, where nothing is to be seen of it. */
export const NO_NETWORK = { interfaces: [], syncGroups: [], sockets: [] } as const;

export const peer = address("10.0.0.2");

export function model(words: readonly string[]): Model {
  return modelOf([instanceFrom(parseWords(words))]);
}

export function instance(changes: Partial<InstanceSnapshot> = {}): InstanceSnapshot {
  return {
    name: "VI_1",
    interfaceName: "eth0",
    vrid: 50,
    family: "ipv4",
    version: 2,
    state: "backup",
    since: SINCE,
    cause: { kind: "higherPriority", source: peer, priority: 150, ours: 100 },
    basePriority: 100,
    effectivePriority: 100,
    preempt: true,
    advertIntervalUs: 1_000_000,
    masterAdvertIntervalUs: 1_000_000,
    masterDownIntervalUs: 3_609_375,
    sourceAddress: "10.0.0.1",
    addresses: ["10.0.0.3/32"],
    excludedAddresses: [],
    installed: false,
    faults: [],
    conflict: undefined,
    master: { address: "10.0.0.2", priority: 150 },
    sendErrno: 0,
    sequence: 1,
    leaseUs: 4_000_000,
    actsAt: undefined,
    isShielded: false,
    counters: NO_COUNTS,
    ...changes,
  };
}

export function daemon(
  instances: readonly InstanceSnapshot[],
  changes: Partial<DaemonSnapshot> = {},
): DaemonSnapshot {
  return {
    version: "0.1.0",
    pid: 100,
    startedAt: SINCE - 7_500_000,
    configFile: "/etc/keepalived/keepalived.conf",
    wantsVrrp: true,
    vrrp: { pid: 101, takenAt: NOW, instances, ...NO_NETWORK },
    scripts: [],
    trackers: [],
    syncGroups: [],
    routing: [],
    journal: [],
    ...changes,
  };
}
