/** Orders over the control socket: what they change, what outlives the daemon, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Errno, SyscallError } from "../../../src/base/failure.ts";
import { seconds } from "../../../src/base/units.ts";
import { parseRequest, REASON_LENGTH } from "../../../src/daemon/control-protocol.ts";
import { handoverText, parseHandover } from "../../../src/daemon/planned-handover.ts";
import {
  Maintenance,
  maintenancePath,
  parseOrders,
} from "../../../src/daemon/planned-maintenance.ts";
import { restartRefusal } from "../../../src/daemon/planned-restart.ts";
import type { RestartFacts } from "../../../src/daemon/planned-restart.ts";
import { Switchovers } from "../../../src/daemon/planned-switchover.ts";
import type { ToVrrp } from "../../../src/daemon/messages.ts";
import type { IpAddress } from "../../../src/base/address.ts";
import type { StateFiles } from "../../../src/sys/ports.ts";
import type { VrrpEvent } from "../../../src/vrrp/events.ts";
import type { MaintenanceOrder } from "../../../src/track/maintenance.ts";
import { parseSpan } from "../../../src/cli/span.ts";
import { daemon, instance, model } from "../report/values.ts";
import { fakePlanned, ManualTimers, NOON, recordingLogger } from "./fakes.ts";

const PATH = "/var/lib/keepalived/maintenance.json";

function maintenance(files: StateFiles, timers = new ManualTimers()) {
  const { logger, lines } = recordingLogger(timers);
  const told: (readonly MaintenanceOrder[])[] = [];
  const keeper = new Maintenance({
    ...{ timers, logger, stateFiles: files, note: () => undefined },
    changed: (orders) => told.push(orders),
  });
  keeper.load(PATH, undefined);
  return { keeper, timers, lines, told };
}

const order = (more: Partial<MaintenanceOrder> = {}): MaintenanceOrder => ({
  ...{ instance: undefined, since: NOON, until: undefined, reason: undefined, by: "root" },
  ...more,
});

test("a maintenance order outlives the daemon, until somebody ends it", () => {
  const { stateFiles } = fakePlanned();
  assert.equal(maintenance(stateFiles).keeper.begin(order({ reason: "disks" })), undefined);
  const next = maintenance(stateFiles);
  assert.deepEqual(
    next.keeper.orders.map(({ reason, by }) => [reason, by]),
    [["disks", "root"]],
  );
  assert.equal(next.keeper.end(undefined, "ann").ended.length, 1);
  assert.equal(stateFiles.read(PATH), undefined);
});

test("an order with an end is over then, also when the daemon did not run", async () => {
  const { stateFiles } = fakePlanned();
  const first = maintenance(stateFiles);
  first.keeper.begin(order({ until: NOON + 60_000 }));
  const late = new ManualTimers();
  await late.pass(seconds(61));
  assert.deepEqual(maintenance(stateFiles, late).keeper.orders, []);
  await first.timers.pass(seconds(59));
  assert.equal(first.keeper.orders.length, 1);
  await first.timers.pass(seconds(2));
  assert.deepEqual(first.told.at(-1), []);
});

test("an order that cannot be written is in force all the same, and that is said", () => {
  const full: StateFiles = {
    ...fakePlanned().stateFiles,
    replace: () => {
      throw new SyscallError("write", Errno.EACCES, `write ${PATH}`);
    },
  };
  const { keeper, lines, told } = maintenance(full);
  assert.match(keeper.begin(order()) ?? "", /EACCES|errno/);
  assert.equal(told.at(-1)?.length, 1);
  assert.ok(lines.some((line) => line.includes("will not know of it")));
});

test("a file that is not ours is said and ignored", () => {
  const { lines, keeper } = maintenance(fakePlanned(new Map([[PATH, "{"]])).stateFiles);
  assert.deepEqual(keeper.orders, []);
  assert.ok(lines.some((line) => line.includes("cannot be read")));
  for (const text of ["[]", '{"format":2,"orders":[]}', '{"format":1,"orders":[{"since":"x"}]}']) {
    assert.equal(parseOrders(text), undefined);
  }
});

test("each daemon has a file of its own, named as its socket is", () => {
  assert.equal(maintenancePath("/run/keepalived.pid"), PATH);
  assert.equal(
    maintenancePath("/run/keepalived/keepalived_blue.pid"),
    "/var/lib/keepalived/maintenance_blue.json",
  );
  assert.equal(maintenancePath("/tmp/x/a.pid"), "/var/lib/keepalived/maintenance-tmp_x_a.pid.json");
});

test("requests that change something are read strictly", () => {
  const good = parseRequest('{"request":"maintenance","on":true,"forMs":1000,"reason":"x"}');
  assert.ok(good.ok && good.value.request === "maintenance" && good.value.forMs === 1_000);
  for (const bad of [
    '{"request":"maintenance"}',
    '{"request":"maintenance","on":true,"forMs":-1}',
    `{"request":"maintenance","on":true,"reason":"${"x".repeat(REASON_LENGTH + 1)}"}`,
    '{"request":"switchover"}',
    '{"request":"switchover","instance":"VI_1","force":"yes"}',
  ]) {
    assert.equal(parseRequest(bad).ok, false, bad);
  }
});

test("spans are written as people write them", () => {
  assert.equal(parseSpan("1h30m"), 5_400_000);
  assert.equal(parseSpan("45s"), 45_000);
  for (const bad of ["", "2", "h", "1m1h", "-1s", "1.5h"]) assert.equal(parseSpan(bad), undefined);
});

function switchovers() {
  const timers = new ManualTimers();
  const sent: ToVrrp[] = [];
  const desk = new Switchovers({
    ...{ timers, logger: recordingLogger(timers).logger, note: () => undefined },
    tell: (message) => sent.push(message) > 0,
  });
  const answer = desk.order(
    { request: "switchover", instance: "VI_1", force: false, release: false },
    "root",
  );
  return { timers, desk, answer };
}

const begun = { kind: "begun", instances: ["VI_1", "VI_2"] } as const;
const handedOver: VrrpEvent["event"] = {
  kind: "handedOver",
  to: "10.0.0.8" as IpAddress,
  priority: 100,
  gap: seconds(0.6),
};

test("a switchover is done when all of a group have a new master", async () => {
  const { desk, answer } = switchovers();
  desk.answered({ kind: "planned", id: 1, outcome: begun });
  desk.heard({ instance: "VI_2", event: handedOver });
  desk.heard({ instance: "VI_1", event: handedOver });
  const response = await answer;
  assert.ok(response.ok && response.done.kind === "handedOver");
  assert.deepEqual(
    response.done.successors.map(({ instance, gapMs }) => [instance, gapMs]),
    [
      ["VI_2", 600],
      ["VI_1", 600],
    ],
  );
});

test("a switchover that nobody wanted is told as taken back", async () => {
  const { desk, answer } = switchovers();
  desk.answered({ kind: "planned", id: 1, outcome: begun });
  const cause = { kind: "takenBack" } as const;
  desk.heard({
    instance: "VI_1",
    event: { kind: "entered", state: "master", initial: false, cause },
  });
  const response = await answer;
  assert.equal(response.ok && response.done.kind, "takenBack");
});

test("a VRRP process that ends, or says nothing, leaves nobody waiting", async () => {
  const lost = switchovers();
  lost.desk.lost();
  assert.equal((await lost.answer).ok, false);
  const silent = switchovers();
  await silent.timers.pass(seconds(1_200));
  assert.equal((await silent.answer).ok, false);
});

const refusalOf = (more: Partial<RestartFacts>): string | undefined => {
  const running = model(["lease=auto"]);
  const loaded = {
    ...{ model: running, lines: [], startVerdict: undefined, errors: 0, testVerdict: 0 },
  };
  const snapshot = daemon([instance({ state: "master" })]).vrrp;
  return restartRefusal({
    ...{ model: running, loaded, configFile: "/etc/k.conf", snapshot, keepAddresses: false },
    ...more,
  })?.kind;
};

test("a restart that keeps the addresses is refused where it could not", () => {
  const loadedWith = (words: string): Partial<RestartFacts> => ({
    loaded: {
      ...{ model: model([words]), lines: [], startVerdict: undefined, errors: 0, testVerdict: 0 },
    },
  });
  assert.equal(refusalOf({}), undefined);
  assert.equal(refusalOf({ keepAddresses: true }), "keepsAddresses");
  assert.equal(refusalOf({ snapshot: undefined }), "notRunning");
  assert.equal(refusalOf(loadedWith("vip=10.0.0.9")), "changed");
  assert.equal(refusalOf(loadedWith("vrid=77")), "changed");
  assert.equal(refusalOf(loadedWith("lease=off")), "noLease");
  assert.equal(refusalOf({ model: model(["interval=300ms"]) }), "tooQuick");
  const handing = daemon([instance({ state: "backup", hold: "handing" })]).vrrp;
  assert.equal(refusalOf({ snapshot: handing }), "switchover");
});

test("a handover of another version is no handover", () => {
  const text = handoverText({
    ...{ startedAt: 1, leftAt: 2, restarts: 1, predecessors: {}, results: {}, maintenance: [] },
    ...{ told: { instances: {}, groups: {} }, journal: [], isToStop: false },
  });
  assert.equal(parseHandover(text)?.restarts, 1);
  assert.equal(parseHandover(text.replace('"format":1', '"format":2')), undefined);
  assert.equal(parseHandover("{"), undefined);
});
