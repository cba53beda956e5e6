/**
 * Who will be master, who next, and which combinations of failing checks move the address where.
 * The daemon's own state machines are asked; nothing here decides an election.
 */
import type { Check } from "./checks.ts";
import type { Node, VirtualRouter } from "./node.ts";
import { sourceOf } from "./source.ts";
import { emptyScene, failChecks, killNodes, mastersOf, priorityOf } from "./stage.ts";
import { setStage, startNodes } from "./stage.ts";
import type { Scene, Stage } from "./stage.ts";

/** Above this many checks not every combination is played, but single ones and pairs. */
const MAX_CHECKS_FOR_ALL = 8;
/** Combinations that are played for one group of routers. */
export const MAX_COMBINATIONS = 256;

/** For each router of the forecast, in order, the nodes that are master of it. */
export type Masters = readonly (readonly string[])[];

export interface Standing {
  readonly node: string;
  /** As advertised when all is well. */
  readonly priority: number;
}

/** What becomes of one combination of failing checks. */
export interface Outcome {
  readonly failing: readonly Check[];
  readonly masters: Masters;
}

/** A state the cluster can be in when all is well, and what failures make of it. */
export interface Beginning {
  readonly masters: Masters;
  readonly outcomes: readonly Outcome[];
}

/** Routers that change state together; one, unless there are sync groups. */
export interface Forecast {
  readonly routers: readonly VirtualRouter[];
  /** For each router: master first, then who follows when that node is gone, and so on. */
  readonly successions: readonly (readonly Standing[])[];
  /** For each router: the first two have one priority, and the files do not tell their addresses. */
  readonly isUndecided: readonly boolean[];
  /** The first is what a common start leads to; more where `nopreempt` lets another stay. */
  readonly beginnings: readonly [Beginning, ...Beginning[]];
  readonly checks: readonly Check[];
  /** Whether every combination was played. */
  readonly isComplete: boolean;
}

/** The routers in groups that sync groups hold together; each can be forecast by itself. */
export function independentGroups(
  routers: readonly VirtualRouter[],
): readonly (readonly VirtualRouter[])[] {
  const groupOf = new Map(routers.map((router) => [router, new Set([router])]));
  const byName = new Map<string, Set<VirtualRouter>>();
  for (const router of routers) {
    for (const { nodeIndex, config } of router.members) {
      if (config.syncGroup === undefined) continue;
      const key = `${nodeIndex} ${config.syncGroup}`;
      const mine = groupOf.get(router) ?? new Set([router]);
      const known = byName.get(key) ?? mine;
      for (const other of mine) {
        known.add(other);
        groupOf.set(other, known);
      }
      for (const [name, group] of byName) if (group === mine) byName.set(name, known);
      byName.set(key, known);
    }
  }
  return [...new Set(groupOf.values())].map((group) =>
    routers.filter((router) => group.has(router)),
  );
}

export function forecast(routers: readonly VirtualRouter[], nodes: readonly Node[]): Forecast {
  const stage = setStage(routers, nodes);
  const checks = stage.actors.flatMap((actor) => actor.checks);
  const { combinations, isComplete } = combinationsOf(checks);
  const everyone = stage.actors.map((_, position) => position);
  const together = startNodes(stage, emptyScene(stage), everyone);
  const [first, ...others] = beginnings(stage, together);
  const play = (scene: Scene): Beginning => ({
    masters: mastersNow(stage, scene),
    outcomes: combinations.map((failing) => ({
      failing,
      masters: mastersNow(stage, failChecks(stage, scene, failing)),
    })),
  });
  const successions = routers.map((router) => succession(stage, together, router));
  return {
    routers,
    successions,
    isUndecided: routers.map((router, i) => isUndecided(router, successions[i] ?? [])),
    beginnings: [play(first), ...others.map(play)],
    checks,
    isComplete,
  };
}

/** The common start, and what differs from it after each node was there before the others. */
function beginnings(stage: Stage, together: Scene): readonly [Scene, ...Scene[]] {
  const seen = new Set([signature(mastersNow(stage, together))]);
  const everyone = stage.actors.map((_, position) => position);
  const others = everyone.flatMap((alone) => {
    const rest = everyone.filter((position) => position !== alone);
    const scene = startNodes(stage, startNodes(stage, emptyScene(stage), [alone]), rest);
    const masters = signature(mastersNow(stage, scene));
    if (seen.has(masters)) return [];
    seen.add(masters);
    return [scene];
  });
  return [together, ...others];
}

