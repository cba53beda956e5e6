/**
 * What the file says of the daemon's processes, as the kernel shows it: scheduling, processors,
 * limits, memory, names, and the files and programs that go with a start, a reload and a stop.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Host } from "../lab/host.ts";
import type { Keepalived } from "../lab/keepalived.ts";
import { sleep, waitFor } from "../lab/wait.ts";
import { soloTest } from "../interop/solo.ts";
import { vrrpConfig } from "../interop/vrrp-config.ts";

const SOON_MS = 10_000;
/** Longer than min_auto_priority_delay of the test. */
const STALL_MS = 1_000;

const config = (...globals: readonly string[]): string =>
  vrrpConfig({
    version: 3,
    priority: 100,
    intervalMs: 200,
    addresses: ["10.0.0.3/24"],
    globals: ["script_user root", "enable_script_security", ...globals],
  });

/** The VRRP process, by the number the host knows it by. */
function vrrpPid(host: Host): string {
  return host.readFile("/run/vrrp.pid").trim();
}

async function limitOf(host: Host, pid: string): Promise<readonly string[]> {
  const line = await host.sh(`grep 'Max realtime timeout' /proc/${pid}/limits`);
  return line.trim().split(/\s+/).slice(3, 5);
}

async function policyOf(host: Host, pid: string): Promise<string> {
  const [policy = "", priority = ""] = (await host.must(["chrt", "-p", pid])).trim().split("\n");
  return `${policy.split(": ")[1]?.split("|")[0] ?? ""} ${priority.split(": ")[1] ?? ""}`;
}

const logged = (daemon: Keepalived, line: RegExp): Promise<unknown> =>
  daemon.log.waitFor(line, SOON_MS);

