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
  readonly instances: readonly InstanceState[];
  /** `instanceDeadline` of each instance, +Infinity for none: scanned at every step. */
  readonly deadlines: Float64Array;
  readonly network: Network;
  readonly scripts: ReadonlyMap<string, ScriptVerdict>;
  readonly started: boolean;
  /** When the start-up delay ends, while it runs. */
  readonly startAt: Instant | undefined;
}

export interface SystemPacket extends Packet {
  readonly family: Family;
  readonly interfaceIndex: InterfaceIndex;
}

export type SystemInput =
  | { readonly kind: "start" }
  | { readonly kind: "timer" }
  | { readonly kind: "packet"; readonly packet: SystemPacket }
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
  /** A packet for a router id that is not ours. */
  readonly unknownVrid?: number;
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
    instances,
    deadlines: new Float64Array(instances.length).fill(Infinity),
    network: facts.network,
    scripts: facts.scripts,
    started: false,
    startAt: undefined,
  };
}

/** When the system next wants a "timer" input; undefined when never. */
export function systemDeadline(state: SystemState): Instant | undefined {
  let least: number = state.startAt ?? Infinity;
  for (const deadline of state.deadlines) if (deadline < least) least = deadline;
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
        ? { state: { ...state, startAt: after(now, config.startupDelay) }, effects: [] }
        : startAll(config, state, now);
    case "timer":
      return onTimer(config, state, now);
    case "packet":
      return onPacket(config, state, input.packet, now);
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

/** Feeds inputs to instances in order; the array and the deadlines are copied once. */
export function feed(
  config: SystemConfig,
  state: SystemState,
  inputs: readonly (readonly [router: number, input: Input])[],
  now: Instant,
): SystemStep {
  if (inputs.length === 0) return { state, effects: [] };
  const instances = [...state.instances];
  const deadlines = state.deadlines.slice();
  const effects: SystemEffect[] = [];
  for (const [index, input] of inputs) {
    const router = config.routers[index];
    const instance = instances[index];
    if (router === undefined || instance === undefined) continue;
    const next = step(router, instance, input, now);
    instances[index] = next.state;
    deadlines[index] = instanceDeadline(next.state) ?? Infinity;
    for (const effect of next.effects) effects.push({ router: index, effect });
  }
  return { state: { ...state, instances, deadlines }, effects };
}

function startAll(config: SystemConfig, state: SystemState, now: Instant): SystemStep {
  const inputs = everyRouter(state, { kind: "started" });
  return feed(config, { ...state, started: true, startAt: undefined }, inputs, now);
}

function onTimer(config: SystemConfig, state: SystemState, now: Instant): SystemStep {
  if (state.startAt !== undefined && state.startAt <= now) return startAll(config, state, now);
  const due: [number, Input][] = [];
  for (const [index, deadline] of state.deadlines.entries()) {
    if (deadline <= now + SHARED_WAKE_UP) due.push([index, { kind: "timer" }]);
  }
  return feed(config, state, due, now);
}

/**
 * Instances due within this many microseconds are offered the wake-up too: a master may use it (its
 * advert shares the system call), a backup will not (it must not be early).
 */
const SHARED_WAKE_UP = 500;

/** An advert goes to the instance with its router id, family, interface and way of travelling. */
function onPacket(
  config: SystemConfig,
  state: SystemState,
  packet: SystemPacket,
  now: Instant,
): SystemStep {
  const vrid = packet.bytes[1];
  const candidates = vrid === undefined ? undefined : config.byVrid.get(vrid);
  if (candidates === undefined) {
    return vrid === undefined ? { state, effects: [] } : { state, effects: [], unknownVrid: vrid };
  }
  const matching = candidates.filter((index) => concerns(config, state, index, packet));
  const chosen =
    matching.find((index) => config.routers[index]?.peers.has(packet.source)) ?? matching[0];
  return chosen === undefined
    ? { state, effects: [] }
    : feed(config, state, [[chosen, { kind: "packet", packet }]], now);
}

function concerns(
  config: SystemConfig,
  state: SystemState,
  index: number,
  packet: SystemPacket,
): boolean {
  const router = config.routers[index];
  const instance = state.instances[index];
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
    const instances = state.instances.map((instance, index) => ({
      ...instance,
      assessment: assessments[index] ?? instance.assessment,
    }));
    return { state: { ...state, instances }, effects: [] };
  }
  const inputs: [number, Input][] = [];
  for (const [index, assessment] of assessments.entries()) {
    const before = state.instances[index]?.assessment;
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
  return state.instances.map((_, index) => [index, input] as const);
}
