/**
 * The files of the signals: with the same configuration Debian's Keepalived writes the same lines,
 * but for what is different by nature, for what 2.4 writes otherwise, and for the few that are
 * named here.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Host } from "../lab/host.ts";
import { Keepalived, LAB_FLAGS, daemonUnderTest } from "../lab/keepalived.ts";
import type { DaemonKind } from "../lab/keepalived.ts";
import { Lan } from "../lab/lan.ts";
import { waitFor } from "../lab/wait.ts";
import { programsOf, requireBuilt, skipUnless } from "./gate.ts";

const SOON_MS = 20_000;
const TIMEOUT_MS = 90_000;
const JSON_SIGNAL = 36;
const STATS_CLEAR_SIGNAL = 63;

const GLOBALS = `global_defs {
    router_id judge
    process_names
    notification_email {
        a@example.com
        b@example.com
    }
    notification_email_from k@example.com
    smtp_server 127.0.0.9 2525
    smtp_helo_name lb.example.com
    smtp_connect_timeout 7
    smtp_alert_vrrp off
    dynamic_interfaces
    enable_script_security
    script_user root
    startup_script /etc/check.sh
    shutdown_script /etc/check.sh
    notify_fifo /run/all.fifo
    vrrp_notify_fifo /run/vrrp.fifo
    vrrp_garp_interval 0.01
    vrrp_gna_interval 0.02
    vrrp_garp_master_refresh 60
    vrrp_garp_lower_prio_repeat 2
    vrrp_garp_lower_prio_delay 3
    vrrp_higher_prio_send_advert true
    vrrp_startup_delay 0.5
    vrrp_priority -3
}
`;

const SHARED = `track_group watchers {
    group {
        VI_1
        VI_2
    }
}
static_ipaddress {
    10.9.0.5/24 dev eth0
    10.9.0.6/24 dev eth1 scope link no_track
    fd00:9::5/64 dev eth0
}
static_routes {
    192.0.2.0/24 via 10.9.0.1 dev eth0
    192.0.3.0/24 via 10.9.0.1 dev eth0 track_group watchers
}
static_rules {
    from 10.9.0.0/16 table 100 preference 500
}
garp_group {
    garp_interval 1.5
    gna_interval 0.1
    interface eth0
}
vrrp_script probe {
    script "/etc/check.sh one two"
    interval 1
    timeout 3
    weight 4
    rise 2
    fall 3
}
vrrp_script guard {
    script "/etc/check.sh"
    interval 2
    init_fail
}
track_file number {
    file /etc/number
    weight 2
}
vrrp_track_process sleeper {
    process sleep 900
    quorum 1
    delay 2
    weight 10
}
vrrp_sync_group pair {
    group {
        VI_1
        VI_2
    }
    notify_master "/etc/check.sh group master"
    notify_backup "/etc/check.sh group backup"
    notify_fault "/etc/check.sh group fault"
    notify_stop "/etc/check.sh group stop"
    notify "/etc/check.sh group any"
    smtp_alert
    track_interface {
        eth1 weight 7
    }
    track_script {
        guard
    }
    track_file {
        number weight 1
    }
    track_process {
        sleeper weight 10
    }
}
`;

const INSTANCES = `vrrp_instance VI_1 {
    state MASTER
    version 2
    interface eth0
    virtual_router_id 51
    priority 149
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 12345
    }
    notify_master "/etc/check.sh master"
    notify_backup "/etc/check.sh backup"
    notify_fault "/etc/check.sh fault"
    notify_stop "/etc/check.sh stop"
    notify_deleted "/etc/check.sh deleted"
    notify_master_rx_lower_pri "/etc/check.sh lower"
    notify "/etc/check.sh any"
    smtp_alert
    virtual_ipaddress {
        10.0.0.3
        10.0.0.4/24 label eth0:x
    }
    virtual_ipaddress_excluded {
        10.0.0.9 scope host
    }
    virtual_routes {
        198.51.100.0/24 via 10.0.0.99 dev eth0 src 10.0.0.3 metric 7
        198.51.101.0/24 dev eth0 table 100 tos 8 rtt 300ms mtu lock 1400 no_track
        blackhole 198.18.0.0/15 no_track
        198.51.102.0/24 no_track nexthop via 10.0.0.98 weight 2 nexthop via 10.0.0.97
        198.51.103.0/24 dev eth0 via 10.77.0.1 onlink features ecn initcwnd 3 quickack 1
        default via 10.0.0.95 dev eth0 table 200 realms 3/4 append
    }
    virtual_rules {
        from 10.1.0.0/16 table 100 preference 1000
        to 10.2.0.0/16 lookup 200 preference 999 suppress_prefixlength 8
        iif eth0 blackhole priority 900 no_track
        fwmark 5/0xff sport 80-90 ipproto tcp prohibit priority 800
        not from 10.3.0.0/16 tos 0x10 goto 1000 priority 700
    }
}
vrrp_instance VI_2 {
    state BACKUP
    version 3
    interface eth0
    virtual_router_id 52
    priority 97
    advert_int 0.5
    nopreempt
    virtual_ipaddress {
        fe80::52
        fd00::52/64 preferred_lft 0
    }
    virtual_ipaddress_excluded {
        fd00::53/64
    }
    notify_priority_changes true
    lower_prio_no_advert
    virtual_routes {
        2001:db8:5::/48 via fd00::99 dev eth0 pref high
    }
}
vrrp_instance VI_3 {
    version 3
    strict_mode on
    state BACKUP
    interface eth1
    virtual_router_id 53
    priority 100
    advert_int 1
    unicast_src_ip 10.0.1.7
    unicast_peer {
        10.0.1.8
        10.0.1.9 min_ttl 3 max_ttl 255
    }
    check_unicast_src
    unicast_ttl 17
    track_script {
        probe
    }
    virtual_ipaddress {
        10.0.1.50/24
    }
    skip_check_adv_addr
    dont_track_primary
    debug 2
}
vrrp_instance VI_4 {
    state BACKUP
    interface eth1
    virtual_router_id 54
    priority 100
    advert_int 1
    preempt_delay 12.5
    mcast_src_ip 10.0.1.7
    track_interface {
        eth0 weight -3
    }
    virtual_ipaddress {
        10.0.1.51/24 brd 10.0.1.255
    }
    virtual_rules {
        from 10.0.1.51 table 9 preference 50
    }
}
`;

/** What is told when a daemon of this kind is asked with each of the signals. */
interface Dumps {
  readonly data: string;
  readonly parent: string;
  readonly statistics: string;
  readonly json: string;
}

