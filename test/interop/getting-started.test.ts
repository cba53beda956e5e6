/**
 * docs/user/getting-started.md, played: the configurations are taken from the page, and what it
 * says of them is judged on two hosts with nginx.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { namesConflict, readStatus } from "../lab/status.ts";
import { allowVrrp, dropVrrp } from "../lab/firewall.ts";
import type { HttpClient } from "../lab/client.ts";
import type { Host } from "../lab/host.ts";
import type { Keepalived } from "../lab/keepalived.ts";
import { sleep, staysTrue, waitFor, wallMs } from "../lab/wait.ts";
import { installWebServer } from "../lab/web.ts";
import { blocksUnder, changed } from "./page.ts";
import { pairTest, VIRTUAL_ADDRESS, type Pair } from "./pair.ts";
import { masterDownMs, skewMs } from "./vrrp-config.ts";

const PAGE = "getting-started.md";

/** What a busy two-core machine may add to a bound of the protocol. */
const SLACK_MS = 1_500;
const SOON_MS = 15_000;
const PLAN = { version: 2, intervalMs: 1_000 } as const;
const SECOND_WAITS_MS = masterDownMs({ ...PLAN, priority: 100 });
const SECOND_SKEW_MS = skewMs({ ...PLAN, priority: 100 });
const FIRST_WAITS_MS = masterDownMs({ ...PLAN, priority: 150 });
/** terminate_delay of the page. */
const TERMINATE_DELAY_MS = 2_000;
/** A lease of 4 s, and how late the kernel ends it. */
const LEASE_MS = 4_500;
/** fall 2, interval 2, and a second of curl. */
const HTTP_NOTICED_MS = 2 * 2_000 + 1_000;

/** "The same with three lines changed." */
const forSecond = (config: string): string =>
  changed(config, {
    "router_id lb01": "router_id lb02",
    "state MASTER": "state BACKUP",
    "priority 150": "priority 100",
  });

interface Scene {
  readonly pair: Pair;
  readonly web: HttpClient;
}

/** Two hosts with nginx and a client; lb01 serves when the body begins. */
function scene(
  name: string,
  [first, second]: readonly [string, string],
  body: (scene: Scene) => Promise<void>,
): void {
  const sides = [
    { kind: "ours", config: first },
    { kind: "ours", config: second },
  ] as const;
  pairTest(name, { sides, needs: ["nginx", "curl", "nft"], start: false }, async (pair) => {
    for (const host of [pair.lb01, pair.lb02]) {
      installWebServer(host, "nginx");
      host.writeFile("/usr/local/sbin/on-change", '#!/bin/sh\necho "$@" >>/run/changes\n', 0o755);
      await host.must(["systemctl", "start", "nginx"]);
    }
    const startedAt = wallMs();
    pair.first.start();
    await pair.waitForHolder(pair.lb01, FIRST_WAITS_MS + SOON_MS);
    assert.ok(wallMs() - startedAt > FIRST_WAITS_MS, "`state MASTER` gives no head start");
    await pair.second.startAndWait();
    const web = pair.browse();
    await web.waitForServer("lb01", SOON_MS);
    await body({ pair, web });
  });
}

async function stateOf(daemon: Keepalived): Promise<string | undefined> {
  const { stdout } = await daemon.invoke(["status", "--json"]);
  return readStatus(stdout).instances[0]?.state;
}

/** `host` serves within a time, and nobody did for less than that. */
async function moves(
  { web }: Scene,
  to: Host,
  withinMs: number,
  cause: () => Promise<unknown>,
): Promise<void> {
  const from = wallMs();
  await cause();
  await web.waitForServer(to.name, withinMs + SLACK_MS, from);
  const outage = web.longestOutage(from - 300, wallMs())?.ms ?? 0;
  assert.ok(outage < withinMs + SLACK_MS, `no answer for ${outage} ms`);
  await waitFor(`${to.name} to hold the address`, 1_000, () => to.holds(VIRTUAL_ADDRESS));
}

const FILES = blocksUnder(PAGE, "3. Write the files");
const [FIRST = "", SECOND = ""] = FILES;
const [TRACKING = ""] = blocksUnder(PAGE, "6. Watch nginx");
const [STAYING = ""] = blocksUnder(PAGE, "Leave the address where it is: nopreempt");
const [ASKING = ""] = blocksUnder(PAGE, "When nginx hangs, or you want it off the node");
const [TELLING = ""] = blocksUnder(PAGE, "Be told");

