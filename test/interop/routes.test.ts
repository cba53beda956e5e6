/**
 * Routes and rules: what a master puts in is what Debian's Keepalived puts in with the same file, and
 * they move with it to the other side. Static ones stay, and come back when someone removes them.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Host } from "../lab/host.ts";
import { daemonUnderTest } from "../lab/keepalived.ts";
import type { DaemonKind } from "../lab/keepalived.ts";
import { waitFor } from "../lab/wait.ts";
import { pairTest, VIRTUAL_ADDRESS } from "./pair.ts";
import type { Pair } from "./pair.ts";

const EXCLUDED_ADDRESS = "10.0.0.4";
const SOON_MS = 20_000;

const ROUTES = [
  "198.51.100.0/24 via 10.0.0.99 dev eth0 src 10.0.0.3 metric 7",
  "198.51.101.0/24 dev eth0 table 100 tos 8 rtt 300ms mtu lock 1400 no_track",
  "blackhole 198.18.0.0/15 no_track",
  "198.51.102.0/24 no_track nexthop via 10.0.0.98 weight 2 nexthop via 10.0.0.97",
  "default via 10.0.0.95 dev eth0 table 200 realms 3/4 append",
  "198.51.103.0/24 dev eth0 via 10.77.0.1 onlink features ecn initcwnd 3 quickack 1",
  "2001:db8:5::/48 via fd00::99 dev eth0 pref high",
];

const RULES = [
  "from 10.1.0.0/16 table 100 preference 1000",
  "to 10.2.0.0/16 lookup 200 preference 999 suppress_prefixlength 8",
  "iif eth0 blackhole priority 900 no_track",
  "fwmark 5/0xff sport 80-90 ipproto tcp prohibit priority 800",
  "not from 10.3.0.0/16 tos 0x10 goto 1000 priority 700",
  "from fd00::/64 table 100 preference 600",
];

const lines = (items: readonly string[]): string =>
  items.map((item) => `        ${item}\n`).join("");

const config = (priority: number, extra = ""): string => `static_ipaddress {
    10.9.0.5/24 dev eth0
}
static_routes {
    192.0.2.0/24 via 10.9.0.1 dev eth0
}
static_rules {
    from 10.9.0.0/16 table 100 preference 500
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1${extra}
    virtual_ipaddress {
        ${VIRTUAL_ADDRESS}/24
    }
    virtual_ipaddress_excluded {
        ${EXCLUDED_ADDRESS}/24
    }
    virtual_routes {
${lines(ROUTES)}    }
    virtual_rules {
${lines(RULES)}    }
}
`;

/** Everything a daemon of this kind may have put in, as `ip` prints it. */
async function routingOf(host: Host): Promise<readonly string[]> {
  const all: string[] = [];
  for (const family of ["-4", "-6"]) {
    const protocol = ["proto", "keepalived"];
    all.push(await host.must(["ip", family, "-d", "route", "show", "table", "all", ...protocol]));
    all.push(await host.must(["ip", family, "rule", "show"]));
  }
  return all.join("").split("\n").filter(Boolean);
}

const BUILT_IN = /^(0|32766|32767):/;

const own = (routing: readonly string[]): readonly string[] =>
  routing.filter((line) => !BUILT_IN.test(line));

async function waitForRouting(host: Host, wanted: readonly string[]): Promise<void> {
  let seen: readonly string[] = [];
  try {
    await waitFor(`${host.name} to have its routes and rules`, SOON_MS, async () => {
      seen = await routingOf(host);
      return JSON.stringify(seen) === JSON.stringify(wanted);
    });
  } catch (error) {
    assert.deepEqual(seen, wanted);
    throw error;
  }
}

async function masterOf(pair: Pair): Promise<readonly string[]> {
  await pair.waitForHolder(pair.lb01, SOON_MS, EXCLUDED_ADDRESS);
  await waitFor("the last rule", SOON_MS, async () =>
    (await routingOf(pair.lb01)).some((line) => line.startsWith("1000:")),
  );
  return routingOf(pair.lb01);
}

const side = (kind: DaemonKind, priority: number): { kind: DaemonKind; config: string } => ({
  kind,
  config: config(priority),
});

/** The daemon under test, told to do as Keepalived does where ours does otherwise. */
const keepalivedsWay = (priority: number): { kind: DaemonKind; config: string } => {
  const kind = daemonUnderTest();
  return { kind, config: config(priority, kind === "ours" ? "\n    vip_repair off" : "") };
};

describe("routes and rules", () => {
  const kind = daemonUnderTest();

  pairTest(
    "a master's routes and rules are those of Debian's Keepalived, and move on hand-over",
    { sides: [side(kind, 200), side("real", 100)], needs: ["keepalived"] },
    async (pair) => {
      const ours = await masterOf(pair);
      assert.equal(own(ours).filter((line) => line.startsWith("blackhole")).length, 1);
      const waiting = own(await routingOf(pair.lb02));
      assert.equal(waiting.length, 2, "a backup has the static ones alone");
      await pair.first.stop();
      await pair.waitForHolder(pair.lb02, SOON_MS, EXCLUDED_ADDRESS);
      await waitForRouting(pair.lb02, ours);
      await waitFor("nothing to be left behind", SOON_MS, async () => {
        return own(await routingOf(pair.lb01)).length === 0 && !pair.lb01.holds("10.9.0.5");
      });
    },
  );

  pairTest(
    "a tracked route that is removed costs mastership until the skew is over; static ones are put back",
    { sides: [keepalivedsWay(200), side("real", 100)], needs: ["keepalived"], start: false },
    async (pair) => {
      pair.first.start();
      const before = await masterOf(pair);
      await pair.lb01.must(["ip", "route", "del", "198.51.100.0/24", "metric", "7"]);
      await pair.first.log.waitFor(/Entering BACKUP STATE$/m, SOON_MS);
      await waitForRouting(pair.lb01, before);
      await pair.lb01.must(["ip", "rule", "del", "pref", "1000"]);
      await waitForRouting(pair.lb01, before);
      await pair.lb01.must(["ip", "rule", "del", "pref", "500"]);
      await pair.lb01.must(["ip", "route", "del", "192.0.2.0/24"]);
      await pair.lb01.must(["ip", "addr", "del", "10.9.0.5/24", "dev", "eth0"]);
      for (const what of ["rule", "route", "address"]) {
        await pair.first.log.waitFor(new RegExp(`Restoring deleted static ${what}`), SOON_MS);
      }
      await waitForRouting(pair.lb01, before);
      await pair.lb01.must(["ip", "route", "del", "198.18.0.0/15"]);
      await waitForRouting(
        pair.lb01,
        before.filter((line) => !line.startsWith("blackhole 198.18.0.0/15")),
      );
    },
  );

  pairTest(
    "a tracked route or rule that is removed is put back, and nobody loses anything",
    { sides: [side("ours", 200), side("real", 100)], needs: ["keepalived"], start: false },
    async (pair) => {
      pair.first.start();
      const before = await masterOf(pair);
      const mark = pair.first.log.mark();
      await pair.lb01.must(["ip", "route", "del", "198.51.100.0/24", "metric", "7"]);
      await waitForRouting(pair.lb01, before);
      await pair.lb01.must(["ip", "rule", "del", "pref", "1000"]);
      await waitForRouting(pair.lb01, before);
      assert.doesNotMatch(pair.first.log.text(mark), /Entering BACKUP STATE/);
    },
  );
});