interface Lab extends AsyncDisposable {
  readonly host: Host;
  readonly daemon: Keepalived;
}

async function openLab(
  kind: DaemonKind,
  config: string,
  env?: Record<string, string>,
): Promise<Lab> {
  const plan = { name: "lb01", addresses: ["10.0.0.7/24", "fd00::7/64"] };
  const lan = await Lan.open([plan], { segments: 2 });
  const host = lan.host("lb01");
  host.writeFile("/etc/check.sh", "#!/bin/sh\nexit 0\n", 0o755);
  host.writeFile("/etc/number", "0\n");
  const daemon = new Keepalived(host, {
    kind,
    config,
    flags: LAB_FLAGS,
    ...(env === undefined ? {} : { env }),
  });
  return { host, daemon, [Symbol.asyncDispose]: () => lan[Symbol.asyncDispose]() };
}

/** Sends a signal and waits for the file, whose end tells that it is whole. */
async function ask(
  { host, daemon }: Lab,
  signal: NodeJS.Signals | number,
  path: string,
  isWhole: (text: string) => boolean,
): Promise<string> {
  daemon.signal(signal);
  await waitFor(path, SOON_MS, () => host.hasFile(path) && isWhole(host.readFile(path)));
  return host.readFile(path);
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const hasEveryInterface = (text: string): boolean =>
  /Name = eth1\n[^]*Tracking VRRP instances :\n(?: {5}VI_\d, .*\n)*$/.test(text) &&
  text.includes("VI_2, weight 7");

const hasEveryCount = (text: string): boolean => /VI_4\n[^]*Priority Zero:\n.*\n.*\n$/.test(text);

async function dumpsOf(kind: DaemonKind): Promise<Dumps> {
  await using lab = await openLab(kind, GLOBALS + SHARED + INSTANCES);
  const { daemon, host } = lab;
  daemon.start();
  try {
    for (const name of ["VI_1", "VI_2", "VI_3", "VI_4"]) {
      await daemon.log.waitFor(new RegExp(`\\(${name}\\) Entering MASTER STATE`), SOON_MS);
    }
    await daemon.log.waitFor(/(?:VRRP_Script\(probe\) succeeded)/, SOON_MS);
    const data = await ask(lab, "SIGUSR1", "/tmp/keepalived.data", hasEveryInterface);
    const statistics = await ask(lab, "SIGUSR2", "/tmp/keepalived.stats", hasEveryCount);
    const json = await ask(lab, JSON_SIGNAL, "/tmp/keepalived.json", isJson);
    const parent = host.readFile("/tmp/keepalived_parent.data");
    await daemon.stop();
    return { data, parent, statistics, json };
  } catch (error) {
    if (error instanceof Error) error.message += `\nthe log of ${kind}:\n${daemon.log.tail(60)}`;
    throw error;
  }
}

/** Lines as they can be compared: times, descriptors and counts of seconds are only there. */
function comparable(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => !LEFT_OUT.some((one) => one.test(line)))
    .map((line) =>
      line
        .replace(
          /(Last transition|Read timeout|GARP next time|GNA next time)( = | )\d.*/,
          "$1$2TIME",
        )
        .replace(/fd_in \d+(, fd_out| fd_out =) \d+/, "fd_in N$1 N")
        // 2.4 masks it.
        .replace(/(Password = ).*/, "$1********")
        // The name in 2.4.
        .replace("Number of interface and track script faults", "Number of tracker faults")
        // Only some routes have it, and not in 2.4.
        .replace(" [installed ifindex 0]", "")
        // Debian's leaves the title alone when it has a flag without a name.
        .replace(/Flags: none$/, "Flags:")
        // Not resolved in the parent of Keepalived.
        .replace(/(lower priority (?:delay|repeat) = )4294967295/, "$15")
        .replace(/(lower priority (?:delay|repeat) = ).*/, "$1N"),
    );
}

