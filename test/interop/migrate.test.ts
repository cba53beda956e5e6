/**
 * From Debian's keepalived to this one and back, node by node, with a client that asks a hundred
 * times a second: the steps of docs/user/migrate.md, and what each of them costs.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { HttpClient, Reply } from "../lab/client.ts";
import type { Host } from "../lab/host.ts";
import { Keepalived, type DaemonKind } from "../lab/keepalived.ts";
import { readStatus } from "../lab/status.ts";
import { tutorialConfig } from "../lab/tutorial-files.ts";
import { sleep, wallMs } from "../lab/wait.ts";
import { installedWebServer, installWebServer } from "../lab/web.ts";
import { pairTest, VIRTUAL_ADDRESS, type Pair } from "./pair.ts";
import { skewMs } from "./vrrp-config.ts";

const ASK_MS = 10;
/** Below the second after which TCP asks again: a request that met nobody is a lost one. */
const PATIENCE_MS = 800;
/** What a busy machine may add to a bound of the protocol. */
const SLACK_MS = 400;
const SOON_MS = 15_000;
/** Requests that are on their way at the moment when the address moves. */
const IN_FLIGHT = 20;

const FIRST = 150;
const SECOND = 100;
/** The highest priority that is not the owner's: 8 ms of skew. */
const HIGHEST = 254;

type Names = "lb01" | "lb02";

interface Roles {
  readonly preempts: boolean;
  readonly priority?: number;
}

function configOf(name: Names, roles: Roles): string {
  const priority = roles.priority ?? (name === "lb01" ? FIRST : SECOND);
  const state = roles.preempts && name === "lb01" ? "MASTER" : "BACKUP";
  const extra = roles.preempts ? [] : ["nopreempt"];
  return tutorialConfig({ routerId: name, state, priority, extra });
}

/** A live pair, in the hands of an operator who replaces the program on one node at a time. */
class Site {
  readonly pair: Pair;
  readonly web: HttpClient;
  readonly #daemons: Map<Host, Keepalived>;
  readonly #roles: Roles;

  constructor(pair: Pair, web: HttpClient, roles: Roles) {
    this.pair = pair;
    this.web = web;
    this.#roles = roles;
    this.#daemons = new Map([
      [pair.lb01, pair.first],
      [pair.lb02, pair.second],
    ]);
  }

  /** lb01 serves, and both run Debian's. */
  static async open(pair: Pair, roles: Roles): Promise<Site> {
    const server = installedWebServer();
    for (const host of [pair.lb01, pair.lb02]) {
      installWebServer(host, server);
      await host.must(["systemctl", "start", server]);
    }
    pair.first.start();
    await pair.waitForHolder(pair.lb01, SOON_MS);
    await pair.second.startAndWait();
    const web = pair.browse({ intervalMs: ASK_MS, timeoutMs: PATIENCE_MS });
    await web.waitForServer("lb01", SOON_MS);
    return new Site(pair, web, roles);
  }

  daemon(host: Host): Keepalived {
    const daemon = this.#daemons.get(host);
    assert.ok(daemon !== undefined);
    return daemon;
  }

  /** Stops what runs on a host and starts the other program with the same file. */
  async replace(host: Host, kind: DaemonKind): Promise<void> {
    await this.daemon(host).stop();
    const config = configOf(host.name as Names, this.#roles);
    const daemon = new Keepalived(host, { kind, config });
    const checked = await new Keepalived(host, { kind: "ours", config }).invoke(["check"]);
    assert.equal(checked.code, 0, checked.stdout);
    this.#daemons.set(host, daemon);
    await daemon.startAndWait();
  }

  async stateOf(host: Host): Promise<string | undefined> {
    const { stdout } = await this.daemon(host).invoke(["status", "--json"]);
    return readStatus(stdout).instances[0]?.state;
  }

  /** What is lost while `step` runs, and in the moments after it. */
  async lostDuring(step: () => Promise<void>): Promise<readonly Reply[]> {
    const from = wallMs();
    await step();
    const to = wallMs();
    await sleep(PATIENCE_MS + SLACK_MS);
    const asked = this.web.replies.filter(({ sentAt }) => sentAt >= from && sentAt <= to);
    assert.ok(asked.length > (to - from) / ASK_MS / 4, `only ${asked.length} requests were made`);
    return asked.filter(({ error }) => error !== undefined);
  }

  /** Priority 0 of one host, then the first advert of the other. */
  handOver(from: Host, since: number): { readonly at: number; readonly takenAt: number } {
    const adverts = this.pair.observer.adverts(({ at }) => at >= since);
    const zero = adverts.find((one) => one.sourceMac === from.mac && one.priority === 0);
    assert.ok(zero !== undefined, `${from.name} did not resign`);
    const next = adverts.find((one) => one.at > zero.at && one.sourceMac !== from.mac);
    assert.ok(next !== undefined, "nobody took over");
    return { at: zero.at, takenAt: next.at };
  }

  /**
   * A graceful hand-over: nobody is master for the skew time of the one that follows, and all that
   * is lost is lost then.
   */
  async handsOver(from: Host, skew: number, step: () => Promise<void>): Promise<readonly Reply[]> {
    const since = wallMs();
    const lost = await this.lostDuring(step);
    const { at, takenAt } = this.handOver(from, since);
    const gap = takenAt - at;
    assert.ok(gap >= skew - 1 && gap < skew + SLACK_MS, `nobody was master for ${gap} ms`);
    for (const { sentAt, error } of lost) {
      const after = sentAt - at;
      const isWithin = after > -SLACK_MS && after < gap + SLACK_MS;
      assert.ok(isWithin, `${error} of a request ${after} ms after the resignation`);
    }
    assert.ok(lost.length <= (skew + SLACK_MS) / ASK_MS, `${lost.length} requests were lost`);
    note(`${from.name} hands over in ${gap.toFixed(1)} ms (skew ${skew.toFixed(1)})`, lost);
    return lost;
  }
}

