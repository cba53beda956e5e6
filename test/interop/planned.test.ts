/**
 * Planned work beside Debian's keepalived: maintenance, switchovers, and a program that is replaced
 * while it is master, judged from outside.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Finished } from "../lab/command.ts";
import type { Host } from "../lab/host.ts";
import { sleep, waitFor } from "../lab/wait.ts";
import { pairTest, VIRTUAL_ADDRESS } from "./pair.ts";
import type { Pair } from "./pair.ts";

const SOON_MS = 15_000;
const INTERVAL_MS = 1_000;
/** A mere echo a packet: what is lost beyond it was lost by the host. */
const PING_MS = 20;

const config = (priority: number, lines: readonly string[] = []): string =>
  `vrrp_script fine {
    script "/bin/true"
    interval 2
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    ${lines.join("\n    ")}
    track_script {
        fine
    }
    virtual_ipaddress {
        ${VIRTUAL_ADDRESS}/24
    }
}
`;

const oursAbove = {
  sides: [
    { kind: "ours", config: config(150) },
    { kind: "real", config: config(100) },
  ],
} as const;

interface Instance {
  readonly state: string;
  readonly sinceMs: number;
  readonly maintenance: { readonly reason: string | null; readonly by: string | null } | null;
  readonly hold: string | null;
  readonly counters: { readonly advertsSent: number };
}

interface Status {
  readonly pid: number;
  readonly vrrpPid: number;
  readonly startedAtMs: number;
  readonly restarts: number;
  readonly instances: readonly Instance[];
}

/** A directory of its own for what outlives the daemon. */
async function ownState(host: Host): Promise<void> {
  await host.must([
    "sh",
    "-c",
    "mkdir -p /var/lib/keepalived && mount -t tmpfs none /var/lib/keepalived",
  ]);
}

async function statusOf(pair: Pair): Promise<{ readonly daemon: Status; readonly own: Instance }> {
  const { stdout } = await pair.first.invoke(["status", "--json"]);
  const daemon = JSON.parse(stdout) as Status;
  const [own] = daemon.instances;
  assert.ok(own !== undefined);
  return { daemon, own };
}

const said = ({ code, stdout, stderr }: Finished): string => `exit ${code}: ${stdout}${stderr}`;

const mastershipsOf = (daemon: Pair["second"]): number =>
  daemon.log.text().split("Entering MASTER STATE").length - 1;

/** The longest time without an advert of `host`. */
function longestGap(pair: Pair, host: Host): number {
  const times = pair.observer.adverts(({ source }) => source === host.address).map(({ at }) => at);
  return times.slice(1).reduce((most, at, i) => Math.max(most, at - (times[i] ?? at)), 0);
}

/** The peer is known once it was master. */
async function letThePeerBeSeen(pair: Pair): Promise<void> {
  pair.second.start();
  await pair.waitForHolder(pair.lb02, SOON_MS);
  await ownState(pair.lb01);
  pair.first.start();
  await pair.waitForHolder(pair.lb01, SOON_MS);
  await sleep(1_200);
}

