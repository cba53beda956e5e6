/**
 * Announcements no faster than `vrrp_garp_interval` or `vrrp_gna_interval` allows: one frame, then
 * a gap, for each interface. What waits is bounded: a round already waiting is not queued twice.
 */
import { after } from "../../base/units.ts";
import type { Duration, Instant } from "../../base/units.ts";

/** Sends frame number `position` of an instance. */
export interface PacedFrames {
  readonly router: number;
  readonly count: () => number;
  readonly send: (position: number) => void;
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

export class Pacer {
  readonly #lanes = new Map<string, Lane>();

  /** Queues `rounds` rounds on the lane of an interface and sends what may go at once. */
  add(
    lane: string,
    gap: Duration,
    request: { frames: PacedFrames; rounds: number },
    now: Instant,
  ): void {
    const { frames, rounds } = request;
    const entry: Lane = this.#lanes.get(lane) ?? { gap, nextAt: now, waiting: [] };
    entry.gap = gap;
    this.#lanes.set(lane, entry);
    const known = entry.waiting.find((each) => each.frames.router === frames.router);
    if (known === undefined) entry.waiting.push({ frames, rounds, next: 0 });
    else known.rounds = Math.min(ROUNDS_LIMIT, known.rounds + rounds);
    this.run(now);
  }

  /** Drops what waits for an instance. */
  cancel(router: number): void {
    for (const lane of this.#lanes.values()) {
      const at = lane.waiting.findIndex((each) => each.frames.router === router);
      if (at >= 0) lane.waiting.splice(at, 1);
    }
  }

  /** A reload gave instances new numbers: what waits is dropped, the next refresh says it again. */
  clear(): void {
    this.#lanes.clear();
  }

  /** When a frame may go next; undefined when none waits. */
  get deadline(): Instant | undefined {
    let least: Instant | undefined;
    for (const { waiting, nextAt } of this.#lanes.values()) {
      if (waiting.length > 0 && (least === undefined || nextAt < least)) least = nextAt;
    }
    return least;
  }

  /** Sends one frame on every lane that is due. */
  run(now: Instant): void {
    for (const lane of this.#lanes.values()) {
      const first = lane.waiting[0];
      if (first === undefined || lane.nextAt > now) continue;
      if (first.next < first.frames.count()) first.frames.send(first.next);
      lane.nextAt = after(now, lane.gap);
      first.next += 1;
      if (first.next < first.frames.count()) continue;
      first.next = 0;
      first.rounds -= 1;
      if (first.rounds <= 0) lane.waiting.shift();
    }
  }
}
