/**
 * What reload_time_file holds: a time of day or a point in time, in the local zone or, with a `Z`
 * at its end, in UTC. keepalived.conf(5) reload_time_file.
 */
import type { LocalTime, ToLocalTime } from "../base/local-time.ts";

export type ReloadTime =
  /** In milliseconds since 1970. */
  { readonly kind: "at"; readonly ms: number } | { readonly kind: "past" | "invalid" };

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const DAY_MS = 86_400_000;
const FORMAT = /^(?:(\d\d(?:\d\d)?)-(\d\d)-(\d\d) )?(\d\d):(\d\d):(\d\d)(Z?)$/;

/** When the reload is to be: a time of day without a date is the next one. */
export function nextReload(text: string, now: number, toLocalTime: ToLocalTime): ReloadTime {
  const found = FORMAT.exec(text.split("\n", 1)[0] ?? "");
  if (found === null) return { kind: "invalid" };
  const [, year, month, day, hour, minute, second, zone] = found;
  const inDay = timeOfDay(Number(hour), Number(minute), Number(second));
  if (inDay === undefined) return { kind: "invalid" };
  const toWall = zone === "Z" ? (ms: number): number => ms : wallTime(toLocalTime);
  if (year !== undefined) {
    const days = daysSince1970({
      year: Number(year.length === 2 ? `20${year}` : year),
      month: Number(month),
      day: Number(day),
    });
    if (days === undefined) return { kind: "invalid" };
    const ms = whenWallShows(days * DAY_MS + inDay, toWall);
    return ms > now ? { kind: "at", ms } : { kind: "past" };
  }
  const today = Math.floor(toWall(now) / DAY_MS) * DAY_MS;
  const ms = whenWallShows(today + inDay, toWall);
  return { kind: "at", ms: ms > now ? ms : whenWallShows(today + DAY_MS + inDay, toWall) };
}

function timeOfDay(hour: number, minute: number, second: number): number | undefined {
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return ((hour * 60 + minute) * 60 + second) * 1_000;
}

/** What a clock on the wall shows at an instant, as if the wall were in Greenwich. */
function wallTime(toLocalTime: ToLocalTime): (ms: number) => number {
  return (ms) => {
    const local: LocalTime = toLocalTime(ms);
    const days = daysSince1970(local) ?? 0;
    const inDay = timeOfDay(local.hour, local.minute, local.second) ?? 0;
    return days * DAY_MS + inDay + local.millisecond;
  };
}

/**
 * The first instant at which the wall shows `wanted`. Where clocks are put forward over it, it is
 * taken as the clock before the change would have shown it.
 */
function whenWallShows(wanted: number, toWall: (ms: number) => number): number {
  const offset = (ms: number): number => toWall(ms) - ms;
  const before = wanted - offset(wanted - DAY_MS);
  const after = wanted - offset(wanted + DAY_MS);
  const shown = [before, after].filter((ms) => toWall(ms) === wanted);
  return shown.length === 0 ? before : Math.min(...shown);
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Undefined for a day that the calendar does not have. */
function daysSince1970({ year, month, day }: Day): number | undefined {
  const length = MONTH_DAYS[month - 1];
  if (length === undefined || year < 1970 || day < 1) return undefined;
  if (day > length + (month === 2 && isLeap(year) ? 1 : 0)) return undefined;
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 477;
  const months = MONTH_DAYS.slice(0, month - 1).reduce((sum, days) => sum + days, 0);
  const leapDay = month > 2 && isLeap(year) ? 1 : 0;
  return (year - 1_970) * 365 + leapDays + months + leapDay + day - 1;
}