describe("maintenance", { concurrency: 2 }, () => {
  pairTest(
    "a master resigns at once, nothing is taken over, and the order outlives kill -9",
    { ...oursAbove, start: false },
    async (pair) => {
      await letThePeerBeSeen(pair);
      pair.observer.forget();
      const on = await pair.first.invoke(["maintenance", "on", "--reason", "new kernel"]);
      assert.equal(on.code, 0, said(on));
      assert.match(on.stdout, /takes no part.*ordered by root: new kernel/);
      await pair.observer.waitForAdvert(
        "with priority 0",
        SOON_MS,
        ({ source, priority }) => source === pair.lb01.address && priority === 0,
      );
      await pair.waitForHolder(pair.lb02, SOON_MS);
      const { own } = await statusOf(pair);
      assert.deepEqual([own.state, own.maintenance?.reason], ["fault", "new kernel"]);
      const table = await pair.first.invoke(["status"]);
      assert.match(table.stdout, /VI_1 .* MAINTENANCE/);
      const file = "/var/lib/keepalived/maintenance.json";
      assert.equal(await pair.lb01.must(["stat", "-c", "%a", file]), "600\n");
      pair.first.killFrozen();
      await pair.first.waitForEnd();
      pair.first.start();
      await pair.first.log.waitFor(/Maintenance goes on/, SOON_MS);
      await pair.second.stop();
      await sleep(5_000);
      assert.ok(!pair.lb01.holds(VIRTUAL_ADDRESS));
      const off = await pair.first.invoke(["maintenance", "off"]);
      assert.equal(off.code, 0, said(off));
      await waitFor("the address", SOON_MS, () => pair.lb01.holds(VIRTUAL_ADDRESS));
    },
  );

  pairTest(
    "an order with an end is over by itself",
    { ...oursAbove, start: false },
    async (pair) => {
      await letThePeerBeSeen(pair);
      const on = await pair.first.invoke(["maintenance", "on", "--for", "3s"]);
      assert.equal(on.code, 0, said(on));
      await pair.waitForHolder(pair.lb02, SOON_MS);
      await pair.first.log.waitFor(
        /Maintenance of this node is over: its time has passed/,
        SOON_MS,
      );
      await pair.waitForHolder(pair.lb01, SOON_MS);
    },
  );
});

describe("a switchover", { concurrency: 2 }, () => {
  pairTest(
    "the peer is master and is left alone; after a release it is preempted",
    { ...oursAbove, start: false },
    async (pair) => {
      await letThePeerBeSeen(pair);
      const done = await pair.first.invoke(["switchover", "VI_1"]);
      assert.equal(done.code, 0, said(done));
      assert.match(done.stdout, /VI_1: 10\.0\.0\.8 is master now \(priority 100\)/);
      await pair.waitForHolder(pair.lb02, SOON_MS);
      await sleep(5_000);
      assert.ok(pair.lb02.holds(VIRTUAL_ADDRESS) && !pair.lb01.holds(VIRTUAL_ADDRESS));
      assert.equal((await statusOf(pair)).own.hold, "following");
      const again = await pair.first.invoke(["switchover", "VI_1"]);
      assert.equal(again.code, 5, said(again));
      assert.match(again.stderr, /BACKUP here, not MASTER; 10\.0\.0\.8 is/);
      const release = await pair.first.invoke(["switchover", "VI_1", "--release"]);
      assert.equal(release.code, 0, said(release));
      await pair.waitForHolder(pair.lb01, SOON_MS);
    },
  );

  pairTest(
    "a peer that is not there: refused, and with --force taken back",
    { ...oursAbove, start: false },
    async (pair) => {
      await letThePeerBeSeen(pair);
      await pair.second.stop();
      await pair.lb02.must(["ip", "link", "set", "eth0", "down"]);
      const refused = await pair.first.invoke(["switchover", "VI_1"]);
      assert.equal(refused.code, 5, said(refused));
      assert.match(refused.stderr, /No peer of VI_1 answers on the link \(asked: 10\.0\.0\.8\)/);
      assert.ok(pair.lb01.holds(VIRTUAL_ADDRESS));
      const forced = await pair.first.invoke(["switchover", "VI_1", "--force"]);
      assert.equal(forced.code, 6, said(forced));
      await waitFor("the address", SOON_MS, () => pair.lb01.holds(VIRTUAL_ADDRESS));
    },
  );

  pairTest(
    "a peer that was never heard is not known",
    { ...oursAbove, start: false },
    async (pair) => {
      await ownState(pair.lb01);
      pair.first.start();
      await waitFor("the address", SOON_MS, () => pair.lb01.holds(VIRTUAL_ADDRESS));
      pair.second.start();
      await sleep(2_000);
      const refused = await pair.first.invoke(["switchover", "VI_1"]);
      assert.equal(refused.code, 5, said(refused));
      assert.match(refused.stderr, /No peer of VI_1 is known/);
    },
  );
});

