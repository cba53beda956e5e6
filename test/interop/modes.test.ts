/**
 * The less common ways of an instance beside Debian's Keepalived: other groups and timers, what an
 * owner and a yielding master do, who is believed over unicast, links that are watched or not.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { daemonUnderTest, type DaemonKind } from "../lab/keepalived.ts";
import type { Advert } from "../lab/packets.ts";
import { sleep, staysTrue, waitFor } from "../lab/wait.ts";
import { pairTest, VIRTUAL_ADDRESS, type Pair } from "./pair.ts";
import { masterDownMs, vrrpConfig, type VrrpPlan } from "./vrrp-config.ts";

const SUBJECT = daemonUnderTest();
/** Who is lb01, with the higher priority, and who lb02. */
const LINE_UPS: readonly (readonly [DaemonKind, DaemonKind])[] = [
  [SUBJECT, "real"],
  ["real", SUBJECT],
];
const SOON_MS = 15_000;
/** What a busy two-core machine may add to a bound of the protocol. */
const SLACK_MS = 400;

const plan = (priority: number, extra: readonly string[] = []): VrrpPlan => ({
  ...{
    version: 3,
    priority,
    intervalMs: 1_000,
    addresses: [`${VIRTUAL_ADDRESS}/24`],
    extra,
  },
});

interface Mode {
  readonly name: string;
  readonly first: VrrpPlan;
  readonly second: VrrpPlan;
  /** Written before the instances. */
  readonly before?: readonly [string, string];
  readonly start?: false;
  readonly only?: readonly [DaemonKind, DaemonKind];
}

function mode(
  { name, first, second, before = ["", ""], start, only }: Mode,
  body: (pair: Pair, kinds: readonly [DaemonKind, DaemonKind]) => Promise<void>,
): void {
  for (const kinds of only === undefined ? LINE_UPS : [only]) {
    const sides = [
      { kind: kinds[0], config: before[0] + vrrpConfig(first) },
      { kind: kinds[1], config: before[1] + vrrpConfig(second) },
    ] as const;
    const options = { sides, ...(start === undefined ? {} : { start }) };
    pairTest(`${name}: ${kinds[0]}, ${kinds[1]}`, options, (pair) => body(pair, kinds));
  }
}

const sentBy = (pair: Pair, mac: string, since = 0): readonly Advert[] =>
  pair.observer.adverts((one) => one.sourceMac === mac && one.at >= since);

