/** The parent process with a VRRP process, programs and a clock of the test's own. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { askStatus } from "../../../src/cli/control-client.ts";
import type { Command } from "../../../src/base/command.ts";
import { fail } from "../../../src/base/result.ts";
import { seconds } from "../../../src/base/units.ts";
import type { Model } from "../../../src/config/model.ts";
import { Supervisor } from "../../../src/daemon/supervisor.ts";
import type { LoadedConfiguration } from "../../../src/daemon/supervisor-parts.ts";
import { problem } from "../../../src/report/log-line.ts";
import { NO_NETWORK, instance, model } from "../report/values.ts";
import {
  FakeFiles,
  FakeProcesses,
  FakeProcessTable,
  FakeVrrp,
  fakePlanned,
  ManualTimers,
  recordingLogger,
  settle,
} from "./fakes.ts";

let directory = "";
before(() => {
  directory = mkdtempSync(join(tmpdir(), "supervisor-"));
});
after(() => {
  rmSync(directory, { recursive: true });
});

const command = (text: string): Command => ({
  argv: ["/bin/sh", "-c", text],
  text,
  user: undefined,
  group: undefined,
});

const good = (wanted: Model): LoadedConfiguration => ({
  model: wanted,
  lines: [],
  startVerdict: undefined,
  errors: 0,
  testVerdict: 0,
});

interface Choices {
  readonly taken?: string;
  readonly first?: LoadedConfiguration;
}

let count = 0;

function setUp(choices: Choices = {}) {
  const timers = new ManualTimers();
  const processes = new FakeProcesses(timers);
  const { logger, lines } = recordingLogger(timers);
  const early = new FakeVrrp(200);
  const tracked = new FakeFiles();
  const table = new FakeProcessTable();
  const files: string[] = [];
  const told: string[] = [];
  const dumps = new Map<string, string>();
  let configuration = choices.first ?? good(model([]));
  let isReady = false;
  count += 1;
  const stem = join(directory, String(count));
  const supervisor = new Supervisor({
    pid: 100,
    options: {
      configFile: "/etc/k.conf",
      pidFiles: { parent: `${stem}.pid`, vrrp: "v", checkers: "c", bfd: "b" },
      runsVrrp: true,
      runsAll: false,
      respawns: true,
      keepAddresses: false,
      detail: true,
      dumpsConfiguration: false,
    },
    timers,
    logger,
    processes,
    files: tracked,
    processTable: table,
    environment: {},
    scripts: {
      accounts: { user: () => undefined, group: () => undefined, supplementary: () => [] },
      self: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
      searchPath: "/bin",
    },
    openFifo: () => fail("notAFifo"),
    loadMailer: () => assert.fail("no mail is sent"),
    load: () => configuration,
    saveConfiguration: () => undefined,
    startVrrp: () => new FakeVrrp(300),
    planned: fakePlanned(),
    earlyVrrp: early,
    lockPidFile: (path) =>
      path === choices.taken
        ? undefined
        : { write: (pid) => files.push(`${path}=${pid}`), release: () => files.push(`-${path}`) },
    setFileMask: () => undefined,
    writeDump: (name, text) => {
      dumps.set(name, text);
      return Promise.resolve();
    },
    cpuUsage: () => ({ userUs: 0, systemUs: 0 }),
    serviceManager: { tell: (text) => told.push(text), watchdog: undefined, mainPid: undefined },
    ready: () => {
      isReady = true;
    },
  });
  const exit = supervisor.run();
  return {
    ...{ timers, processes, tracked, table, lines, early, files, told, dumps, supervisor, exit },
    socket: `${stem}.sock`,
    isReady: () => isReady,
    setConfiguration: (next: LoadedConfiguration) => {
      configuration = next;
    },
  };
}

/** Through loading and the first words of the VRRP process. */
async function running(choices: Choices = {}): Promise<ReturnType<typeof setUp>> {
  const daemon = setUp(choices);
  await settle();
  daemon.early.say({ kind: "loaded", pid: 200 });
  daemon.early.say({ kind: "running" });
  return daemon;
}

/** Stops the daemon as a signal would, with a VRRP process that obeys. */
async function stop(daemon: ReturnType<typeof setUp>): Promise<number> {
  daemon.supervisor.demand("stop");
  daemon.early.say({ kind: "stopped" });
  daemon.early.end({ kind: "exited", code: 0 });
  return daemon.exit;
}

