/**
 * The daemon as a program: what init scripts, operators and monitoring rely on. Flags, exit codes,
 * pid files, signals, dumps, syslog, and what happens when one of its processes dies.
 */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { describe } from "node:test";
import type { Host } from "../lab/host.ts";
import { CONFIG_FILE, daemonUnderTest, type Keepalived } from "../lab/keepalived.ts";
import { Syslog } from "../lab/syslog.ts";
import { sleep, staysTrue, waitFor } from "../lab/wait.ts";
import { soloTest } from "./solo.ts";
import { vrrpConfig } from "./vrrp-config.ts";

const SUBJECT = daemonUnderTest();
const VIRTUAL_ADDRESS = "10.0.0.3";
const CONFIG = vrrpConfig({
  version: 3,
  priority: 255,
  intervalMs: 100,
  addresses: [`${VIRTUAL_ADDRESS}/24`],
});
const OPTIONS = { kind: SUBJECT, config: CONFIG, needs: ["ps", "killall"] };

/** A program that starts or ends on a busy machine. */
const SOON_MS = 5_000;
const FACILITY_DAEMON = 3;
const FACILITY_LOCAL1 = 17;

function becomesMaster(host: Host): Promise<true> {
  return waitFor(
    "the address to be there",
    SOON_MS,
    () => host.holds(VIRTUAL_ADDRESS) || undefined,
  );
}

function pidFile(host: Host, name: string): number {
  return Number(host.readFile(`/run/${name}.pid`).trim());
}

function hostPids(daemon: Keepalived): readonly number[] {
  return daemon.processes().map((one) => one.hostPid);
}

