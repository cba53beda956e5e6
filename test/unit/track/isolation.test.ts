/** When a router is isolated: rounds with and without an answer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NOT_ASKED, endRound, hearTarget } from "../../../src/track/isolation.ts";
import type { Isolation } from "../../../src/track/isolation.ts";

const LIMITS = { fall: 3, rise: 2 };

/** The verdict after each round; `a` has an answer, `-` has none. */
function verdicts(rounds: string): string {
  let isolation: Isolation = NOT_ASKED;
  return Array.from(rounds)
    .map((round) => {
      if (round === "a") isolation = hearTarget(isolation);
      isolation = endRound(LIMITS, isolation);
      return isolation.verdict?.[0] ?? "?";
    })
    .join("");
}

test("a router is isolated after `fall` rounds without an answer, and one answer ends the count", () => {
  assert.equal(verdicts("a--a---"), "cccccci");
});

test("it is isolated no more after `rise` rounds with an answer in a row", () => {
  assert.equal(verdicts("a---a-aa"), "ccciiiic");
});

test("nothing is known until the first answer, or until `fall` rounds without one", () => {
  assert.equal(verdicts("---"), "??i");
  assert.equal(hearTarget(NOT_ASKED).verdict, "connected");
});

test("one answer of an isolated router's target is not enough", () => {
  assert.equal(verdicts("---a-a-a"), "??iiiiii");
});
