/** The reload a file asks for, on a clock of the test's own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seconds } from "../../../src/base/units.ts";
import { ReloadSchedule } from "../../../src/daemon/reload-schedule.ts";
import { FakeFiles, ManualTimers, recordingLogger } from "./fakes.ts";

const PATH = "/run/reload.at";

/** Noon is 12:03:27 on 2026-11-22. */
function setUp(repeats = false) {
  const timers = new ManualTimers();
  const files = new FakeFiles();
  const { logger, lines } = recordingLogger(timers);
  const reloads: number[] = [];
  const schedule = new ReloadSchedule({
    ...{ timers, files, logger },
    reload: () => reloads.push(timers.wallClock()),
  });
  return { timers, files, lines, reloads, schedule, wanted: { path: PATH, repeats } };
}

test("the reload comes at the time in the file, once, and the file goes", async () => {
  const { timers, files, lines, reloads, schedule, wanted } = setUp();
  files.put(PATH, "12:10:00\n");
  schedule.configure(wanted);
  await timers.pass(seconds(392));
  assert.deepEqual(reloads, []);
  await timers.pass(seconds(1));
  assert.deepEqual(reloads, [Date.UTC(2026, 10, 22, 12, 10)]);
  assert.equal(files.read(PATH).kind, "missing");
  await timers.pass(seconds(90_000));
  assert.equal(reloads.length, 1);
  assert.deepEqual(lines, [
    "Scheduling reload for 2026-11-22 12:10:00",
    "Reload scheduled for 2026-11-22 12:10:00 begins",
  ]);
});

test("a file that is made, changed and removed later is followed", async () => {
  const { timers, files, lines, reloads, schedule, wanted } = setUp();
  schedule.configure(wanted);
  files.put(PATH, "12:10:00");
  files.put(PATH, "2026-11-22 12:20:00Z");
  files.put(PATH, undefined);
  await timers.pass(seconds(3_600));
  assert.deepEqual(reloads, []);
  assert.deepEqual(lines, [
    "Scheduling reload for 2026-11-22 12:10:00",
    "Cancelling reload scheduled for 2026-11-22 12:10:00",
    "Scheduling reload for 2026-11-22 12:20:00",
    "Cancelling reload scheduled for 2026-11-22 12:20:00",
  ]);
});

test("a time that cannot be used takes the one before it away, and is said once", async () => {
  const { timers, files, lines, reloads, schedule, wanted } = setUp();
  files.put(PATH, "12:10:00");
  schedule.configure(wanted);
  files.put(PATH, "12.15");
  schedule.configure(wanted);
  files.put(PATH, "2020-01-01 12:00:00");
  await timers.pass(seconds(3_600));
  assert.deepEqual(reloads, []);
  assert.deepEqual(lines.slice(1), [
    "Cancelling reload scheduled for 2026-11-22 12:10:00",
    "Invalid reload time '12.15' specified - ignoring; write HH:MM:SS or YYYY-MM-DD HH:MM:SS, with Z for UTC",
    "Reload time 2020-01-01 12:00:00 is in the past - ignoring",
  ]);
});

test("reload_repeat keeps the file, and the reload comes every day", async () => {
  const { timers, files, reloads, schedule, wanted } = setUp(true);
  files.put(PATH, "12:10:00");
  schedule.configure(wanted);
  await timers.pass(seconds(2 * 86_400 + 3_600));
  assert.equal(files.read(PATH).kind, "text");
  assert.deepEqual(
    reloads,
    [22, 23, 24].map((day) => Date.UTC(2026, 10, day, 12, 10)),
  );
});

test("without the option, or with another file, the old one is left alone", async () => {
  const { timers, files, reloads, schedule, wanted } = setUp();
  files.put(PATH, "12:10:00");
  schedule.configure(wanted);
  schedule.configure({ path: "/run/other", repeats: false });
  assert.deepEqual([...files.watched.keys()], ["/run/other"]);
  schedule.configure(undefined);
  assert.equal(files.watched.size, 0);
  await timers.pass(seconds(86_400));
  assert.deepEqual(reloads, []);
});
