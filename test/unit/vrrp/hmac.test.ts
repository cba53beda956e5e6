/** Which signed adverts are believed: form, freshness, key, signature, replay, in that order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressBytes } from "../../../src/base/address.ts";
import { checkHmac, hmacExpectation, nextSequence, remember } from "../../../src/vrrp/hmac.ts";
import type { HmacExpectation, HmacVerdict } from "../../../src/vrrp/hmac.ts";
import { encodeHmacTrailer } from "../../../src/wire/hmac-trailer.ts";
import type { HmacSequence } from "../../../src/wire/hmac-trailer.ts";
import { address, instanceFrom, parseWords } from "../../sim/model.ts";

const NOW = 1_800_000_000_000;
const SOURCE = address("10.0.0.12");
const MESSAGE = Uint8Array.of(0x31, 51, 100, 1, 0, 100, 0xab, 0xcd, 10, 0, 0, 3);

function expectation(words: string): HmacExpectation {
  const made = hmacExpectation(instanceFrom(parseWords(words.split(" "))));
  assert.ok(made !== undefined);
  return made;
}

const OURS = expectation("version=3 hmac=one");

function trailer(sequence: HmacSequence, signer = OURS, keyId = 1): Uint8Array {
  const binding = { ...signer.binding, source: addressBytes(SOURCE) };
  const key = signer.keys.get(1) ?? new Uint8Array();
  return encodeHmacTrailer(MESSAGE, binding, { keyId, key, sequence });
}

function verdict(
  signed: Uint8Array | undefined,
  by: HmacExpectation = OURS,
  heard: readonly HmacSequence[] = [],
): HmacVerdict {
  const packet = { source: SOURCE, message: MESSAGE, trailer: signed, wallClock: NOW };
  return checkHmac(
    by,
    packet,
    heard.map((sequence) => ({ source: SOURCE, sequence })),
  );
}

const FRESH = nextSequence(NOW, undefined);
const rejected = (problem: string): unknown => ({ kind: "rejected", problem });

test("a fresh, well signed advert is believed, and not a second time", () => {
  assert.deepEqual(verdict(trailer(FRESH)), { kind: "accepted", sequence: FRESH });
  assert.deepEqual(verdict(trailer(FRESH), OURS, [FRESH]), rejected("replayed"));
  const next = nextSequence(NOW, FRESH);
  assert.equal(verdict(trailer(next), OURS, [FRESH]).kind, "accepted");
});

test("an advert without a signature is believed only where that is allowed", () => {
  assert.deepEqual(verdict(undefined), rejected("missing"));
  for (const mode of ["permissive", "receive-only"]) {
    const lenient = expectation(`version=3 hmac=one hmac_mode=${mode}`);
    assert.deepEqual(verdict(undefined, lenient), { kind: "accepted", sequence: undefined });
    // A wrong signature is worse than none.
    const strange = trailer(FRESH, expectation("version=3 hmac=two"));
    assert.deepEqual(verdict(strange, lenient), rejected("wrongSignature"));
  }
});

test("an advert of another time is stale, unless only the order counts", () => {
  const old = trailer(nextSequence(NOW - 6_000, undefined));
  assert.deepEqual(verdict(old), rejected("stale"));
  assert.equal(verdict(trailer(nextSequence(NOW - 4_000, undefined))).kind, "accepted");
  const monotonic = expectation("version=3 hmac=one hmac_replay=monotonic");
  assert.equal(verdict(old, monotonic).kind, "accepted");
});

test("malformed trailers, unknown keys and wrong signatures are told apart", () => {
  const malformed = trailer(FRESH);
  malformed[0] = 9;
  assert.deepEqual(verdict(malformed), rejected("malformed"));
  assert.deepEqual(verdict(trailer(FRESH, OURS, 7)), rejected("unknownKey"));
  const other = expectation("version=3 hmac=one vrid=52");
  assert.deepEqual(verdict(trailer(FRESH, other)), rejected("wrongSignature"));
});

test("numbers grow even when the clock stands or goes back", () => {
  const first = nextSequence(NOW, undefined);
  const second = nextSequence(NOW, first);
  assert.deepEqual(second, { ...first, counter: 1 });
  assert.deepEqual(nextSequence(NOW - 10_000, second), { ...first, counter: 2 });
  const full = { ...first, counter: 0xffff };
  assert.deepEqual(nextSequence(NOW, full), { ...first, fraction: first.fraction + 1, counter: 0 });
});

test("only so many senders are remembered, the newest ones", () => {
  const senders = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1", "10.0.0.4", "10.0.0.5"];
  const heard = senders.reduce<ReturnType<typeof remember>>(
    (before, text) => remember(before, address(text), FRESH, 4),
    [],
  );
  assert.deepEqual(
    heard.map(({ source }) => source),
    ["10.0.0.3", "10.0.0.1", "10.0.0.4", "10.0.0.5"],
  );
});
