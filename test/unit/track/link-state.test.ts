/** Links whose changes must last before they count. keepalived.conf(5), interface_up_down_delays. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_TIME, after, instant, seconds } from "../../../src/base/units.ts";
import { followLink, initialLink } from "../../../src/track/link-state.ts";

const DELAYS = { down: seconds(2), up: seconds(1) };
const START = instant(1_000_000);
const at = (s: number) => after(START, seconds(s));

test("a loss counts once it has lasted for the delay, from when it began", () => {
  const lost = followLink(initialLink(true), false, DELAYS, START);
  assert.deepEqual(lost, { up: true, turnsAt: at(2) });
  const still = followLink(lost, false, DELAYS, at(1.5));
  assert.deepEqual(still, { up: true, turnsAt: at(2) });
  assert.deepEqual(followLink(still, false, DELAYS, at(2)), { up: false, turnsAt: undefined });
});

test("a link that returns in time was never lost", () => {
  const lost = followLink(initialLink(true), false, DELAYS, START);
  const back = followLink(lost, true, DELAYS, at(1));
  assert.deepEqual(back, { up: true, turnsAt: undefined });
  assert.equal(followLink(back, false, DELAYS, at(3)).turnsAt, at(5));
});

test("each direction has its delay, and none is no delay", () => {
  assert.equal(followLink(initialLink(false), true, DELAYS, START).turnsAt, at(1));
  const atOnce = { down: NO_TIME, up: seconds(1) };
  assert.deepEqual(followLink(initialLink(true), false, atOnce, START), initialLink(false));
});
