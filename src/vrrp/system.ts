/**
 * All virtual routers of one process as one machine: it hands inputs to the instances they concern,
 * turns facts (links, scripts) into assessments, and keeps the deadlines. Rules that couple
 * instances belong here, over the set of their states.
 */
import type { Family, IpAddress, MacAddress } from "../base/address.ts";
import { unreachable } from "../base/failure.ts";
import type { Duration, Instant, InterfaceIndex } from "../base/units.ts";
import { vrfOf } from "../track/network.ts";
import type { Network } from "../track/network.ts";
import { withUpdate } from "../track/verdicts.ts";
import type { TrackerUpdate, Verdicts } from "../track/verdicts.ts";
import type { Inheritance } from "./adoption.ts";
import { assess } from "./assess.ts";
import type { Facts } from "./assess.ts";
import type { InstanceConfig, SyncGroupConfig } from "./config.ts";
import type { Culprit, FaultCause, LostRoute } from "./events.ts";
import { initialState } from "./instance.ts";
import { expectationOf } from "./receive.ts";
import type { Packet } from "./receive.ts";
import { instanceDeadline } from "./state.ts";
import type { Assessment } from "./state.ts";
import type { Input } from "./step.ts";
import { synchronise, withGroupFaults } from "./synchronise.ts";
import {
  GROUP_SIZE,
  feedEach,
  groupsOf,
  instanceAt,
  instancesOf,
  startTime,
} from "./system-state.ts";
import type { Inputs, SystemConfig, SystemState, SystemStep } from "./system-state.ts";

export interface SystemPacket extends Packet {
  readonly family: Family;
  readonly interfaceIndex: InterfaceIndex;
  /** The VRF it was heard in, when by a socket that listens to all of one. */
  readonly vrf?: InterfaceIndex | undefined;
}

export type SystemInput =
  | { readonly kind: "start" }
  | { readonly kind: "timer" }
  | {
      readonly kind: "packets";
      readonly packets: readonly SystemPacket[];
      /** Milliseconds since 1970 at which they were read. */
      readonly wallClock: number;
    }
  | { readonly kind: "network"; readonly network: Network }
  | { readonly kind: "tracker"; readonly update: TrackerUpdate }
  | {
      readonly kind: "addressLost";
      readonly router: number;
      readonly address: IpAddress;
      readonly by?: Culprit | undefined;
    }
  | { readonly kind: "leaseExpired"; readonly router: number; readonly late: Duration }
  /** The machine slept that long. */
  | { readonly kind: "slept"; readonly slept: Duration }
  | { readonly kind: "routeLost"; readonly router: number; readonly lost: LostRoute }
  | { readonly kind: "refused"; readonly router: number; readonly cause: FaultCause }
  | { readonly kind: "sent"; readonly router: number; readonly errno: number }
  | {
      readonly kind: "neighbour";
      readonly router: number;
      readonly address: IpAddress;
      readonly mac: MacAddress;
      readonly gratuitous: boolean;
    }
  /** The instances of an operator's switchover, or of the end of one. */
  | { readonly kind: "handOver" | "release"; readonly routers: readonly number[] }
  | { readonly kind: "leave" }
  | { readonly kind: "stop" };

/** By position of their instances. */
export type Inheritances = ReadonlyMap<number, Inheritance>;

/** What a process is configured with. */
export interface SystemSettings {
  readonly instances: readonly InstanceConfig[];
  readonly syncGroups: readonly SyncGroupConfig[];
  readonly startupDelay: Duration;
  readonly notBefore?: Instant | undefined;
}

export function systemConfig(settings: SystemSettings): SystemConfig {
  const { instances, startupDelay, notBefore } = settings;
  const byVrid = new Map<number, number[]>();
  for (const [index, { vrid }] of instances.entries()) {
    byVrid.set(vrid, [...(byVrid.get(vrid) ?? []), index]);
  }
  const addresses = instances.flatMap((config) => [
    ...config.addresses,
    ...config.excludedAddresses,
  ]);
  return {
    routers: instances.map(expectationOf),
    byVrid,
    virtualAddresses: new Set(addresses.map(({ address }) => address)),
    ...syncGroupIndex(settings),
    startupDelay,
    notBefore,
  };
}

