import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_TIME, seconds, toSeconds } from "../../../src/base/units.ts";
import { planRespawn } from "../../../src/daemon/respawn.ts";

test("delays grow from zero over one second by doubling, up to a minute", () => {
  const delays: number[] = [];
  let next = NO_TIME;
  for (let i = 0; i < 9; i += 1) {
    const plan = planRespawn(next, seconds(1));
    delays.push(toSeconds(plan.delay));
    next = plan.next;
  }
  assert.deepEqual(delays, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
});

test("a process that lived longer than a minute starts at once, with a clean slate", () => {
  assert.deepEqual(planRespawn(seconds(32), seconds(61)), {
    delay: NO_TIME,
    next: NO_TIME,
    isLimited: false,
  });
});