test("it is ready when its VRRP process runs, and not before", async () => {
  const daemon = setUp();
  await settle();
  assert.deepEqual(daemon.early.kinds, []);
  daemon.early.say({ kind: "loaded", pid: 200 });
  assert.deepEqual(daemon.early.kinds, ["configure"]);
  assert.equal(daemon.isReady(), false);
  daemon.early.say({ kind: "running" });
  assert.equal(daemon.isReady(), true);
  assert.deepEqual(daemon.lines, [
    "Configuration file /etc/k.conf",
    "Starting VRRP child process, pid=200",
    "Startup complete",
  ]);
  assert.equal(await stop(daemon), 0);
});

test("a stop ends the VRRP process first and gives the pid files up last", async () => {
  const daemon = await running();
  assert.equal(await stop(daemon), 0);
  assert.equal(daemon.early.kinds.at(-1), "stop");
  assert.deepEqual(daemon.lines.slice(-4), [
    "Stopping",
    "Stopped",
    "CPU usage (self) user: 0.000000 system: 0.000000",
    "Stopped Keepalived v2.4.3 (07/20,2026)",
  ]);
  assert.equal(daemon.files.at(-1), "-b");
  assert.equal(statSync(daemon.socket, { throwIfNoEntry: false }), undefined);
});

test("a configuration that cannot be run ends the start with its code", async () => {
  const first = { ...good(model([])), lines: [problem("(k.conf: Line 1) wrong")], startVerdict: 2 };
  const daemon = setUp({ first });
  assert.equal(await daemon.exit, 2);
  assert.deepEqual(daemon.early.kills, ["SIGKILL"]);
  assert.deepEqual(daemon.files, []);
  assert.equal(daemon.lines[0], "(k.conf: Line 1) wrong");
});

test("a second daemon leaves with 0 and says which file is taken", async () => {
  const daemon = setUp({ taken: "v" });
  assert.equal(await daemon.exit, 0);
  assert.deepEqual(daemon.early.kills, ["SIGKILL"]);
  assert.ok(daemon.lines.includes("daemon is already running"));
  assert.ok(daemon.lines.some((line) => line.startsWith("Another process has pid file v locked")));
});

test("without instances it keeps running, without a VRRP process", async () => {
  const daemon = setUp({ first: good({ ...model([]), instances: [] }) });
  await settle();
  assert.deepEqual(daemon.early.kills, ["SIGKILL"]);
  assert.equal(daemon.isReady(), true);
  assert.ok(daemon.lines.includes("Warning - keepalived has no configuration to run"));
  daemon.supervisor.demand("stop");
  assert.equal(await daemon.exit, 0);
});

test("a reload with errors is refused, with every place, and nothing is told", async () => {
  const daemon = await running();
  const lines = [problem("(k.conf: Line 3) one"), problem("(k.conf: Line 9) two")];
  daemon.setConfiguration({ ...good(model(["prio=10"])), lines, errors: 2 });
  daemon.supervisor.demand("reload");
  assert.deepEqual(daemon.early.kinds, ["configure"]);
  assert.deepEqual(daemon.lines.slice(-4), [
    "Reloading ...",
    "(k.conf: Line 3) one",
    "(k.conf: Line 9) two",
    "Reload refused: 2 errors in /etc/k.conf; the configuration before it keeps running",
  ]);
  await stop(daemon);
});

test("a good reload reaches the VRRP process, and is complete when it says so", async () => {
  const daemon = await running();
  const next = model(["prio=10"]);
  daemon.setConfiguration(good(next));
  daemon.supervisor.demand("reload");
  const told = daemon.early.sent.at(-1);
  assert.ok(told?.kind === "reload");
  const [first] = told.change.instances;
  assert.ok(first !== undefined && "priority" in first);
  assert.equal(first.priority, 10);
  daemon.early.say({ kind: "reloaded", tookUs: 1_234, touched: 1 });
  assert.deepEqual(daemon.lines.slice(-2), ["Reload complete", "Reload finished in 1234 usec"]);
  await stop(daemon);
});

test("what only a restart can change is refused at a reload", async () => {
  const daemon = await running();
  const base = model([]);
  daemon.setConfiguration(good({ ...base, global: { ...base.global, instanceName: "other" } }));
  daemon.supervisor.demand("reload");
  assert.deepEqual(daemon.early.kinds, ["configure"]);
  assert.match(daemon.lines.at(-1) ?? "", /^Cannot change instance name at a reload/);
  await stop(daemon);
});

