/** The VRRP process's part of the state tree, made from the machine's state. */
import { between, toMilliseconds } from "../../base/units.ts";
import type { Instant, InterfaceIndex } from "../../base/units.ts";
import type {
  ConditionSnapshot,
  InstanceSnapshot,
  InterfaceSnapshot,
  SocketSnapshot,
  SyncGroupSnapshot,
  VrrpSnapshot,
} from "../../report/state.ts";
import type { LinkInfo } from "../../sys/ports.ts";
import type { Network } from "../../track/network.ts";
import type { VirtualAddress } from "../../vrrp/config.ts";
import { activeFaults } from "../../vrrp/faults.ts";
import type { Expectation } from "../../vrrp/receive.ts";
import type { InstanceState } from "../../vrrp/state.ts";
import { stateName } from "../../vrrp/state.ts";
import { instanceAt } from "../../vrrp/system-state.ts";
import type { SystemConfig, SystemState } from "../../vrrp/system-state.ts";
import { masterDownInterval } from "../../vrrp/timing.ts";
import type { OpenSocket } from "./advert-sockets.ts";
import type { RouterResources } from "./resources.ts";

/** Turns points on the monotonic clock into milliseconds since 1970. */
export interface WallClock {
  readonly now: Instant;
  readonly wallMs: number;
}

export const wallTime = (clock: WallClock, at: Instant): number =>
  Math.round(clock.wallMs - toMilliseconds(between(at, clock.now)));

/** Everything, but for the number of the process. */
export function systemSnapshot({
  config,
  state,
  resources,
  clock,
}: {
  readonly config: SystemConfig;
  readonly state: SystemState;
  readonly resources: RouterResources;
  readonly clock: WallClock;
}): VrrpSnapshot {
  const { table } = resources;
  return {
    pid: 0,
    takenAt: clock.wallMs,
    instances: config.routers.flatMap((router, index) => {
      const instance = instanceAt(state, index);
      const held = {
        addresses: resources.installed(index),
        isShielded: resources.isShielded(router.config.name, index),
      };
      return instance === undefined ? [] : [instanceSnapshot(router, instance, held, clock)];
    }),
    interfaces: interfaceSnapshots(table.network, (index) => table.link(index)),
    syncGroups: syncGroupSnapshots(config, state),
    sockets: socketSnapshots(resources.openSockets(), config),
  };
}

/** What the kernel holds for an instance now. */
export interface HeldFacts {
  readonly addresses: number;
  readonly isShielded: boolean;
}

export function instanceSnapshot(
  router: Expectation,
  state: InstanceState,
  held: HeldFacts,
  clock: WallClock,
): InstanceSnapshot {
  const { config } = router;
  const { assessment, conflict, masterAdvertInterval } = state;
  return {
    name: config.name,
    interfaceName: config.interfaceName,
    vrid: config.vrid,
    family: config.family,
    version: config.version,
    state: stateName(state),
    since: wallTime(clock, state.changedAt),
    cause: state.cause,
    basePriority: config.priority,
    effectivePriority: assessment.effectivePriority,
    preempt: config.preempt,
    advertIntervalUs: config.advertInterval,
    masterAdvertIntervalUs: masterAdvertInterval,
    masterDownIntervalUs: masterDownInterval(
      config,
      assessment.effectivePriority,
      masterAdvertInterval,
    ),
    sourceAddress: assessment.source,
    addresses: config.addresses.map(addressText),
    excludedAddresses: config.excludedAddresses.map(addressText),
    installed: held.addresses > 0,
    faults: activeFaults(state),
    ...(assessment.isolation === "isolated" && { isolatedFrom: config.isolation?.targets ?? [] }),
    conflict:
      conflict?.isConfirmed !== true
        ? undefined
        : {
            evidence: conflict.evidence,
            firstSeen: wallTime(clock, conflict.firstSeen),
            lastSeen: wallTime(clock, conflict.lastSeen),
          },
    master: state.master,
    peer: state.peer && { ...state.peer, heardAt: wallTime(clock, state.peer.heardAt) },
    hold: state.hold?.kind,
    sendErrno: state.sendErrno,
    conditions: conditionSnapshots(state, clock),
    proof: proofOf(router, state, clock),
    actsAt: actsAt(state, clock),
    isShielded: held.isShielded,
    sequence: state.sequence,
    leaseUs: config.lease,
    counters: state.counters,
  };
}

const conditionSnapshots = (
  { conditions }: InstanceState,
  clock: WallClock,
): readonly ConditionSnapshot[] =>
  conditions.map(({ kind, source, mac, detail, count, firstSeen, lastSeen }) => ({
    ...{ kind, source, mac, detail, count },
    firstSeen: wallTime(clock, firstSeen),
    lastSeen: wallTime(clock, lastSeen),
  }));

function proofOf(
  { config }: Expectation,
  { phase, assessment }: InstanceState,
  clock: WallClock,
): InstanceSnapshot["proof"] {
  const { interfaceName } = config;
  const until = assessment.unprovenUntil;
  const isWaiting = phase.kind === "backup" && phase.awaitsProof;
  if (!isWaiting || interfaceName === undefined || until === undefined) return undefined;
  return { interfaceName, until: wallTime(clock, until) };
}

function actsAt({ phase }: InstanceState, clock: WallClock): number | undefined {
  if (phase.kind === "backup") return wallTime(clock, phase.masterDownAt);
  return phase.kind === "master" ? wallTime(clock, phase.advertAt) : undefined;
}

export const interfaceSnapshots = (
  network: Network,
  linkOf: (index: InterfaceIndex) => LinkInfo | undefined,
): readonly InterfaceSnapshot[] =>
  [...network.values()].map(({ name, index, up, mtu, addresses }) => {
    const link = linkOf(index);
    return {
      name,
      index,
      up,
      mtu,
      mac: link?.mac,
      broadcastMac: link?.broadcastMac,
      flags: link?.flags ?? 0,
      hardwareType: link?.hardwareType ?? 0,
      addresses: addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`),
    };
  });

export const syncGroupSnapshots = (
  { syncGroups }: SystemConfig,
  { groupStates }: SystemState,
): readonly SyncGroupSnapshot[] =>
  syncGroups.map(({ config }, position) => ({
    name: config.name,
    state: groupStates[position] ?? "init",
  }));

export const socketSnapshots = (
  open: readonly OpenSocket[],
  { routers }: SystemConfig,
): readonly SocketSnapshot[] =>
  open.map(({ options, descriptors, users }) => ({
    family: options.family,
    protocol: options.protocol,
    interfaceName: options.interfaceName,
    group: options.group,
    bindAddress: options.bindAddress,
    receiveBufferBytes: options.receiveBufferBytes,
    descriptors,
    instances: users.flatMap((router) => routers[router]?.config.name ?? []),
  }));

const addressText = ({ address, prefixLength }: VirtualAddress): string =>
  `${address}/${prefixLength}`;
