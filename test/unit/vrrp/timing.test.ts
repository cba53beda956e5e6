import assert from "node:assert/strict";
import { test } from "node:test";
import {
  centiseconds,
  microseconds,
  milliseconds,
  priority,
  seconds,
} from "../../../src/base/units.ts";
import type { Priority } from "../../../src/base/units.ts";
import { masterDownInterval, skewTime } from "../../../src/vrrp/timing.ts";

const prio = (n: number): Priority => {
  const checked = priority(n);
  assert.ok(checked !== undefined);
  return checked;
};
const V2 = { version: 2, downTimerAdverts: 3 } as const;
const V3 = { version: 3, downTimerAdverts: 3 } as const;

test("skewTime() is (256 - priority) / 256 seconds in version 2 (RFC 3768 §6.1)", () => {
  assert.equal(skewTime(V2, prio(100), seconds(5)), microseconds(609_375));
  assert.equal(skewTime(V2, prio(255), seconds(1)), microseconds(3_906));
});

test("skewTime() scales with the interval in version 3 (RFC 9568 §6.1)", () => {
  assert.equal(skewTime(V3, prio(100), centiseconds(1)), microseconds(6_094));
  assert.equal(skewTime(V3, prio(128), seconds(2)), seconds(1));
});

test("masterDownInterval() is three intervals and the skew", () => {
  assert.equal(masterDownInterval(V2, prio(100), seconds(1)), microseconds(3_609_375));
  assert.equal(masterDownInterval(V3, prio(100), milliseconds(10)), microseconds(36_094));
});

test("masterDownInterval() follows down_timer_adverts", () => {
  const five = { version: 2, downTimerAdverts: 5 } as const;
  assert.equal(masterDownInterval(five, prio(156), seconds(1)), microseconds(5_390_625));
});
