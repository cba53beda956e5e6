import assert from "node:assert/strict";
import { test } from "node:test";
import { after, instant, milliseconds, seconds } from "../../../src/base/units.ts";
import type { Duration, Instant } from "../../../src/base/units.ts";
import { initialState, step } from "../../../src/vrrp/instance.ts";
import { expectationOf } from "../../../src/vrrp/receive.ts";
import { encodeAdvert } from "../../../src/wire/vrrp.ts";
import { address, instanceFrom, parseWords } from "../../sim/model.ts";

// keepalived.conf: priority 100, adverts of 1 s; master-down is 3.609375 s.

const START = instant(1_000_000);
const router = expectationOf(instanceFrom(parseWords(["prio=100"])));

/** When a backup that reads an advert of `age` at `now` would take over. */
function takeoverAfter(age: Duration, now: Instant): Instant | undefined {
  const assessment = {
    faults: [],
    effectivePriority: router.config.priority,
    source: address("10.0.0.11"),
    interfaceIndex: undefined,
  };
  const started = step(router, initialState(router, assessment, START), { kind: "started" }, START);
  const bytes = encodeAdvert(
    {
      version: 2,
      family: "ipv4",
      vrid: router.config.vrid,
      priority: 150,
      interval: seconds(1),
      authType: 0,
      password: undefined,
      addresses: [address("10.0.0.3")],
    },
    { kind: "message" },
  );
  const packet = {
    source: address("10.0.0.12"),
    destination: address("224.0.0.18"),
    ttl: 255,
    age,
    bytes,
    authenticated: undefined,
  };
  const { phase } = step(
    router,
    started.state,
    { kind: "packet", packet, wallClock: 0 },
    now,
  ).state;
  return phase.kind === "backup" ? phase.masterDownAt : undefined;
}

test("a backup's wait runs from an advert's arrival, not from when it was read", () => {
  const now = after(START, seconds(1));
  assert.equal(takeoverAfter(milliseconds(0), now), instant(2_000_000 + 3_609_375));
  assert.equal(takeoverAfter(milliseconds(5), now), instant(2_000_000 + 3_609_375 - 5_000));
});

test("an advert that waited longer than an interval starts the wait afresh", () => {
  const now = after(START, seconds(2));
  assert.equal(takeoverAfter(milliseconds(1_500), now), instant(3_000_000 + 3_609_375));
});