describe(`program (${SUBJECT})`, { concurrency: 2 }, () => {
  soloTest("goes to the background and returns 0 once it runs", OPTIONS, async (solo) => {
    const { daemon, host } = solo;
    const started = await daemon.invoke(["-G", "-D"]);
    assert.equal(started.code, 0, started.stderr);
    assert.equal(started.stdout, "");
    await becomesMaster(host);

    const pids = hostPids(daemon);
    assert.equal(pidFile(host, "keepalived"), pids[0], "the pid file names the parent");
    assert.ok(pids.includes(pidFile(host, "vrrp")), "the other one names the VRRP process");
    const listed = await host.must(["ps", "-C", "keepalived", "--no-headers", "-o", "pid"]);
    assert.ok(listed.trim().split(/\s+/).includes(String(pids[0])), "ps -C keepalived");
    const found = await host.must(["pidof", "keepalived"]);
    assert.ok(found.trim().split(/\s+/).includes(String(pids[0])), "pidof keepalived");
  });

  soloTest("a second start says that the daemon is already running", OPTIONS, async (solo) => {
    const { daemon, host } = solo;
    await daemon.startAndWait();
    await becomesMaster(host);
    const before = hostPids(daemon);
    const second = await daemon.invoke(["-n", "-l", "-G", "-D"]);
    assert.match(second.stderr, /daemon is already running/);
    assert.equal(second.code, 0);
    assert.deepEqual(hostPids(daemon), before);
    assert.ok(host.holds(VIRTUAL_ADDRESS));
  });

  soloTest("takes over a pid file nobody holds any more", OPTIONS, async (solo) => {
    const { daemon, host } = solo;
    host.writeFile("/run/keepalived.pid", "4000\n");
    await daemon.startAndWait();
    assert.equal(pidFile(host, "keepalived"), daemon.parent().hostPid);
  });

  soloTest(
    "SIGTERM: priority 0, then the address goes, exit 0, no pid files",
    OPTIONS,
    async (solo) => {
      const { daemon, host, observer } = solo;
      await daemon.startAndWait();
      await becomesMaster(host);
      await daemon.stop();
      assert.equal(daemon.exitCode, 0);
      assert.ok(!host.holds(VIRTUAL_ADDRESS));
      assert.ok(!host.hasFile("/run/keepalived.pid"));
      assert.ok(!host.hasFile("/run/vrrp.pid"));
      await observer.settle();
      assert.equal(observer.adverts().at(-1)?.priority, 0);
      assert.equal(observer.adverts((one) => one.priority === 0).length, 1);
    },
  );

  soloTest("SIGINT stops it as SIGTERM does", OPTIONS, async (solo) => {
    const { daemon, host } = solo;
    await daemon.startAndWait();
    await becomesMaster(host);
    daemon.signal("SIGINT");
    await daemon.waitForEnd();
    assert.equal(daemon.exitCode, 0);
    assert.ok(!host.holds(VIRTUAL_ADDRESS));
  });

  soloTest("killall keepalived stops it as SIGTERM does", OPTIONS, async (solo) => {
    const { daemon, host, observer } = solo;
    const started = await daemon.invoke(["-G", "-D"]);
    assert.equal(started.code, 0);
    await becomesMaster(host);
    await host.must(["killall", "keepalived"]);
    await daemon.waitForEnd();
    assert.ok(!host.holds(VIRTUAL_ADDRESS));
    assert.ok(!host.hasFile("/run/keepalived.pid"));
    await observer.settle();
    assert.equal(observer.adverts().at(-1)?.priority, 0);
  });

  soloTest("SIGHUP keeps processes, state and address", OPTIONS, async (solo) => {
    const { daemon, host, observer } = solo;
    await daemon.startAndWait();
    await becomesMaster(host);
    const before = hostPids(daemon);
    const mark = daemon.log.mark();
    await daemon.reload();
    await staysTrue("the address stays", 1_000, () =>
      host.holds(VIRTUAL_ADDRESS) ? undefined : "it went away",
    );
    assert.deepEqual(hostPids(daemon), before);
    assert.ok(!daemon.log.has(/Entering (BACKUP|FAULT) STATE/, mark));
    assert.equal(observer.adverts((one) => one.priority === 0).length, 0);
  });

  soloTest("SIGHUP adds and removes addresses", OPTIONS, async (solo) => {
    const { daemon, host } = solo;
    await daemon.startAndWait();
    await becomesMaster(host);
    const changed = { version: 3, priority: 255, intervalMs: 100 } as const;
    await daemon.reload(vrrpConfig({ ...changed, addresses: ["10.0.0.4/24"] }));
    await waitFor("the new address", SOON_MS, () => host.holds("10.0.0.4") || undefined);
    await waitFor("the old one to go", SOON_MS, () => !host.holds(VIRTUAL_ADDRESS) || undefined);
  });

  soloTest("SIGUSR1 and SIGUSR2 write dumps into /tmp", OPTIONS, async (solo) => {
    const { daemon, host } = solo;
    await daemon.startAndWait();
    await becomesMaster(host);
    await waitFor("some adverts", SOON_MS, () => solo.observer.adverts().length > 3 || undefined);
    daemon.signal("SIGUSR1");
    for (const name of ["keepalived.data", "keepalived_parent.data"]) {
      const path = `/tmp/${name}`;
      await waitFor(path, SOON_MS, () => host.hasFile(path) || undefined);
      assert.equal(statSync(host.machine.path(path)).mode & 0o777, 0o600, path);
    }
    await waitFor("a complete dump", SOON_MS, () =>
      host.readFile("/tmp/keepalived.data").includes(" State = MASTER"),
    );
    assert.match(host.readFile("/tmp/keepalived.data"), /------< VRRP Topology >------/);
    daemon.signal("SIGUSR2");
    const stats = await waitFor("statistics", SOON_MS, () =>
      host.hasFile("/tmp/keepalived.stats") ? host.readFile("/tmp/keepalived.stats") : undefined,
    );
    assert.match(
      stats,
      /^VRRP Instance: VI_1\n {2}Advertisements:\n {4}Received: 0\n {4}Sent: \d+\n/,
    );
    assert.match(stats, /\n {2}Became master: 1\n {2}Released master: 0\n {2}Packet Errors:\n/);
  });

  soloTest(
    "answers -v, -h, --signum and unknown options with the usual exit codes",
    OPTIONS,
    async (solo) => {
      const { daemon } = solo;
      const version = await daemon.invoke(["-v"]);
      assert.equal(version.code, 0);
      assert.match(version.stderr, /^Keepalived v\d+\.\d+\.\d+/);
      const help = await daemon.invoke(["--help"]);
      assert.equal(help.code, 0);
      assert.match(help.stderr, /--use-file/);
      const signals = { STOP: "15", RELOAD: "1", DATA: "10", STATS: "12" };
      for (const [name, number] of Object.entries(signals)) {
        const answer = await daemon.invoke([`--signum=${name}`]);
        assert.equal(answer.code, 0);
        assert.equal(answer.stdout.trim(), number, name);
      }
      assert.equal((await daemon.invoke(["--signum=NOPE"])).code, 1);
      const unknown = await daemon.invoke(["--bogus"]);
      assert.equal(unknown.code, 1);
      assert.match(unknown.stderr, /Unknown option/);
      const noFile = await daemon.invoke(["-n", "-l", "-G", "-f", "/nonexistent"]);
      assert.equal(noFile.code, 6, noFile.stderr);
    },
  );

  soloTest("logs to syslog as daemon, or to the facility of -S", OPTIONS, async (solo) => {
    const { daemon, host } = solo;
    using syslog = new Syslog(host);
    const started = await daemon.invoke(["-D"]);
    assert.equal(started.code, 0);
    const line = await syslog.waitFor(/\(VI_1\) Entering MASTER STATE/, SOON_MS);
    assert.match(line.tag, /^Keepalived_vrrp\[\d+\]$/);
    assert.equal(Math.floor(line.priority / 8), FACILITY_DAEMON);
    const starting = await syslog.waitFor(/^Starting Keepalived v/, SOON_MS);
    assert.match(starting.tag, /^Keepalived\[\d+\]$/);
    await host.must(["killall", "keepalived"]);
    await daemon.waitForEnd();

    syslog.lines.length = 0;
    await daemon.invoke(["-D", "-S", "1"]);
    const other = await syslog.waitFor(/\(VI_1\) Entering MASTER STATE/, SOON_MS);
    assert.equal(Math.floor(other.priority / 8), FACILITY_LOCAL1);
  });

  soloTest("works without a syslog to talk to", OPTIONS, async (solo) => {
    const { daemon, host } = solo;
    const started = await daemon.invoke(["-D"]);
    assert.equal(started.code, 0);
    await becomesMaster(host);
  });

  soloTest(
    "a VRRP process that dies is started again and has the address",
    OPTIONS,
    async (solo) => {
      const { daemon, host } = solo;
      await daemon.startAndWait();
      await becomesMaster(host);
      const [parent, ...children] = daemon.processes();
      const victim = children.find((one) => one.hostPid === pidFile(host, "vrrp"));
      assert.ok(parent !== undefined && victim !== undefined);
      host.signal([victim], "SIGKILL");
      await daemon.log.waitFor(/died: Respawning/, SOON_MS);
      await waitFor("a new VRRP process", SOON_MS, () => {
        const pid = host.hasFile("/run/vrrp.pid") ? pidFile(host, "vrrp") : undefined;
        return pid !== undefined && pid !== victim.hostPid && hostPids(daemon).includes(pid);
      });
      await becomesMaster(host);
      assert.equal(daemon.parent().hostPid, parent.hostPid);
    },
  );

  soloTest(
    "with -R a VRRP process that dies ends everything",
    { ...OPTIONS, flags: ["-n", "-l", "-G", "-D", "-R"] },
    async (solo) => {
      const { daemon, host } = solo;
      await daemon.startAndWait();
      await becomesMaster(host);
      const victim = daemon.processes().find((one) => one.hostPid === pidFile(host, "vrrp"));
      assert.ok(victim !== undefined);
      host.signal([victim], "SIGKILL");
      await daemon.waitForEnd();
      assert.match(daemon.log.text(), /died: Exiting/);
    },
  );

  soloTest(
    "a parent that dies takes its children and the address with it",
    OPTIONS,
    async (solo) => {
      const { daemon, host } = solo;
      await daemon.startAndWait();
      await becomesMaster(host);
      host.signal([daemon.parent()], "SIGKILL");
      await waitFor("all processes to end", SOON_MS, () => daemon.processes().length === 0);
      assert.ok(!host.holds(VIRTUAL_ADDRESS));
    },
  );

  soloTest("carrier loss is a FAULT and its return is not", OPTIONS, async (solo) => {
    const { daemon, host, lan } = solo;
    await daemon.startAndWait();
    await becomesMaster(host);
    const mark = daemon.log.mark();
    await lan.cable(host, false);
    await daemon.log.waitFor(/\(VI_1\) Entering FAULT STATE/, SOON_MS, mark);
    await waitFor("the address to go", SOON_MS, () => !host.holds(VIRTUAL_ADDRESS));
    await lan.cable(host, true);
    await daemon.log.waitFor(/\(VI_1\) Entering MASTER STATE/, SOON_MS, mark);
    await becomesMaster(host);
  });

  if (SUBJECT === "ours") oursAlone();
});

