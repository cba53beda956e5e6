/**
 * Node's timers and the wall clock for the parent process, whose work is never exact to the
 * millisecond. The VRRP process uses `Clock` on a timerfd instead.
 */
import type { LocalTime } from "../../base/local-time.ts";
import { instant, toMilliseconds } from "../../base/units.ts";
import type { Timers } from "../ports.ts";

/** The longest span Node's timers take: 24.8 days. A longer wait is cut to it. */
const LONGEST_MS = 2 ** 31 - 1;

export function systemTimers(): Timers {
  return {
    now: () => instant(Number(process.hrtime.bigint() / 1_000n)),
    wallClock: () => Date.now(),
    localTime,
    after: (delay, work) => {
      const handle = setTimeout(work, Math.min(Math.max(0, toMilliseconds(delay)), LONGEST_MS));
      return {
        cancel: () => {
          clearTimeout(handle);
        },
      };
    },
  };
}

function localTime(ms: number): LocalTime {
  const date = new Date(ms);
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    weekday: date.getDay(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
    millisecond: date.getMilliseconds(),
  };
}
