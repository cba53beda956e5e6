/**
 * Carries a step of some instances on to the rest of their sync groups, until nobody has to follow
 * any more. What has to follow is decided in `sync.ts`.
 */
import type { Instant } from "../base/units.ts";
import type { StateName } from "./events.ts";
import type { Input } from "./step.ts";
import { faultOrders, groupState, stateOrders } from "./sync.ts";
import type { Member, Order, SyncGroup } from "./sync.ts";
import { feedEach, groupsOf, instanceAt, instancesOf } from "./system-state.ts";
import type {
  Inputs,
  SystemConfig,
  SystemEffect,
  SystemState,
  SystemStep,
} from "./system-state.ts";

/** A fault and a change of state each take one round; orders never cause further ones. */
const MOST_ROUNDS = 4;

interface Taken {
  readonly before: SystemState;
  readonly step: SystemStep;
  readonly inputs: Inputs;
}

export function synchronise(config: SystemConfig, taken: Taken, now: Instant): SystemStep {
  const numbers = new Set(taken.inputs.flatMap(([router]) => config.syncGroupOf.get(router) ?? []));
  let { step } = taken;
  for (const number of numbers) {
    const group = config.syncGroups[number];
    if (group !== undefined) step = settleGroup(config, { number, group }, { ...taken, step }, now);
  }
  return step;
}

interface Numbered {
  readonly number: number;
  readonly group: SyncGroup;
}

function settleGroup(
  config: SystemConfig,
  { number, group }: Numbered,
  { before, step }: Taken,
  now: Instant,
): SystemStep {
  const contradicted = new Set(
    step.effects
      .filter(
        ({ effect }) => effect.kind === "event" && effect.event.kind === "lowerPriorityReceived",
      )
      .map(({ router }) => router),
  );
  let result = step;
  let from = before;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const isFirst = round === 0;
    const members = membersOf(config, group, {
      before: from,
      state: result.state,
      contradicted: isFirst ? contradicted : new Set(),
    });
    const faults = faultOrders(group.config.name, members);
    const orders = faults.length > 0 ? faults : stateOrders(group.config.name, members);
    if (orders.length === 0) break;
    const followed = feedEach(config, result.state, orders.map(toInput), now);
    // Members that joined in a fault are no reason to look for a master that left.
    from = faults.length > 0 ? from : result.state;
    const said = followEvents(group, orders, result.state, followed.state);
    result = {
      ...result,
      state: followed.state,
      effects: [...result.effects, ...said, ...followed.effects],
    };
  }
  return withNotification(number, group, result);
}

const toInput = ([router, order]: Order): readonly [number, Input] => [
  router,
  { kind: "group", order },
];

function membersOf(
  config: SystemConfig,
  { members }: SyncGroup,
  about: {
    readonly before: SystemState;
    readonly state: SystemState;
    readonly contradicted: ReadonlySet<number>;
  },
): readonly Member[] {
  return members.flatMap((position) => {
    const state = instanceAt(about.state, position);
    const before = instanceAt(about.before, position);
    const name = config.routers[position]?.config.name;
    if (state === undefined || before === undefined || name === undefined) return [];
    return [{ position, name, state, before, wasContradicted: about.contradicted.has(position) }];
  });
}

/** The line about members that follow, when some really do. */
function followEvents(
  group: SyncGroup,
  orders: readonly Order[],
  from: SystemState,
  to: SystemState,
): readonly SystemEffect[] {
  for (const [router] of orders) {
    const was = instanceAt(from, router)?.phase.kind;
    const is = instanceAt(to, router)?.phase.kind;
    if (was === is || was === "init" || !isFollowed(is)) continue;
    const event = { kind: "groupFollows", group: group.config.name, state: is } as const;
    return [{ router, effect: { kind: "event", event } }];
  }
  return [];
}

const isFollowed = (kind: StateName | undefined): kind is "backup" | "master" | "fault" =>
  kind === "backup" || kind === "master" || kind === "fault";

/** The group's own notification, once all of its members have arrived. */
function withNotification(number: number, group: SyncGroup, step: SystemStep): SystemStep {
  const states = group.members.flatMap((position) => instanceAt(step.state, position) ?? []);
  const [router] = group.members;
  const state = groupState(states);
  if (router === undefined || state === step.state.groupStates[number]) return step;
  const groupStates = step.state.groupStates.with(number, state);
  const effect = { kind: "notifyGroup", group: group.config.name, state } as const;
  return {
    ...step,
    state: { ...step.state, groupStates },
    effects: state === "init" ? step.effects : [...step.effects, { router, effect }],
  };
}

/** Before the start: with the faults that members take from each other. */
export function withGroupFaults(config: SystemConfig, state: SystemState): SystemState {
  if (config.syncGroups.length === 0) return state;
  const instances = [...instancesOf(state)];
  for (const group of config.syncGroups) {
    const members = membersOf(config, group, { before: state, state, contradicted: new Set() });
    for (const [position, order] of faultOrders(group.config.name, members)) {
      const instance = instances[position];
      if (instance === undefined || order.kind !== "fault") continue;
      instances[position] = { ...instance, groupFault: order.cause };
    }
  }
  return { ...state, groups: groupsOf(instances) };
}
