/** The promises of `Clock`, whoever implements it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { after, before, between, milliseconds, seconds } from "../../src/base/units.ts";
import type { OpenNetwork } from "./network.ts";

const SHORT = milliseconds(5);
const LONG = milliseconds(60);

export function clockContract(name: string, open: OpenNetwork): void {
  describe(`clock of ${name}`, () => {
    test("now() goes on and never back", async () => {
      using network = await open();
      const { clock } = network.a.ports;
      const start = clock.now();
      await network.pass(SHORT);
      assert.ok(between(start, clock.now()) >= SHORT);
      const now = clock.now();
      assert.ok(clock.bootTime() >= now);
    });

    test("wallClock() is in milliseconds of this century", async () => {
      using network = await open();
      assert.ok(network.a.ports.clock.wallClock() > 1_600_000_000_000);
    });

    test("the handler runs once, at its deadline or later", async () => {
      using network = await open();
      const { clock } = network.a.ports;
      const due = after(clock.now(), SHORT);
      const wakes: number[] = [];
      clock.onWake(() => {
        wakes.push(between(due, clock.now()));
      });
      clock.wakeAt(due);
      await network.pass(LONG);
      assert.equal(wakes.length, 1);
      assert.ok((wakes[0] ?? -1) >= 0, `${String(wakes[0])} microseconds early`);
    });

    test("a handler that arms again never runs early", async () => {
      using network = await open();
      const { clock } = network.a.ports;
      const step = milliseconds(1.3);
      let due = after(clock.now(), step);
      const early: number[] = [];
      let count = 0;
      clock.onWake(() => {
        if (clock.now() < due) early.push(between(due, clock.now()));
        count += 1;
        due = after(due, step);
        clock.wakeAt(due);
      });
      clock.wakeAt(due);
      await network.pass(milliseconds(100));
      assert.deepEqual(early, []);
      assert.ok(count > 10, `${count} wake-ups`);
    });

    test("a deadline replaces the one before, and undefined takes it away", async () => {
      using network = await open();
      const { clock } = network.a.ports;
      let count = 0;
      clock.onWake(() => {
        count += 1;
      });
      clock.wakeAt(after(clock.now(), SHORT));
      clock.wakeAt(after(clock.now(), seconds(100)));
      await network.pass(LONG);
      assert.equal(count, 0);
      clock.wakeAt(after(clock.now(), SHORT));
      clock.wakeAt(undefined);
      await network.pass(LONG);
      assert.equal(count, 0);
    });

    test("a deadline that has passed wakes from the loop and not from wakeAt()", async () => {
      using network = await open();
      const { clock } = network.a.ports;
      let count = 0;
      clock.onWake(() => {
        count += 1;
      });
      clock.wakeAt(before(clock.now(), seconds(1)));
      assert.equal(count, 0);
      await network.pass(SHORT);
      assert.equal(count, 1);
    });

    test("deferred work runs later, in order", async () => {
      using network = await open();
      const order: string[] = [];
      network.a.ports.defer(() => order.push("first"));
      network.a.ports.defer(() => order.push("second"));
      order.push("caller");
      await network.pass(SHORT);
      assert.deepEqual(order, ["caller", "first", "second"]);
    });
  });
}