describe(`modes (${SUBJECT})`, { concurrency: 3 }, () => {
  const group = ["mcast_dst_ip 224.0.0.100"];
  mode(
    {
      name: "adverts go to mcast_dst_ip",
      first: plan(150, group),
      second: plan(100, group),
    },
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await staysTrue("the backup hears them", 4_000, () =>
        pair.lb02.holds(VIRTUAL_ADDRESS) ? "lb02 is master too" : undefined,
      );
      const adverts = sentBy(pair, pair.lb01.mac);
      assert.ok(adverts.length > 0);
      for (const { destination } of adverts) assert.equal(destination, "224.0.0.100");
    },
  );

  const quick = ["down_timer_adverts 1"];
  mode(
    {
      name: "down_timer_adverts shortens the wait",
      first: plan(150),
      second: plan(100, quick),
    },
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await sleep(2_000);
      await pair.lan.powerOff(pair.lb01);
      await pair.observer.settle();
      const last = sentBy(pair, pair.lb01.mac).at(-1);
      assert.ok(last !== undefined);
      const takeover = await pair.observer.waitForAdvert(
        ...(["from lb02", 6_000] as const),
        (one) => one.sourceMac === pair.lb02.mac && one.at >= last.at,
      );
      const bound = masterDownMs(plan(100)) - 2_000;
      const took = takeover.at - last.at;
      assert.ok(took >= bound - 1 && took <= bound + SLACK_MS, `took ${took} ms, not ${bound}`);
    },
  );

  const speaks = ["higher_prio_send_advert"];
  mode(
    {
      name: "a master that yields says so, and is answered",
      ...{ first: plan(150), second: plan(100, speaks), start: false },
    },
    async (pair) => {
      const { parting, answer } = await yieldOnce(pair);
      assert.ok(parting !== undefined, "no advert of lb02 after it was preempted");
      assert.ok(answer !== undefined && answer < 300, `lb01 answered after ${answer ?? NaN} ms`);
    },
  );

  mode(
    {
      name: "lower_prio_no_advert leaves it unanswered",
      first: plan(150, ["lower_prio_no_advert"]),
      ...{ second: plan(100, speaks), start: false },
    },
    async (pair) => {
      const { parting, answer } = await yieldOnce(pair);
      assert.ok(parting !== undefined, "no advert of lb02 after it was preempted");
      assert.ok(answer !== undefined && answer > 700, `lb01 answered after ${answer ?? NaN} ms`);
    },
  );

  mode(
    {
      name: "without higher_prio_send_advert it yields in silence",
      first: plan(150),
      second: plan(100),
      start: false,
    },
    async (pair) => {
      assert.equal((await yieldOnce(pair)).parting, undefined);
    },
  );

  const unicast = (priority: number, own: string, peer: string, extra: readonly string[] = []) => ({
    ...plan(priority, ["check_unicast_src", ...extra]),
    unicast: { source: own, peer },
  });
  mode(
    {
      name: "check_unicast_src believes none but peers",
      first: unicast(150, "10.0.0.7", "10.0.0.8"),
      second: unicast(100, "10.0.0.8", "10.0.0.99"),
    },
    async (pair) => {
      await pair.waitForBoth(SOON_MS);
      await pair.waitForStart();
      await pair.second.reload(vrrpConfig(unicast(100, "10.0.0.8", "10.0.0.7")));
      await pair.waitForHolder(pair.lb01, SOON_MS);
    },
  );

  mode(
    {
      name: "adverts of a peer with too low a TTL are not believed",
      first: unicast(150, "10.0.0.7", "10.0.0.8", ["unicast_ttl 20"]),
      second: unicast(100, "10.0.0.8", "10.0.0.7 min_ttl 30 max_ttl 255"),
    },
    async (pair) => {
      await pair.waitForBoth(SOON_MS);
      await pair.waitForStart();
      const within = unicast(100, "10.0.0.8", "10.0.0.7 min_ttl 20 max_ttl 20");
      await pair.second.reload(vrrpConfig(within));
      await pair.waitForHolder(pair.lb01, SOON_MS);
      assert.equal(sentBy(pair, pair.lb01.mac).at(-1)?.ttl, 20);
    },
  );

  const old = (priority: number, own: string, peer: string, extra: readonly string[]) => ({
    ...plan(priority, extra),
    unicast: { source: own, peer },
  });
  mode(
    {
      name: "old_unicast_checksum is learned from the peer that has it",
      first: old(150, "10.0.0.7", "10.0.0.8", ["old_unicast_checksum"]),
      second: old(100, "10.0.0.8", "10.0.0.7", []),
    },
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await pair.second.log.waitFor(/unicast VRRPv3 checksum to old version/, SOON_MS);
      await staysTrue("the backup hears them", 4_000, () =>
        pair.lb02.holds(VIRTUAL_ADDRESS) ? "lb02 is master too" : undefined,
      );
    },
  );

  const owner = { ...plan(255), state: "MASTER" as const };
  mode(
    {
      name: "two owners are told of, and one gives in",
      first: owner,
      second: owner,
    },
    async (pair) => {
      await pair.waitForStart();
      const count = (): number =>
        [pair.lb01, pair.lb02].filter((host) => host.holds(VIRTUAL_ADDRESS)).length;
      await waitFor("one holder of the address", SOON_MS, () => count() === 1);
      await staysTrue("one holder remains", 3_000, () =>
        count() === 1 ? undefined : `${count()} have it`,
      );
      const isTold = [pair.first, pair.second].some(({ log }) =>
        log.has(/CONFIGURATION ERROR: local/),
      );
      assert.ok(isTold, "nobody says that there are two owners");
    },
  );

  const strict = { globals: ["vrrp_strict"] };
  mode(
    {
      name: "strict routers elect and hand over",
      first: { ...plan(150), ...strict },
      second: { ...plan(100), ...strict },
    },
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await pair.waitForStart();
      await pair.first.stop();
      await pair.waitForHolder(pair.lb02, 5_000);
    },
  );
});

/** lb02 is master, lb01 comes and preempts it. What lb02 said then, and when lb01 spoke next. */
async function yieldOnce(pair: Pair): Promise<{
  readonly parting: Advert | undefined;
  readonly answer: number | undefined;
}> {
  pair.second.start();
  await pair.waitForHolder(pair.lb02, SOON_MS);
  pair.first.start();
  const first = await pair.observer.waitForAdvert(
    ...(["of lb01", SOON_MS] as const),
    (one) => one.sourceMac === pair.lb01.mac,
  );
  await sleep(1_500);
  const parting = sentBy(pair, pair.lb02.mac, first.at)[0];
  if (parting === undefined) return { parting, answer: undefined };
  const [next] = sentBy(pair, pair.lb01.mac, parting.at);
  return { parting, answer: next && next.at - parting.at };
}

