/**
 * The nodes' own state machines on a segment where nothing is lost, with a clock of their own. Who
 * becomes master here is decided by the code that decides it in the daemon.
 */
import { parseIpAddress } from "../base/address.ts";
import type { IpAddress } from "../base/address.ts";
import { secret } from "../base/command.ts";
import { assert } from "../base/failure.ts";
import { after, earliest, interfaceIndex, NO_TIME } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import type { Link, Network } from "../track/network.ts";
import { NO_VERDICTS } from "../track/verdicts.ts";
import type { Verdict } from "../track/verdicts.ts";
import { interfaceOrVrf } from "../vrrp/config.ts";
import type { Authentication, Delivery, InstanceConfig } from "../vrrp/config.ts";
import { instanceAt, systemDeadline } from "../vrrp/system-state.ts";
import type { SystemConfig, SystemEffect, SystemState } from "../vrrp/system-state.ts";
import { initialSystem, stepSystem, systemConfig } from "../vrrp/system.ts";
import type { SystemInput } from "../vrrp/system.ts";
import { virtualLinks } from "../vrrp/vmac-config.ts";
import type { Check } from "./checks.ts";
import { checksOf, scriptName, withTracked } from "./checks.ts";
import type { Member, Node, VirtualRouter } from "./node.ts";
import { packetsOf } from "./packets.ts";
import { sourceOf } from "./source.ts";

/** Virtual routers that change state together because of sync groups, on all their nodes. */
export interface Stage {
  readonly routers: readonly VirtualRouter[];
  readonly actors: readonly Actor[];
  /** After this long nothing moves any more. */
  readonly settleTime: Duration;
}

/** A node's part. */
export interface Actor {
  readonly node: string;
  readonly system: SystemConfig;
  /** The routers of its instances, by position. */
  readonly routers: readonly VirtualRouter[];
  readonly checks: readonly Check[];
  readonly network: Network;
}

/** A moment: where every node's machine stands; undefined for a node that is down. */
export interface Scene {
  readonly now: Instant;
  readonly states: readonly (SystemState | undefined)[];
}

export function setStage(routers: readonly VirtualRouter[], nodes: readonly Node[]): Stage {
  const actors = nodes.flatMap((node, nodeIndex): readonly Actor[] => {
    const actor = actorOf(routers, node, nodeIndex);
    return actor === undefined ? [] : [actor];
  });
  const configs = actors.flatMap(({ system }) => system.routers.map(({ config }) => config));
  return { routers, actors, settleTime: settleTimeOf(configs) };
}

function actorOf(
  routers: readonly VirtualRouter[],
  node: Node,
  nodeIndex: number,
): Actor | undefined {
  const parts = routers.flatMap((router) => {
    const member = router.members.find((each) => each.nodeIndex === nodeIndex);
    return member === undefined ? [] : [{ router, member }];
  });
  if (parts.length === 0) return undefined;
  const instances = parts.map(({ router, member }) => staged(member, router, node));
  const names = new Set(instances.map(({ name }) => name));
  const members = parts.map(({ member }) => member);
  return {
    node: node.name,
    system: systemConfig({
      instances,
      syncGroups: node.loaded.model.syncGroups.filter((group) =>
        group.members.some((name) => names.has(name)),
      ),
      startupDelay: NO_TIME,
    }),
    routers: parts.map(({ router }) => router),
    checks: checksOf(members, node),
    network: networkOf(instances),
  };
}

/** An instance as it is played: delays that change nothing in the end are left out. */
function staged(member: Member, router: VirtualRouter, node: Node): InstanceConfig {
  const { delivery } = member.config;
  const known = sourceOf(member, router);
  const source = known ?? inventedSource(member);
  const checked: Delivery =
    delivery.kind === "unicast" && router.members.some((each) => !sourceOf(each, router))
      ? { ...delivery, source, checkSource: false }
      : { ...delivery, source };
  return {
    ...withTracked(member, node),
    preemptDelay: NO_TIME,
    delivery: checked,
    authentication: plain(member.config.authentication),
  };
}

