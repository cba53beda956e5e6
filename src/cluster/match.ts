/**
 * Which instances of different nodes belong together. Router id and addresses tell most, then the
 * name; so a differing router id is found rather than taken for another router.
 */
import type { Member, Node, VirtualRouter } from "./node.ts";
import { listed } from "./node.ts";

/** Pairs that are looked at; only files with thousands of instances have more. */
const MAX_PAIRS = 200_000;

const ADDRESS_POINTS = 8;
const ROUTER_ID_POINTS = 6;
const NAME_POINTS = 2;
const INTERFACE_POINTS = 1;

interface Pair {
  readonly left: number;
  readonly right: number;
  readonly points: number;
}

/** The virtual routers of all nodes, in the order of the first node that has each. */
export function matchRouters(nodes: readonly Node[]): readonly VirtualRouter[] {
  const members = nodes.flatMap(membersOf);
  const groupOf = members.map((_, index) => new Set([index]));
  for (const { left, right } of pairsOf(members)) {
    const mine = groupOf[left];
    const theirs = groupOf[right];
    if (mine === undefined || theirs === undefined || mine === theirs) continue;
    const nodesOf = (group: ReadonlySet<number>): readonly number[] =>
      [...group].map((index) => members[index]?.nodeIndex ?? -1);
    const taken = new Set(nodesOf(mine));
    if (nodesOf(theirs).some((node) => taken.has(node))) continue;
    for (const index of theirs) {
      mine.add(index);
      groupOf[index] = mine;
    }
  }
  return [...new Set(groupOf)].flatMap((group) => {
    const [first, ...rest] = [...group]
      .sort((a, b) => a - b)
      .flatMap((index) => members[index] ?? []);
    return first === undefined ? [] : [routerOf([first, ...rest])];
  });
}

function routerOf(members: readonly [Member, ...Member[]]): VirtualRouter {
  const names = [...new Set(members.map(({ config }) => config.name))];
  return { title: listed(names), members };
}

function membersOf({ name: node, loaded }: Node, nodeIndex: number): readonly Member[] {
  const drafts = new Map(loaded.drafts.instances.map((draft) => [draft.name.value, draft]));
  const { global } = loaded.drafts;
  return loaded.model.instances.flatMap((config) => {
    const draft = drafts.get(config.name);
    return draft === undefined ? [] : [{ node, nodeIndex, config, draft, global }];
  });
}

/** Pairs of different nodes that have something in common, the most alike first. */
function pairsOf(members: readonly Member[]): readonly Pair[] {
  const buckets = new Map<string, number[]>();
  const put = (key: string, index: number): void => {
    buckets.set(key, [...(buckets.get(key) ?? []), index]);
  };
  for (const [index, { config }] of members.entries()) {
    put(`id ${config.family} ${config.vrid}`, index);
    put(`name ${config.name}`, index);
    for (const { address } of config.addresses) put(`address ${address}`, index);
  }
  const pairs = new Map<string, Pair>();
  for (const bucket of buckets.values()) {
    for (const [i, left] of bucket.entries()) {
      for (const right of bucket.slice(i + 1)) {
        if (pairs.size >= MAX_PAIRS) return ranked(pairs);
        const points = pointsOf(members[left], members[right]);
        if (points > 0) pairs.set(`${left} ${right}`, { left, right, points });
      }
    }
  }
  return ranked(pairs);
}

function ranked(pairs: ReadonlyMap<string, Pair>): readonly Pair[] {
  return [...pairs.values()].sort(
    (a, b) => b.points - a.points || a.left - b.left || a.right - b.right,
  );
}

function pointsOf(a: Member | undefined, b: Member | undefined): number {
  if (a === undefined || b === undefined || a.nodeIndex === b.nodeIndex) return 0;
  const addresses = new Set(a.config.addresses.map(({ address }) => address));
  const sharesAddress = b.config.addresses.some(({ address }) => addresses.has(address));
  const sharesId = a.config.vrid === b.config.vrid && a.config.family === b.config.family;
  return (
    (sharesAddress ? ADDRESS_POINTS : 0) +
    (sharesId ? ROUTER_ID_POINTS : 0) +
    (a.config.name === b.config.name ? NAME_POINTS : 0) +
    (a.config.interfaceName === b.config.interfaceName ? INTERFACE_POINTS : 0)
  );
}
