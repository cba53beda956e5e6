/**
 * What a daemon that was killed has left on the interfaces: addresses whose lease still runs. How
 * much of it is over tells when they were renewed last, and so how long nothing was sent at most.
 */
import { before, plus, seconds, times } from "../../base/units.ts";
import type { Duration, Instant } from "../../base/units.ts";
import type { Clock } from "../../sys/ports.ts";
import type { Inheritance } from "../../vrrp/adoption.ts";
import type { InstanceConfig } from "../../vrrp/config.ts";
import type { Memory } from "../../vrrp/resume.ts";
import type { SystemConfig } from "../../vrrp/system-state.ts";
import { allAddresses } from "./address-work.ts";
import type { Predecessor, Predecessors } from "./driver-setup.ts";
import type { NetworkTable } from "./network-table.ts";

/** The kernel tells what is left of a lifetime in whole seconds. */
const RESOLUTION: Duration = seconds(1);
/** Adverts that may have been sent since a predecessor was last heard of. */
const SPARE_SEQUENCE = 16;

export interface InheritanceFacts {
  readonly table: NetworkTable;
  readonly predecessors: Predecessors;
  readonly now: Instant;
  /** Milliseconds since 1970. */
  readonly wallClock: number;
}

/** By position of the instances that can go on as master. A sync group goes on as a whole. */
export function findInheritances(
  config: SystemConfig,
  facts: InheritanceFacts,
): ReadonlyMap<number, Inheritance> {
  const found = new Map<number, Inheritance>();
  for (const [index, router] of config.routers.entries()) {
    const inheritance = inheritanceOf(router.config, facts);
    if (inheritance !== undefined) found.set(index, inheritance);
  }
  for (const { members } of config.syncGroups) {
    if (members.every((member) => found.has(member))) continue;
    for (const member of members) found.delete(member);
  }
  return found;
}

function inheritanceOf(config: InstanceConfig, facts: InheritanceFacts): Inheritance | undefined {
  const { table, now } = facts;
  const predecessor = facts.predecessors[config.name];
  // Peers drop adverts whose sequence number they have seen (RFC 2402 §3.4.3).
  if (predecessor === undefined && config.authentication.kind === "ah") return undefined;
  const { lease } = config;
  if (lease === undefined) return undefined;
  let least = Infinity;
  for (const { address, interfaceName } of allAddresses(config)) {
    const index = table.network.get(interfaceName)?.index;
    const left = index === undefined ? undefined : table.address(index, address)?.validLifetime;
    if (left === undefined) return undefined;
    least = Math.min(least, left);
  }
  if (least === Infinity || seconds(least) > lease) return undefined;
  const age = plus((lease - seconds(least)) as Duration, RESOLUTION);
  return {
    // Renewed by a loop that also sent adverts: the last is at most an interval older.
    heardAt: before(now, plus(age, config.advertInterval)),
    expiresAt: (now + seconds(least)) as Instant,
    counters: predecessor?.counters,
    sequence: predecessor === undefined ? 0 : sequenceAfter(config, predecessor, facts.wallClock),
  };
}

/** What is remembered of the instances of the process before, by position. */
export function findMemories(
  { routers }: SystemConfig,
  predecessors: Predecessors,
  clock: Pick<Clock, "now" | "wallClock">,
): ReadonlyMap<number, Memory> {
  const [now, wallMs] = [clock.now(), clock.wallClock()];
  return new Map(
    routers.flatMap(({ config }, index): readonly (readonly [number, Memory])[] => {
      const known = predecessors[config.name];
      if (known === undefined) return [];
      const { counters, peer, isHeld = false } = known;
      const age = times(seconds(1), Math.max(0, wallMs - (peer?.heardAt ?? wallMs)) / 1_000);
      const heard = peer === undefined ? undefined : { ...peer, heardAt: before(now, age) };
      return [[index, { counters, peer: heard, isHeld }]];
    }),
  );
}

function sequenceAfter(config: InstanceConfig, known: Predecessor, wallClock: number): number {
  const elapsed = times(seconds(1), Math.max(0, wallClock - known.takenAt) / 1_000);
  return known.sequence + Math.ceil(elapsed / config.advertInterval) + SPARE_SEQUENCE;
}