/** Figures for whoever asks for them; the page has some. */
function note(what: string, lost: readonly Reply[]): void {
  if (process.env["LAB_FIGURES"] === undefined) return;
  const causes = [...new Set(lost.map(({ error }) => error))].join(", ");
  console.log(`${what}: ${lost.length} lost ${causes}`);
}

const skewOf = (priority: number): number => skewMs({ version: 2, priority, intervalMs: 1_000 });

/** Registers a judge whose client counts. */
function siteTest(name: string, roles: Roles, body: (site: Site) => Promise<void>): void {
  const sides = [
    { kind: "real", config: configOf("lb01", roles) },
    { kind: "real", config: configOf("lb02", roles) },
  ] as const;
  pairTest(name, { sides, start: false, timeoutMs: 120_000 }, async (pair) => {
    await body(await Site.open(pair, roles));
  });
}

/** Replaces a backup; nothing at all may be lost. */
async function replaceBackup(site: Site, host: Host, kind: DaemonKind): Promise<void> {
  const lost = await site.lostDuring(async () => {
    await site.replace(host, kind);
    await sleep(2_000);
  });
  note(`${host.name}, the backup, gets ${kind}`, lost);
  assert.deepEqual(lost, []);
}

describe("replacing a live pair of keepalived", { concurrency: 1 }, () => {
  const preempting: Roles = { preempts: true };
  siteTest(
    "the backup costs nothing, the master its graceful hand-over; and back the same way",
    preempting,
    async (site) => {
      const { pair } = site;
      const { lb01, lb02 } = pair;
      await replaceBackup(site, lb02, "ours");
      assert.equal(await site.stateOf(lb02), "backup");

      const lost = await site.handsOver(lb01, skewOf(SECOND), async () => {
        await site.daemon(lb01).stop();
        await site.web.waitForServer("lb02", SOON_MS, wallMs());
      });
      assert.ok(lost.length > 0, "the client would have noticed more");
      const returned = await site.lostDuring(async () => {
        await site.replace(lb01, "ours");
        await pair.waitForHolder(lb01, SOON_MS);
        await site.web.waitForServer("lb01", SOON_MS, wallMs());
      });
      note("lb01 returns and preempts", returned);
      assert.ok(returned.length <= IN_FLIGHT, `${returned.length} lost as lb01 preempts`);
      assert.equal(await site.stateOf(lb01), "master");

      await replaceBackup(site, lb02, "real");
      await site.handsOver(lb01, skewOf(SECOND), async () => {
        await site.daemon(lb01).stop();
        await site.web.waitForServer("lb02", SOON_MS, wallMs());
      });
      await site.replace(lb01, "real");
      await pair.waitForHolder(lb01, SOON_MS);
      await site.web.waitForServer("lb01", SOON_MS, wallMs());
    },
  );

  siteTest(
    "a backup that preempts first by a higher priority leaves no gap",
    preempting,
    async (site) => {
      const { pair } = site;
      const { lb01, lb02 } = pair;
      await replaceBackup(site, lb02, "ours");
      const lost = await site.lostDuring(async () => {
        await site.daemon(lb02).reload(configOf("lb02", { ...preempting, priority: 200 }));
        await pair.waitForHolder(lb02, SOON_MS);
        await site.web.waitForServer("lb02", SOON_MS, wallMs());
      });
      note("lb02 preempts with priority 200", lost);
      assert.ok(lost.length <= IN_FLIGHT, `${lost.length} lost as lb02 preempts`);
      await replaceBackup(site, lb01, "ours");
      const back = await site.lostDuring(async () => {
        await site.daemon(lb02).reload(configOf("lb02", preempting));
        await pair.waitForHolder(lb01, SOON_MS);
        await site.web.waitForServer("lb01", SOON_MS, wallMs());
      });
      note("lb01 preempts again", back);
      assert.ok(back.length <= IN_FLIGHT, `${back.length} lost as lb01 preempts`);
    },
  );

  const staying: Roles = { preempts: false };
  siteTest(
    "a nopreempt pair: priority 254 on the backup makes the gap 8 ms; switchover goes back",
    staying,
    async (site) => {
      const { pair } = site;
      const { lb01, lb02 } = pair;
      await replaceBackup(site, lb02, "ours");
      const raised = await site.lostDuring(async () => {
        await site.daemon(lb02).reload(configOf("lb02", { ...staying, priority: HIGHEST }));
        await sleep(4_500);
      });
      assert.deepEqual(raised, [], "a reload of the backup costs nothing");
      assert.ok(lb01.holds(VIRTUAL_ADDRESS) && !lb02.holds(VIRTUAL_ADDRESS));
      await site.handsOver(lb01, skewOf(HIGHEST), async () => {
        await site.daemon(lb01).stop();
        await site.web.waitForServer("lb02", SOON_MS, wallMs());
      });
      await replaceBackup(site, lb01, "ours");
      await site.daemon(lb02).reload(configOf("lb02", staying));

      await site.handsOver(lb02, skewOf(FIRST), async () => {
        const done = await site.daemon(lb02).invoke(["switchover", "VI_1", "--force"]);
        assert.equal(done.code, 0, done.stderr);
        await site.web.waitForServer("lb01", SOON_MS, wallMs());
      });
      await replaceBackup(site, lb02, "real");
    },
  );

  siteTest(
    "the master by switchover: what was Debian's takes over, and the node is free to be replaced",
    preempting,
    async (site) => {
      const { pair } = site;
      const { lb01, lb02 } = pair;
      await site.daemon(lb01).stop();
      await pair.waitForHolder(lb02, SOON_MS);
      await site.replace(lb01, "ours");
      await pair.waitForHolder(lb01, SOON_MS);
      await site.web.waitForServer("lb01", SOON_MS, wallMs());
      await site.handsOver(lb01, skewOf(SECOND), async () => {
        const done = await site.daemon(lb01).invoke(["switchover", "VI_1"]);
        assert.equal(done.code, 0, done.stderr);
        await site.web.waitForServer("lb02", SOON_MS, wallMs());
      });
      const lost = await site.lostDuring(async () => {
        await site.daemon(lb01).stop();
        await sleep(2_000);
      });
      assert.deepEqual(lost, [], "it is not master any more");
      assert.ok(lb02.holds(VIRTUAL_ADDRESS));
    },
  );
});