describe("restart --keep", { concurrency: 1 }, () => {
  pairTest(
    "the peer notices nothing, pings are answered, and counters, pid and history go on",
    { ...oursAbove, start: false },
    async (pair) => {
      await letThePeerBeSeen(pair);
      await sleep(3_000);
      const before = await statusOf(pair);
      const masterships = mastershipsOf(pair.second);
      pair.observer.forget();
      const pinging = pair.client.run(
        ["ping", "-n", "-i", String(PING_MS / 1_000), "-c", "400", VIRTUAL_ADDRESS],
        { timeoutMs: 30_000 },
      );
      await sleep(1_000);
      const restart = await pair.first.invoke(["restart", "--keep"]);
      assert.equal(restart.code, 0, said(restart));
      const pings = await pinging;
      await sleep(4_000);
      const afterwards = await statusOf(pair);
      assert.match(pings.stdout, /400 packets transmitted, 400 received/, pings.stdout.slice(-300));
      assert.equal(mastershipsOf(pair.second), masterships);
      const zeros = pair.observer.adverts(({ priority }) => priority === 0);
      assert.deepEqual(zeros, []);
      const gap = longestGap(pair, pair.lb01);
      assert.ok(gap < 3 * INTERVAL_MS, `no advert for ${gap} ms`);
      assert.equal(afterwards.daemon.pid, before.daemon.pid);
      assert.notEqual(afterwards.daemon.vrrpPid, before.daemon.vrrpPid);
      assert.equal(afterwards.daemon.startedAtMs, before.daemon.startedAtMs);
      assert.equal(afterwards.daemon.restarts, 1);
      assert.equal(afterwards.own.state, "master");
      assert.ok(afterwards.own.counters.advertsSent > before.own.counters.advertsSent);
      const why = await pair.first.invoke(["why", "VI_1"]);
      assert.match(why.stdout, /it took over from the daemon that ran here before/);
      const reload = await pair.first.invoke(["status"]);
      assert.equal(reload.code, 0, said(reload));
      await pair.first.stop();
      await pair.waitForHolder(pair.lb02, SOON_MS);
    },
  );

  pairTest(
    "what could not work is refused, and nothing has changed",
    { ...oursAbove, start: false },
    async (pair) => {
      await letThePeerBeSeen(pair);
      const before = await statusOf(pair);
      for (const [file, words] of [
        ["vrrp_instance VI_1 {\n", /could not use/],
        [config(150).replace(VIRTUAL_ADDRESS, "10.0.0.4"), /other addresses/],
        [config(150, ["vip_lease off"]), /vip_lease off/],
      ] as const) {
        pair.first.configure(file);
        const refused = await pair.first.invoke(["restart", "--keep"]);
        assert.equal(refused.code, 5, said(refused));
        assert.match(refused.stderr, words);
      }
      const afterwards = await statusOf(pair);
      assert.equal(afterwards.daemon.vrrpPid, before.daemon.vrrpPid);
      const zeros = pair.observer.adverts(
        ({ source, priority }) => source === pair.lb01.address && priority === 0,
      );
      assert.deepEqual(zeros, []);
    },
  );

  pairTest(
    "a backup that holds back after a switchover still does when its program was replaced",
    { ...oursAbove, start: false },
    async (pair) => {
      await letThePeerBeSeen(pair);
      const done = await pair.first.invoke(["switchover", "VI_1"]);
      assert.equal(done.code, 0, said(done));
      await pair.waitForHolder(pair.lb02, SOON_MS);
      const restart = await pair.first.invoke(["restart", "--keep"]);
      assert.equal(restart.code, 0, said(restart));
      await sleep(5_000);
      assert.ok(pair.lb02.holds(VIRTUAL_ADDRESS) && !pair.lb01.holds(VIRTUAL_ADDRESS));
    },
  );
});