describe(`watched links (${SUBJECT})`, { concurrency: 3 }, () => {
  const delays = "interface_up_down_delays {\n    eth0 1.5 0.5\n}\n";
  mode(
    {
      name: "interface_up_down_delays ride out a short loss",
      ...{ first: plan(150), second: plan(100), before: [delays, ""] },
    },
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await pair.lan.cable(pair.lb01, false);
      await sleep(800);
      await pair.lan.cable(pair.lb01, true);
      await sleep(2_000);
      assert.ok(!pair.first.log.has(/Entering FAULT STATE/), "a fault after 0.8 s");
      const mark = Date.now();
      await pair.lan.cable(pair.lb01, false);
      await pair.first.log.waitFor(/Entering FAULT STATE/, 5_000);
      const took = Date.now() - mark;
      assert.ok(took >= 1_400, `a fault after ${took} ms`);
      assert.ok(!pair.lb01.holds(VIRTUAL_ADDRESS));
      await pair.lan.cable(pair.lb01, true);
      await pair.waitForHolder(pair.lb01, SOON_MS);
    },
  );

  const polled = "linkbeat_interfaces {\n    eth0 ETHTOOL\n}\n";
  mode(
    {
      name: "linkbeat_interfaces are asked",
      ...{ first: plan(150), second: plan(100), before: [polled, ""] },
    },
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await pair.lan.cable(pair.lb01, false);
      await pair.first.log.waitFor(/Linkbeat reports eth0 down/, 3_000);
      await pair.first.log.waitFor(/Entering FAULT STATE/, 1_000);
      await pair.lan.cable(pair.lb01, true);
      await pair.first.log.waitFor(/Linkbeat reports eth0 up/, 3_000);
      await pair.waitForHolder(pair.lb01, SOON_MS);
    },
  );

  mode(
    {
      name: "dont_track_primary stays master without a link",
      ...{ first: plan(150, ["dont_track_primary"]), second: plan(100) },
    },
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await pair.lan.cable(pair.lb01, false);
      await pair.waitForBoth(8_000);
      await pair.lan.cable(pair.lb01, true);
      await pair.waitForHolder(pair.lb01, SOON_MS);
      assert.ok(!pair.first.log.has(/FAULT/));
    },
  );

  const watching = ["track_interface {", "    side weight -80", "}"];
  const backwards = ["track_interface {", "    side weight 80 reverse", "}"];
  for (const [title, lines, changed] of [
    ["track_interface with a weight", watching, /Changing effective priority from 150 to 70/],
    ["track_interface in reverse", backwards, /Changing effective priority from 70 to 150/],
  ] as const) {
    mode(
      { name: title, first: plan(150, lines), second: plan(100), start: false },
      async (pair) => {
        await pair.lb01.sh("ip link add side type veth peer name other && ip link set other up");
        await pair.lb01.sh("ip link set side up");
        pair.first.start();
        pair.second.start();
        const isReverse = lines === backwards;
        await pair.waitForHolder(isReverse ? pair.lb02 : pair.lb01, SOON_MS);
        await pair.waitForStart();
        await pair.lb01.sh("ip link set side down");
        await pair.first.log.waitFor(changed, 5_000);
        await pair.waitForHolder(isReverse ? pair.lb01 : pair.lb02, SOON_MS);
      },
    );
  }

  mode(
    {
      name: "track_src_ip: without its source it is no master",
      ...{
        first: plan(150, ["mcast_src_ip 10.0.0.77", "track_src_ip"]),
        second: plan(100),
      },
      ...{ only: [SUBJECT, "real"], start: false },
    },
    async (pair) => {
      if (SUBJECT === "real") return;
      pair.first.start();
      pair.second.start();
      await pair.first.log.waitFor(/entering FAULT state \(src address not configured\)/, SOON_MS);
      await pair.waitForHolder(pair.lb02, SOON_MS);
      await pair.lb01.sh("ip addr add 10.0.0.77/24 dev eth0");
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await pair.lb01.sh("ip addr del 10.0.0.77/24 dev eth0");
      await pair.waitForHolder(pair.lb02, 5_000);
    },
  );

  mode(
    {
      name: "promote_secondaries is set while it runs",
      ...{
        first: plan(150, ["promote_secondaries"]),
        second: plan(100),
        start: false,
      },
    },
    async (pair) => {
      const read = async (): Promise<string> =>
        (await pair.lb01.sh("cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries")).trim();
      const before = await read();
      await pair.lb01.sh("echo 0 >/proc/sys/net/ipv4/conf/eth0/promote_secondaries");
      pair.first.start();
      await pair.first.log.waitFor(/Entering MASTER STATE/, SOON_MS);
      assert.equal(await read(), "1");
      await pair.first.stop();
      assert.equal(await read(), "0");
      assert.ok(before !== "");
    },
  );
});