/** An Authentication Header as a password that no other can be: the same are the same. */
function plain(authentication: Authentication): Authentication {
  return authentication.kind === "ah"
    ? { kind: "pass", password: secret(`\0${authentication.password}`) }
    : authentication;
}

/** Where the file does not tell: of the documentation's network, a different one for each node. */
function inventedSource({ config, nodeIndex }: Member): IpAddress {
  const last = nodeIndex + 1;
  const text = config.family === "ipv4" ? `192.0.2.${last}` : `fe80::${last.toString(16)}`;
  const address = parseIpAddress(text);
  assert(address !== undefined, `a node numbered ${last}`);
  return address;
}

function networkOf(instances: readonly InstanceConfig[]): Network {
  const names = new Set(
    instances.flatMap((config) => [
      ...[interfaceOrVrf(config)].filter((name) => name !== undefined),
      ...virtualLinks(config).map(({ name }) => name),
      ...config.trackedInterfaces.map(({ name }) => name),
      ...[...config.addresses, ...config.excludedAddresses].map((each) => each.interfaceName),
    ]),
  );
  const links = [...names].map((name, position): readonly [string, Link] => {
    const index = interfaceIndex(position + 1);
    assert(index !== undefined, "an interface index counts from 1");
    return [name, { index, name, up: true, mtu: 1500, addresses: [] }];
  });
  return new Map(links);
}

/** Elections that may follow one another: a timer that was about to run, the group, the winner. */
const ELECTIONS = 4;

function settleTimeOf(configs: readonly InstanceConfig[]): Duration {
  const longest = Math.max(...configs.map(({ advertInterval }) => advertInterval));
  const adverts = Math.max(...configs.map(({ downTimerAdverts }) => downTimerAdverts));
  return (ELECTIONS * (adverts + 1) * longest) as Duration;
}

// ---- What happens -----------------------------------------------------------------------------

/** Nobody is there yet. */
export const emptyScene = (stage: Stage): Scene => ({
  now: 0 as Instant,
  states: stage.actors.map(() => undefined),
});

/** Those nodes are started with everything normal; what follows is played to its end. */
export function startNodes(stage: Stage, scene: Scene, positions: readonly number[]): Scene {
  const play = new Play(stage, scene);
  for (const position of positions) play.start(position);
  return play.settle();
}

/** Those nodes are cut off at once, without a word. */
export function killNodes(stage: Stage, scene: Scene, positions: readonly number[]): Scene {
  const states = scene.states.map((state, i) => (positions.includes(i) ? undefined : state));
  return new Play(stage, { ...scene, states }).settle();
}

/** Those checks fail all at once. */
export function failChecks(stage: Stage, scene: Scene, failing: readonly Check[]): Scene {
  const play = new Play(stage, scene);
  for (const check of failing) play.fail(check);
  return play.settle();
}

/** The nodes that are master of a router, by position. */
export function mastersOf(stage: Stage, scene: Scene, router: VirtualRouter): readonly number[] {
  return stage.actors.flatMap((actor, position) => {
    const state = scene.states[position];
    const index = actor.routers.indexOf(router);
    const instance = state === undefined ? undefined : instanceAt(state, index);
    return instance?.phase.kind === "master" ? [position] : [];
  });
}

/** The priority a node advertises for a router. */
export function priorityOf(
  stage: Stage,
  scene: Scene,
  at: { readonly router: VirtualRouter; readonly position: number },
): number | undefined {
  const index = stage.actors[at.position]?.routers.indexOf(at.router) ?? -1;
  const state = scene.states[at.position];
  const instance = state === undefined ? undefined : instanceAt(state, index);
  return instance?.assessment.effectivePriority;
}

/** Machines that answer each other without end would be a mistake of ours; this ends them. */
const MAX_STEPS = 200_000;

interface Heard {
  readonly position: number;
  readonly input: SystemInput;
}

/** One run from a scene to the next. */
class Play {
  readonly #stage: Stage;
  readonly #states: (SystemState | undefined)[];
  #now: Instant;
  #steps = 0;