function succession(stage: Stage, start: Scene, router: VirtualRouter): readonly Standing[] {
  const order: Standing[] = [];
  let scene = start;
  for (let left = stage.actors.length; left > 0; left -= 1) {
    const masters = mastersOf(stage, scene, router);
    if (masters.length === 0) break;
    for (const position of masters) {
      const priority = priorityOf(stage, start, { router, position }) ?? 0;
      order.push({ node: stage.actors[position]?.node ?? "", priority });
    }
    scene = killNodes(stage, scene, masters);
  }
  return order;
}

function isUndecided(router: VirtualRouter, [first, second]: readonly Standing[]): boolean {
  if (first === undefined || first.priority !== second?.priority) return false;
  const tied = router.members.filter(({ node }) => node === first.node || node === second.node);
  return tied.some((member) => sourceOf(member, router) === undefined);
}

const mastersNow = (stage: Stage, scene: Scene): Masters =>
  stage.routers.map((router) =>
    mastersOf(stage, scene, router).map((position) => stage.actors[position]?.node ?? ""),
  );

/** Masters as text, to be compared. */
export const signature = (masters: Masters): string =>
  masters.map((nodes) => nodes.join("+")).join(" ");

/** All combinations of few checks; of many, single ones, pairs, and one check on all its nodes. */
export function combinationsOf(checks: readonly Check[]): {
  readonly combinations: readonly (readonly Check[])[];
  readonly isComplete: boolean;
} {
  if (checks.length <= MAX_CHECKS_FOR_ALL) {
    const all = Array.from({ length: 2 ** checks.length - 1 }, (_, i) =>
      checks.filter((_check, bit) => (((i + 1) >> bit) & 1) === 1),
    );
    return { combinations: all.sort((a, b) => a.length - b.length), isComplete: true };
  }
  const singles = checks.map((check) => [check]);
  const everywhere = [...sameNamed(checks).values()].filter((group) => group.length > 2);
  const pairs = checks.flatMap((check, i) => checks.slice(i + 1).map((other) => [check, other]));
  const combinations = [...singles, ...everywhere, ...pairs].slice(0, MAX_COMBINATIONS);
  return { combinations, isComplete: false };
}

/** Checks of one kind and name, on whichever nodes. */
export function sameNamed(checks: readonly Check[]): ReadonlyMap<string, readonly Check[]> {
  const groups = new Map<string, Check[]>();
  for (const check of checks) {
    const key = `${check.kind} ${check.name}`;
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  return groups;
}

/** What each combination leads to from one beginning; undefined for one that was not played. */
export function outcomeIndex({
  masters,
  outcomes,
}: Beginning): (failing: readonly Check[]) => string | undefined {
  const known = new Map([["", signature(masters)]]);
  for (const { failing, masters: then } of outcomes) known.set(keyOf(failing), signature(then));
  return (failing) => known.get(keyOf(failing));
}

/** Whether a check changes the outcome: by itself, only together with others, or never. */
export function influenceOf(
  { beginnings: all }: Forecast,
  check: Check,
): "alone" | "together" | "never" {
  let influence: "together" | "never" = "never";
  for (const beginning of all) {
    const outcomeOf = outcomeIndex(beginning);
    for (const { failing, masters } of beginning.outcomes) {
      if (!failing.includes(check)) continue;
      const before = outcomeOf(failing.filter((other) => other !== check));
      if (before === undefined || before === signature(masters)) continue;
      if (failing.length === 1) return "alone";
      influence = "together";
    }
  }
  return influence;
}

const keyOf = (failing: readonly Check[]): string =>
  failing.map(({ nodeIndex, kind, name }) => `${nodeIndex} ${kind} ${name}`).join("\n");

/** The difference in priority between the master and the next, when all is well. */
export function gapOf(order: readonly Standing[]): number | undefined {
  const [first, second] = order;
  return first === undefined || second === undefined ? undefined : first.priority - second.priority;
}
