/**
 * A new configuration for a running system. Instances are matched by what they are (router id,
 * family, interface, way of travelling), not by name; what did not change is not touched.
 */
import { after, between, seconds } from "../base/units.ts";
import type { Instant } from "../base/units.ts";
import { announceNow } from "./announce.ts";
import { assess } from "./assess.ts";
import type { InstanceConfig, VirtualAddress } from "./config.ts";
import { initialState, step } from "./instance.ts";
import type { Expectation } from "./receive.ts";
import type { Assessment, InstanceState, Phase } from "./state.ts";
import type { Effect, Input } from "./step.ts";
import { withGroupFaults } from "./synchronise.ts";
import { groupsOf, instancesOf, startTime } from "./system-state.ts";
import type { SystemConfig, SystemEffect, SystemState } from "./system-state.ts";
import { feed } from "./system.ts";
import { masterDownInterval, skewTime } from "./timing.ts";
import { sendAdvert } from "./transitions.ts";

/** What a reload does, in the order to do it. */
export interface Reload {
  readonly state: SystemState;
  /** For instances that are gone; positions in the old configuration. */
  readonly farewells: readonly SystemEffect[];
  /** Positions in the new configuration. */
  readonly effects: readonly SystemEffect[];
  /** Addresses of running masters that came or went; positions in the new configuration. */
  readonly addressChanges: readonly AddressDifference[];
  /** Old position of each new instance, or undefined for a new one. */
  readonly origin: readonly (number | undefined)[];
  /** How many instances were changed, added or removed. */
  readonly touched: number;
}

export interface AddressDifference {
  readonly router: number;
  readonly added: readonly VirtualAddress[];
  readonly removed: readonly VirtualAddress[];
}

/** What an instance is, whatever it is called. */
export function identity(config: InstanceConfig): string {
  const { delivery } = config;
  const travels =
    delivery.kind === "multicast"
      ? `multicast ${delivery.group}`
      : `unicast ${delivery.source ?? "any"}`;
  const { own, transmitsOnBase } = config.vmac;
  const vmac = own === undefined ? "-" : `${own.what.kind} ${transmitsOnBase ? "base" : "own"}`;
  return [config.vrid, config.family, config.interfaceName ?? "-", travels, vmac].join(" ");
}

/** Whether nothing changes for an instance; most are the same object. */
export function sameConfig(before: InstanceConfig, current: InstanceConfig): boolean {
  return before === current || JSON.stringify(before) === JSON.stringify(current);
}

/** The old position of each new instance, or undefined for one that is new. */
export function originsOf(
  old: readonly InstanceConfig[],
  next: readonly InstanceConfig[],
): readonly (number | undefined)[] {
  const position = new Map(old.map((config, index) => [identity(config), index]));
  return next.map((config) => position.get(identity(config)));
}

export function reloadSystem(
  old: SystemConfig,
  next: SystemConfig,
  state: SystemState,
  now: Instant,
): Reload {
  const origin = originsOf(
    old.routers.map(({ config }) => config),
    next.routers.map(({ config }) => config),
  );
  const kept = new Set(origin);
  const running = instancesOf(state);
  const farewells: SystemEffect[] = [];
  for (const [index, router] of old.routers.entries()) {
    const instance = running[index];
    if (kept.has(index) || instance === undefined) continue;
    const { effects } = step(router, instance, { kind: "stop", removed: true }, now);
    for (const effect of effects) farewells.push({ router: index, effect });
  }
  const facts = { ...state, virtualAddresses: next.virtualAddresses };
  const carried = next.routers.map((router, index) => {
    const before = pick(old.routers, origin[index]);
    const instance = pick(running, origin[index]);
    if (before !== undefined && instance !== undefined) {
      if (sameConfig(before.config, router.config)) return unchanged(instance);
    }
    const fresh = initialState(router, assess(router.config, facts), now);
    return before === undefined || instance === undefined
      ? newcomer(fresh)
      : carry(router, { before, instance, fresh, now });
  });
  const names = old.syncGroups.map(({ config }) => config.name);
  const groupStates = next.syncGroups.map(
    ({ config }) => state.groupStates[names.indexOf(config.name)] ?? "init",
  );
  const groups = groupsOf(carried.map(({ instance }) => instance));
  const merged = withGroupFaults(next, {
    ...{ ...state, groups, groupStates },
    startAt: state.startAt === undefined ? undefined : startTime(next, state.launchedAt),
  });
  const inputs: [number, Input][] = [];
  for (const [index, { isNew, changed, assessment }] of carried.entries()) {
    if (!state.started) continue;
    if (isNew) inputs.push([index, { kind: "started" }]);
    else if (changed) inputs.push([index, { kind: "assessed", assessment }]);
  }
  const fed = feed(next, merged, inputs, now);
  return {
    state: fed.state,
    farewells,
    effects: [
      ...carried.flatMap(({ effects }, router) => effects.map((effect) => ({ router, effect }))),
      ...fed.effects,
    ],
    addressChanges: carried.flatMap(({ difference }, router) =>
      difference === undefined ? [] : [{ router, ...difference }],
    ),
    origin,
    touched:
      carried.filter(({ isNew, changed }) => isNew || changed).length +
      (old.routers.length - [...kept].filter((index) => index !== undefined).length),
  };
}

