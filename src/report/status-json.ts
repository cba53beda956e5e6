/**
 * `keepalived status --json`: a stable layout, described in the user documentation. Fields are only
 * ever added; `format` would change with anything else.
 */
import { renderCause, renderErrno, renderEvidence, renderFault } from "./causes.ts";
import { conditionViews } from "./conditions.ts";
import { orderOf } from "./planned-lines.ts";
import type { DaemonSnapshot, InstanceSnapshot, ScriptSnapshot } from "./state.ts";

export const STATUS_FORMAT = 1;

export function renderStatusJson(daemon: DaemonSnapshot): string {
  const { vrrp, scripts } = daemon;
  const view = {
    format: STATUS_FORMAT,
    version: daemon.version,
    pid: daemon.pid,
    startedAtMs: daemon.startedAt,
    restarts: daemon.restarts ?? 0,
    configFile: daemon.configFile,
    vrrpPid: vrrp?.pid ?? null,
    takenAtMs: vrrp?.takenAt ?? null,
    instances: (vrrp?.instances ?? []).map((instance) => instanceView(instance, daemon)),
    interfaces: vrrp?.interfaces ?? [],
    checks: scripts.map(checkView),
    trackers: daemon.trackers,
    syncGroups: daemon.syncGroups,
  };
  return `${JSON.stringify(view, null, 2)}\n`;
}

function instanceView(
  instance: InstanceSnapshot,
  { syncGroups, routing }: DaemonSnapshot,
): unknown {
  const group = syncGroups.find(({ members }) => members.includes(instance.name));
  const own = routing.find((each) => each.instance === instance.name);
  const { conflict, sendErrno } = instance;
  return {
    name: instance.name,
    interface: instance.interfaceName ?? null,
    vrid: instance.vrid,
    family: instance.family,
    version: instance.version,
    state: instance.state,
    sinceMs: instance.since,
    why: renderCause(instance.cause),
    cause: instance.cause,
    priority: instance.basePriority,
    effectivePriority: instance.effectivePriority,
    preempt: instance.preempt,
    advertIntervalMs: instance.advertIntervalUs / 1_000,
    masterDownMs: instance.masterDownIntervalUs / 1_000,
    sourceAddress: instance.sourceAddress ?? null,
    addresses: instance.addresses,
    excludedAddresses: instance.excludedAddresses,
    addressesInstalled: instance.installed,
    leaseMs: instance.leaseUs === undefined ? null : instance.leaseUs / 1_000,
    syncGroup: group?.name ?? null,
    routes: own?.routes ?? [],
    rules: own?.rules ?? [],
    master: instance.master ?? null,
    faults: instance.faults.map((fault) => ({ ...fault, text: renderFault(fault) })),
    maintenance: maintenanceView(instance),
    hold: instance.hold ?? null,
    peer: instance.peer ?? null,
    conflict:
      conflict === undefined
        ? null
        : {
            text: renderEvidence(conflict.evidence),
            evidence: conflict.evidence,
            firstSeenMs: conflict.firstSeen,
            lastSeenMs: conflict.lastSeen,
          },
    conditions: conditionViews(instance),
    receiveProof:
      instance.proof === undefined
        ? null
        : { interface: instance.proof.interfaceName, untilMs: instance.proof.until },
    sendError: sendErrno === 0 ? null : renderErrno(sendErrno),
    counters: instance.counters,
  };
}

function maintenanceView(instance: InstanceSnapshot): unknown {
  const order = orderOf(instance);
  if (order === undefined) return null;
  const { since, until, reason, by } = order;
  return { sinceMs: since, untilMs: until ?? null, reason: reason ?? null, by: by ?? null };
}

function checkView({ name, command, status, runs, skipped, lastRun }: ScriptSnapshot): unknown {
  return {
    name,
    command,
    status,
    runs,
    skipped,
    lastRun:
      lastRun === undefined
        ? null
        : {
            startedAtMs: lastRun.startedAt,
            durationMs: lastRun.durationMs,
            outcome: lastRun.outcome,
            output: lastRun.output,
          },
  };
}