function syncGroupIndex({
  instances,
  syncGroups,
}: SystemSettings): Pick<SystemConfig, "syncGroups" | "syncGroupOf"> {
  const positions = new Map(instances.map(({ name }, index) => [name, index]));
  const groups = syncGroups.map((config) => ({
    config,
    members: config.members.flatMap((name) => positions.get(name) ?? []),
  }));
  const groupOfRouter = groups.flatMap(({ members }, group) =>
    members.map((router) => [router, group] as const),
  );
  return { syncGroups: groups, syncGroupOf: new Map(groupOfRouter) };
}

/** Before "start": every instance in INIT. */
export function initialSystem(
  config: SystemConfig,
  facts: { readonly network: Network; readonly verdicts: Verdicts },
  now: Instant,
): SystemState {
  const all: Facts = { ...facts, virtualAddresses: config.virtualAddresses };
  const instances = config.routers.map((router) =>
    initialState(router, assess(router.config, all), now),
  );
  return {
    groups: groupsOf(instances),
    network: facts.network,
    verdicts: facts.verdicts,
    started: false,
    groupStates: config.syncGroups.map(() => "init"),
    launchedAt: now,
    startAt: undefined,
  };
}

/** Before "start": what masters that ended on this host have left. */
export function inherit(state: SystemState, inherited: Inheritances): SystemState {
  const heirs = instancesOf(state).map((each, index) => ({
    ...each,
    inherits: inherited.get(index),
  }));
  return { ...state, groups: groupsOf(heirs) };
}

export function stepSystem(
  config: SystemConfig,
  state: SystemState,
  input: SystemInput,
  now: Instant,
): SystemStep {
  switch (input.kind) {
    case "start": {
      const startAt = startTime(config, now);
      return startAt > now
        ? quiet({ ...state, launchedAt: now, startAt })
        : startAll(config, state, now);
    }
    case "timer":
      return onTimer(config, state, now);
    case "packets":
      return onPackets(config, state, input, now);
    case "network":
      return reassess(config, { ...state, network: input.network }, now);
    case "tracker":
      return reassess(
        config,
        { ...state, verdicts: withUpdate(state.verdicts, input.update) },
        now,
      );
    case "stop":
      return feed(config, state, everyRouter(state, { kind: "stop", removed: false }), now);
    case "slept":
    case "leave":
      return feed(config, state, everyRouter(state, input), now);
    case "handOver":
    case "release": {
      const { kind, routers } = input;
      return feed(
        config,
        state,
        routers.map((router) => [router, { kind }] as const),
        now,
      );
    }
    case "addressLost":
    case "leaseExpired":
    case "routeLost":
    case "refused":
    case "sent":
    case "neighbour":
      return feed(config, state, [[input.router, input]], now);
    default:
      return unreachable(input);
  }
}

/** Feeds inputs to instances in order, and then to those that must follow them. */
export function feed(
  config: SystemConfig,
  state: SystemState,
  inputs: Inputs,
  now: Instant,
): SystemStep {
  const first = feedEach(config, state, inputs, now);
  return config.syncGroups.length === 0
    ? first
    : synchronise(config, { before: state, step: first, inputs }, now);
}

const quiet = (state: SystemState): SystemStep => ({ state, effects: [], unknownVrids: [] });

function startAll(config: SystemConfig, state: SystemState, now: Instant): SystemStep {
  const started = { ...state, started: true, startAt: undefined };
  // What a sync group waits for is known before its first member starts.
  const ready = withGroupFaults(config, started);
  return feed(config, ready, everyRouter(state, { kind: "started" }), now);
}

function onTimer(config: SystemConfig, state: SystemState, now: Instant): SystemStep {
  if (state.startAt !== undefined && state.startAt <= now) return startAll(config, state, now);
  const due: [number, Input][] = [];
  for (const [number, { instances, deadline }] of state.groups.entries()) {
    if (deadline > now + SHARED_WAKE_UP) continue;
    for (const [place, instance] of instances.entries()) {
      const own = instanceDeadline(instance);
      if (own !== undefined && own <= now + SHARED_WAKE_UP) {
        due.push([number * GROUP_SIZE + place, { kind: "timer" }]);
      }
    }
  }
  return feed(config, state, due, now);
}

