/** What a claim asks, when, and what it makes of the answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { between, instant, seconds } from "../../../src/base/units.ts";
import type { Duration } from "../../../src/base/units.ts";
import { NO_CLAIM, claimDeadline, stepClaim } from "../../../src/track/witness-claim.ts";
import type { Claim, ClaimAnswer, ClaimRole } from "../../../src/track/witness-claim.ts";

const TTL = seconds(8);
const START = instant(1_000_000_000);
const OTHER = { name: "lb2", address: undefined };

/** A claim with two addresses of a witness, and the questions it asks. */
class Play {
  claim: Claim = NO_CLAIM;
  now = START;
  readonly asked: string[] = [];
  readonly #urls = ["http://a", "http://b"] as const;

  #step(input: Parameters<typeof stepClaim>[2]): this {
    const config = { ttl: TTL, urls: this.#urls };
    const { claim, request } = stepClaim(config, this.claim, input, { now: this.now, random: 1 });
    this.claim = claim;
    if (request !== undefined) {
      this.asked.push(
        request.kind === "look" ? "look" : `${request.kind} ${request.lease ?? "new"}`,
      );
    }
    return this;
  }

  role(role: ClaimRole): this {
    return this.#step({ kind: "role", role });
  }

  answer(answer: ClaimAnswer): this {
    return this.#step({ kind: "answer", answer });
  }

  fail(): this {
    return this.answer({ kind: "failed", reason: "no", lease: undefined });
  }

  /** To the next deadline. */
  wait(): this {
    this.now = claimDeadline({ ttl: TTL, urls: this.#urls }, this.claim) ?? this.now;
    return this.#step({ kind: "timer" });
  }

  get elapsed(): Duration {
    return between(START, this.now);
  }
}

const held = { kind: "held", lease: "7" } as const;

test("a master claims, renews four times in the life of its lease, and gives back when it resigns", () => {
  const play = new Play().role("master").answer(held).wait();
  assert.equal(play.elapsed, seconds(2));
  play.answer(held).role("other").answer({ kind: "released" }).wait();
  assert.deepEqual(play.asked, ["claim new", "claim 7", "release 7", "look"]);
});

test("a lease that cannot be renewed is relied on for three quarters of its life", () => {
  const play = new Play().role("master").answer(held);
  while (play.claim.verdict.kind === "held") {
    play.wait();
    if (play.claim.underWay !== undefined) play.fail();
  }
  assert.deepEqual(play.claim.verdict, { kind: "lapsed" });
  assert.equal(play.elapsed, seconds(6));
});

test("what has lapsed stays so in FAULT until the witness answers", () => {
  const play = new Play().role("master").answer(held);
  while (play.claim.verdict.kind === "held") {
    play.wait();
    if (play.claim.underWay !== undefined) play.fail();
  }
  play.role("other");
  if (play.claim.underWay === undefined) play.wait();
  play.fail().wait().fail();
  assert.equal(play.claim.verdict.kind, "lapsed");
  while (play.claim.underWay?.request.kind !== "look") {
    play.wait();
    if (play.claim.underWay?.request.kind === "release") play.fail();
  }
  play.answer({ kind: "free" });
  assert.equal(play.claim.verdict.kind, "free");
});

test("a verdict is no more once no address of the witness answers, and not before", () => {
  const play = new Play()
    .role("other")
    .answer({ kind: "elsewhere", holder: OTHER, lease: undefined });
  play.wait().fail();
  assert.equal(play.claim.verdict.kind, "elsewhere");
  play.wait().fail();
  assert.equal(play.claim.verdict.kind, "unknown");
});

test("a master asks again soon while another router has the key", () => {
  const elsewhere = { kind: "elsewhere", holder: OTHER, lease: "7" } as const;
  const play = new Play().role("master").answer(elsewhere).wait();
  assert.equal(play.elapsed, seconds(0.5));
  assert.deepEqual(play.asked, ["claim new", "claim 7"]);
});

test("a mastership that ends during its claim gives the key back at once", () => {
  const play = new Play().role("master").role("other").answer(held);
  assert.deepEqual(play.asked, ["claim new", "release 7"]);
  assert.equal(play.claim.verdict.kind, "free");
});

test("nobody asks for a router that no process speaks for", () => {
  const play = new Play().role("master").answer(held).role("absent");
  assert.equal(claimDeadline({ ttl: TTL, urls: ["http://a"] }, play.claim), undefined);
  play.role("master");
  assert.deepEqual(play.asked, ["claim new", "claim 7"]);
});

test("giving back is tried until the lease is over by itself", () => {
  const play = new Play().role("master").answer(held).role("other");
  for (let i = 0; i < 20 && play.claim.lease !== undefined; i += 1) play.fail().wait();
  assert.equal(play.claim.lease, undefined);
  assert.equal(play.asked.at(-1), "look");
  assert.ok(play.elapsed <= seconds(11));
});
