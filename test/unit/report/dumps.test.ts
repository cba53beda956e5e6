/** Layouts recorded from keepalived 2.2.7 (Debian 12): kill -USR1, -USR2 and -36. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seconds } from "../../../src/base/units.ts";
import type { Model } from "../../../src/config/model.ts";
import { NO_OWNERS, renderDataDump, renderParentDump } from "../../../src/report/data-dump.ts";
import { renderJsonDump } from "../../../src/report/json-dump.ts";
import { renderStatistics } from "../../../src/report/statistics.ts";
import type { ScriptConfig } from "../../../src/track/config.ts";
import { NO_COUNTS } from "../../../src/vrrp/state.ts";
import { ManualTimers } from "../daemon/fakes.ts";
import { NOW, NO_NETWORK, SINCE, instance, model } from "./values.ts";

const timers = new ManualTimers();

const script: ScriptConfig = {
  name: "chk2",
  command: { argv: ["/bin/true", "x"], text: "/bin/true x", user: undefined, group: undefined },
  interval: seconds(2),
  timeout: seconds(5),
  timeoutIsExplicit: true,
  weight: 5,
  reverse: false,
  rise: 2,
  fall: 3,
  startsFailed: false,
};

const words = ["state=MASTER", "prio=150", "vrid=50", "pass=1111", "vip=10.0.0.3,10.0.0.4/24"];
const base = model([...words, "evip=10.0.0.9", "script=chk2:5"]);
const withScript: Model = { ...base, scripts: [script] };
const state = instance({ state: "master", effectivePriority: 135, installed: true });
const link = {
  name: "eth0",
  index: 3,
  up: true,
  mtu: 1_500,
  mac: "8a:35:d4:18:4d:f2",
  broadcastMac: "ff:ff:ff:ff:ff:ff",
  flags: 0x1043,
  hardwareType: 1,
  addresses: ["10.0.0.1/24", "fe80::1/64"],
};
const snapshot = { pid: 12, takenAt: NOW, ...NO_NETWORK, instances: [state], interfaces: [link] };

function dump(): readonly string[] {
  const facts = { status: "good", result: 4, isRunning: false, uid: 0, gid: 0 } as const;
  return renderDataDump({
    model: withScript,
    snapshot,
    scripts: new Map([["chk2", facts]]),
    owners: NO_OWNERS,
    trackers: [],
    toLocalTime: (ms) => timers.localTime(ms),
  }).split("\n");
}

test("the data dump has Keepalived's sections in their order", () => {
  assert.deepEqual(
    dump().filter((line) => line.startsWith("------<")),
    [
      "------< Global definitions >------",
      "------< VRRP Topology >------",
      "------< VRRP Scripts >------",
      "------< Interfaces >------",
    ],
  );
});

test("an instance is dumped with the lines tools look for, its password masked", () => {
  const lines = dump();
  for (const line of [
    " VRRP Instance = VI_1",
    "   VRRP Version = 2",
    "   State = MASTER",
    "   Wantstate = MASTER",
    "   Last transition = 1795349007.000000 (Sun Nov 22 12:03:27.000000 2026)",
    "   Master down timer = 3609375 usecs",
    "   Interface = eth0",
    "   Using src_ip = 10.0.0.1",
    "   Multicast address 224.0.0.18",
    "   Gratuitous ARP delay = 5",
    "   Virtual Router ID = 50",
    "   Priority = 150",
    "   Effective priority = 135",
    "   Advert interval = 1 sec",
    "   Preempt = enabled",
    "   Authentication type = SIMPLE_PASSWORD",
    "   Password = ********",
    "   Virtual IP (2):",
    "     10.0.0.3 dev eth0 scope global set",
    "     10.0.0.4/24 dev eth0 scope global set",
    "   Virtual IP Excluded :",
    "     10.0.0.9 dev eth0 scope global set",
    "   Tracked scripts :",
    "   Using smtp notification = no",
    "   Notify deleted = Fault",
  ]) {
    assert.ok(lines.includes(line), line);
  }
  assert.equal(SINCE, 1_795_349_007_000);
});

test("a script and an interface are dumped as Keepalived does", () => {
  const text = dump().join("\n");
  assert.match(
    text,
    / VRRP Script = chk2\n {3}Command = '\/bin\/true' 'x'\n {3}Interval = 2 sec\n {3}Timeout = 5 sec\n {3}Weight = 5\n {3}Rise = 2\n {3}Fall = 3\n {3}Result = 4\n/,
  );
  assert.match(text, /\n {3}Status = GOOD\n {3}Script uid:gid = 0:0\n/);
  assert.match(
    text,
    / Name = eth0\n {3}index = 3\n {3}IPv4 address = 10\.0\.0\.1\n {3}IPv6 address = fe80::1\n {3}MAC = 8a:35:d4:18:4d:f2\n {3}MAC broadcast = ff:ff:ff:ff:ff:ff\n {3}State = UP, RUNNING\n {3}Seen up = 1\n {3}Delayed state change running = false\n {3}Up debounce timer = 0us\n {3}Down debounce timer = 0us\n {3}MTU = 1500\n {3}HW Type = ETHERNET\n {3}NIC netlink status update\n {3}Reset ARP config counter 0\n {3}Original arp_ignore 0\n {3}Original arp_filter 0\n {3}Original promote_secondaries 0\n {3}Reset promote_secondaries counter 0\n {3}Tracking VRRP instances :\n {5}VI_1, weight 0\n/,
  );
});

test("an interval below a second is in milliseconds, as version 3 has it", () => {
  const fast = model(["version=3", "interval=500ms"]);
  const text = renderDataDump({
    model: fast,
    snapshot: undefined,
    scripts: new Map(),
    owners: NO_OWNERS,
    trackers: [],
    toLocalTime: (ms) => timers.localTime(ms),
  });
  assert.match(text, /\n {3}Advert interval = 500 milli-sec\n/);
});

test("the parent's dump is the global definitions", () => {
  const text = renderParentDump(base, NO_OWNERS);
  assert.match(text, /^------< Global definitions >------\n Network namespace = \(default\)\n/);
  assert.match(text, /\n Router ID = /);
});

test("the statistics have exactly Keepalived's labels", () => {
  const counters = { ...NO_COUNTS, advertsSent: 3, becameMaster: 1, priorityZeroSent: 1 };
  assert.equal(
    renderStatistics([{ name: "VI_1", counters }]),
    `VRRP Instance: VI_1
  Advertisements:
    Received: 0
    Sent: 3
  Became master: 1
  Released master: 0
  Packet Errors:
    Length: 0
    TTL: 0
    Invalid Type: 0
    Advertisement Interval: 0
    Address List: 0
  Authentication Errors:
    Invalid Type: 0
    Type Mismatch: 0
    Failure: 0
  Authentication Extension Errors:
    Missing: 0
    Malformed: 0
    Unknown Key: 0
    Invalid HMAC: 0
    Stale: 0
    Replay: 0
  Priority Zero:
    Received: 0
    Sent: 1
`,
  );
});

test("the JSON is one line with Keepalived's fields in their order", () => {
  const text = renderJsonDump(withScript, snapshot, []);
  assert.equal(
    text,
    '[{"data":{"iname":"VI_1","dont_track_primary":0,"skip_check_adv_addr":0,"strict_mode":0,' +
      '"vmac_ifname":"","ifp_ifname":"eth0","master_priority":150,' +
      '"last_transition":1795349007.000000,"garp_delay":5,"garp_refresh":0,"garp_rep":5,' +
      '"garp_refresh_rep":1,"garp_lower_prio_delay":5,"garp_lower_prio_rep":5,' +
      '"lower_prio_no_advert":0,"higher_prio_send_advert":0,"vrid":50,"base_priority":150,' +
      '"effective_priority":135,"vipset":true,"promote_secondaries":false,"adver_int":1,' +
      '"master_adver_int":1,"accept":1,"nopreempt":false,"preempt_delay":0,"state":2,' +
      '"wantstate":2,"version":2,"smtp_alert":false,"notify_deleted":false,' +
      '"vips":["10.0.0.3 dev eth0 scope global set","10.0.0.4\\/24 dev eth0 scope global set"],' +
      '"evips":["10.0.0.9 dev eth0 scope global set"],"track_script":["\'\\/bin\\/true\' \'x\'"],' +
      '"auth_type":1,"auth_data":"********"},"stats":{"advert_rcvd":0,"advert_sent":0,' +
      '"become_master":0,"release_master":0,"packet_len_err":0,"advert_interval_err":0,' +
      '"ip_ttl_err":0,"invalid_type_rcvd":0,"addr_list_err":0,"invalid_authtype":0,' +
      '"authtype_mismatch":0,"auth_failure":0,"auth_ext_missing":0,"auth_ext_malformed":0,' +
      '"auth_ext_unknown_key":0,"auth_ext_invalid_hmac":0,"auth_ext_stale":0,' +
      '"auth_ext_replay":0,"pri_zero_rcvd":0,"pri_zero_sent":0}}]',
  );
});

test("without instances there is no JSON", () => {
  assert.equal(renderJsonDump({ ...base, instances: [] }, snapshot, []), undefined);
});

test("tracked files and processes have sections of their own", () => {
  const tracking: Model = {
    ...model([...words, "file=f:2", "process=p:-20"]),
    trackFiles: [{ name: "f", path: "/run/f", initial: undefined, weight: 1, reverse: false }],
    trackProcesses: [
      {
        ...{ name: "p", command: ["sleep", "900"], parameterMatch: "initial" },
        ...{ fullCommand: false, quorum: 1, quorumMaximum: 2, weight: 0, reverse: false },
        ...{ forkDelay: seconds(0.5), terminateDelay: seconds(2) },
      },
    ],
  };
  const text = renderDataDump({
    ...{ model: tracking, snapshot: undefined, scripts: new Map(), owners: NO_OWNERS },
    trackers: [
      { kind: "file", name: "f", path: "/run/f", value: -7, trouble: undefined },
      { ...{ kind: "process", name: "p", command: "sleep 900" }, ...PROCESS_FACTS },
    ],
    toLocalTime: (ms) => timers.localTime(ms),
  });
  assert.equal(
    text.slice(text.indexOf("------< VRRP Track files")),
    `------< VRRP Track files >------
 Track file = f
   File = /run/f
   Status = -7
   Weight = 1
   Tracking instances :
     VI_1, weight 2
------< VRRP Track processes >------
 VRRP Track process = p
   Process = sleep
   Parameters = 900
   Param match = initial
   Min processes = 1
   Max processes = 2
   Current processes = 3
   Have quorum = false
   Weight = 0
   Terminate delay = 2.000000s
   Fork delay = 0.500000s
   Fork delay timer not running
   Terminate delay timer not running
   Full command = true
   Tracking instances :
     VI_1, weight -20
`,
  );
});

test("the second layout of the JSON has the tracked processes beside the instances", () => {
  const { global } = base;
  const second: Model = {
    ...base,
    global: { ...global, dumps: { ...global.dumps, jsonVersion: 2 } },
    trackProcesses: [
      {
        ...{ name: "p", command: ["sleep"], parameterMatch: undefined, fullCommand: false },
        ...{ quorum: 2, quorumMaximum: undefined, weight: -4, reverse: false },
        ...{ forkDelay: seconds(0.5), terminateDelay: seconds(2) },
      },
    ],
  };
  const good = { kind: "process", name: "p", command: "sleep", count: 2, verdict: "good" } as const;
  const text = renderJsonDump(second, snapshot, [{ ...good, isTurning: true }]);
  assert.ok(text?.startsWith('{"vrrp":[{"data":{"iname":"VI_1"') === true);
  assert.ok(
    text.endsWith(
      ',"track_process":[{"process":"sleep","param_match":"none","min_processes":2,' +
        '"current_processes":2,"have_quorum":true,"weight":-4,"terminate_delay":2,"fork_delay":0.5,' +
        '"fork_delay_timer_running":false,"terminate_delay_timer_running":true,' +
        '"full_command":false}]}',
    ),
  );
  assert.match(
    renderJsonDump({ ...second, trackProcesses: [] }, snapshot, []) ?? "",
    /^\{"vrrp":\[[^]*\]\}$/,
  );
});

const PROCESS_FACTS = { count: 3, verdict: "bad", isTurning: false } as const;
