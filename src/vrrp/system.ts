/**
 * All virtual routers of one process as one machine: it hands inputs to the instances they concern,
 * turns facts (links, scripts) into assessments, and keeps the deadlines. Rules that couple
 * instances belong here, over the set of their states.
 */
import type { Family, IpAddress, MacAddress } from "../base/address.ts";
import { unreachable } from "../base/failure.ts";
import { after } from "../base/units.ts";
import type { Duration, Instant, InterfaceIndex } from "../base/units.ts";
import type { Network } from "../track/network.ts";
import { assess } from "./assess.ts";
import type { Facts, ScriptVerdict } from "./assess.ts";
import type { InstanceConfig } from "./config.ts";
import type { FaultCause } from "./events.ts";
import { initialState, step } from "./instance.ts";
import { expectationOf } from "./receive.ts";
import type { Expectation, Packet } from "./receive.ts";
import { instanceDeadline } from "./state.ts";
import type { Assessment, InstanceState } from "./state.ts";
import type { Effect, Input } from "./step.ts";

/** The routers of a process with what is precomputed for them. Position is identity until a reload. */
export interface SystemConfig {
  readonly routers: readonly Expectation[];
  readonly byVrid: ReadonlyMap<number, readonly number[]>;
  readonly virtualAddresses: ReadonlySet<IpAddress>;
  /** vrrp_startup_delay: nothing is done and no advert believed before. */
  readonly startupDelay: Duration;
}

export interface SystemState {
  /** In groups of `GROUP_SIZE`, so that a step copies one group and not a thousand instances. */
  readonly groups: readonly Group[];
  readonly network: Network;
  readonly scripts: ReadonlyMap<string, ScriptVerdict>;
  readonly started: boolean;
  /** When the start-up delay ends, while it runs. */
  readonly startAt: Instant | undefined;
}

/** Some instances, and the earliest of their deadlines: +Infinity for none. */
export interface Group {
  readonly instances: readonly InstanceState[];
  readonly deadline: number;
  /** The earliest end of a backup's wait for its master. */
  readonly takeoverAt: number;
}

const GROUP_SIZE = 16;

export interface SystemPacket extends Packet {
  readonly family: Family;
  readonly interfaceIndex: InterfaceIndex;
}

export type SystemInput =
  | { readonly kind: "start" }
  | { readonly kind: "timer" }
  | { readonly kind: "packets"; readonly packets: readonly SystemPacket[] }
  | { readonly kind: "network"; readonly network: Network }
  | { readonly kind: "script"; readonly name: string; readonly verdict: ScriptVerdict }
  | { readonly kind: "addressLost"; readonly router: number; readonly address: IpAddress }
  | { readonly kind: "refused"; readonly router: number; readonly cause: FaultCause }
  | { readonly kind: "sent"; readonly router: number; readonly errno: number }
  | {
      readonly kind: "neighbour";
      readonly router: number;
      readonly address: IpAddress;
      readonly mac: MacAddress;
      readonly gratuitous: boolean;
    }
  | { readonly kind: "stop" };

export interface SystemEffect {
  readonly router: number;
  readonly effect: Effect;
}

export interface SystemStep {
  readonly state: SystemState;
  readonly effects: readonly SystemEffect[];
  /** Router ids that are not ours, from packets. */
  readonly unknownVrids: readonly number[];
}

export function systemConfig(
  instances: readonly InstanceConfig[],
  startupDelay: Duration,
): SystemConfig {
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
    startupDelay,
  };
}

/** Before "start": every instance in INIT. */
export function initialSystem(
  config: SystemConfig,
  facts: { readonly network: Network; readonly scripts: ReadonlyMap<string, ScriptVerdict> },
  now: Instant,
): SystemState {
  const all: Facts = { ...facts, virtualAddresses: config.virtualAddresses };
  const instances = config.routers.map((router) =>
    initialState(router, assess(router.config, all), now),
  );
  return {
    groups: groupsOf(instances),
    network: facts.network,
    scripts: facts.scripts,
    started: false,
    startAt: undefined,
  };
}

/** All instances in the order of the configuration. */
export const instancesOf = (state: SystemState): readonly InstanceState[] =>
  state.groups.flatMap(({ instances }) => instances);

export const instanceAt = (state: SystemState, index: number): InstanceState | undefined =>
  state.groups[Math.floor(index / GROUP_SIZE)]?.instances[index % GROUP_SIZE];

export function groupsOf(instances: readonly InstanceState[]): readonly Group[] {
  const groups: Group[] = [];
  for (let start = 0; start < instances.length; start += GROUP_SIZE) {
    groups.push(groupOf(instances.slice(start, start + GROUP_SIZE)));
  }
  return groups;
}