test("signals before the start is complete are not heard", async () => {
  const daemon = setUp();
  await settle();
  for (const demand of ["reload", "data", "statistics", "json"] as const) {
    daemon.supervisor.demand(demand);
  }
  await settle();
  assert.equal(daemon.dumps.size, 0);
  assert.ok(!daemon.lines.includes("Reloading ..."));
  daemon.supervisor.demand("stop");
  assert.equal(await daemon.exit, 0);
  assert.deepEqual(daemon.early.kills, ["SIGKILL"]);
});

test("a stop during the start-up script ends the process that was started early", async () => {
  const base = model([]);
  const global = { ...base.global, startupScript: command("prepare") };
  const daemon = setUp({ first: good({ ...base, global }) });
  await settle();
  assert.deepEqual(daemon.early.kinds, []);
  daemon.supervisor.demand("stop");
  assert.deepEqual(daemon.early.kills, ["SIGKILL"]);
  assert.equal(await daemon.exit, 0);
});

test("the VRRP process starts when the start-up script has ended", async () => {
  const base = model([]);
  const global = { ...base.global, startupScript: command("prepare") };
  const daemon = setUp({ first: good({ ...base, global }) });
  await settle();
  daemon.processes.runs[0]?.finish({ kind: "exited", status: 0 });
  await settle();
  daemon.early.say({ kind: "loaded", pid: 200 });
  assert.deepEqual(daemon.early.kinds, ["configure"]);
  await stop(daemon);
});

test("the scripts at both ends have as long as the file says", async () => {
  const base = model([]);
  const [startupScript, shutdownScript] = [command("prepare"), command("tidy")];
  const process = {
    ...base.global.process,
    ...{ startupTimeout: seconds(3), shutdownTimeout: seconds(4) },
  };
  const global = { ...base.global, startupScript, shutdownScript, process };
  const daemon = setUp({ first: good({ ...base, global }) });
  await settle();
  assert.equal(daemon.processes.runs[0]?.request.timeout, seconds(3));
  daemon.processes.runs[0].finish({ kind: "exited", status: 0 });
  daemon.supervisor.demand("stop");
  await settle();
  assert.equal(daemon.processes.runs[1]?.request.timeout, seconds(4));
  daemon.processes.runs[1].finish({ kind: "exited", status: 0 });
  assert.equal(await daemon.exit, 0);
});

test("a data dump asks for the state of this moment", async () => {
  const daemon = await running();
  daemon.supervisor.demand("data");
  daemon.supervisor.demand("statistics");
  await settle();
  assert.deepEqual(daemon.early.kinds.slice(1), ["snapshot", "snapshot"]);
  const snapshot = { pid: 200, takenAt: 0, instances: [instance()], ...NO_NETWORK };
  daemon.early.say({ kind: "snapshot", snapshot });
  await settle();
  assert.deepEqual([...daemon.dumps.keys()].sort(), [
    "keepalived.data",
    "keepalived.stats",
    "keepalived_parent.data",
  ]);
  assert.ok(daemon.lines.includes("Printing VRRP data for process(200) on signal"));
  await stop(daemon);
});

test("a VRRP process that does not answer does not hold a dump up for ever", async () => {
  const daemon = await running();
  const snapshot = { pid: 200, takenAt: 0, instances: [instance()], ...NO_NETWORK };
  daemon.early.say({ kind: "snapshot", snapshot });
  daemon.supervisor.demand("statistics");
  await daemon.timers.pass(seconds(1));
  assert.match(daemon.dumps.get("keepalived.stats") ?? "", /^VRRP Instance: VI_1\n/);
  await stop(daemon);
});

test("state changes run their programs; at the end the stop scripts are waited for", async () => {
  const base = model([]);
  const [first] = base.instances;
  assert.ok(first !== undefined);
  const notify = { ...first.notify, master: command("specific"), any: command("generic") };
  const daemon = await running({ first: good({ ...base, instances: [{ ...first, notify }] }) });
  daemon.early.say({ kind: "notify", instance: "VI_1", state: "master", priority: 100 });
  assert.deepEqual(daemon.processes.runs[0]?.request.argv, ["/bin/sh", "-c", "specific"]);
  daemon.processes.runs[0].finish({ kind: "exited", status: 0 });
  await settle();
  const generic = ["/bin/sh", "-c", "generic", "INSTANCE", "VI_1", "MASTER", "100"];
  assert.deepEqual(daemon.processes.runs[1]?.request.argv, generic);
  daemon.supervisor.demand("stop");
  daemon.early.say({ kind: "notify", instance: "VI_1", state: "stopped", priority: 100 });
  daemon.early.end({ kind: "exited", code: 0 });
  await daemon.timers.pass(seconds(1));
  assert.equal(await daemon.exit, 0);
  assert.equal(daemon.processes.runs[2]?.ended, true);
});

