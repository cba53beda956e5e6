/**
 * Pairs that are half the daemon under test and half Debian's, each as the higher and as the lower
 * priority: elections, hand-over, crash and reload, over the versions, families and deliveries
 * people use. What passes the wire is judged by our own reader and by tshark.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { daemonUnderTest, type DaemonKind } from "../lab/keepalived.ts";
import { INTERFACE } from "../lab/lan.ts";
import type { Advert } from "../lab/packets.ts";
import { sleep, staysTrue, waitFor } from "../lab/wait.ts";
import { pairTest, type Pair } from "./pair.ts";
import { announcements, assertAdvertsAreRight, assertTsharkIsContent } from "./wire.ts";
import { masterDownMs, skewMs, vrrpConfig, type VrrpPlan } from "./vrrp-config.ts";

const SUBJECT = daemonUnderTest();

/** Who is lb01, with priority 150, and who lb02, with 100. */
const LINE_UPS: readonly (readonly [DaemonKind, DaemonKind])[] = [
  [SUBJECT, "real"],
  ["real", SUBJECT],
];

/** What a busy two-core machine may add to a bound of the protocol. */
const SLACK_MS = 400;
/** From the first advert of a new master to its first announcement; a fraction is usual. */
const ANNOUNCE_SLACK_MS = 60;
/** A backup's timer starts when it has read the advert: never before the advert was on the wire. */
const CLOCK_MS = 1;
const ELECTION_MS = 10_000;
/** Rounds of announcements at once on becoming master: garp_master_repeat. */
const ANNOUNCE_ROUNDS = 5;

type Shape = Omit<VrrpPlan, "priority" | "unicast"> & {
  readonly name: string;
  /** Addresses of lb01 and lb02 to talk between, when not by multicast. */
  readonly unicast?: readonly [string, string];
};

const TWENTY = Array.from({ length: 20 }, (_, index) => `10.0.0.${index + 30}/24`);
const IPV6 = ["fe80::3/64", "fd00::3/64"];

const ONE_SECOND: readonly Shape[] = [
  {
    name: "v2, IPv4 multicast, PASS, 1 s",
    version: 2,
    intervalMs: 1_000,
    addresses: ["10.0.0.3"],
    password: "1111",
  },
  {
    name: "v2, IPv4 unicast, PASS, 1 s",
    version: 2,
    intervalMs: 1_000,
    addresses: ["10.0.0.3"],
    password: "secret",
    unicast: ["10.0.0.7", "10.0.0.8"],
  },
  {
    name: "v2, IPv4 multicast, AH, 1 s",
    version: 2,
    intervalMs: 1_000,
    addresses: ["10.0.0.3"],
    password: "secret",
    authentication: "AH",
  },
  {
    name: "v2, IPv4 unicast, AH, 1 s",
    version: 2,
    intervalMs: 1_000,
    addresses: ["10.0.0.3"],
    password: "12345678",
    authentication: "AH",
    unicast: ["10.0.0.7", "10.0.0.8"],
  },
  { name: "v3, IPv4 multicast, 1 s", version: 3, intervalMs: 1_000, addresses: ["10.0.0.3/24"] },
];

const TENTH: readonly Shape[] = [
  {
    name: "v3, IPv4 unicast, 100 ms",
    version: 3,
    intervalMs: 100,
    addresses: ["10.0.0.3"],
    unicast: ["10.0.0.7", "10.0.0.8"],
  },
  { name: "v3, IPv6 multicast, 100 ms", version: 3, intervalMs: 100, addresses: IPV6 },
  {
    name: "v3, IPv6 unicast, 100 ms",
    version: 3,
    intervalMs: 100,
    addresses: IPV6,
    unicast: ["fd00::7", "fd00::8"],
  },
  {
    name: "v3, IPv4 multicast, 20 addresses, 100 ms",
    version: 3,
    intervalMs: 100,
    addresses: TWENTY,
  },
];

