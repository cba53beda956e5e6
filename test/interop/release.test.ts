/** `keepalived release`: what a daemon leaves that was killed entirely, and what must stay. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { waitFor } from "../lab/wait.ts";
import { soloTest } from "./solo.ts";
import type { Solo } from "./solo.ts";

const ADDRESS = "10.0.0.3";
const SOON_MS = 15_000;
const ExitCode = { ok: 0, notBegun: 5 } as const;

/** An address, a route and a rule; more lines for the instance. */
const config = (...lines: readonly string[]): string => `vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 1
    ${lines.join("\n    ")}
    virtual_ipaddress {
        ${ADDRESS}/24
    }
    virtual_routes {
        198.51.100.0/24 via 10.0.0.8 dev eth0
    }
    virtual_rules {
        from 10.0.0.3 table 100 priority 500
    }
}
`;

const isMaster = ({ host }: Solo): Promise<true> =>
  waitFor("the address on lb01", SOON_MS, () => host.holds(ADDRESS));

const released = (solo: Solo, ...words: readonly string[]) =>
  solo.daemon.invoke(["release", ...words]);

async function routing({ host }: Solo): Promise<string> {
  return (await host.must(["ip", "route"])) + (await host.must(["ip", "rule"]));
}

describe("release", () => {
  soloTest(
    "after kill -9 of everything, addresses without a lease go, with routes and rules",
    { kind: "ours", config: config("vip_lease off") },
    async (solo) => {
      solo.daemon.start();
      await isMaster(solo);
      const running = await released(solo);
      assert.equal(running.code, ExitCode.notBegun);
      assert.match(running.stderr, /^A keepalived daemon runs \(.*keepalived\.pid is locked\)/);
      assert.ok(solo.host.holds(ADDRESS));
      solo.daemon.killFrozen();
      assert.ok(solo.host.holds(ADDRESS));
      const done = await released(solo);
      assert.equal(done.stderr, "");
      assert.equal(done.stdout, "VI_1: what a dead daemon had left is taken off.\n");
      assert.equal(done.code, ExitCode.ok);
      assert.ok(!solo.host.holds(ADDRESS));
      assert.doesNotMatch(await routing(solo), /198\.51\.100|lookup 100/);
      const again = await released(solo);
      assert.equal(again.stdout, "No address of the configuration was left on this machine.\n");
    },
  );

  soloTest(
    "where peers may still take the dead one for alive they are told, and its virtual MAC goes",
    { kind: "ours", config: config("use_vmac vrrp.51") },
    async (solo) => {
      solo.daemon.start();
      await isMaster(solo);
      solo.daemon.killFrozen();
      solo.observer.forget();
      assert.equal((await released(solo)).code, ExitCode.ok);
      assert.ok(!solo.host.holds(ADDRESS));
      assert.doesNotMatch(await solo.host.must(["ip", "link"]), /vrrp\.51/);
      const last = solo.observer.adverts(() => true);
      assert.deepEqual(
        last.map(({ priority }) => priority),
        [0],
      );
    },
  );

  soloTest(
    "--stop-post takes nothing from a daemon that can be started again and go on",
    { kind: "ours", config: config() },
    async (solo) => {
      solo.daemon.start();
      await isMaster(solo);
      solo.daemon.killFrozen();
      assert.equal((await released(solo, "--stop-post", "--", "-D")).code, ExitCode.ok);
      assert.ok(solo.host.holds(ADDRESS));
      const mark = solo.daemon.log.mark();
      solo.daemon.start();
      await solo.daemon.log.waitFor(/Entering MASTER STATE/, SOON_MS, mark);
      assert.ok(solo.host.holds(ADDRESS));
    },
  );

  soloTest(
    "--stop-post takes off what has no lease, but nothing with -V",
    { kind: "ours", config: config("vip_lease off") },
    async (solo) => {
      solo.daemon.start();
      await isMaster(solo);
      solo.daemon.killFrozen();
      assert.equal((await released(solo, "--stop-post", "--", "-D", "-V")).code, ExitCode.ok);
      assert.ok(solo.host.holds(ADDRESS));
      assert.equal((await released(solo, "--stop-post", "--", "-D")).code, ExitCode.ok);
      assert.ok(!solo.host.holds(ADDRESS));
    },
  );
});