/** When the system next wants a "timer" input; undefined when never. */
export function systemDeadline(state: SystemState): Instant | undefined {
  let least: number = state.startAt ?? Infinity;
  for (const { deadline } of state.groups) if (deadline < least) least = deadline;
  return least === Infinity ? undefined : (least as Instant);
}

/** When the first backup would declare its master dead; undefined when none waits. */
export function takeoverDeadline(state: SystemState): Instant | undefined {
  let least = Infinity;
  for (const { takeoverAt } of state.groups) if (takeoverAt < least) least = takeoverAt;
  return least === Infinity ? undefined : (least as Instant);
}

export function stepSystem(
  config: SystemConfig,
  state: SystemState,
  input: SystemInput,
  now: Instant,
): SystemStep {
  switch (input.kind) {
    case "start":
      return config.startupDelay > 0
        ? quiet({ ...state, startAt: after(now, config.startupDelay) })
        : startAll(config, state, now);
    case "timer":
      return onTimer(config, state, now);
    case "packets":
      return onPackets(config, state, input.packets, now);
    case "network":
      return reassess(config, { ...state, network: input.network }, now);
    case "script": {
      const scripts = new Map(state.scripts).set(input.name, input.verdict);
      return reassess(config, { ...state, scripts }, now);
    }
    case "stop":
      return feed(config, state, everyRouter(state, { kind: "stop", removed: false }), now);
    case "addressLost":
    case "refused":
    case "sent":
    case "neighbour":
      return feed(config, state, [[input.router, input]], now);
    default:
      return unreachable(input);
  }
}

/** Feeds inputs to instances in order; each group that is touched is copied once. */
export function feed(
  config: SystemConfig,
  state: SystemState,
  inputs: readonly (readonly [router: number, input: Input])[],
  now: Instant,
): SystemStep {
  if (inputs.length === 0) return quiet(state);
  const open = new Map<number, InstanceState[]>();
  const effects: SystemEffect[] = [];
  for (const [index, input] of inputs) {
    const router = config.routers[index];
    const number = Math.floor(index / GROUP_SIZE);
    const instances = open.get(number) ?? [...(state.groups[number]?.instances ?? [])];
    const instance = instances[index % GROUP_SIZE];
    if (router === undefined || instance === undefined) continue;
    const next = step(router, instance, input, now);
    instances[index % GROUP_SIZE] = next.state;
    open.set(number, instances);
    for (const effect of next.effects) effects.push({ router: index, effect });
  }
  const groups = [...state.groups];
  for (const [number, instances] of open) groups[number] = groupOf(instances);
  return { state: { ...state, groups }, effects, unknownVrids: [] };
}

function groupOf(instances: readonly InstanceState[]): Group {
  let deadline = Infinity;
  let takeoverAt = Infinity;
  for (const instance of instances) {
    deadline = Math.min(deadline, instanceDeadline(instance) ?? Infinity);
    const { phase } = instance;
    if (phase.kind === "backup") takeoverAt = Math.min(takeoverAt, phase.masterDownAt);
  }
  return { instances, deadline, takeoverAt };
}

const quiet = (state: SystemState): SystemStep => ({ state, effects: [], unknownVrids: [] });

function startAll(config: SystemConfig, state: SystemState, now: Instant): SystemStep {
  const inputs = everyRouter(state, { kind: "started" });
  return feed(config, { ...state, started: true, startAt: undefined }, inputs, now);
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
  packets: readonly SystemPacket[],
  now: Instant,
): SystemStep {
  const inputs: [number, Input][] = [];
  const unknownVrids: number[] = [];
  for (const packet of packets) {
    const vrid = packet.bytes[1];
    const candidates = vrid === undefined ? [] : config.byVrid.get(vrid);
    if (candidates === undefined && vrid !== undefined) unknownVrids.push(vrid);
    const router = routerFor(config, state, packet, candidates ?? []);
    if (router !== undefined) inputs.push([router, { kind: "packet", packet }]);
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
  const { interfaceIndex } = instance.assessment;
  return interfaceIndex === undefined || interfaceIndex === packet.interfaceIndex;
}

/** New facts: only instances whose assessment changed are told. */
function reassess(config: SystemConfig, state: SystemState, now: Instant): SystemStep {
  const facts: Facts = {
    network: state.network,
    scripts: state.scripts,
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
    a.faults.length === b.faults.length &&
    (a.faults.length === 0 || JSON.stringify(a.faults) === JSON.stringify(b.faults))
  );
}

function everyRouter(state: SystemState, input: Input): readonly (readonly [number, Input])[] {
  return instancesOf(state).map((_, index) => [index, input] as const);
}
