/**
 * Announcements no faster than `vrrp_garp_interval`, `vrrp_gna_interval` or a `garp_group` allows:
 * one frame, then a gap, in each lane. A lane is an interface, or those of a group, and ARP or
 * neighbour advertisements. What waits is bounded: a round already waiting is not queued twice.
 */
import type { Family } from "../../base/address.ts";
import { NO_TIME, after } from "../../base/units.ts";
import type { Duration, Instant } from "../../base/units.ts";
import type { GarpGroupConfig } from "../../vrrp/config.ts";
import type { TimedWork } from "./timed-work.ts";

/** Sends frame number `position` of an instance, of those on one interface. */
export interface PacedFrames {
  readonly router: number;
  readonly interfaceName: string;
  readonly family: Family;
  readonly count: number;
  readonly send: (position: number) => void;
}

/** Where frames wait for each other, and how long. */
export interface Pace {
  readonly lane: string;
  readonly gap: Duration;
}

interface Waiting {
  readonly frames: PacedFrames;
  rounds: number;
  next: number;
}

interface Lane {
  gap: Duration;
  nextAt: Instant;
  readonly waiting: Waiting[];
}

/** The most rounds that may wait for one instance: keepalived.conf(5) garp_master_repeat, twice. */
const ROUNDS_LIMIT = 64;
/** The most frames of a lane without a gap in one go, so that an advert never waits for them. */
const BURST = 64;

export class Pacer implements TimedWork {
  readonly #lanes = new Map<string, Lane>();
  #groups: readonly GarpGroupConfig[] = [];

  /** A reload gives instances new numbers: what waits is dropped, the next refresh says it again. */
  configure(groups: readonly GarpGroupConfig[]): void {
    this.#groups = groups;
    this.#lanes.clear();
  }

  /** Whether anything has to wait. */
  limits(globalGap: Duration): boolean {
    return globalGap > NO_TIME || this.#groups.length > 0;
  }

  /** keepalived.conf(5): interfaces of no group, or of one that says nothing, keep the global gap. */
  paceOf({ interfaceName, family }: PacedFrames, globalGap: Duration): Pace {
    const kind = family === "ipv4" ? "arp" : "na";
    const index = this.#groups.findIndex((each) => each.interfaceNames.includes(interfaceName));
    const gap = family === "ipv4" ? this.#groups[index]?.arpGap : this.#groups[index]?.naGap;
    return gap === undefined
      ? { lane: `${kind} ${interfaceName}`, gap: globalGap }
      : { lane: `${kind} of group ${index}`, gap };
  }

  /** Queues `rounds` rounds in a lane and sends what may go at once. */
  add(pace: Pace, request: { frames: PacedFrames; rounds: number }, now: Instant): void {
    const { frames, rounds } = request;
    const entry: Lane = this.#lanes.get(pace.lane) ?? { gap: pace.gap, nextAt: now, waiting: [] };
    entry.gap = pace.gap;
    this.#lanes.set(pace.lane, entry);
    const { router, interfaceName } = frames;
    const known = entry.waiting.find(
      (each) => each.frames.router === router && each.frames.interfaceName === interfaceName,
    );
    if (known === undefined) entry.waiting.push({ frames, rounds, next: 0 });
    else known.rounds = Math.min(ROUNDS_LIMIT, known.rounds + rounds);
    this.run(now);
  }

  /** Drops what waits for an instance. */
  cancel(router: number): void {
    for (const lane of this.#lanes.values()) {
      const kept = lane.waiting.filter((each) => each.frames.router !== router);
      lane.waiting.splice(0, lane.waiting.length, ...kept);
    }
  }

  /** When a frame may go next; undefined when none waits. */
  get deadline(): Instant | undefined {
    let least: Instant | undefined;
    for (const { waiting, nextAt } of this.#lanes.values()) {
      if (waiting.length > 0 && (least === undefined || nextAt < least)) least = nextAt;
    }
    return least;
  }

  /** Sends one frame in every lane that is due; a few where there is no gap. */
  run(now: Instant): void {
    for (const lane of this.#lanes.values()) {
      for (let sent = 0; sent < BURST && lane.waiting.length > 0 && lane.nextAt <= now; sent += 1) {
        sendNext(lane);
        lane.nextAt = after(now, lane.gap);
        if (lane.gap > NO_TIME) break;
      }
    }
  }
}

function sendNext({ waiting }: Lane): void {
  const [first] = waiting;
  if (first === undefined) return;
  if (first.next < first.frames.count) first.frames.send(first.next);
  first.next += 1;
  if (first.next < first.frames.count) return;
  first.next = 0;
  first.rounds -= 1;
  if (first.rounds <= 0) waiting.shift();
}
