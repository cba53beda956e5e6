/**
 * Points in time as words. The conversion to local time is an argument: the time zone belongs to
 * the system, not to this layer.
 */

import type { LocalTime, ToLocalTime } from "../base/local-time.ts";

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
] as const;

/** As ctime(3): `Sun Nov 22 12:03:27 2026`. */
export function renderCtime(time: LocalTime): string {
  return `${weekday(time)} ${month(time)} ${blank(time.day)} ${renderClock(time)} ${time.year}`;
}

/** As RFC 3164 wants it: `Nov 22 12:03:27`, the day padded with a blank. */
export function renderSyslogTime(time: LocalTime): string {
  return `${month(time)} ${blank(time.day)} ${renderClock(time)}`;
}

/** `12:03:27`. */
export function renderClock(time: LocalTime): string {
  return `${zeros(time.hour, 2)}:${zeros(time.minute, 2)}:${zeros(time.second, 2)}`;
}

/** `2026-11-22 12:03:27`. */
export function renderDateAndClock(time: LocalTime): string {
  return `${time.year}-${zeros(time.month, 2)}-${zeros(time.day, 2)} ${renderClock(time)}`;
}

/** As the data dump has it: `1795359934.729000 (Sun Nov 22 15:05:34.729000 2026)`. */
export function renderDumpTime(ms: number, toLocalTime: ToLocalTime): string {
  const time = toLocalTime(ms);
  const micros = zeros(Math.floor(ms % 1_000) * 1_000, 6);
  const date = `${weekday(time)} ${month(time)} ${blank(time.day)}`;
  const clock = `${renderClock(time)}.${micros} ${time.year}`;
  return `${Math.floor(ms / 1_000)}.${micros} (${date} ${clock})`;
}

/** A span for people, in its two largest units at most: `12 ms`, `3.41 s`, `4 m 5 s`, `2 h 5 m`. */
export function renderSpan(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1_000;
  if (seconds < 10) return `${trimZeros(seconds.toFixed(2))} s`;
  const whole = Math.floor(seconds);
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3_600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return pair(days, "d", hours, "h");
  if (hours > 0) return pair(hours, "h", minutes, "m");
  if (minutes > 0) return pair(minutes, "m", minutes < 10 ? whole % 60 : 0, "s");
  return `${whole} s`;
}

const pair = (large: number, unit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;

const trimZeros = (text: string): string => text.replace(/\.?0+$/, "");
const weekday = (time: LocalTime): string => WEEKDAYS[time.weekday] ?? "???";
const month = (time: LocalTime): string => MONTHS[time.month - 1] ?? "???";
const blank = (n: number): string => String(n).padStart(2, " ");
const zeros = (n: number, width: number): string => String(n).padStart(width, "0");