describe("what keepalived leaves behind", { concurrency: 1 }, () => {
  siteTest(
    "one that still runs is left alone; of one that was killed the address is taken off",
    { preempts: true },
    async (site) => {
      const { pair } = site;
      const { lb01, lb02 } = pair;
      const ours = new Keepalived(lb01, {
        kind: "ours",
        config: configOf("lb01", { preempts: true }),
      });
      const beside = await ours.invoke(["-n", "-l", "-G", "-D"]);
      assert.equal(beside.code, 0);
      assert.match(beside.stderr, /daemon is already running/);
      assert.ok(lb01.holds(VIRTUAL_ADDRESS));

      pair.first.killFrozen();
      await pair.waitForBoth(SOON_MS);
      const shown = await lb01.must(["ip", "address", "show", "dev", "eth0"]);
      assert.match(shown, /10\.0\.0\.3[^\n]*\n\s+valid_lft forever/);

      await ours.startAndWait();
      await pair.waitForHolder(lb02, 1_000);
      await site.web.waitForServer("lb02", SOON_MS, wallMs());
      await pair.waitForHolder(lb01, SOON_MS);
      const leased = await lb01.must(["ip", "address", "show", "dev", "eth0"]);
      assert.match(leased, /10\.0\.0\.3[^\n]*\n\s+valid_lft [34]sec/);
    },
  );

  siteTest(
    "`release` takes the address of a killed one off, and the peer serves",
    { preempts: true },
    async (site) => {
      const { pair } = site;
      const { lb01, lb02 } = pair;
      pair.first.killFrozen();
      await pair.waitForBoth(SOON_MS);
      const config = configOf("lb01", { preempts: true });
      const released = await new Keepalived(lb01, { kind: "ours", config }).invoke(["release"]);
      assert.equal(released.code, 0, released.stderr);
      await pair.waitForHolder(lb02, 1_000);
      await site.web.waitForServer("lb02", SOON_MS, wallMs());
    },
  );
});
