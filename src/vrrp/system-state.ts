/**
 * All virtual routers of one process as data: what they are, where they stand, and one input after
 * another fed to them. Who is told what is decided in `system.ts`.
 */
import type { IpAddress } from "../base/address.ts";
import { after } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import type { Network } from "../track/network.ts";
import type { Verdicts } from "../track/verdicts.ts";
import { step } from "./instance.ts";
import type { Expectation } from "./receive.ts";
import { instanceDeadline } from "./state.ts";
import type { InstanceState } from "./state.ts";
import type { Effect, GroupStateName, Input } from "./step.ts";
import type { SyncGroup } from "./sync.ts";

/** The routers of a process with what is precomputed for them. Position is identity until a reload. */
export interface SystemConfig {
  readonly routers: readonly Expectation[];
  readonly byVrid: ReadonlyMap<number, readonly number[]>;
  readonly virtualAddresses: ReadonlySet<IpAddress>;
  readonly syncGroups: readonly SyncGroup[];
  /** The sync group of each router, by position. */
  readonly syncGroupOf: ReadonlyMap<number, number>;
  /** vrrp_startup_delay: nothing is done and no advert believed before. */
  readonly startupDelay: Duration;
  /** vrrp_delay_after_boot, as the time before which no instance starts. */
  readonly notBefore: Instant | undefined;
}

export interface SystemState {
  /** In groups of `GROUP_SIZE`, so that a step copies one group and not a thousand instances. */
  readonly groups: readonly Group[];
  readonly network: Network;
  readonly verdicts: Verdicts;
  readonly started: boolean;
  /** What each sync group was last notified of, by position. */
  readonly groupStates: readonly GroupStateName[];
  /** When it was told to start. */
  readonly launchedAt: Instant;
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

/** Instances in a group. */
export const GROUP_SIZE = 16;

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

export type Inputs = readonly (readonly [router: number, input: Input])[];

/** Each group of instances that is touched is copied once. */
export function feedEach(
  config: SystemConfig,
  state: SystemState,
  inputs: Inputs,
  now: Instant,
): SystemStep {
  if (inputs.length === 0) return { state, effects: [], unknownVrids: [] };
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

/** When instances may start that were told to at `launchedAt`. */
export function startTime(
  { startupDelay, notBefore }: Pick<SystemConfig, "startupDelay" | "notBefore">,
  launchedAt: Instant,
): Instant {
  const delayed = after(launchedAt, startupDelay);
  return notBefore !== undefined && notBefore > delayed ? notBefore : delayed;
}
