/** Counting processes as Keepalived 2.2.7 does, compared with it by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { after, instant, NO_TIME, seconds } from "../../../src/base/units.ts";
import {
  hasQuorum,
  initialProcessTrack,
  isCounted,
  passDelay,
  recordCount,
} from "../../../src/track/process.ts";

const ONE = {
  quorum: 1,
  quorumMaximum: undefined,
  forkDelay: NO_TIME,
  terminateDelay: NO_TIME,
} as const;
const NOW = instant(1_000_000);

function counted(
  command: readonly [string, ...string[]],
  words: readonly string[],
  how: { readonly match?: "initial" | "partial"; readonly full?: boolean } = {},
): boolean {
  const pattern = { command, parameterMatch: how.match, fullCommand: how.full === true };
  return isCounted(pattern, { name: "sleep", words });
}

test("a name alone is compared with what the kernel calls the process", () => {
  assert.equal(counted(["sleep"], ["/usr/bin/sleep", "900"]), true);
  assert.equal(counted(["/usr/bin/sleep"], ["/usr/bin/sleep", "900"]), false);
  const long = { command: ["averyveryverylongname"], parameterMatch: undefined } as const;
  const pattern = { ...long, fullCommand: false };
  assert.equal(isCounted(pattern, { name: "averyveryverylo", words: [] }), true);
});

test("full_command compares the first word of the command line", () => {
  assert.equal(counted(["/usr/bin/sleep"], ["/usr/bin/sleep", "900"], { full: true }), true);
  assert.equal(counted(["sleep"], ["/usr/bin/sleep", "900"], { full: true }), false);
});

test("parameters are compared all, in part, or up to a longer last one", () => {
  const running = ["sleep", "900", "0"];
  assert.equal(counted(["sleep", "900", "0"], running), true);
  assert.equal(counted(["sleep", "900"], running), false);
  assert.equal(counted(["sleep", "900"], running, { match: "partial" }), true);
  assert.equal(counted(["sleep", "0"], running, { match: "partial" }), false);
  assert.equal(counted(["sleep", "90"], running, { match: "partial" }), false);
  assert.equal(counted(["sleep", "90"], running, { match: "initial" }), true);
  assert.equal(counted(["slee"], running, { match: "initial" }), false);
});

test("a quorum is from quorum to quorum_max", () => {
  assert.equal(hasQuorum(ONE, 0), false);
  assert.equal(hasQuorum(ONE, 500), true);
  assert.equal(hasQuorum({ ...ONE, quorumMaximum: 2 }, 3), false);
  assert.equal(hasQuorum({ ...ONE, quorum: 0, quorumMaximum: 0 }, 0), true);
});

test("without delays the verdict follows the number", () => {
  const lost = recordCount(ONE, initialProcessTrack(ONE, 1), 0, NOW);
  assert.deepEqual(lost, { count: 0, verdict: "bad", turnsAt: undefined });
  assert.equal(recordCount(ONE, lost, 1, NOW).verdict, "good");
});

test("a process that is back within terminate_delay was never away", () => {
  const limits = { ...ONE, terminateDelay: seconds(2) };
  const waiting = recordCount(limits, initialProcessTrack(limits, 1), 0, NOW);
  assert.deepEqual(waiting, { count: 0, verdict: "good", turnsAt: after(NOW, seconds(2)) });
  const back = recordCount(limits, waiting, 1, after(NOW, seconds(1)));
  assert.deepEqual(back, { count: 1, verdict: "good", turnsAt: undefined });
  assert.equal(passDelay(limits, waiting, after(NOW, seconds(1))).verdict, "good");
  assert.equal(passDelay(limits, waiting, after(NOW, seconds(2))).verdict, "bad");
});

test("fork_delay runs from the process that brings the quorum, not from each further one", () => {
  const limits = { ...ONE, forkDelay: seconds(2) };
  const waiting = recordCount(limits, initialProcessTrack(limits, 0), 1, NOW);
  const more = recordCount(limits, waiting, 2, after(NOW, seconds(1)));
  assert.equal(more.turnsAt, after(NOW, seconds(2)));
});