const HUNDREDTH: readonly Shape[] = [
  { name: "v3, IPv4 multicast, 10 ms", version: 3, intervalMs: 10, addresses: ["10.0.0.3"] },
  { name: "v3, IPv6 multicast, 10 ms", version: 3, intervalMs: 10, addresses: IPV6 },
];

function plans(shape: Shape): readonly [VrrpPlan, VrrpPlan] {
  const { unicast, ...common } = shape;
  if (unicast === undefined) {
    return [
      { ...common, priority: 150 },
      { ...common, priority: 100 },
    ];
  }
  const [one, two] = unicast;
  return [
    { ...common, priority: 150, unicast: { source: one, peer: two } },
    { ...common, priority: 100, unicast: { source: two, peer: one } },
  ];
}

for (const [title, shapes, concurrency] of [
  ["1 s", ONE_SECOND, true],
  ["100 ms", TENTH, 2],
  ["10 ms", HUNDREDTH, 1],
] as const) {
  describe(`mixed pairs at ${title} (${SUBJECT})`, { concurrency }, () => {
    for (const shape of shapes) {
      for (const lineUp of LINE_UPS) playLife(shape, lineUp);
    }
  });
}

/** A pair's life: election, reload, graceful stop, return, crash. */
function playLife(shape: Shape, kinds: readonly [DaemonKind, DaemonKind]): void {
  const [first, second] = plans(shape);
  const sides = [
    { kind: kinds[0], config: vrrpConfig(first) },
    { kind: kinds[1], config: vrrpConfig(second) },
  ] as const;
  const name = `${shape.name}: ${kinds[0]} 150, ${kinds[1]} 100`;
  pairTest(name, { sides, needs: ["tshark"] }, async (pair) => {
    await waitForAll(pair, first, "lb01", ELECTION_MS);
    await pair.waitForStart();
    await reloadKeepsEverything(pair, first);
    await stopHandsOver(pair, second);
    await returnTakesBack(pair, first);
    await crashIsNoticed(pair, second);

    const sentBy = (mac: string): readonly Advert[] =>
      pair.observer.adverts((one) => one.sourceMac === mac);
    assertAdvertsAreRight(sentBy(pair.lb01.mac), first, kinds[0]);
    assertAdvertsAreRight(sentBy(pair.lb02.mac), second, kinds[1]);
    await assertTsharkIsContent(pair.observer);
  });
}

function plain(plan: VrrpPlan): readonly string[] {
  return plan.addresses.map((text) => text.split("/")[0] ?? "");
}

/** Waits until one host holds every address of the plan and the other none. */
async function waitForAll(
  pair: Pair,
  plan: VrrpPlan,
  name: "lb01" | "lb02",
  timeoutMs: number,
): Promise<void> {
  const [holder, other] = name === "lb01" ? [pair.lb01, pair.lb02] : [pair.lb02, pair.lb01];
  await waitFor(`${name} alone to hold ${plan.addresses.join(", ")}`, timeoutMs, () => {
    const held = holder.localAddresses();
    const otherHeld = other.localAddresses();
    return plain(plan).every((address) => held.has(address) && !otherHeld.has(address));
  });
}

async function reloadKeepsEverything(pair: Pair, plan: VrrpPlan): Promise<void> {
  await sleep(2 * plan.intervalMs);
  const foreign = (): number =>
    pair.observer.adverts((one) => one.sourceMac === pair.lb02.mac || one.priority === 0).length;
  const before = foreign();
  await pair.second.reload();
  await pair.first.reload();
  await staysTrue("a reload changes nothing", Math.max(500, 4 * plan.intervalMs), () => {
    const held = pair.lb01.localAddresses();
    if (!plain(plan).every((address) => held.has(address))) return "lb01 lost an address";
    return foreign() === before ? undefined : "lb02 spoke up, or lb01 resigned";
  });
}