/**
 * Instances due within this many microseconds are offered the wake-up too: a master may use it (its
 * advert shares the system call), a backup will not (it must not be early).
 */
const SHARED_WAKE_UP = 500;

function onPackets(
  config: SystemConfig,
  state: SystemState,
  { packets, wallClock }: Extract<SystemInput, { kind: "packets" }>,
  now: Instant,
): SystemStep {
  const inputs: [number, Input][] = [];
  const unknownVrids: number[] = [];
  for (const packet of packets) {
    const vrid = packet.bytes[1];
    const candidates = vrid === undefined ? [] : config.byVrid.get(vrid);
    if (candidates === undefined && vrid !== undefined) unknownVrids.push(vrid);
    const router = routerFor(config, state, packet, candidates ?? []);
    if (router !== undefined) inputs.push([router, { kind: "packet", packet, wallClock }]);
  }
  return { ...feed(config, state, inputs, now), unknownVrids };
}

/** The instance with the packet's router id, family, interface, and peer where that tells. */
function routerFor(
  config: SystemConfig,
  state: SystemState,
  packet: SystemPacket,
  candidates: readonly number[],
): number | undefined {
  const matching = candidates.filter((index) => concerns(config, state, index, packet));
  return matching.length < 2
    ? matching[0]
    : (matching.find((index) => config.routers[index]?.peers.has(packet.source)) ?? matching[0]);
}

function concerns(
  config: SystemConfig,
  state: SystemState,
  index: number,
  packet: SystemPacket,
): boolean {
  const router = config.routers[index];
  const instance = instanceAt(state, index);
  if (router?.config.family !== packet.family || instance === undefined) return false;
  const { interfaceName, vrf } = router.config;
  const { interfaceIndex } = instance.assessment;
  if (vrf !== undefined) return packet.vrf !== undefined && packet.vrf === interfaceIndex;
  if (packet.vrf !== undefined) return false;
  // A socket for no interface hears all VRFs too (sysctl net.ipv4.raw_l3mdev_accept).
  if (interfaceName === undefined) return vrfOf(state.network, packet.interfaceIndex) === undefined;
  return interfaceIndex === undefined || interfaceIndex === packet.interfaceIndex;
}

/** New facts: only instances whose assessment changed are told. */
function reassess(config: SystemConfig, state: SystemState, now: Instant): SystemStep {
  const facts: Facts = {
    network: state.network,
    verdicts: state.verdicts,
    virtualAddresses: config.virtualAddresses,
  };
  const assessments = config.routers.map((router) => assess(router.config, facts));
  if (!state.started) {
    const instances = instancesOf(state).map((instance, index) => ({
      ...instance,
      assessment: assessments[index] ?? instance.assessment,
    }));
    return quiet({ ...state, groups: groupsOf(instances) });
  }
  const inputs: [number, Input][] = [];
  for (const [index, assessment] of assessments.entries()) {
    const before = instanceAt(state, index)?.assessment;
    if (before !== undefined && !sameAssessment(before, assessment)) {
      inputs.push([index, { kind: "assessed", assessment }]);
    }
  }
  return feed(config, state, inputs, now);
}

function sameAssessment(a: Assessment, b: Assessment): boolean {
  return (
    a.effectivePriority === b.effectivePriority &&
    a.source === b.source &&
    a.interfaceIndex === b.interfaceIndex &&
    a.unprovenUntil === b.unprovenUntil &&
    a.isolation === b.isolation &&
    sameVerdict(a.witness, b.witness) &&
    a.faults.length === b.faults.length &&
    (a.faults.length === 0 || JSON.stringify(a.faults) === JSON.stringify(b.faults))
  );
}

const sameVerdict = (a: Assessment["witness"], b: Assessment["witness"]): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

function everyRouter(state: SystemState, input: Input): readonly (readonly [number, Input])[] {
  return instancesOf(state).map((_, index) => [index, input] as const);
}
