/** The time at which a file wants a reload, in zones with and without summer time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LocalTime } from "../../../src/base/local-time.ts";
import { nextReload } from "../../../src/config/reload-time.ts";

/** 2026-11-22 12:00:00 UTC. */
const NOON = Date.UTC(2026, 10, 22, 12);

function inZone(zone: string): (ms: number) => LocalTime {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  });
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const of = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
    return {
      ...{ year: of("year"), month: of("month"), day: of("day"), weekday: 0 },
      ...{ hour: of("hour"), minute: of("minute"), second: of("second") },
      millisecond: ((ms % 1_000) + 1_000) % 1_000,
    };
  };
}

const utc = inZone("UTC");
const berlin = inZone("Europe/Berlin");

function when(text: string, now = NOON, zone = utc): string {
  const next = nextReload(text, now, zone);
  return next.kind === "at" ? new Date(next.ms).toISOString().slice(0, 19) : next.kind;
}

test("a time of day is the next one, today or tomorrow", () => {
  assert.equal(when("12:00:01\n"), "2026-11-22T12:00:01");
  assert.equal(when("12:00:00"), "2026-11-23T12:00:00");
  assert.equal(when("00:00:00"), "2026-11-23T00:00:00");
  assert.equal(when("23:59:59", Date.UTC(2026, 11, 31, 23, 59, 59)), "2027-01-01T23:59:59");
});

test("a time is local, with a Z at its end UTC", () => {
  assert.equal(when("13:30:00", NOON, berlin), "2026-11-22T12:30:00");
  assert.equal(when("13:30:00Z", NOON, berlin), "2026-11-22T13:30:00");
  // In Berlin it is Monday already.
  const late = Date.UTC(2026, 10, 22, 23, 30);
  assert.equal(when("00:15:00", late, berlin), "2026-11-23T23:15:00");
  assert.equal(when("00:45:00", late, berlin), "2026-11-22T23:45:00");
});

test("a date has two or four digits for its year, and must not have passed", () => {
  assert.equal(when("26-12-01 08:00:00"), "2026-12-01T08:00:00");
  assert.equal(when("2028-02-29 08:00:00Z"), "2028-02-29T08:00:00");
  assert.equal(when("2026-11-22 11:59:59"), "past");
});

test("what has another form, or is in no calendar, is invalid", () => {
  const wrong = [
    "",
    " 12:00:00",
    "12:00:00 ",
    "12:00",
    "24:00:00",
    "12:60:00",
    "12:00:00z",
    "2026-02-29 08:00:00",
    "2026-13-01 08:00:00",
    "2026-11-23  08:00:00",
    "now",
  ];
  for (const text of wrong) assert.equal(when(text), "invalid", JSON.stringify(text));
});

test("only the first line counts", () => {
  assert.equal(when("13:00:00\nanything"), "2026-11-22T13:00:00");
});

test("over the night in which clocks are put back a day has 25 hours", () => {
  const evening = Date.UTC(2026, 9, 24, 20);
  assert.equal(when("21:59:00", evening, berlin), "2026-10-25T20:59:00");
});

test("an hour that comes twice counts the first time", () => {
  const night = Date.UTC(2026, 9, 24, 22);
  assert.equal(when("02:30:00", night, berlin), "2026-10-25T00:30:00");
  assert.equal(when("2026-10-25 02:30:00", night, berlin), "2026-10-25T00:30:00");
});

test("an hour that clocks skip counts as before the change", () => {
  const night = Date.UTC(2026, 2, 28, 23);
  assert.equal(when("02:30:00", night, berlin), "2026-03-29T01:30:00");
});