const LEFT_OUT: readonly RegExp[] = [
  // There is no such library in ours.
  /^ libnftnl version/,
  // A line of 2.4.
  /^ {3}Flags of interface faults = none$/,
  // Of an interface that answers neighbour solicitations.
  /^ {3}(?:Not )?IPv6 forwarding/,
];

type JsonInstance = Readonly<Record<"data" | "stats", Readonly<Record<string, unknown>>>>;

/** Fields of 2.4 that Debian's does not have. */
const NEWER = /^(?:auth_ext_.*|track_process)$/;
/** What differs by nature, or is a count of what went on. */
const OWN = /^(?:last_transition|advert_sent|auth_data)$/;

/** The name and type of each field in order, with the value where it must be the same. */
const fieldsOf = (fields: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(fields)
    .filter(([name]) => !NEWER.test(name))
    .map(([name, value]) => {
      const text = JSON.stringify(value).replaceAll(" [installed ifindex 0]", "");
      const shown = OWN.test(name) ? "" : ` ${text}`;
      return `${name}: ${Array.isArray(value) ? "array" : typeof value}${shown}`;
    });

const MINIMAL = (globals: string): string => `global_defs {
${globals}
}
vrrp_track_process sleeper {
    process sleep 900
    quorum_max 5
    fork_delay 0.5
}
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 0.1
    version 3
    virtual_ipaddress {
        10.0.0.3/24
    }
}
`;

describe("dumps", () => {
  const kind = daemonUnderTest();
  const options = { skip: skipUnless(...programsOf([kind, "real"])), timeout: TIMEOUT_MS };

  test("say line by line what Debian's Keepalived says", options, async (context) => {
    requireBuilt([kind, "real"]);
    const [ours, real] = await Promise.all([dumpsOf(kind), dumpsOf("real")]);

    await context.test("the data of the VRRP process", () => {
      assert.deepEqual(comparable(ours.data), comparable(real.data));
    });
    await context.test("the data of the parent", () => {
      assert.deepEqual(comparable(ours.parent), comparable(real.parent));
    });
    await context.test("the statistics, with the section of 2.4 where it belongs", () => {
      const counted = (text: string): string =>
        text.replace(/(Sent|Received): [1-9]\d*/g, "$1: some");
      const section =
        / {2}Authentication Extension Errors:\n(?: {4}.*: 0\n){6}(?= {2}Priority Zero)/g;
      if (kind === "ours") assert.equal(ours.statistics.match(section)?.length, 4);
      assert.equal(counted(ours.statistics.replace(section, "")), counted(real.statistics));
    });
    await context.test("the JSON, field by field", () => {
      const [own, theirs] = [ours.json, real.json].map((text) => {
        // Debian's ends with an end of line, 2.4 does not.
        assert.doesNotMatch(text.trimEnd(), /\n/);
        return JSON.parse(text) as readonly JsonInstance[];
      });
      assert.ok(own !== undefined && theirs !== undefined);
      assert.equal(own.length, theirs.length);
      for (const [index, { data, stats }] of theirs.entries()) {
        assert.deepEqual(fieldsOf(own[index]?.data ?? {}), fieldsOf(data));
        assert.deepEqual(fieldsOf(own[index]?.stats ?? {}), fieldsOf(stats));
      }
    });
  });
});

describe("dumps of ours", () => {
  const options = { skip: skipUnless(...programsOf(["ours"])), timeout: TIMEOUT_MS };

  test("go where the configuration says, JSON in its second layout", options, async () => {
    requireBuilt(["ours"]);
    const globals = `    state_dump_file mine.dump
    stats_dump_file /run/dumps/
    json_dump_file /run/dumps/state.json
    json_version 2
    data_use_instance`;
    await using lab = await openLab("ours", `instance foo\n${MINIMAL(globals)}`, {
      TMPDIR: "/run/scratch/",
    });
    const { host, daemon } = lab;
    await host.sh("mkdir -p /run/scratch /run/dumps");
    await daemon.startAndWait();
    await daemon.log.waitFor(/Entering MASTER STATE/, SOON_MS);
    await ask(lab, "SIGUSR1", "/run/scratch/mine.foo.dump", (text) => text.includes("Name = eth1"));
    await ask(lab, "SIGUSR2", "/run/dumps/keepalived.stats", (text) => text.endsWith("\n"));
    const json = await ask(lab, JSON_SIGNAL, "/run/dumps/state.json", isJson);
    const { vrrp, track_process: processes } = JSON.parse(json) as Record<string, unknown[]>;
    assert.equal(vrrp?.length, 1);
    assert.deepEqual(processes, [
      {
        process: "sleep",
        parameters: "900",
        param_match: "exact",
        min_processes: 1,
        max_processes: 5,
        current_processes: 0,
        have_quorum: false,
        weight: 0,
        terminate_delay: 0,
        fork_delay: 0.5,
        fork_delay_timer_running: false,
        terminate_delay_timer_running: false,
        full_command: true,
      },
    ]);
    const modes = await host.sh("cd /run; stat -c '%a %n' scratch/* dumps/*");
    assert.deepEqual(modes.trim().split("\n").sort(), [
      "600 dumps/keepalived.stats",
      "600 dumps/state.json",
      "600 scratch/mine.foo.dump",
      "600 scratch/mine_parent.foo.dump",
    ]);
  });

  test("that clear give the counts a last time", options, async () => {
    requireBuilt(["ours"]);
    await using lab = await openLab("ours", MINIMAL(""));
    await lab.daemon.startAndWait();
    await lab.daemon.log.waitFor(/Entering MASTER STATE/, SOON_MS);
    const path = "/tmp/keepalived.stats";
    const before = await ask(lab, STATS_CLEAR_SIGNAL, path, (text) => text.includes("VI_1"));
    assert.match(before, /Became master: 1\n/);
    const cleared = (text: string): boolean => text.includes("Became master: 0\n");
    assert.match(await ask(lab, "SIGUSR2", path, cleared), / {4}Sent: \d+\n {2}Became master: 0\n/);
  });

  test(
    "cost a line of the log where the disk is full, and a link is not followed",
    options,
    async () => {
      requireBuilt(["ours"]);
      await using lab = await openLab("ours", MINIMAL("    state_dump_file /run/full/"));
      const { host, daemon } = lab;
      await host.sh(
        "mkdir -p /run/full && mount -t tmpfs -o size=4k none /run/full" +
          " && head -c 4096 /dev/zero > /run/full/fill" +
          " && echo precious > /run/victim && chmod 1777 /tmp && ln -s /run/victim /tmp/keepalived.stats",
      );
      await daemon.startAndWait();
      await daemon.log.waitFor(/Entering MASTER STATE/, SOON_MS);
      daemon.signal("SIGUSR1");
      await daemon.log.waitFor(/Cannot write \/run\/full\/keepalived\.data: ENOSPC/, SOON_MS);
      await ask(lab, "SIGUSR2", "/tmp/keepalived.stats", (text) =>
        text.startsWith("VRRP Instance"),
      );
      assert.equal(host.readFile("/run/victim"), "precious\n");
      assert.equal((await host.sh("ls /run/full")).trim(), "fill");
      assert.ok(host.holds("10.0.0.3"));
    },
  );
});
