/**
 * The kernel's clocks, and one timerfd as the process's timer. A timerfd takes an absolute point in
 * nanoseconds and never fires early, which Node's own timers do by up to a millisecond.
 */
import { assert } from "../../base/failure.ts";
import { before, between, instant, microseconds } from "../../base/units.ts";
import type { Duration, Instant } from "../../base/units.ts";
import type { Clock } from "../ports.ts";
import { ClockId, SocketType, TIMER_ABSOLUTE } from "./constants.ts";
import { Descriptor } from "./descriptor.ts";
import { clockGettime, must, timerfdCreate, timerfdSettime } from "./libc.ts";
import { Arena } from "./memory.ts";
import { LITTLE, TimerSpec, Timespec } from "./structs.ts";

/** The half of a 64-bit number that holds anything: a clock's seconds fit in 31 bits. */
const LOW_HALF = LITTLE ? 0 : 4;

/** How early the clock may be up for a deadline it is to rehearse: waking takes 0.1 to 0.5 ms. */
const REHEARSAL_LEAD = microseconds(1_000);

/** Who wants to know of a deadline that is served late, and how late that is. */
interface Lateness {
  readonly least: Duration;
  readonly handler: (late: Duration) => void;
}

export class LinuxClock implements Clock {
  readonly #timer: Descriptor;
  readonly #time = new Arena(Timespec.size);
  readonly #setting = new Arena(TimerSpec.size);
  #armed: Instant | undefined;
  #rehearse: (() => void) | undefined;
  /** What the kernel's timer is set to: `#armed`, or earlier. */
  #programmed: Instant | undefined;
  #handler: (() => void) | undefined;
  #lateness: Lateness | undefined;

  constructor() {
    const flags = SocketType.nonBlocking | SocketType.closeOnExec;
    const fd = timerfdCreate(ClockId.monotonic, flags);
    this.#timer = new Descriptor(must(fd, "timerfd_create", "make a timer"));
  }

  now(): Instant {
    return this.#read(ClockId.monotonic);
  }

  bootTime(): Instant {
    return this.#read(ClockId.bootTime);
  }

  wallClock(): number {
    return Date.now();
  }

  wakeAt(deadline: Instant | undefined, rehearse?: () => void): void {
    // A packet that was read first may have put off what should have been done long ago.
    if (this.#armed !== undefined && deadline !== this.#armed) this.#checkLateness(this.#armed);
    this.#armed = deadline;
    this.#rehearse = rehearse;
    const alarm = this.#alarm();
    // A wake-up that comes too early costs less than setting the timer at every advert heard.
    if (this.#programmed !== undefined && (alarm ?? Infinity) >= this.#programmed) return;
    this.#set(alarm);
  }

  onWake(handler: () => void): void {
    if (this.#handler === undefined) {
      this.#timer.onReadable(() => {
        this.#expire();
      });
    }
    this.#handler = handler;
  }

  /** Calls `handler` when a deadline is served so late, just before it is. */
  whenLate(least: Duration, handler: (late: Duration) => void): void {
    this.#lateness = { least, handler };
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }

  #checkLateness(deadline: Instant): void {
    if (this.#lateness === undefined) return;
    const late = between(deadline, this.now());
    if (late >= this.#lateness.least) this.#lateness.handler(late);
  }

  #read(clock: number): Instant {
    const result = clockGettime(clock, this.#time.address);
    assert(result === 0, `a clock numbered ${clock}`);
    const { view } = this.#time;
    const seconds = view.getUint32(Timespec.seconds + LOW_HALF, LITTLE);
    const nanos = view.getUint32(Timespec.nanos + LOW_HALF, LITTLE);
    // Rounded down: a deadline has passed only when its whole microsecond has begun.
    return instant(seconds * 1_000_000 + Math.floor(nanos / 1_000));
  }

  /** Setting the timer also clears an expiry that nobody read. */
  #set(deadline: Instant | undefined): void {
    const { view, address } = this.#setting;
    // All zero would disarm, and so would a deadline at the clock's very start.
    const us = deadline === undefined ? 0 : Math.max(deadline, 1);
    view.setUint32(TimerSpec.valueSeconds + LOW_HALF, Math.floor(us / 1_000_000), LITTLE);
    view.setUint32(TimerSpec.valueNanos + LOW_HALF, (us % 1_000_000) * 1_000, LITTLE);
    const result = timerfdSettime(this.#timer.number, TIMER_ABSOLUTE, address, null);
    must(result, "timerfd_settime", "set the timer");
    this.#programmed = deadline;
  }

  #expire(): void {
    this.#programmed = undefined;
    const deadline = this.#armed;
    const alarm = this.#alarm();
    if (alarm !== undefined && alarm > this.now()) {
      this.#set(alarm);
      return;
    }
    if (deadline !== undefined && this.#rehearse !== undefined && deadline > this.now()) {
      this.#rehearse();
      this.#waitOut(deadline);
    }
    this.#armed = undefined;
    if (deadline !== undefined) {
      this.#checkLateness(deadline);
      this.#handler?.();
    }
    if (!this.#isProgrammed() && this.#timer.isOpen) this.#set(undefined);
  }

  /** When to be awake for the armed deadline. */
  #alarm(): Instant | undefined {
    return this.#armed === undefined || this.#rehearse === undefined
      ? this.#armed
      : before(this.#armed, REHEARSAL_LEAD);
  }

  /** At most `REHEARSAL_LEAD`: sleeping again would cost more than it saves. */
  #waitOut(deadline: Instant): void {
    while (this.now() < deadline);
  }

  /** When the handler has set the timer again, that has cleared this expiry already. */
  #isProgrammed(): boolean {
    return this.#programmed !== undefined;
  }
}
