/** Tracked files and processes as the parent follows them, on fakes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_TIME, seconds } from "../../../src/base/units.ts";
import { FileTracker } from "../../../src/daemon/file-tracker.ts";
import { ProcessTracker } from "../../../src/daemon/process-tracker.ts";
import type { TrackFileConfig, TrackProcessConfig } from "../../../src/track/config.ts";
import { FakeFiles, FakeProcessTable, ManualTimers, recordingLogger } from "./fakes.ts";

const file = (changes: Partial<TrackFileConfig> = {}): TrackFileConfig => ({
  name: "f",
  path: "/run/f",
  initial: undefined,
  weight: 1,
  reverse: false,
  ...changes,
});

const web = (changes: Partial<TrackProcessConfig> = {}): TrackProcessConfig => ({
  name: "web",
  command: ["nginx"],
  parameterMatch: undefined,
  fullCommand: false,
  quorum: 1,
  quorumMaximum: undefined,
  forkDelay: NO_TIME,
  terminateDelay: NO_TIME,
  weight: 0,
  reverse: false,
  ...changes,
});

function setUp() {
  const timers = new ManualTimers();
  const { logger, lines } = recordingLogger(timers);
  const files = new FakeFiles();
  const table = new FakeProcessTable();
  const told: string[] = [];
  const changed = (name: string, what: number | string): void => {
    told.push(`${name} ${what}`);
  };
  return {
    ...{ timers, lines, files, table, told },
    fileTracker: new FileTracker({ files, logger, changed }),
    processTracker: new ProcessTracker({ table, timers, logger, changed }),
  };
}

test("a number is known at once, and each change is told once", () => {
  const { files, fileTracker, told, lines } = setUp();
  files.put("/run/f", "5\n");
  fileTracker.configure([file()]);
  assert.deepEqual(fileTracker.values(), { f: 5 });
  files.put("/run/f", "-20");
  files.put("/run/f", "-20 ");
  files.put("/run/f", "maintenance");
  files.put("/run/f", "maintenance again");
  assert.deepEqual(told, ["f -20", "f 0"]);
  assert.deepEqual(lines, [
    "Track file f now has the value -20",
    "Track file f: /run/f has 'maintenance', which is no number and counts as 0",
    "Track file f now has the value 0",
  ]);
});

test("init_file writes at the start, over a file only when told, and never at a reload", () => {
  const { files, fileTracker } = setUp();
  files.put("/run/f", "5");
  files.put("/run/g", "6");
  fileTracker.configure([
    file({ initial: { value: 1, overwrite: false } }),
    file({ name: "g", path: "/run/g", initial: { value: 2, overwrite: true } }),
  ]);
  assert.deepEqual(fileTracker.values(), { f: 5, g: 2 });
  fileTracker.configure([
    file(),
    file({ name: "h", path: "/run/h", initial: { value: 3, overwrite: true } }),
  ]);
  assert.deepEqual(fileTracker.values(), { f: 5, h: 0 });
  assert.deepEqual([...files.watched.keys()], ["/run/f", "/run/h"]);
});

test("the end of a process is told at once", () => {
  const { table, processTracker, told, lines } = setUp();
  table.start(10, "nginx");
  processTracker.configure([web()]);
  assert.deepEqual(processTracker.verdicts(), { web: "good" });
  table.end(10);
  table.start(11, "nginx");
  assert.deepEqual(told, ["web bad", "web good"]);
  assert.deepEqual(lines, [
    "Quorum lost for tracked process web",
    "Quorum gained for tracked process web",
  ]);
});

test("a fork is counted like its parent, until it runs something else", () => {
  const { table, processTracker, told } = setUp();
  table.start(10, "nginx");
  processTracker.configure([web({ quorum: 2 })]);
  table.tell({ kind: "forked", pid: 11, parent: 10 });
  table.start(11, "sh");
  assert.deepEqual(told, ["web good", "web bad"]);
});

test("terminate_delay forgives a restart", async () => {
  const { table, processTracker, timers, told } = setUp();
  table.start(10, "nginx");
  processTracker.configure([web({ terminateDelay: seconds(1) })]);
  table.end(10);
  await timers.pass(seconds(0.5));
  table.start(11, "nginx");
  await timers.pass(seconds(5));
  assert.deepEqual(told, []);
  table.end(11);
  await timers.pass(seconds(1));
  assert.deepEqual(told, ["web bad"]);
});

test("after an overrun all processes are looked at again", () => {
  const { table, processTracker, told } = setUp();
  table.start(10, "nginx");
  processTracker.configure([web()]);
  table.running.delete(10);
  table.tell({ kind: "overrun" });
  assert.deepEqual(told, ["web bad"]);
});

test("where the kernel tells nothing ends are seen at once and starts within a second", async () => {
  const { table, processTracker, timers, told, lines } = setUp();
  table.tells = false;
  table.start(10, "nginx");
  for (let pid = 1_000; pid < 2_000; pid += 1) table.start(pid, "sh");
  processTracker.configure([web()]);
  table.end(10);
  assert.deepEqual(told, ["web bad"]);
  table.start(12, "nginx");
  await timers.pass(seconds(1.1));
  assert.deepEqual(told, ["web bad", "web good"]);
  table.end(12);
  assert.deepEqual(told, ["web bad", "web good", "web bad"]);
  assert.equal(lines.filter((line) => line.startsWith("The kernel tells nothing")).length, 1);
});

test("a reload keeps what is counted and lets go of the kernel when nothing is", () => {
  const { table, processTracker, told } = setUp();
  processTracker.configure([web()]);
  assert.equal(table.isListenedTo, true);
  table.start(10, "nginx");
  processTracker.configure([web(), web({ name: "other", command: ["haproxy"] })]);
  assert.deepEqual(processTracker.verdicts(), { web: "good", other: "bad" });
  assert.deepEqual(told, ["web good"]);
  processTracker.configure([]);
  assert.equal(table.isListenedTo, false);
});