describe("getting started", { concurrency: 2 }, () => {
  scene("3 to 5: who is master, and every way to break it", [FIRST, SECOND], async (own) => {
    const { pair } = own;
    const { lb01, lb02, client, first, second } = pair;
    assert.equal(FIRST.split("\n").filter((line, i) => line !== SECOND.split("\n")[i]).length, 3);
    assert.equal(forSecond(FIRST), SECOND);
    const checked = await first.invoke(["check"]);
    assert.equal(checked.stdout, "/etc/keepalived/keepalived.conf: no complaints\n");
    assert.deepEqual([await stateOf(first), await stateOf(second)], ["master", "backup"]);
    const table = await second.invoke(["status"]);
    assert.match(table.stdout, /BACKUP .* \(10\.0\.0\.3\/24\)/);
    const shown = await lb01.must(["ip", "address", "show", "dev", "eth0"]);
    assert.match(shown, /10\.0\.0\.3\/24[^\n]*\n\s+valid_lft [34]sec/);
    assert.equal(await client.must(["curl", "-s", "http://10.0.0.3/"]), "lb01\n");
    assert.equal(await pair.macSeenByClient(), lb01.mac);

    await moves(own, lb02, SECOND_SKEW_MS, () => first.stop());
    const told = await second.invoke(["why", "VI_1"]);
    assert.match(told.stdout, /the master 10\.0\.0\.7 resigned \(priority 0\)/);
    await moves(own, lb01, FIRST_WAITS_MS, () => first.startAndWait());

    const killedAt = wallMs();
    await moves(own, lb02, SECOND_WAITS_MS, () => {
      first.killFrozen();
      return Promise.resolve();
    });
    await waitFor(
      "the lease to end",
      LEASE_MS + SLACK_MS - (wallMs() - killedAt),
      () => !lb01.holds(VIRTUAL_ADDRESS),
    );
    await moves(own, lb01, FIRST_WAITS_MS, () => first.startAndWait());
    await moves(own, lb02, SECOND_WAITS_MS, () => pair.lan.powerOff(lb01));
  });

  scene(
    "6: the end of nginx moves the address, a restart does not",
    [FIRST, SECOND],
    async (own) => {
      const { lb01, lb02, first, second } = own.pair;
      await first.reload(TRACKING);
      await second.reload(forSecond(TRACKING));
      await lb01.must(["systemctl", "restart", "nginx"]);
      await staysTrue("a restart of nginx", TERMINATE_DELAY_MS + 1_500, () =>
        lb01.holds(VIRTUAL_ADDRESS) ? undefined : "the address moved",
      );
      await moves(own, lb02, TERMINATE_DELAY_MS + SECOND_SKEW_MS, () =>
        lb01.must(["systemctl", "stop", "nginx"]),
      );
      assert.equal(await stateOf(first), "fault");
      await moves(own, lb01, FIRST_WAITS_MS, () => lb01.must(["systemctl", "start", "nginx"]));
    },
  );

  scene(
    "nopreempt: the address moves with nginx, and stays where it is then",
    [STAYING, forSecond(STAYING)],
    async (own) => {
      const { lb01, lb02, first } = own.pair;
      await moves(own, lb02, TERMINATE_DELAY_MS + SECOND_SKEW_MS, () =>
        lb01.must(["systemctl", "stop", "nginx"]),
      );
      await lb01.must(["systemctl", "start", "nginx"]);
      await waitFor(
        "lb01 to be a backup",
        SOON_MS,
        async () => (await stateOf(first)) === "backup",
      );
      await staysTrue("lb02 keeps the address", FIRST_WAITS_MS + 1_000, () =>
        lb02.holds(VIRTUAL_ADDRESS) && !lb01.holds(VIRTUAL_ADDRESS) ? undefined : "it moved",
      );
    },
  );

  scene(
    "a question over HTTP sees an nginx that hangs, and a file drains the node",
    [ASKING, forSecond(ASKING)],
    async (own) => {
      const { lb01, lb02, first } = own.pair;
      await moves(own, lb02, HTTP_NOTICED_MS + SECOND_SKEW_MS, () => {
        lb01.signal(lb01.processes("nginx"), "SIGSTOP");
        return Promise.resolve();
      });
      const said = await first.invoke(["status"]);
      assert.match(said.stdout, /http said: curl: \(28\)/);
      lb01.signal(lb01.processes("nginx"), "SIGCONT");
      await own.web.waitForServer("lb01", SOON_MS, wallMs());

      await moves(own, lb02, SECOND_SKEW_MS, () => lb01.sh("echo 1 >/run/drain"));
      const drained = await first.invoke(["status"]);
      assert.match(drained.stdout, /FAULT since .*: file drain says so \(1\)/);
      await moves(own, lb01, FIRST_WAITS_MS, () => lb01.sh("echo 0 >/run/drain"));
    },
  );

  scene(
    "scripts are told, and two masters are named and part again",
    [TELLING, forSecond(TELLING)],
    async (own) => {
      const { pair } = own;
      const { lb01, lb02, first, second } = pair;
      const changes = await lb01.must(["cat", "/run/changes"]);
      assert.deepEqual(changes.trim().split("\n"), [
        "INSTANCE VI_1 BACKUP 150",
        "INSTANCE VI_1 MASTER 150",
      ]);
      await Promise.all([dropVrrp(lb01), dropVrrp(lb02)]);
      await pair.waitForBoth(SECOND_WAITS_MS + SLACK_MS);
      for (const daemon of [first, second]) {
        await waitFor("the conflict to be named", SOON_MS, async () =>
          namesConflict((await daemon.invoke(["status", "--json"])).stdout),
        );
        assert.match((await daemon.invoke(["status"])).stdout, /MASTER \(CONFLICT\)/);
      }
      await Promise.all([allowVrrp(lb01), allowVrrp(lb02)]);
      await pair.waitForHolder(lb01, 3_000);
      await sleep(1_000);
      assert.equal(await pair.macSeenByClient(), lb01.mac);
    },
  );
});