  constructor(stage: Stage, scene: Scene) {
    this.#stage = stage;
    this.#states = [...scene.states];
    this.#now = scene.now;
  }

  start(position: number): void {
    const actor = this.#stage.actors[position];
    if (actor === undefined) return;
    const scripts = new Map(
      actor.checks
        .filter(({ kind }) => kind !== "interface")
        .map((check): [string, Verdict] => [nameOf(check), normal(check)]),
    );
    this.#states[position] = initialSystem(
      actor.system,
      { network: actor.network, verdicts: { ...NO_VERDICTS, scripts } },
      this.#now,
    );
    this.#step(position, { kind: "start" });
  }

  fail(check: Check): void {
    const position = this.#stage.actors.findIndex(({ node }) => node === check.node);
    const state = this.#states[position];
    if (state === undefined) return;
    if (check.kind !== "interface") {
      const verdict = normal(check) === "good" ? "bad" : "good";
      const update = { kind: "script", name: nameOf(check), verdict } as const;
      this.#step(position, { kind: "tracker", update });
      return;
    }
    const link = state.network.get(check.name);
    if (link === undefined) return;
    const network = new Map(state.network).set(check.name, { ...link, up: false });
    this.#step(position, { kind: "network", network });
  }

  /** Lets time pass until nothing moves any more. */
  settle(): Scene {
    const end = after(this.#now, this.#stage.settleTime);
    for (;;) {
      const next = this.#nextDeadline();
      if (next === undefined || next > end || this.#steps > MAX_STEPS) break;
      this.#now = next;
      const due = this.#states.flatMap((state, position) =>
        state !== undefined && systemDeadline(state) === next ? [position] : [],
      );
      // What is sent at one moment crosses on the way: all speak before any of them hears.
      this.#deliver(due.flatMap((position) => this.#feed(position, { kind: "timer" })));
    }
    return { now: end, states: this.#states };
  }

  #nextDeadline(): Instant | undefined {
    return this.#states.reduce<Instant | undefined>(
      (least, state) => (state === undefined ? least : earliest(least, systemDeadline(state))),
      undefined,
    );
  }

  #step(position: number, input: SystemInput): void {
    this.#deliver(this.#feed(position, input));
  }

  /** What the others answer, and what is answered to that. */
  #deliver(said: readonly Heard[]): void {
    const waiting = [...said];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      waiting.push(...this.#feed(next.position, next.input));
    }
  }

  /** One input, and what others are to hear because of it. */
  #feed(position: number, input: SystemInput): readonly Heard[] {
    const actor = this.#stage.actors[position];
    const state = this.#states[position];
    this.#steps += 1;
    if (actor === undefined || state === undefined || this.#steps > MAX_STEPS) return [];
    const step = stepSystem(actor.system, state, input, this.#now);
    this.#states[position] = step.state;
    return this.#heard(position, step.effects);
  }

  #heard(sender: number, effects: readonly SystemEffect[]): readonly Heard[] {
    const from = this.#stage.actors[sender];
    const sending = this.#states[sender];
    if (from === undefined || sending === undefined) return [];
    return effects.flatMap(({ router: index, effect }) => {
      const router = from.routers[index];
      if (effect.kind !== "sendAdvert" || router === undefined) return [];
      return this.#stage.actors.flatMap((to, position) => {
        const hearing = this.#states[position];
        if (position === sender || hearing === undefined) return [];
        const packets = packetsOf(
          { actor: from, state: sending, index, priority: effect.priority },
          { actor: to, state: hearing, index: to.routers.indexOf(router) },
        );
        return packets.length === 0
          ? []
          : [{ position, input: { kind: "packets", packets, wallClock: 0 } as const }];
      });
    });
  }
}

const nameOf = ({ kind, name }: Check): string => scriptName(kind, name);

/** What a script says when nothing is wrong. */
const normal = ({ isReversed }: Check): Verdict => (isReversed ? "bad" : "good");
