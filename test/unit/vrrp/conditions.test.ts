import assert from "node:assert/strict";
import { test } from "node:test";
import type { MacAddress } from "../../../src/base/address.ts";
import { after, instant, seconds } from "../../../src/base/units.ts";
import { CONDITIONS_LIMIT, endOld, firstEnd, noteSign } from "../../../src/vrrp/conditions.ts";
import type { Conditions, Sign } from "../../../src/vrrp/conditions.ts";
import { address } from "../../sim/model.ts";

const START = instant(1_000_000_000);
const SECOND = seconds(1);

const sign = (kind: Sign["kind"], source: string): Sign => ({
  ...{ kind, source: address(source), mac: undefined },
  detail: { kind: "none" },
});

test("a sign begins a condition, and further ones of the same machine are counted", () => {
  const first = noteSign([], sign("password", "10.0.0.12"), START);
  const later = after(START, seconds(3));
  const second = noteSign(first.conditions, sign("password", "10.0.0.12"), later);
  assert.deepEqual([first.isNew, second.isNew], [true, false]);
  assert.deepEqual(second.conditions, [
    {
      ...sign("password", "10.0.0.12"),
      ...{ firstSeen: START, lastSeen: later, count: 2, isTold: true },
    },
  ]);
});

test("machines without an address are told apart by their MAC address", () => {
  const claim = (mac: string): Sign => ({
    ...{ kind: "foreignClaim", source: undefined, mac: mac as MacAddress },
    detail: { kind: "address", address: address("10.0.0.3") },
  });
  const one = noteSign([], claim("02:00:00:00:00:01"), START).conditions;
  assert.equal(noteSign(one, claim("02:00:00:00:00:02"), START).conditions.length, 2);
  assert.equal(noteSign(one, claim("02:00:00:00:00:01"), START).conditions.length, 1);
});

test("a condition is over 10 s after its last sign, and not before", () => {
  const { conditions } = noteSign([], sign("version", "10.0.0.12"), START);
  const end = after(START, seconds(10));
  assert.equal(firstEnd(conditions, SECOND), end);
  assert.deepEqual(endOld(conditions, SECOND, instant(end - 1)).ended, []);
  assert.deepEqual(endOld(conditions, SECOND, end), { conditions: [], ended: conditions });
});

test("adverts at a long interval are waited for", () => {
  const rejection = { kind: "interval", gotMs: 30_000, wantMs: 1_000 } as const;
  const slow: Sign = {
    ...sign("interval", "10.0.0.12"),
    detail: { kind: "rejection", rejection },
  };
  const { conditions } = noteSign([], slow, START);
  assert.equal(firstEnd(conditions, SECOND), after(START, seconds(90)));
});

test("in a full table the one seen least lately makes room, and newcomers are not told of", () => {
  let conditions: Conditions = [];
  for (let i = 1; i <= CONDITIONS_LIMIT; i += 1) {
    const at = after(START, seconds(i));
    conditions = noteSign(conditions, sign("password", `10.0.1.${i}`), at).conditions;
  }
  const now = after(START, seconds(60));
  const renewed = noteSign(conditions, sign("password", "10.0.1.1"), now).conditions;
  const flooded = noteSign(renewed, sign("password", "10.0.2.1"), now);
  assert.equal(flooded.isNew, false);
  assert.equal(flooded.conditions.length, CONDITIONS_LIMIT);
  assert.equal(flooded.conditions[0]?.source, "10.0.1.1");
  assert.ok(!flooded.conditions.some(({ source }) => source === "10.0.1.2"));
  assert.equal(flooded.conditions.at(-1)?.isTold, false);
});
