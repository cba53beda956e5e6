import assert from "node:assert/strict";
import { test } from "node:test";
import { milliseconds } from "../../../src/base/units.ts";
import { paintWith } from "../../../src/report/paint.ts";
import type { DaemonSnapshot } from "../../../src/report/state.ts";
import { renderStatusJson } from "../../../src/report/status-json.ts";
import { renderStatus, renderWhy } from "../../../src/report/status.ts";
import type { StatusContext } from "../../../src/report/status.ts";
import { ManualTimers } from "../daemon/fakes.ts";
import { NOW, SINCE, daemon, instance, peer } from "./values.ts";

const timers = new ManualTimers();
const context: StatusContext = {
  now: NOW,
  toLocalTime: (ms) => timers.localTime(ms),
  paint: paintWith(false),
};

const master = instance({
  name: "VI_2",
  vrid: 51,
  state: "master",
  cause: { kind: "masterDown", waited: milliseconds(3_414), lastMaster: peer },
  basePriority: 150,
  effectivePriority: 130,
  addresses: ["10.0.0.3/24", "10.0.0.4/24", "10.0.0.5/24", "10.0.0.6/24"],
  installed: true,
});

test("status shows a table, then the reason of each state", () => {
  assert.equal(
    renderStatus(daemon([instance(), master]), context),
    `keepalived-ts 0.1.0, pid 100, running for 2 h 9 m, /etc/keepalived/keepalived.conf

NAME  INTERFACE  VRID  STATE   SINCE         PRIORITY  ADDRESSES
VI_1  eth0         50  BACKUP  12:03:27           100  (10.0.0.3/32)
VI_2  eth0         51  MASTER  12:03:27  130 (of 150)  10.0.0.3/24, 10.0.0.4/24, 10.0.0.5/24 and 1 more

VI_1: BACKUP since 12:03:27 (4 m 5 s): 10.0.0.2 is master with priority 150, ours is 100.
VI_2: MASTER since 12:03:27 (4 m 5 s): no advert for 3.41 s, last master was 10.0.0.2.
`,
  );
});

test("a conflict is named in the table and in words", () => {
  const conflict = {
    evidence: { kind: "advert", source: peer, priority: 100 },
    firstSeen: NOW - 7_000,
    lastSeen: NOW,
  } as const;
  const text = renderStatus(daemon([{ ...master, conflict }]), context);
  assert.match(text, /MASTER \(CONFLICT\)/);
  assert.match(
    text,
    /CONFLICT for 7 s: two masters, 10\.0\.0\.2 sends adverts as master too \(priority 100\)\. Does a firewall or the network drop protocol 112\?/,
  );
});

test("an instance that cannot send says so", () => {
  const text = renderStatus(daemon([{ ...master, sendErrno: 1 }]), context);
  assert.match(
    text,
    /Adverts cannot be sent on eth0: EPERM, a local firewall drops protocol 112\?/,
  );
});

test("a fault is the reason, and is not repeated", () => {
  const down = { kind: "interfaceDown", interfaceName: "eth0" } as const;
  const fault = instance({
    state: "fault",
    cause: { kind: "fault", causes: [down] },
    faults: [down],
  });
  const text = renderStatus(daemon([fault]), context);
  assert.match(text, /FAULT since 12:03:27 \(4 m 5 s\): interface eth0 is down\.\n/);
  assert.doesNotMatch(text, /Faults:/);
});

test("a state from another day has its date", () => {
  const text = renderStatus(daemon([instance({ since: SINCE - 86_400_000 })]), context);
  assert.match(text, /2026-11-21 12:03:27/);
});

const failing: DaemonSnapshot["scripts"][number] = {
  name: "check_nginx",
  command: "/root/check_nginx.sh",
  status: "bad",
  runs: 7,
  skipped: 1,
  lastRun: {
    startedAt: SINCE,
    durationMs: 12,
    outcome: "exit 1",
    output: "nginx: \nno process\n",
  },
};

test("checks have a table of their own, and the last words of those that fail", () => {
  const text = renderStatus(daemon([instance()], { scripts: [failing] }), context);
  assert.match(text, /CHECK {8}STATUS {2}LAST RUN {3}TOOK {2}RESULT/);
  assert.match(
    text,
    /check_nginx {2}bad {5}12:03:27 {2}12 ms {2}exit 1 \(1 run skipped: it takes longer than its interval\)/,
  );
  assert.match(text, /check_nginx said: no process\n/);
});

test("a daemon without instances says what that means", () => {
  const idle = { vrrp: undefined, wantsVrrp: false };
  const text = renderStatus(daemon([], idle), context);
  assert.match(text, /No VRRP process runs: the configuration has no vrrp_instance\./);
});

test("a daemon whose VRRP process is not up yet asks for patience", () => {
  const text = renderStatus(daemon([], { vrrp: undefined }), context);
  assert.match(text, /The VRRP process is starting/);
});

test("colours are put around padded cells", () => {
  const text = renderStatus(daemon([master]), { ...context, paint: paintWith(true) });
  assert.ok(text.includes("\u001b[1;32mMASTER\u001b[0m  12:03:27"));
});

