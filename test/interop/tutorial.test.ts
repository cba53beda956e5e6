/**
 * The tutorial's five scenarios with a real nginx on real networks: who serves, how long nobody
 * does, and what an operator is told.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { breakWebServer, installWebServer } from "../lab/web.ts";
import { daemonUnderTest } from "../lab/keepalived.ts";
import { namesConflict } from "../lab/status.ts";
import { allowVrrp, dropVrrp } from "../lab/firewall.ts";
import { sleep, staysTrue, waitFor, wallMs } from "../lab/wait.ts";
import { pairTest, VIRTUAL_ADDRESS, type Pair, type Side } from "./pair.ts";
import {
  killingScript,
  STOCK_CONFIG,
  stoppingScript,
  tracking,
  tutorialConfig,
  type CheckScript,
} from "../lab/tutorial-files.ts";

const SUBJECT = daemonUnderTest();
const WEB = "nginx";
const NEEDS = ["nginx", "ps", "killall"];

/** Three advertisement intervals and the skew of priority 100: RFC 3768 §6.1, plus slack. */
const TAKEOVER_BOUND_MS = 3_000 + (156 / 256) * 1000;
const SLACK_MS = 1_500;

function sides(
  states: readonly ["MASTER" | "BACKUP", "MASTER" | "BACKUP"],
  extra: readonly string[] = [],
  before = "",
): readonly [Side, Side] {
  const common = { extra, before };
  return [
    {
      kind: SUBJECT,
      config: tutorialConfig({ routerId: "lb01", state: states[0], priority: 150, ...common }),
    },
    {
      kind: SUBJECT,
      config: tutorialConfig({ routerId: "lb02", state: states[1], priority: 100, ...common }),
    },
  ];
}

/** A weightless script on lb01 alone, as the tutorial has it. */
function watchedSides(script: CheckScript): readonly [Side, Side] {
  const [, second] = sides(["MASTER", "BACKUP"]);
  const [first] = sides(["MASTER", "BACKUP"], tracking(WEB), script.block);
  return [first, second];
}

async function serveNginx(pair: Pair): Promise<void> {
  for (const host of [pair.lb01, pair.lb02]) {
    installWebServer(host, WEB);
    await host.must(["systemctl", "start", WEB]);
  }
}

async function killNginx(pair: Pair): Promise<void> {
  await pair.lb01.must(["killall", WEB]);
}

/** lb01 dies and lb02 takes over; returns when lb02 serves. */
async function crashFirst(pair: Pair, web: ReturnType<Pair["browse"]>): Promise<void> {
  const crashedAt = wallMs();
  await pair.lan.powerOff(pair.lb01);
  await web.waitForServer("lb02", TAKEOVER_BOUND_MS + SLACK_MS, crashedAt);
  const outage = web.longestOutage(crashedAt - 500, wallMs());
  assert.equal(outage?.after, "lb02");
  assert.ok(outage.ms < TAKEOVER_BOUND_MS + SLACK_MS, `outage of ${outage.ms} ms`);
}

async function returnFirst(pair: Pair): Promise<number> {
  await pair.lan.powerOn(pair.lb01);
  await pair.lb01.must(["systemctl", "start", WEB]);
  const returnedAt = wallMs();
  await pair.first.startAndWait();
  return returnedAt;
}

