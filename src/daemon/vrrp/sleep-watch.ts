/**
 * Notices that the machine did not run: it was suspended, or its hypervisor paused it. The monotonic
 * clock stands still then; the time since boot or the wall clock does not.
 */
import { between, seconds } from "../../base/units.ts";
import type { Duration } from "../../base/units.ts";
import type { Clock } from "../../sys/ports.ts";

/** What clocks may drift apart from one look to the next without meaning anything. */
const NOISE: Duration = seconds(0.5);

export class SleepWatch {
  readonly #clock: Clock;
  #boot: number;
  #wall: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#boot = this.#bootAhead();
    this.#wall = this.#wallAhead();
  }

  /**
   * How long the machine slept since the last look; 0 when it did not. Somebody who sets the wall
   * clock forward cannot be told from a pause: the harmless reading is the pause.
   */
  look(): Duration {
    const boot = this.#bootAhead();
    const wall = this.#wallAhead();
    const slept = Math.max(boot - this.#boot, wall - this.#wall);
    this.#boot = boot;
    this.#wall = wall;
    return (slept >= NOISE ? slept : 0) as Duration;
  }

  #bootAhead(): number {
    return between(this.#clock.now(), this.#clock.bootTime());
  }

  #wallAhead(): number {
    return this.#clock.wallClock() * 1_000 - this.#clock.now();
  }
}