/** Where the instance at an old position is now; undefined when it is gone. */
export function positionAfter({ origin }: Reload, old: number): number | undefined {
  const position = origin.indexOf(old);
  return position < 0 ? undefined : position;
}

interface Carried {
  readonly instance: InstanceState;
  readonly effects: readonly Effect[];
  readonly isNew: boolean;
  readonly changed: boolean;
  /** As the facts are now; of an unchanged instance as it was. */
  readonly assessment: Assessment;
  readonly difference: Omit<AddressDifference, "router"> | undefined;
}

const unchanged = (instance: InstanceState): Carried => ({
  instance,
  effects: [],
  isNew: false,
  changed: false,
  assessment: instance.assessment,
  difference: undefined,
});

const newcomer = (fresh: InstanceState): Carried => ({ ...unchanged(fresh), isNew: true });

function carry(
  router: Expectation,
  from: {
    readonly before: Expectation;
    readonly instance: InstanceState;
    readonly fresh: InstanceState;
    readonly now: Instant;
  },
): Carried {
  const { before, instance, fresh, now } = from;
  const { assessment } = fresh;
  const { phase } = instance;
  const adapted: InstanceState = {
    ...instance,
    masterAdvertInterval:
      router.config.version === 3 && phase.kind === "backup"
        ? instance.masterAdvertInterval
        : router.config.advertInterval,
    logged: new Set(),
  };
  const rephased = { ...adapted, phase: adaptPhase(router, adapted, fresh, now) };
  if (phase.kind !== "master") return { ...unchanged(rephased), assessment, changed: true };
  const difference = differenceOf(before.config, router.config);
  const announces = difference.added.length > 0;
  const { announcements } = router.config;
  const { effectivePriority } = assessment;
  const sent = sendAdvert({
    ...rephased,
    assessment: { ...rephased.assessment, effectivePriority },
  });
  return {
    instance: { ...sent.state, assessment: rephased.assessment },
    // Keepalived: a reloaded master sends an advert at once; new addresses are announced.
    effects: [
      ...sent.effects,
      ...(announces ? [{ kind: "announce", repeat: announcements.masterRepeat } as const] : []),
    ],
    isNew: false,
    changed: true,
    assessment,
    difference,
  };
}

/** Timers as they would stand had the new intervals been in force when they were set. */
function adaptPhase(
  router: Expectation,
  state: InstanceState,
  fresh: InstanceState,
  now: Instant,
): Phase {
  const { phase, masterAdvertInterval: interval } = state;
  const { effectivePriority } = fresh.assessment;
  if (phase.kind === "backup") {
    const down = masterDownInterval(router.config, effectivePriority, interval);
    const waited = between(phase.timerSetAt, now);
    const masterDownAt = waited < down ? after(phase.timerSetAt, down) : after(now, seconds(0));
    return { ...phase, masterDownAt, skew: skewTime(router.config, effectivePriority, interval) };
  }
  if (phase.kind !== "master") return phase;
  return {
    ...phase,
    advertAt: after(now, router.config.advertInterval),
    announcements: announceNow(router.config.announcements, now),
  };
}

/** Addresses that come and go, whatever list they are on. */
export function differenceOf(
  before: InstanceConfig,
  current: InstanceConfig,
): Omit<AddressDifference, "router"> {
  const all = (config: InstanceConfig): readonly VirtualAddress[] => [
    ...config.addresses,
    ...config.excludedAddresses,
  ];
  const had = new Set(all(before).map((each) => JSON.stringify(each)));
  const has = new Set(all(current).map((each) => JSON.stringify(each)));
  return {
    added: all(current).filter((each) => !had.has(JSON.stringify(each))),
    removed: all(before).filter((each) => !has.has(JSON.stringify(each))),
  };
}

const pick = <T>(list: readonly T[], index: number | undefined): T | undefined =>
  index === undefined ? undefined : list[index];