describe("process options", { concurrency: 2 }, () => {
  for (const kind of ["ours", "real"] as const) {
    const options = {
      kind,
      needs: ["chrt", "taskset"],
      config: config("vrrp_rt_priority 7", "vrrp_rlimit_rttime 50000", "vrrp_cpu_affinity 0"),
    };
    soloTest(`${kind}: priority, limit and processors`, options, async ({ daemon, host }) => {
      await daemon.startAndWait();
      const pid = vrrpPid(host);
      assert.equal(await policyOf(host, pid), "SCHED_RR 7");
      const masks = await host.must(["taskset", "-a", "-p", pid]);
      for (const line of masks.trim().split("\n")) assert.match(line, /mask: 1$/);
      // The parent, and with it scripts, run where and how they like.
      const parent = String(daemon.parent().hostPid);
      assert.equal(await policyOf(host, parent), "SCHED_OTHER 0");
      assert.doesNotMatch(await host.must(["taskset", "-p", parent]), /mask: 1$/);
      const [soft, hard] = await limitOf(host, pid);
      // Ours is told at the limit and goes on; Keepalived ends there, and is told at half of it.
      const expected = kind === "ours" ? ["50000", "10000000"] : ["25000", "50000"];
      assert.deepEqual([soft, hard], expected);
    });

    const stalled = {
      kind,
      needs: ["chrt"],
      config: config("max_auto_priority 2", "min_auto_priority_delay 300000"),
    };
    soloTest(`${kind}: a stall raises the priority`, stalled, async ({ daemon, host }) => {
      await daemon.startAndWait();
      await logged(daemon, /Entering MASTER STATE/);
      assert.equal(await policyOf(host, vrrpPid(host)), "SCHED_OTHER 0");
      daemon.freeze();
      await sleep(STALL_MS);
      daemon.thaw();
      await logged(daemon, /Set realtime priority/);
      assert.match(await policyOf(host, vrrpPid(host)), /^SCHED_RR [12]$/);
    });
  }

  const reloading = {
    kind: "ours",
    needs: ["chrt", "taskset"],
    config: config("vrrp_rt_priority 7", "vrrp_cpu_affinity 0", "vrrp_priority -5"),
  } as const;
  soloTest("a reload changes what the process runs with", reloading, async ({ daemon, host }) => {
    await daemon.startAndWait();
    const pid = vrrpPid(host);
    await daemon.reload(config("vrrp_rt_priority 9", "vrrp_process_name vrrp_node"));
    assert.equal(await policyOf(host, pid), "SCHED_RR 9");
    assert.doesNotMatch(await host.must(["taskset", "-p", pid]), /mask: 1$/);
    assert.equal((await host.sh(`cat /proc/${pid}/comm`)).trim(), "vrrp_node");
    await daemon.reload(config());
    assert.equal(await policyOf(host, pid), "SCHED_OTHER 0");
    assert.equal(vrrpPid(host), pid, "it is the same process");
  });

  const named = {
    kind: "ours",
    config: `instance east\nnet_namespace blue\nuse_pid_dir\n${config(
      "process_names",
      "process_name lb_parent",
      "vrrp_priority -5",
      "umask 0077",
      "config_save_dir /tmp/saved",
    )}`,
  } as const;
  soloTest("names, nice value, mask and namespace", named, async ({ daemon, host }) => {
    await host.sh(
      "ip netns add blue; ip link add eth0 netns blue type veth peer name far; ip link set far up; ip -n blue link set eth0 up; ip -n blue address add 10.9.0.1/24 dev eth0",
    );
    await daemon.startAndWait();
    const pid = host.readFile("/run/keepalived/vrrp_blue_east.pid").trim();
    const parent = host.readFile("/run/keepalived/keepalived_blue_east.pid").trim();
    assert.equal(
      (await host.sh(`cat /proc/${pid}/comm /proc/${parent}/comm`)).trim(),
      "keepalived_vrrp\nlb_parent",
    );
    assert.equal((await host.sh(`ps -o ni= -p ${pid}`)).trim(), "-5");
    assert.match(await host.sh(`grep Umask /proc/${parent}/status`), /0077/);
    assert.equal((await host.must(["ip", "netns", "identify", pid])).trim(), "blue");
    host.signal([daemon.parent()], "SIGTERM");
  });

  const locked = { kind: "ours", config: config("vrrp_no_swap") } as const;
  soloTest("vrrp_no_swap locks memory, and the daemon lives", locked, async ({ daemon, host }) => {
    await daemon.startAndWait();
    const pid = vrrpPid(host);
    await logged(daemon, /Entering MASTER STATE/);
    await sleep(STALL_MS);
    const [kilobytes = "0"] =
      /VmLck:\s+(\d+)/.exec(await host.sh(`cat /proc/${pid}/status`))?.slice(1) ?? [];
    assert.ok(Number(kilobytes) > 10_000, `${kilobytes} kB`);
    assert.doesNotMatch(daemon.log.text(), /died/);
  });

  const roomy = {
    kind: "ours",
    needs: ["ss"],
    config: config(
      "vrrp_netlink_cmd_rcv_bufs 6000000",
      "vrrp_netlink_cmd_rcv_bufs_force",
      "vrrp_netlink_monitor_rcv_bufs 20000000",
      "vrrp_netlink_monitor_rcv_bufs_force",
    ),
  } as const;
  soloTest("netlink sockets have the room asked for", roomy, async ({ daemon, host }) => {
    await daemon.startAndWait();
    const sockets = await host.sh("ss -A netlink -a -m | grep rtnl:");
    // The kernel doubles what it is given.
    assert.match(sockets, /rb12000000,/);
    assert.match(sockets, /rb40000000,/);
  });

  const SCRIPT = `#!/bin/sh
echo "$1 $(id -u) $(id -G)" >> /tmp/life/ran
chmod 666 /tmp/life/ran
`;
  const life = {
    kind: "ours",
    config: config(
      'startup_script "/root/link start" daemon :daemon',
      'shutdown_script "/root/life.sh stop"',
      "startup_script_timeout 3",
      "config_save_dir /tmp/saved",
      "reload_check_config /tmp/check.log",
      "reload_file /tmp/reading",
      "reload_time_file /tmp/reload.at",
    ),
  } as const;
  soloTest("scripts frame a life; a reload leaves its traces", life, async ({ daemon, host }) => {
    // Not in /tmp itself: with fs.protected_regular not even root may append to the file of another there.
    await host.sh("chmod 755 /root; ln -s /root/life.sh /root/link; mkdir -m 777 /tmp/life");
    host.writeFile("/root/life.sh", SCRIPT, 0o755);
    await daemon.startAndWait();
    assert.equal(host.readFile("/tmp/life/ran"), "start 1 1\n");
    host.writeFile("/tmp/reading", "somebody waits");
    await daemon.reload();
    assert.equal(host.hasFile("/tmp/reading"), false);
    assert.doesNotMatch(host.readFile("/tmp/check.log"), /999/);
    daemon.configure(life.config.replace("priority 100", "priority 999"));
    daemon.signal("SIGHUP");
    await logged(daemon, /New config failed validation, see \/tmp\/check.log for details/);
    assert.match(host.readFile("/tmp/check.log"), /999/);
    daemon.configure(life.config);
    const parent = daemon.parent().hostPid;
    const saved = (await host.sh("ls /tmp/saved; stat -c %a /tmp/saved/*")).trim().split("\n");
    const names = [0, 1, 2].map((n) => `keepalived.conf.${parent}.${n}`);
    assert.deepEqual(saved, [...names, "600", "600", "600"]);
    assert.match(host.readFile(`/tmp/saved/${names[2] ?? ""}`), /priority 999/);

    const mark = daemon.log.mark();
    await host.sh("date -u '+%Y-%m-%d %H:%M:%SZ' -d '+2 seconds' > /tmp/reload.at");
    await daemon.log.waitFor(/Scheduling reload for/, SOON_MS, mark);
    await daemon.log.waitFor(/Reload complete/, SOON_MS, mark);
    await waitFor("the file to go", SOON_MS, () => !host.hasFile("/tmp/reload.at") || undefined);
    await daemon.stop();
    assert.equal(host.readFile("/tmp/life/ran"), "start 1 1\nstop 0 0\n");
  });
});
