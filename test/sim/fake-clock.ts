/**
 * Virtual time: one queue of events for a whole simulated network, and a `Clock` per host on it.
 * Nothing moves by itself; `advance` runs what becomes due, in order of time and then of arrival.
 */
import { assert } from "../../src/base/failure.ts";
import { after, before, between, instant, microseconds, plus } from "../../src/base/units.ts";
import type { Duration, Instant } from "../../src/base/units.ts";
import type { Clock } from "../../src/sys/ports.ts";

/** An event in the queue; `cancel` may be called any time and more than once. */
export interface Scheduled {
  readonly at: Instant;
  cancel(): void;
}

interface Entry {
  readonly at: Instant;
  readonly order: number;
  work: (() => void) | undefined;
}

/** More events than this within one `advance` means something schedules itself for ever. */
const EVENT_LIMIT = 10_000_000;

/** Starts away from zero, so that a mix-up of spans and points shows. */
const START = instant(1_000_000_000);

export class VirtualTime {
  #now: Instant = START;
  #order = 0;
  /** A binary heap by (at, order). */
  readonly #heap: Entry[] = [];

  get now(): Instant {
    return this.#now;
  }

  /** The time since the simulation began. */
  get elapsed(): Duration {
    return between(START, this.#now);
  }

  /** Runs `work` at `at`, or as soon as time moves when that has passed. */
  at(at: Instant, work: () => void): Scheduled {
    const due = at < this.#now ? this.#now : at;
    const entry: Entry = { at: due, order: this.#order, work };
    this.#order += 1;
    this.#push(entry);
    return {
      at: due,
      cancel: () => {
        entry.work = undefined;
      },
    };
  }

  after(delay: Duration, work: () => void): Scheduled {
    return this.at(after(this.#now, delay), work);
  }

  /** Moves time on by `span`, running everything due up to and including its end. */
  advance(span: Duration): void {
    this.advanceTo(after(this.#now, span));
  }

  advanceTo(end: Instant): void {
    let count = 0;
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      if (next.work === undefined) continue;
      count += 1;
      assert(count < EVENT_LIMIT, `${count} events without time reaching ${end}`);
      if (next.at > this.#now) this.#now = next.at;
      next.work();
    }
    if (end > this.#now) this.#now = end;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let child = heap.length;
    heap.push(entry);
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      heap[child] = above;
      child = parent;
    }
    heap[child] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      let least = left;
      if (right !== undefined && isBefore(right, left)) {
        least = right;
        child += 1;
      }
      if (isBefore(last, least)) break;
      heap[parent] = least;
      parent = child;
    }
    heap[parent] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** How a host takes what the outside brings it: at once, or after it has thawed. */
export type Deliver = (work: () => void) => void;

export interface FakeClockOptions {
  /** Milliseconds since 1970 at the start of the simulation. */
  readonly wallClockStart?: number;
  /** Undefined: wake-ups are performed at once. */
  readonly deliver?: Deliver;
}

export class FakeClock implements Clock {
  readonly #time: VirtualTime;
  readonly #deliver: Deliver;
  readonly #wallClockStart: number;
  #slept = microseconds(0);
  /** Undefined: long ago. */
  #bootedAt: Instant | undefined;
  /** The suspend under way, or the last one: where the monotonic clock stood, and until when. */
  #pause: { readonly at: Instant; readonly until: Instant } | undefined;
  #armed: Instant | undefined;
  #timer: Scheduled | undefined;
  #handler: (() => void) | undefined;

  constructor(time: VirtualTime, options: FakeClockOptions = {}) {
    this.#time = time;
    this.#wallClockStart = options.wallClockStart ?? 1_700_000_000_000;
    this.#deliver =
      options.deliver ??
      ((work) => {
        work();
      });
  }

  now(): Instant {
    if (this.#pause !== undefined && this.#time.now < this.#pause.until) return this.#pause.at;
    return before(this.#time.now, this.#slept);
  }

  bootTime(): Instant {
    return this.#bootedAt === undefined
      ? this.#time.now
      : instant(between(this.#bootedAt, this.#time.now));
  }

  /** The machine boots now. */
  boot(): void {
    this.#bootedAt = this.#time.now;
  }

  wallClock(): number {
    return this.#wallClockStart + Math.floor(this.#time.elapsed / 1000);
  }

  /** The armed deadline, for assertions. */
  get armed(): Instant | undefined {
    return this.#armed;
  }

  wakeAt(deadline: Instant | undefined): void {
    if (deadline === this.#armed) return;
    this.#armed = deadline;
    this.#schedule();
  }

  onWake(handler: () => void): void {
    this.#handler = handler;
  }

  /** The machine sleeps for `span` from now: this clock and its timer stand still meanwhile. */
  suspend(span: Duration): void {
    this.#pause = { at: this.now(), until: after(this.#time.now, span) };
    this.#slept = plus(this.#slept, span);
    this.#schedule();
  }

  [Symbol.dispose](): void {
    this.wakeAt(undefined);
    this.#handler = undefined;
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#armed === undefined) return;
    this.#timer = this.#time.at(after(this.#armed, this.#slept), () => {
      this.#deliver(() => {
        this.#expire();
      });
    });
  }

  /** As a timerfd: whatever is armed by then decides. */
  #expire(): void {
    if (this.#armed === undefined || this.#armed > this.now()) return;
    this.#armed = undefined;
    this.#handler?.();
  }
}