async function stopHandsOver(pair: Pair, second: VrrpPlan): Promise<void> {
  const isResignation = (one: { priority: number; sourceMac: string }): boolean =>
    one.priority === 0 && one.sourceMac === pair.lb01.mac;
  await pair.first.stop();
  assert.equal(pair.first.exitCode, 0);
  const resignation = await pair.observer.waitForAdvert("with priority 0", 1_000, isResignation);
  const takeover = await firstAdvertOfSecond(pair, resignation.at);
  assertBetween("take-over after priority 0", takeover - resignation.at, skewMs(second));
  await waitForAll(pair, second, "lb02", 2_000);
  await assertAnnounced(pair, second, takeover);
}

async function returnTakesBack(pair: Pair, first: VrrpPlan): Promise<void> {
  pair.first.start();
  await waitForAll(pair, first, "lb01", ELECTION_MS);
  await sleep(Math.min(500, 2 * first.intervalMs));
}

async function crashIsNoticed(pair: Pair, second: VrrpPlan): Promise<void> {
  await pair.lan.powerOff(pair.lb01);
  await pair.observer.settle();
  const last = pair.observer.adverts((one) => one.sourceMac === pair.lb01.mac).at(-1);
  assert.ok(last !== undefined);
  const takeover = await firstAdvertOfSecond(pair, last.at);
  assertBetween("take-over after the last advert", takeover - last.at, masterDownMs(second));
  await waitFor("lb02 to hold every address", 2_000, () => {
    const held = pair.lb02.localAddresses();
    return plain(second).every((address) => held.has(address));
  });
  await assertAnnounced(pair, second, takeover);
}

async function firstAdvertOfSecond(pair: Pair, since: number): Promise<number> {
  const advert = await pair.observer.waitForAdvert(
    "from lb02",
    6_000,
    (one) => one.sourceMac === pair.lb02.mac && one.at >= since,
  );
  return advert.at;
}

function assertBetween(what: string, tookMs: number, boundMs: number): void {
  const text = `${what}: ${tookMs.toFixed(2)} ms, the protocol says ${boundMs.toFixed(2)}`;
  assert.ok(tookMs >= boundMs - CLOCK_MS, `too early: ${text}`);
  assert.ok(tookMs <= boundMs + SLACK_MS, `too late: ${text}`);
}

/** Every address is announced at once, in the usual rounds, right after the first advert. */
async function assertAnnounced(pair: Pair, plan: VrrpPlan, since: number): Promise<void> {
  await sleep(300);
  const heard = announcements(pair.observer, pair.lb02.mac, since);
  for (const address of plain(plan)) {
    const times = heard.get(address) ?? [];
    assert.equal(times.length, ANNOUNCE_ROUNDS, `announcements of ${address} on ${INTERFACE}`);
  }
  const first = Math.min(...[...heard.values()].flat());
  const delay = first - since;
  assert.ok(delay >= 0 && delay < ANNOUNCE_SLACK_MS, `first announcement after ${delay} ms`);
}

describe(`a wrong password (${SUBJECT})`, { concurrency: true }, () => {
  for (const kinds of LINE_UPS) {
    const right: VrrpPlan = {
      ...{ version: 2, intervalMs: 1_000, addresses: ["10.0.0.3"] },
      ...{ priority: 150, password: "1111" },
    };
    const wrong: VrrpPlan = { ...right, priority: 100, password: "2222" };
    const sides = [
      { kind: kinds[0], config: vrrpConfig(right) },
      { kind: kinds[1], config: vrrpConfig(wrong) },
    ] as const;
    const name = `keeps ${kinds[0]} and ${kinds[1]} apart until it is put right by a reload`;
    pairTest(name, { sides, needs: ["tshark"] }, async (pair) => {
      await pair.waitForBoth(ELECTION_MS);
      await sleep(2_000);
      assert.ok(pair.lb01.holds("10.0.0.3") && pair.lb02.holds("10.0.0.3"), "neither yields");
      for (const daemon of [pair.first, pair.second]) {
        assert.match(daemon.log.text(), /passw|authentication/i);
      }
      await pair.waitForStart();
      await pair.second.reload(vrrpConfig({ ...right, priority: 100 }));
      await pair.waitForHolder(pair.lb01, 5_000);
      await assertTsharkIsContent(pair.observer);
    });
  }
});
