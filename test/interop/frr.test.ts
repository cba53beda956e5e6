/**
 * A pair with FRRouting's vrrpd, VRRP version 3 over IPv4: elections both ways, by graceful stop
 * and by crash.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Frr, FRR_VRRPD, type FrrPlan } from "../lab/frr.ts";
import { daemonUnderTest, Keepalived } from "../lab/keepalived.ts";
import { Lan } from "../lab/lan.ts";
import type { Observer } from "../lab/observer.ts";
import { staysTrue, waitFor, wallMs } from "../lab/wait.ts";
import { programsOf, requireBuilt, skipUnless } from "./gate.ts";
import { masterDownMs, skewMs, VRID, vrrpConfig } from "./vrrp-config.ts";
import { assertTsharkIsContent } from "./wire.ts";

const SUBJECT = daemonUnderTest();
const ADDRESS = "10.0.0.3";
const PLAN = {
  version: 3,
  priority: 150,
  intervalMs: 100,
  addresses: [`${ADDRESS}/24`],
} as const;
const SLACK_MS = 500;
const OURS = "10.0.0.7";
const THEIRS = "10.0.0.8";

interface Scene {
  readonly lan: Lan;
  readonly daemon: Keepalived;
  readonly frr: Frr;
  readonly observer: Observer;
}

function frrTest(name: string, priority: number, body: (scene: Scene) => Promise<void>): void {
  const skip = skipUnless(...programsOf([SUBJECT]), "tshark", FRR_VRRPD);
  test(name, { skip, timeout: 60_000 }, async () => {
    requireBuilt([SUBJECT]);
    await using lan = await Lan.open([
      { name: "lb01", addresses: [`${OURS}/24`] },
      { name: "lb02", addresses: [`${THEIRS}/24`] },
    ]);
    const plan: FrrPlan = { vrid: VRID, priority, intervalMs: PLAN.intervalMs, address: ADDRESS };
    const daemon = new Keepalived(lan.host("lb01"), { kind: SUBJECT, config: vrrpConfig(PLAN) });
    const frr = new Frr(lan.host("lb02"), plan);
    const observer = await lan.observe();
    try {
      await body({ lan, daemon, frr, observer });
      await assertTsharkIsContent(observer);
    } catch (error) {
      if (error instanceof Error) error.message += `\n${daemon.log.tail(30)}\n${frr.log()}`;
      throw error;
    }
  });
}

function firstFrom(observer: Observer, source: string, since: number): Promise<number> {
  return observer
    .waitForAdvert(`of ${source}`, 8_000, (one) => one.source === source && one.at >= since)
    .then((advert) => advert.at);
}

/** Only one of them speaks, for ten intervals. */
async function onlyOneSpeaks(observer: Observer, source: string): Promise<void> {
  const since = wallMs();
  await staysTrue(`only ${source} speaks`, 10 * PLAN.intervalMs, () => {
    const other = observer.adverts((one) => one.at > since && one.source !== source)[0];
    return other === undefined ? undefined : `${other.source} does too`;
  });
  assert.ok(observer.adverts((one) => one.at > since && one.source === source).length > 5);
}

describe(`with FRR's vrrpd (${SUBJECT})`, { concurrency: 2 }, () => {
  frrTest("FRR with 100 is the backup of 150, takes over and yields", 100, async (scene) => {
    const { daemon, frr, observer, lan } = scene;
    await frr.start();
    await firstFrom(observer, THEIRS, 0);
    daemon.start();
    await waitFor("the address", 8_000, () => daemon.host.holds(ADDRESS));
    await onlyOneSpeaks(observer, OURS);

    await daemon.stop();
    const resigned = observer.adverts((one) => one.source === OURS && one.priority === 0).at(-1);
    assert.ok(resigned !== undefined);
    const tookOver = await firstFrom(observer, THEIRS, resigned.at);
    const bound = skewMs({ ...PLAN, priority: 100 }) + SLACK_MS;
    assert.ok(tookOver - resigned.at < bound, `${tookOver - resigned.at} ms after priority 0`);

    daemon.start();
    await waitFor("the address back", 8_000, () => daemon.host.holds(ADDRESS));
    await onlyOneSpeaks(observer, OURS);

    await lan.powerOff(daemon.host);
    await observer.settle();
    const last = observer.adverts((one) => one.source === OURS).at(-1);
    assert.ok(last !== undefined);
    const after = (await firstFrom(observer, THEIRS, last.at)) - last.at;
    assert.ok(after < masterDownMs({ ...PLAN, priority: 100 }) + SLACK_MS, `${after} ms`);
  });

  frrTest("FRR with 200 is the master of 150, is replaced and preempts", 200, async (scene) => {
    const { daemon, frr, observer, lan } = scene;
    daemon.start();
    await waitFor("the address", 8_000, () => daemon.host.holds(ADDRESS));
    await frr.start();
    await firstFrom(observer, THEIRS, 0);
    await waitFor("the address to go", 8_000, () => !daemon.host.holds(ADDRESS));
    await onlyOneSpeaks(observer, THEIRS);

    await lan.powerOff(frr.host);
    await observer.settle();
    const last = observer.adverts((one) => one.source === THEIRS).at(-1);
    assert.ok(last !== undefined);
    const after = (await firstFrom(observer, OURS, last.at)) - last.at;
    assert.ok(after >= masterDownMs(PLAN) - 1, `too early: ${after} ms`);
    assert.ok(after < masterDownMs(PLAN) + SLACK_MS, `too late: ${after} ms`);
    await waitFor("the address", 2_000, () => daemon.host.holds(ADDRESS));

    await lan.powerOn(frr.host);
    const backAt = wallMs();
    await frr.start();
    await firstFrom(observer, THEIRS, backAt);
    await waitFor("the address to go", 8_000, () => !daemon.host.holds(ADDRESS));
    await onlyOneSpeaks(observer, THEIRS);
  });
});