test("a check script's verdict reaches the VRRP process, also one that starts anew", async () => {
  const base = model(["script=check:0"]);
  const script = {
    ...{ name: "check", command: command("check"), interval: seconds(1), timeout: seconds(1) },
    ...{ timeoutIsExplicit: false, weight: 0, reverse: false, rise: 1, fall: 1 },
    startsFailed: false,
  };
  const daemon = await running({ first: good({ ...base, scripts: [script] }) });
  daemon.processes.runs[0]?.finish({ kind: "exited", status: 0 });
  await settle();
  assert.deepEqual(daemon.early.sent.at(-1), {
    kind: "tracker",
    update: { kind: "script", name: "check", verdict: "good" },
  });
  await stop(daemon);
});

test("questions are answered from the latest snapshot, without asking the VRRP process", async () => {
  const daemon = await running();
  const snapshot = { pid: 200, takenAt: 0, instances: [instance()], ...NO_NETWORK };
  daemon.early.say({ kind: "snapshot", snapshot });
  const event = { instance: "VI_1", event: { kind: "priorityZeroSent" } } as const;
  daemon.early.say({ kind: "event", at: 5, event });
  const answer = await askStatus(daemon.socket, 10);
  assert.ok(answer.kind === "answered");
  assert.equal(answer.status.vrrp?.instances[0]?.name, "VI_1");
  assert.deepEqual(answer.status.journal, [{ at: 5, entry: event }]);
  assert.deepEqual(daemon.early.kinds, ["configure"]);
  assert.ok(daemon.lines.includes("(VI_1) sent 0 priority"));
  await stop(daemon);
});

test("a VRRP process that cannot go on ends the daemon with its code", async () => {
  const daemon = await running();
  daemon.early.say({ kind: "fatal", code: 4, text: "Cannot open a socket" });
  daemon.early.end({ kind: "exited", code: 4 });
  assert.equal(await daemon.exit, 4);
  assert.ok(daemon.lines.includes("Cannot open a socket"));
  assert.ok(
    daemon.lines.includes("pid 200 exited with permanent error missing permission. Terminating"),
  );
});

test("what is tracked is known to the VRRP process from its first word on, and then as it changes", async () => {
  const tracking: Model = {
    ...model(["file=f", "process=web"]),
    trackFiles: [{ name: "f", path: "/run/f", initial: undefined, weight: 1, reverse: false }],
    trackProcesses: [
      {
        ...{ name: "web", command: ["nginx"], parameterMatch: undefined, fullCommand: false },
        ...{ quorum: 1, quorumMaximum: undefined, forkDelay: seconds(0) },
        ...{ terminateDelay: seconds(0), weight: 0, reverse: false },
      },
    ],
  };
  const daemon = await running({ first: good(tracking) });
  const first = daemon.early.sent.find(({ kind }) => kind === "configure");
  assert.deepEqual(first?.kind === "configure" && first.verdicts, {
    ...{ scripts: {}, processes: { web: "bad" }, files: { f: 0 }, maintenance: [] },
  });
  daemon.table.start(10, "nginx");
  daemon.tracked.put("/run/f", "3");
  const told = daemon.early.sent.filter(({ kind }) => kind === "tracker");
  assert.deepEqual(told, [
    { kind: "tracker", update: { kind: "process", name: "web", verdict: "good" } },
    { kind: "tracker", update: { kind: "file", name: "f", value: 3 } },
  ]);
  assert.equal(await stop(daemon), 0);
  assert.equal(daemon.table.isListenedTo, false);
});

test("systemd hears of start, reload, refusal and stop, each when it is over", async () => {
  const daemon = await running();
  daemon.supervisor.demand("reload");
  assert.deepEqual(daemon.told.map(firstLine), ["READY=1", "RELOADING=1"]);
  daemon.early.say({ kind: "reloaded", tookUs: 1, touched: 0 });
  daemon.setConfiguration({ ...good(model([])), errors: 1 });
  daemon.supervisor.demand("reload");
  assert.deepEqual(daemon.told.map(firstLine).slice(2), ["READY=1", "RELOADING=1", "READY=1"]);
  await stop(daemon);
  assert.deepEqual(daemon.told.map(firstLine).slice(5), ["STOPPING=1"]);
});

const firstLine = (text: string): string => text.split("\n")[0] ?? "";