test("why shows an instance with its history, and undefined for a stranger", () => {
  const entered = {
    kind: "entered",
    state: "master",
    initial: false,
    cause: { kind: "started" },
  } as const;
  const journal = [
    { at: SINCE, entry: { instance: "VI_2", event: { kind: "receiveTimeout" } } },
    { at: SINCE, entry: { instance: "VI_9", event: { kind: "priorityZeroSent" } } },
    { at: SINCE, entry: { instance: "VI_2", event: entered } },
    { at: SINCE, entry: { text: "the configuration was reloaded" } },
  ] as const;
  const status = daemon([master], { journal });
  assert.equal(
    renderWhy(status, "VI_2", context),
    `VI_2: MASTER since 12:03:27 (4 m 5 s): no advert for 3.41 s, last master was 10.0.0.2.
  It sends its adverts from 10.0.0.1. If the daemon is killed or freezes, the kernel takes its addresses off within 4 s.

What happened:
  12:03:27 (VI_2) Receive advertisement timeout
  12:03:27 (VI_2) Entering MASTER STATE
`,
  );
  assert.equal(renderWhy(status, "VI_3", context), undefined);
});

test("the JSON has a format number, words and numbers side by side", () => {
  const down = { kind: "interfaceDown", interfaceName: "eth0" } as const;
  const view: unknown = JSON.parse(
    renderStatusJson(daemon([instance({ faults: [down], sendErrno: 1 })], { scripts: [failing] })),
  );
  const { instances, checks, format } = view as {
    readonly format: number;
    readonly instances: readonly Record<string, unknown>[];
    readonly checks: readonly Record<string, unknown>[];
  };
  const [shown] = instances;
  assert.ok(shown !== undefined);
  assert.equal(format, 1);
  assert.equal(shown["why"], "10.0.0.2 is master with priority 150, ours is 100");
  assert.equal(shown["sendError"], "EPERM");
  assert.equal(shown["conflict"], null);
  assert.deepEqual(shown["faults"], [{ ...down, text: "interface eth0 is down" }]);
  assert.equal(checks[0]?.["status"], "bad");
});

test("tracked files and processes are shown with what they come to", () => {
  const text = renderStatus(
    daemon([], {
      trackers: [
        { kind: "file", name: "f", path: "/run/f", value: 0, trouble: "missing" },
        {
          ...{ kind: "process", name: "web", command: "nginx" },
          ...{ count: 2, verdict: "good", isTurning: true },
        },
      ],
    }),
    context,
  );
  assert.deepEqual(text.trimEnd().split("\n").slice(-3), [
    "TRACKED  NAME  STATUS                            OF",
    "file     f     0 (it does not exist)             /run/f",
    "process  web   good, 2 running, about to change  nginx",
  ]);
});

test("sync groups, trackers, routes and rules are seen, in the table and in the JSON", () => {
  const seen = daemon([instance()], {
    syncGroups: [{ name: "G", state: "backup", members: ["VI_1", "VI_2"] }],
    routing: [{ instance: "VI_1", routes: ["prepend 198.51.100.0/24"], rules: ["from all"] }],
    trackers: [{ kind: "file", name: "load", path: "/run/load", value: 3, trouble: undefined }],
  });
  assert.match(
    renderStatus(seen, context),
    /\nSYNC GROUP +STATE +MEMBERS *\nG +BACKUP +VI_1, VI_2 *\n/,
  );
  const view = JSON.parse(renderStatusJson(seen)) as Record<string, unknown>;
  assert.deepEqual(view["syncGroups"], [{ name: "G", state: "backup", members: ["VI_1", "VI_2"] }]);
  assert.deepEqual(view["trackers"], [{ kind: "file", name: "load", path: "/run/load", value: 3 }]);
  const [first] = view["instances"] as Record<string, unknown>[];
  assert.equal(first?.["syncGroup"], "G");
  assert.deepEqual(first["routes"], ["prepend 198.51.100.0/24"]);
  assert.deepEqual(first["rules"], ["from all"]);
});

test("a router that is isolated says so, and a witness has a row with its last word", () => {
  const witness = {
    kind: "witness",
    name: "VI_2",
    urls: ["https://198.51.100.7:2379"],
    verdict: { kind: "elsewhere", holder: { name: "lb1", address: peer } },
    answeredAt: NOW - 1_500,
    trouble: "https://198.51.100.7:2379: no answer within 1000 ms",
  } as const;
  const isolated = { ...master, isolatedFrom: ["10.0.0.254"] };
  const text = renderStatus(daemon([isolated], { trackers: [witness] }), context);
  assert.match(text, /^ {2}Isolated: 10\.0\.0\.254 silent on the link\.$/m);
  assert.match(text, /^VI_2 +10\.0\.0\.2 \(lb1\) +1\.5 s ago +https:\/\/198\.51\.100\.7:2379$/m);
  assert.match(text, /^VI_2: https:\/\/198\.51\.100\.7:2379: no answer within 1000 ms$/m);
});