/** Promises that go beyond what Debian's keepalived does. */
function oursAlone(): void {
  soloTest(
    "a broken file at reload is refused and named; everything keeps running",
    OPTIONS,
    async (solo) => {
      const { daemon, host } = solo;
      await daemon.startAndWait();
      await becomesMaster(host);
      const before = hostPids(daemon);
      daemon.configure(
        `${CONFIG}\nvrrp_instance VI_2 {\n    interfase eth0\n    virtual_router_id 999\n`,
      );
      const mark = daemon.log.mark();
      daemon.signal("SIGHUP");
      await daemon.log.waitFor(/interfase/, SOON_MS, mark);
      await daemon.log.waitFor(/999/, SOON_MS, mark);
      await staysTrue("the address stays", 1_500, () =>
        host.holds(VIRTUAL_ADDRESS) ? undefined : "it went away",
      );
      assert.deepEqual(hostPids(daemon), before);
    },
  );

  soloTest("a broken file at start names every mistake with its place", OPTIONS, async (solo) => {
    const { daemon } = solo;
    daemon.configure(
      CONFIG.replace("priority", "priorty").replace("advert_int 0.1", "advert_int ten"),
    );
    const tested = await daemon.invoke(["-t"]);
    assert.notEqual(tested.code, 0);
    assert.match(tested.stderr, /keepalived\.conf.*priorty/);
    assert.match(tested.stderr, /keepalived\.conf.*ten/);
    const checked = await daemon.invoke(["check", CONFIG_FILE]);
    assert.notEqual(checked.code, 0);
    assert.match(checked.stdout + checked.stderr, /did you mean priority/);
  });

  soloTest(
    "keepalived status --json tells state, since when and the addresses",
    OPTIONS,
    async (solo) => {
      const { daemon, host } = solo;
      await daemon.startAndWait();
      await becomesMaster(host);
      await sleep(200);
      const status = await daemon.invoke(["status", "--json"]);
      assert.equal(status.code, 0, status.stderr);
      const text = JSON.stringify(JSON.parse(status.stdout));
      for (const word of ["VI_1", "master", VIRTUAL_ADDRESS]) {
        assert.ok(text.toLowerCase().includes(word.toLowerCase()), `${word} in ${text}`);
      }
      const words = await daemon.invoke(["status"]);
      assert.equal(words.code, 0, words.stderr);
      assert.match(words.stdout, /VI_1.*MASTER/is);
    },
  );
}
