import assert from "node:assert/strict";
import { test } from "node:test";
import { milliseconds, seconds } from "../../../src/base/units.ts";
import type { Verdict } from "../../../src/track/verdicts.ts";
import { ScriptRunner } from "../../../src/daemon/script-runner.ts";
import type { RunnableScript } from "../../../src/daemon/script-runner.ts";
import type { ScriptConfig } from "../../../src/track/config.ts";
import { FakeProcesses, ManualTimers, recordingLogger, settle } from "./fakes.ts";

const exited = (status: number): { readonly kind: "exited"; readonly status: number } => ({
  kind: "exited",
  status,
});

function script(changes: Partial<ScriptConfig> = {}): RunnableScript {
  const config: ScriptConfig = {
    name: "check",
    command: { argv: ["/bin/check"], text: "/bin/check", user: undefined, group: undefined },
    interval: seconds(2),
    timeout: seconds(2),
    timeoutIsExplicit: false,
    weight: 0,
    reverse: false,
    rise: 1,
    fall: 1,
    startsFailed: false,
    ...changes,
  };
  return { config, argv: config.command.argv, uid: undefined, gid: undefined };
}

function setUp(): {
  readonly timers: ManualTimers;
  readonly processes: FakeProcesses;
  readonly lines: string[];
  readonly changes: string[];
  readonly runner: ScriptRunner;
} {
  const timers = new ManualTimers();
  const processes = new FakeProcesses(timers);
  const { logger, lines } = recordingLogger(timers);
  const changes: string[] = [];
  const changed = (name: string, status: Verdict): void => {
    changes.push(`${name} ${status}`);
  };
  const runner = new ScriptRunner({ timers, processes, logger, environment: {}, changed });
  return { timers, processes, lines, changes, runner };
}

test("a script runs at once and then every interval, from start to start", async () => {
  const { timers, processes, runner } = setUp();
  runner.configure([script()]);
  assert.equal(processes.runs.length, 1);
  await timers.pass(milliseconds(1_500));
  processes.runs[0]?.finish(exited(0));
  await timers.pass(milliseconds(499));
  assert.equal(processes.runs.length, 1);
  await timers.pass(milliseconds(1));
  assert.equal(processes.runs.length, 2);
});

test("only changes are reported, each with Keepalived's line", async () => {
  const { timers, processes, lines, changes, runner } = setUp();
  runner.configure([script()]);
  for (const status of [0, 0, 3, 4, 0]) {
    processes.running[0]?.finish(exited(status));
    await timers.pass(seconds(2));
  }
  assert.deepEqual(changes, ["check good", "check bad", "check good"]);
  assert.deepEqual(lines, [
    "VRRP_Script(check) succeeded",
    "Script `check` now returning 3",
    "VRRP_Script(check) failed (exited with status 3)",
    "Script `check` now returning 4",
    "Script `check` now returning 0",
    "VRRP_Script(check) succeeded",
  ]);
});

test("a script ended at its interval is told to be given a timeout, once", async () => {
  const { timers, lines, runner } = setUp();
  runner.configure([script()]);
  await timers.pass(seconds(9));
  assert.deepEqual(lines, [
    "check was ended after its interval of 2 s because no timeout is set; if it may take longer: add `timeout 10`",
    "VRRP_Script(check) timed_out",
  ]);
});

test("a run that takes longer than its interval is not started again, and this is said once", async () => {
  const { timers, processes, lines, runner } = setUp();
  runner.configure([script({ timeout: seconds(30), timeoutIsExplicit: true })]);
  await timers.pass(seconds(5));
  assert.equal(processes.runs.length, 1);
  assert.deepEqual(lines, ["Track script check is already running, expect idle - skipping run"]);
  assert.equal(runner.snapshots()[0]?.skipped, 2);
});

test("a script that cannot be started, or is ended by a signal, counts as failed", async () => {
  const { timers, processes, lines, changes, runner } = setUp();
  runner.configure([script({ fall: 2 })]);
  processes.running[0]?.finish({ kind: "notStarted", errno: 2, reason: "spawn ENOENT" });
  await timers.pass(seconds(2));
  processes.running[0]?.finish(exited(0));
  await timers.pass(seconds(2));
  for (let i = 0; i < 2; i += 1) {
    processes.running[0]?.finish({ kind: "signalled", signal: 11 });
    await timers.pass(seconds(2));
  }
  assert.deepEqual(changes, ["check bad", "check good", "check bad"]);
  assert.deepEqual(lines, [
    "VRRP_Script(check) failed (could not be started: it, or the interpreter in its first line, does not exist)",
    "VRRP_Script(check) succeeded",
    "VRRP_Script(check) failed (due to signal 11)",
  ]);
});

test("the last thing a failing script said is in the log, and its end in the snapshot", async () => {
  const { timers, processes, lines, runner } = setUp();
  runner.configure([script()]);
  await timers.pass(milliseconds(12));
  processes.running[0]?.finish(exited(127), "line one\nnginx: not found\n");
  await settle();
  assert.deepEqual(lines.slice(1), [
    "VRRP_Script(check) failed (exited with status 127): a command in it was not found, is PATH what it expects?",
    "VRRP_Script(check) said: nginx: not found",
  ]);
  assert.deepEqual(runner.snapshots()[0]?.lastRun, {
    startedAt: timers.wallClock() - 12,
    durationMs: 12,
    outcome: "exit 127",
    output: "line one\nnginx: not found\n",
  });
});

test("a reload keeps the result, the schedule and the run under way of the same script", async () => {
  const { timers, processes, lines, changes, runner } = setUp();
  runner.configure([script()]);
  processes.running[0]?.finish(exited(0));
  await timers.pass(milliseconds(2_500));
  runner.configure([script({ rise: 3 })]);
  assert.deepEqual([...runner.results()], [["check", "good"]]);
  assert.equal(processes.running.length, 1);
  processes.running[0]?.finish(exited(1));
  await timers.pass(milliseconds(1_499));
  assert.equal(processes.runs.length, 2);
  await timers.pass(milliseconds(1));
  assert.equal(processes.runs.length, 3);
  assert.deepEqual(changes, ["check good", "check bad"]);
  assert.ok(lines.includes("VRRP_Script(check) considered successful on reload"));
});

test("a reload that changes the command ends the old run and forgets its results", async () => {
  const { timers, processes, runner } = setUp();
  runner.configure([script()]);
  processes.running[0]?.finish(exited(0));
  await timers.pass(seconds(2));
  const command = { argv: ["/bin/other"] as const, text: "/bin/other" };
  runner.configure([script({ command: { ...command, user: undefined, group: undefined } })]);
  assert.deepEqual(
    processes.running.map(({ request }) => request.argv[0]),
    ["/bin/other"],
  );
  assert.equal(runner.results().size, 0);
});

test("after a stop nothing runs and nothing is reported", async () => {
  const { timers, processes, changes, runner } = setUp();
  runner.configure([script()]);
  runner.stop();
  await timers.pass(seconds(10));
  assert.equal(processes.running.length, 0);
  assert.equal(processes.runs.length, 1);
  assert.deepEqual(changes, []);
});
