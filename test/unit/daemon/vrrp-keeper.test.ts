import assert from "node:assert/strict";
import { test } from "node:test";
import { milliseconds, seconds } from "../../../src/base/units.ts";
import {
  HEARTBEAT_INTERVAL,
  HEARTBEAT_LIMIT,
  VrrpKeeper,
} from "../../../src/daemon/vrrp-keeper.ts";
import { modelOf } from "../../sim/model.ts";
import { FakeVrrp, ManualTimers, recordingLogger, settle } from "./fakes.ts";

const model = modelOf([]);

function setUp(respawns = true): {
  readonly timers: ManualTimers;
  readonly lines: string[];
  readonly started: FakeVrrp[];
  readonly failures: number[];
  readonly keeper: VrrpKeeper;
  /** The process that runs now. */
  readonly last: () => FakeVrrp;
} {
  const timers = new ManualTimers();
  const { logger, lines } = recordingLogger(timers);
  const started: FakeVrrp[] = [];
  const failures: number[] = [];
  const predecessors = {};
  const keeper = new VrrpKeeper({
    start: () => {
      const process = new FakeVrrp(200 + started.length);
      started.push(process);
      return process;
    },
    timers,
    logger,
    respawns,
    options: { keepAddresses: false, detail: true, parentPid: 100 },
    verdicts: () => VERDICTS,
    predecessors: () => predecessors,
    childWaitTime: () => seconds(5),
    receive: () => undefined,
    pidChanged: () => undefined,
    failed: (code) => failures.push(code),
  });
  const last = (): FakeVrrp => {
    const process = started.at(-1);
    assert.ok(process !== undefined);
    return process;
  };
  return { timers, lines, started, failures, keeper, last };
}

const VERDICTS = { scripts: { check: "good" }, processes: {}, files: {} } as const;
const loaded = { kind: "loaded", pid: 200 } as const;

test("a process gets its model once its code is loaded", () => {
  const { lines, keeper, last } = setUp();
  keeper.configure(model);
  assert.deepEqual(last().kinds, []);
  last().say(loaded);
  assert.deepEqual(last().sent, [
    {
      kind: "configure",
      model,
      options: { keepAddresses: false, detail: true, parentPid: 100 },
      verdicts: VERDICTS,
      predecessors: {},
    },
  ]);
  assert.deepEqual(lines, ["Starting VRRP child process, pid=200"]);
});

test("a process that was started early is used, not doubled", () => {
  const { started, keeper } = setUp();
  const early = new FakeVrrp(150);
  keeper.adopt(early);
  early.say(loaded);
  assert.deepEqual(early.kinds, []);
  keeper.configure(model);
  assert.deepEqual(early.kinds, ["configure"]);
  assert.equal(started.length, 0);
});

test("a process that dies is started again, with growing delays", async () => {
  const { timers, lines, started, keeper, last } = setUp();
  keeper.configure(model);
  for (const wait of [0, 1, 2, 4]) {
    last().say(loaded);
    const before = started.length;
    last().end({ kind: "signalled", signal: "SIGSEGV" });
    // Where nobody follows at once, another one says so to the peers.
    const count = started.length;
    assert.equal(count, wait === 0 ? before : before + 1);
    if (wait > 0) {
      last().say(loaded);
      assert.deepEqual(last().kinds, ["giveUp"]);
      last().end({ kind: "exited", code: 0 });
    }
    await timers.pass(milliseconds(wait * 1_000 - 1));
    assert.equal(started.length, count, `before ${wait} s`);
    await timers.pass(milliseconds(1));
    assert.equal(started.length, count + 1, `after ${wait} s`);
  }
  assert.deepEqual(lines.slice(1, 5), [
    "pid 200 exited due to signal SIGSEGV",
    "VRRP child process(200) died: Respawning",
    "Restart of VRRP process delayed 0 seconds to limit respawn rate",
    "Starting VRRP child process, pid=201",
  ]);
});

test("a permanent exit code ends the daemon with that code", () => {
  const { lines, failures, keeper, last } = setUp();
  keeper.configure(model);
  last().end({ kind: "exited", code: 2 });
  assert.deepEqual(failures, [2]);
  assert.ok(lines.includes("pid 200 exited with permanent error CONFIG. Terminating"));
});

