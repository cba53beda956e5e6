import assert from "node:assert/strict";
import { test } from "node:test";
import { milliseconds, seconds } from "../../../src/base/units.ts";
import {
  NOTIFY_OVERTAKEN,
  NOTIFY_PATIENCE,
  NOTIFY_WAITING,
  NotifyQueue,
} from "../../../src/daemon/notify-queue.ts";
import type { Notification } from "../../../src/daemon/notify-queue.ts";
import { FakeProcesses, ManualTimers, recordingLogger, settle } from "./fakes.ts";

const note = (instance: string, word: string): Notification => ({
  instance,
  text: word,
  argv: ["/bin/tell", word],
  uid: undefined,
  gid: undefined,
});

function setUp(): {
  readonly timers: ManualTimers;
  readonly processes: FakeProcesses;
  readonly lines: string[];
  readonly queue: NotifyQueue;
  readonly started: () => readonly (string | undefined)[];
} {
  const timers = new ManualTimers();
  const processes = new FakeProcesses(timers);
  const { logger, lines } = recordingLogger(timers);
  const queue = new NotifyQueue({ timers, processes, logger, environment: {} });
  const started = (): readonly (string | undefined)[] =>
    processes.runs.map(({ request }) => request.argv[1]);
  return { timers, processes, lines, queue, started };
}

const done = { kind: "exited", status: 0 } as const;

test("scripts of one instance run one after the other, in order", async () => {
  const { processes, queue, started } = setUp();
  for (const word of ["backup", "master", "fault"]) queue.add(note("VI_1", word));
  assert.deepEqual(started(), ["backup"]);
  processes.runs[0]?.finish(done);
  await settle();
  assert.deepEqual(started(), ["backup", "master"]);
  processes.runs[1]?.finish(done);
  await settle();
  assert.deepEqual(started(), ["backup", "master", "fault"]);
});

test("instances do not wait for each other", () => {
  const { queue, started } = setUp();
  queue.add(note("VI_1", "one"));
  queue.add(note("VI_2", "two"));
  assert.deepEqual(started(), ["one", "two"]);
});

test("a script that takes too long is overtaken, not ended", async () => {
  const { timers, processes, lines, queue, started } = setUp();
  queue.add(note("VI_1", "slow"));
  queue.add(note("VI_1", "next"));
  await timers.pass(NOTIFY_PATIENCE);
  assert.deepEqual(started(), ["slow", "next"]);
  assert.equal(processes.running.length, 2);
  assert.deepEqual(lines, [
    "(VI_1) notify script slow still runs after 30 s; the next one is started beside it",
  ]);
});

test("at most so many overtaken scripts are left running; the oldest is ended", async () => {
  const { timers, processes, queue } = setUp();
  for (let i = 0; i < NOTIFY_OVERTAKEN + 2; i += 1) queue.add(note("VI_1", `n${i}`));
  await timers.pass(seconds(30 * (NOTIFY_OVERTAKEN + 1)));
  assert.equal(processes.runs[0]?.ended, true);
  assert.equal(processes.running.length, NOTIFY_OVERTAKEN + 1);
});

test("at most so many scripts wait; the oldest is dropped, with a word", () => {
  const { lines, queue } = setUp();
  for (let i = 0; i <= NOTIFY_WAITING + 1; i += 1) queue.add(note("VI_1", `n${i}`));
  assert.deepEqual(lines, [
    "(VI_1) notify script n1 is not run: too many are waiting for slower ones before them",
  ]);
});

test("a stop script starts at once, in place of what waits, and has one second", async () => {
  const { timers, processes, queue, started } = setUp();
  queue.add(note("VI_1", "master"));
  queue.add(note("VI_1", "waiting"));
  queue.addLast(note("VI_1", "stop"));
  assert.deepEqual(started(), ["master", "stop"]);
  let isFinished = false;
  void queue.finished().then(() => {
    isFinished = true;
  });
  await timers.pass(milliseconds(999));
  assert.equal(isFinished, false);
  await timers.pass(milliseconds(1));
  assert.equal(isFinished, true);
  assert.equal(processes.runs[1]?.ended, true);
  assert.deepEqual(started(), ["master", "stop"]);
});

test("a script that fails is named with its last words", async () => {
  const { processes, lines, queue } = setUp();
  queue.add(note("VI_1", "/etc/tell master"));
  processes.runs[0]?.finish({ kind: "exited", status: 3 }, "curl: no route\n");
  await settle();
  assert.deepEqual(lines, [
    "(VI_1) notify script /etc/tell master exited with status 3: curl: no route",
  ]);
});
