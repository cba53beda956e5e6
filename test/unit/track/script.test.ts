import assert from "node:assert/strict";
import { test } from "node:test";
import { carryTrack, initialTrack, isSameScript, recordRun } from "../../../src/track/script.ts";
import type { ScriptTrack } from "../../../src/track/script.ts";
import type { ScriptConfig } from "../../../src/track/config.ts";
import { seconds } from "../../../src/base/units.ts";

const limits = { rise: 3, fall: 2 };

/** The verdict after each result: "+" is a success, "-" a failure. */
function verdicts(results: string, start: ScriptTrack): readonly string[] {
  let track = start;
  return Array.from(results, (result) => {
    track = recordRun(limits, track, result === "+");
    return track.status;
  });
}

const fresh = initialTrack({ startsFailed: false });

test("a first success counts in full, whatever rise is", () => {
  assert.deepEqual(verdicts("+", fresh), ["good"]);
});

test("a first failure counts in full, whatever fall is", () => {
  assert.deepEqual(verdicts("-", fresh), ["bad"]);
});

test("a script that starts as failed is good after its first success", () => {
  const failed = initialTrack({ startsFailed: true });
  assert.equal(failed.status, "bad");
  assert.deepEqual(verdicts("+", failed), ["good"]);
});

test("fall failures in a row make a good script bad, and a success in between starts anew", () => {
  assert.deepEqual(verdicts("+-+--", fresh), ["good", "good", "good", "good", "bad"]);
});

test("rise successes in a row make a bad script good, and a failure in between starts anew", () => {
  const expected = ["bad", "bad", "bad", "bad", "bad", "bad", "good"];
  assert.deepEqual(verdicts("-++-+++", fresh), expected);
});

test("the result counter stands where Keepalived's dump has it", () => {
  const good = recordRun({ rise: 2, fall: 3 }, fresh, true);
  assert.equal(good.result, 4);
  assert.equal(recordRun({ rise: 2, fall: 3 }, good, false).result, 3);
  assert.equal(recordRun({ rise: 2, fall: 3 }, fresh, false).result, 0);
});

test("a reload with other limits keeps the verdict in full", () => {
  const shaken = recordRun(limits, recordRun(limits, fresh, true), false);
  assert.deepEqual(carryTrack({ rise: 1, fall: 5 }, shaken), {
    status: "good",
    result: 5,
    hasRun: true,
  });
  assert.deepEqual(carryTrack(limits, fresh), fresh);
});

const script = (argv: [string, ...string[]], user?: string): ScriptConfig => ({
  name: "check",
  command: { argv, text: argv.join(" "), user, group: undefined },
  interval: seconds(1),
  timeout: seconds(1),
  timeoutIsExplicit: false,
  weight: 0,
  reverse: false,
  rise: 1,
  fall: 1,
  startsFailed: false,
});

test("a script is the same as long as its words and its user are", () => {
  assert.equal(isSameScript(script(["/bin/a", "x"]), script(["/bin/a", "x"])), true);
  assert.equal(isSameScript(script(["/bin/a", "x"]), script(["/bin/a", "y"])), false);
  assert.equal(isSameScript(script(["/bin/a"]), script(["/bin/a", "x"])), false);
  assert.equal(isSameScript(script(["/bin/a"]), script(["/bin/a"], "nobody")), false);
});