test("with -R any death ends the daemon", () => {
  const { lines, failures, keeper, last } = setUp(false);
  keeper.configure(model);
  last().end({ kind: "exited", code: 0 });
  assert.deepEqual(failures, [1]);
  assert.ok(lines.includes("VRRP child process(200) died: Exiting"));
});

test("a process that does not answer is killed and started again", async () => {
  const { timers, lines, started, keeper, last } = setUp();
  keeper.configure(model);
  last().say(loaded);
  for (let i = 0; i <= HEARTBEAT_LIMIT; i += 1) await timers.pass(HEARTBEAT_INTERVAL);
  assert.deepEqual(started[0]?.kills, ["SIGKILL"]);
  assert.equal(started.length, 2);
  assert.ok(
    lines.includes(
      "VRRP child process(200) has not answered for 20 s; it is killed and started again",
    ),
  );
});

test("anything it says is a sign of life", async () => {
  const { timers, started, keeper, last } = setUp();
  keeper.configure(model);
  last().say(loaded);
  for (let i = 0; i < 3 * HEARTBEAT_LIMIT; i += 1) {
    await timers.pass(HEARTBEAT_INTERVAL);
    last().say({ kind: "alive", sequence: i });
  }
  assert.equal(started.length, 1);
  assert.deepEqual(started[0]?.kills, []);
});

test("a stop is asked for, and forced after child_wait_time", async () => {
  const { timers, lines, started, keeper, last } = setUp();
  keeper.configure(model);
  last().say(loaded);
  let isStopped = false;
  void keeper.stop().then(() => {
    isStopped = true;
  });
  assert.equal(last().kinds.at(-1), "stop");
  await timers.pass(milliseconds(4_999));
  assert.deepEqual(last().kills, []);
  await timers.pass(milliseconds(1));
  assert.deepEqual(last().kills, ["SIGKILL"]);
  assert.equal(isStopped, true);
  assert.equal(started.length, 1);
  assert.ok(
    lines.includes(
      "VRRP child process(200) did not stop within child_wait_time (5 s); it is killed",
    ),
  );
});

test("a process that ends as asked is not mourned", async () => {
  const { lines, keeper, last } = setUp();
  keeper.configure(model);
  last().say(loaded);
  const stopping = keeper.stop();
  last().end({ kind: "exited", code: 0 });
  await stopping;
  assert.deepEqual(lines, ["Starting VRRP child process, pid=200"]);
});

test("a reload reaches a running process; without one nothing is told", () => {
  const { keeper, last } = setUp();
  assert.equal(keeper.reload(model), false);
  keeper.configure(model);
  last().say(loaded);
  assert.equal(keeper.reload(model), true);
  assert.equal(last().kinds.at(-1), "reload");
});

test("a model that comes while the process waits for its next start does not start a second one", async () => {
  const { timers, started, keeper, last } = setUp();
  keeper.configure(model);
  last().end({ kind: "exited", code: 0 });
  await timers.pass(milliseconds(0));
  last().end({ kind: "exited", code: 0 });
  keeper.configure(model);
  await timers.pass(seconds(10));
  assert.equal(started.length, 3);
});

test("a model that comes during a stop starts a process after it", async () => {
  const { started, keeper, last } = setUp();
  keeper.configure(model);
  last().say(loaded);
  const stopping = keeper.stop();
  keeper.configure(model);
  assert.equal(started.length, 1);
  last().end({ kind: "exited", code: 0 });
  await stopping;
  await settle();
  assert.equal(started.length, 2);
});

test("a process that was asked and has not answered is not called alive; one that speaks again is", () => {
  const { keeper, last } = setUp();
  assert.equal(keeper.checkLife(), true, "none runs");
  keeper.configure(model);
  last().say(loaded);
  assert.equal(keeper.checkLife(), true);
  assert.equal(keeper.checkLife(), false);
  last().say({ kind: "alive", sequence: 1 });
  assert.equal(keeper.checkLife(), true);
});
