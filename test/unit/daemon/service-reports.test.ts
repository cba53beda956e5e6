/** What systemd is told: by the rules of sd_notify(3), and not more often than anybody reads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, milliseconds, seconds } from "../../../src/base/units.ts";
import { FIRST_SERVICE_STATE, stepService } from "../../../src/daemon/service-protocol.ts";
import type { ServiceEvent } from "../../../src/daemon/service-protocol.ts";
import { ServiceReports } from "../../../src/daemon/service-reports.ts";
import { serviceStatus } from "../../../src/report/service-status.ts";
import type { InstanceSnapshot, VrrpSnapshot } from "../../../src/report/state.ts";
import { instance, NO_NETWORK, SINCE } from "../report/values.ts";
import { ManualTimers } from "./fakes.ts";

const told = (...events: readonly ServiceEvent[]): readonly string[] => {
  let state = FIRST_SERVICE_STATE;
  return events.flatMap((event) => {
    const step = stepService(state, event);
    ({ state } = step);
    return step.told === undefined ? [] : [step.told];
  });
};

const ready = { kind: "ready", mainPid: undefined } as const;
const reload = { kind: "reload", at: instant(5_000_000) } as const;

test("a reload begins with the clock's time and ends with READY", () => {
  const summary = { kind: "summary", text: "1 instance: 1 MASTER" } as const;
  assert.deepEqual(told(ready, summary, reload, { kind: "reloaded" }), [
    "READY=1",
    "RELOADING=1\nMONOTONIC_USEC=5000000\nSTATUS=reloading. 1 instance: 1 MASTER",
    "READY=1\nSTATUS=1 instance: 1 MASTER",
  ]);
});

test("a refused reload ends too, and is told of until the next", () => {
  assert.deepEqual(told(ready, reload, { kind: "reloadRefused" }, reload, { kind: "reloaded" }), [
    "READY=1",
    "RELOADING=1\nMONOTONIC_USEC=5000000\nSTATUS=reloading",
    "READY=1\nSTATUS=the last reload was refused, its reasons are in the log",
    "RELOADING=1\nMONOTONIC_USEC=5000000\nSTATUS=reloading",
    "READY=1",
  ]);
});

test("what ends no reload is not told: another READY would end a reload of the manager's", () => {
  assert.deepEqual(told(ready, { kind: "reloaded" }, ready), ["READY=1"]);
});

test("a daemon in the background says who it is", () => {
  assert.deepEqual(told({ kind: "ready", mainPid: 77 }), ["MAINPID=77\nREADY=1"]);
});

test("nothing follows the word that it stops", () => {
  const events = [ready, { kind: "stop" }, reload, { kind: "stop" }] as const;
  assert.deepEqual(told(...events), ["READY=1", "STOPPING=1\nSTATUS=stopping"]);
});

const some = (name: string, changes: Partial<InstanceSnapshot>): InstanceSnapshot =>
  instance({ name, faults: [], conflict: undefined, ...changes });
const of = (...instances: readonly InstanceSnapshot[]): VrrpSnapshot => ({
  ...{ pid: 200, takenAt: SINCE, instances },
  ...NO_NETWORK,
});

test("the line of status counts states, and names what is wrong", () => {
  const down = { kind: "interfaceDown", interfaceName: "eth1" } as const;
  assert.equal(
    serviceStatus(of(some("A", { state: "master" }), some("B", { state: "backup" }))),
    "2 instances: 1 MASTER, 1 BACKUP",
  );
  assert.equal(
    serviceStatus(
      of(some("A", { state: "master" }), some("B", { state: "fault", faults: [down] })),
    ),
    "2 instances: 1 MASTER, 1 FAULT. FAULT: B: interface eth1 is down",
  );
});

function reports(choices: { readonly isAlive?: () => boolean; readonly watchdogS?: number } = {}) {
  const timers = new ManualTimers();
  const lines: string[] = [];
  const { isAlive = () => true, watchdogS } = choices;
  const watchdog = watchdogS === undefined ? undefined : seconds(watchdogS);
  const serviceManager = { tell: (text: string) => lines.push(text), watchdog, mainPid: undefined };
  return { timers, lines, service: new ServiceReports({ timers, serviceManager, isAlive }) };
}

test("status is told at once, then at most once a second, and the last one always", async () => {
  const { timers, lines, service } = reports();
  service.setSnapshot(of(some("A", { state: "backup" })));
  await timers.pass(milliseconds(100));
  for (const state of ["master", "backup", "fault", "master"] as const) {
    service.setSnapshot(of(some("A", { state, faults: [] })));
  }
  assert.deepEqual(lines, ["STATUS=1 instance: 1 BACKUP"]);
  await timers.pass(seconds(5));
  assert.deepEqual(lines, ["STATUS=1 instance: 1 BACKUP", "STATUS=1 instance: 1 MASTER"]);
});

test("what did not change is not told again", async () => {
  const { timers, lines, service } = reports();
  for (let i = 0; i < 3; i += 1) {
    service.setSnapshot(of(some("A", { state: "backup" })));
    await timers.pass(seconds(5));
  }
  assert.equal(lines.length, 1);
});

test("the watchdog hears twice in its time of a daemon that works, and never of one that hangs", async () => {
  let isAlive = true;
  const { timers, lines } = reports({ watchdogS: 10, isAlive: () => isAlive });
  await timers.pass(seconds(20));
  assert.equal(lines.filter((line) => line === "WATCHDOG=1").length, 5);
  isAlive = false;
  lines.length = 0;
  await timers.pass(seconds(20));
  assert.deepEqual(lines, []);
});
