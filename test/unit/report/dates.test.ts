import assert from "node:assert/strict";
import { test } from "node:test";
import type { LocalTime } from "../../../src/base/local-time.ts";
import {
  renderCtime,
  renderDateAndClock,
  renderDumpTime,
  renderSpan,
  renderSyslogTime,
} from "../../../src/report/dates.ts";

const sunday: LocalTime = {
  year: 2026,
  month: 11,
  day: 22,
  weekday: 0,
  hour: 12,
  minute: 3,
  second: 27,
  millisecond: 45,
};
const newYear: LocalTime = { ...sunday, month: 1, day: 1, weekday: 4, hour: 0, minute: 0 };

test("ctime has a blank before a one-digit day", () => {
  assert.equal(renderCtime(sunday), "Sun Nov 22 12:03:27 2026");
  assert.equal(renderCtime(newYear), "Thu Jan  1 00:00:27 2026");
});

test("syslog time has no year and no weekday", () => {
  assert.equal(renderSyslogTime(sunday), "Nov 22 12:03:27");
  assert.equal(renderSyslogTime(newYear), "Jan  1 00:00:27");
});

test("a date with a clock sorts as text", () => {
  assert.equal(renderDateAndClock(sunday), "2026-11-22 12:03:27");
});

test("the dump has seconds with six decimals, then the date with the same", () => {
  assert.equal(
    renderDumpTime(1_795_349_007_045, () => sunday),
    "1795349007.045000 (Sun Nov 22 12:03:27.045000 2026)",
  );
});

test("spans are said in the units people use", () => {
  const spans: readonly (readonly [number, string])[] = [
    [0, "0 ms"],
    [-5, "0 ms"],
    [3_414, "3.41 s"],
    [3_000, "3 s"],
    [12, "12 ms"],
    [59_900, "59 s"],
    [245_000, "4 m 5 s"],
    [600_000, "10 m"],
    [7_500_000, "2 h 5 m"],
    [200_000_000, "2 d 7 h"],
  ];
  for (const [ms, text] of spans) assert.equal(renderSpan(ms), text);
});