describe(`tutorial (${SUBJECT})`, { concurrency: true }, () => {
  pairTest(
    "1: lb01 dies and lb02 serves; lb01 returns and takes the address back",
    { sides: sides(["MASTER", "BACKUP"]), needs: NEEDS },
    async (pair) => {
      await serveNginx(pair);
      const web = pair.browse();
      await pair.waitForHolder(pair.lb01, 8_000);
      await web.waitForServer("lb01", 3_000);
      assert.ok(!pair.lb02.holds(VIRTUAL_ADDRESS));

      await crashFirst(pair, web);
      const returnedAt = await returnFirst(pair);
      await web.waitForServer("lb01", 3_410 + 3_000, returnedAt);
      await pair.waitForHolder(pair.lb01, 1_000);
      await sleep(500);

      const back = web.longestOutage(returnedAt, wallMs());
      assert.ok(back !== undefined && back.ms < 1_000, `outage of ${back?.ms} ms on return`);
      assert.equal(await pair.macSeenByClient(), pair.lb01.mac);
      assert.equal(await pair.lan.hostBehind(pair.lb01.mac), pair.lb01);
    },
  );

  pairTest(
    "2: with nopreempt lb02 keeps the address when lb01 returns",
    { sides: sides(["BACKUP", "BACKUP"], ["nopreempt"]), needs: NEEDS, start: false },
    async (pair) => {
      await serveNginx(pair);
      const web = pair.browse();
      // Under nopreempt whoever is first stays: lb01 must be master before lb02 starts.
      pair.first.start();
      await pair.waitForHolder(pair.lb01, 8_000);
      pair.second.start();
      await web.waitForServer("lb01", 3_000);

      await crashFirst(pair, web);
      const mark = pair.first.log.mark();
      const returnedAt = await returnFirst(pair);
      await staysTrue("lb02 keeps the address", 6_000, () =>
        pair.lb01.holds(VIRTUAL_ADDRESS) || !pair.lb02.holds(VIRTUAL_ADDRESS)
          ? "lb01 has it or lb02 lost it"
          : undefined,
      );

      assert.ok(!pair.first.log.has(/Entering MASTER STATE/, mark));
      const quiet = web.longestOutage(returnedAt, wallMs());
      assert.ok(quiet !== undefined && quiet.ms < 1_000, `outage of ${quiet?.ms} ms`);
    },
  );

  pairTest(
    "3: the check script restarts nginx, and stops keepalived when nginx cannot start",
    { sides: watchedSides(stoppingScript(WEB)), needs: NEEDS, start: false },
    async (pair) => {
      const script = stoppingScript(WEB);
      pair.lb01.writeFile(script.path, script.text, 0o755);
      await serveNginx(pair);
      pair.first.start();
      pair.second.start();
      const web = pair.browse();
      await pair.waitForHolder(pair.lb01, 10_000);
      await web.waitForServer("lb01", 3_000);

      const killedAt = wallMs();
      await killNginx(pair);
      await web.waitForServer("lb01", 5_000 + SLACK_MS, killedAt + 100);
      assert.ok(pair.lb01.holds(VIRTUAL_ADDRESS), "the address stays where nginx came back");
      assert.ok(!pair.lb02.holds(VIRTUAL_ADDRESS));
      // The run that started nginx sleeps 3 s and looks again: let it be content.
      await sleep(3_500);

      breakWebServer(pair.lb01, WEB);
      const brokenAt = wallMs();
      await killNginx(pair);
      // The next run of the script, its 3 s of sleep, and the skew after the priority 0 advert.
      await web.waitForServer("lb02", 5_000 + 3_000 + 610 + 3_000, brokenAt);
      await pair.waitForHolder(pair.lb02, 1_000);
      await pair.first.waitForEnd();
      assert.equal(pair.observer.adverts((one) => one.priority === 0).at(-1)?.source, "10.0.0.7");
    },
  );

  pairTest(
    "3: the killall form with timeout 10 ends keepalived, and the address moves",
    { sides: watchedSides(killingScript(WEB, 10)), needs: NEEDS, start: false },
    async (pair) => {
      const script = killingScript(WEB, 10);
      pair.lb01.writeFile(script.path, script.text, 0o755);
      await serveNginx(pair);
      pair.first.start();
      pair.second.start();
      const web = pair.browse();
      await pair.waitForHolder(pair.lb01, 10_000);
      await web.waitForServer("lb01", 3_000);

      breakWebServer(pair.lb01, WEB);
      const brokenAt = wallMs();
      await killNginx(pair);
      await web.waitForServer("lb02", 2_000 + 5_000 + 610 + 3_000, brokenAt);
      await pair.waitForHolder(pair.lb02, 1_000);
      await pair.first.waitForEnd();
    },
  );

  pairTest(
    "3: without timeout the killall form is ended at its interval and never gets there",
    { sides: watchedSides(killingScript(WEB)), needs: NEEDS, start: false },
    async (pair) => {
      const script = killingScript(WEB);
      pair.lb01.writeFile(script.path, script.text, 0o755);
      await serveNginx(pair);
      pair.first.start();
      pair.second.start();
      await pair.waitForHolder(pair.lb01, 10_000);

      breakWebServer(pair.lb01, WEB);
      await killNginx(pair);
      await pair.first.log.waitFor(/VRRP_Script\(check_nginx\) timed.out/, 8_000);
      await pair.first.log.waitFor(/Changing effective priority from 150 to 130/, 3_000);
      await sleep(6_000);

      assert.ok(pair.first.processes().length > 0, "keepalived is not killed");
      assert.ok(pair.lb01.holds(VIRTUAL_ADDRESS), "130 is still more than 100");
      if (SUBJECT === "ours") {
        assert.match(pair.first.log.text(), /check_nginx.*(timeout|interval).*timeout/i);
      }
    },
  );

  pairTest(
    "4: a firewall splits the pair; one master within 5 s after it goes, and the network follows",
    { sides: sides(["MASTER", "BACKUP"]), needs: [...NEEDS, "nft"] },
    async (pair) => {
      await serveNginx(pair);
      const web = pair.browse();
      await pair.waitForHolder(pair.lb01, 8_000);
      await Promise.all([dropVrrp(pair.lb01), dropVrrp(pair.lb02)]);
      await pair.waitForBoth(TAKEOVER_BOUND_MS + SLACK_MS);
      if (SUBJECT === "ours") await conflictIsSaid(pair);
      await sleep(1_500);

      const healedAt = wallMs();
      await Promise.all([allowVrrp(pair.lb01), allowVrrp(pair.lb02)]);
      await pair.waitForHolder(pair.lb01, 5_000);
      await web.waitForServer("lb01", 2_000, healedAt);
      await waitFor(
        "the client's packets to go to lb01",
        5_000 - Math.min(4_000, wallMs() - healedAt),
        async () => (await pair.macSeenByClient()) === pair.lb01.mac,
      );
      const settledAt = wallMs();
      await sleep(2_000);
      const served = web.answers.filter((reply) => reply.sentAt > settledAt);
      assert.ok(served.length > 50);
      assert.deepEqual([...new Set(served.map((reply) => reply.server))], ["lb01"]);
      assert.equal(await pair.lan.hostBehind(pair.lb01.mac), pair.lb01);
    },
  );

  pairTest(
    "5: the stock file with vrrp_strict and a password starts, without authentication",
    {
      sides: [
        { kind: SUBJECT, config: STOCK_CONFIG },
        { kind: SUBJECT, config: STOCK_CONFIG },
      ],
      needs: ["nft", "ping"],
      start: false,
    },
    async (pair) => {
      pair.first.start();
      await pair.waitForHolder(pair.lb01, 8_000);
      await pair.observer.waitForAdvert("of lb01", 2_000, () => true);
      const adverts = pair.observer.adverts();
      assert.deepEqual([...new Set(adverts.map((one) => one.authType))], [0]);
      await sleep(300);
      const ping = await pair.client.run(["ping", "-c", "2", "-W", "1", VIRTUAL_ADDRESS]);
      assert.notEqual(ping.code, 0, "a master that is no owner is silent");
      if (SUBJECT === "ours") {
        const lines = pair.first.log.text().split("\n");
        const about = (words: RegExp): number =>
          lines.filter((line) => /strict mode/i.test(line) && words.test(line)).length;
        assert.equal(about(/authentication/), 1, "one message says what strict mode took away");
        assert.equal(about(/answer/), 1, "one message says that the address is silent");
      }
    },
  );
});

/** Log and status name the split brain while it lasts. */
async function conflictIsSaid(pair: Pair): Promise<void> {
  await waitFor("a log that names the conflict", 5_000, () =>
    [pair.first, pair.second].some((daemon) =>
      daemon.log.has(/conflict.*(02:00:00:00:00:0[12]|10\.0\.0\.[78])/i),
    ),
  );
  await waitFor("a status that names the conflict", 5_000, async () => {
    for (const daemon of [pair.first, pair.second]) {
      const status = await daemon.invoke(["status", "--json"]);
      assert.equal(status.code, 0, status.stderr);
      if (namesConflict(status.stdout)) return true;
    }
    return false;
  });
}
