/**
 * The pages for one task each (docs/user), played: the configurations are theirs, and so are the
 * claims.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Host } from "../lab/host.ts";
import { daemonProgram, Keepalived } from "../lab/keepalived.ts";
import { Lan } from "../lab/lan.ts";
import { staysTrue, waitFor, wallMs } from "../lab/wait.ts";
import { requireBuilt, skipUnless } from "./gate.ts";
import { blocksUnder, changed } from "./page.ts";
import { masterDownMs, skewMs } from "./vrrp-config.ts";

const SOON_MS = 15_000;
/** What a busy two-core machine may add to a bound of the protocol. */
const SLACK_MS = 600;
const LOWER = { "priority 150": "priority 100" };

interface Scene {
  readonly lan: Lan;
  readonly lb01: Host;
  readonly lb02: Host;
  readonly client: Host;
  readonly first: Keepalived;
  readonly second: Keepalived;
  /** Waits until `holder` alone of the two has all the addresses. */
  readonly held: (holder: Host, ...addresses: readonly string[]) => Promise<void>;
}

/** Two hosts on two segments, each with its file; nothing is started yet. */
function scene(
  name: string,
  config: string,
  words: Readonly<Record<string, string>>,
  body: (scene: Scene) => Promise<void>,
): void {
  test(name, { skip: skipUnless("nft", "ping"), timeout: 90_000 }, async () => {
    requireBuilt(["ours"]);
    await using lan = await Lan.open(
      [
        { name: "lb01", addresses: ["10.0.0.7/24", "fd00::7/64"] },
        { name: "lb02", addresses: ["10.0.0.8/24", "fd00::8/64"] },
        { name: "client", addresses: ["10.0.0.100/24", "fd00::100/64"] },
      ],
      { segments: 2 },
    );
    const [lb01, lb02] = [lan.host("lb01"), lan.host("lb02")];
    const first = new Keepalived(lb01, { kind: "ours", config });
    const second = new Keepalived(lb02, { kind: "ours", config: changed(config, words) });
    const held = (holder: Host, ...addresses: readonly string[]): Promise<void> => {
      const other = holder === lb01 ? lb02 : lb01;
      return waitFor(`${holder.name} alone to hold ${addresses.join(", ")}`, SOON_MS, () =>
        addresses.every((address) => holder.holds(address) && !other.holds(address)),
      ).then(() => undefined);
    };
    try {
      await body({ lan, lb01, lb02, client: lan.host("client"), first, second, held });
    } catch (error) {
      if (error instanceof Error)
        error.message += `\n${first.log.tail(25)}\n${second.log.tail(25)}`;
      throw error;
    }
  });
}

/** What the cloud's program was called with. */
const moved = (host: Host): string =>
  host.hasFile("/run/moved") ? host.readFile("/run/moved") : "";

async function startBoth({ first, second }: Scene): Promise<void> {
  await Promise.all([first.startAndWait(), second.startAndWait()]);
}

describe("task pages", { concurrency: 2 }, () => {
  const [unicast = ""] = blocksUnder("cloud.md", "Unicast");
  const [script = "", timer = ""] = blocksUnder("cloud.md", "Moving the address", "sh");
  const exchanged = { "10.0.0.7": "10.0.0.8", "10.0.0.8": "10.0.0.7", ...LOWER };
  scene(
    "cloud.md: unicast, and a script that moves the address",
    unicast,
    exchanged,
    async (own) => {
      const { lb01, lb02, first, held } = own;
      for (const host of [lb01, lb02]) {
        host.writeFile("/usr/local/sbin/move-address", script, 0o755);
        host.writeFile("/run/lab/bin/aws", '#!/bin/sh\necho "$@" >>/run/moved\n', 0o755);
        host.writeFile("/etc/keepalived/interface-id", `eni-${host.name}\n`);
        // No multicast, as in a cloud.
        await host.must(["nft", "-f", "-"], {
          input:
            "table ip cloud { chain in { type filter hook input priority 0; ip daddr 224.0.0.18 drop; }; }",
        });
      }
      await startBoth(own);
      await held(lb01, "10.0.0.3");
      await first.stop();
      await held(lb02, "10.0.0.3");
      const call = (host: Host): string =>
        "ec2 assign-private-ip-addresses --allow-reassignment " +
        `--network-interface-id eni-${host.name} --private-ip-addresses 10.0.0.3\n`;
      for (const host of [lb01, lb02]) {
        await waitFor("the call", SOON_MS, () => moved(host) !== "");
        assert.equal(moved(host), call(host));
      }
      await first.startAndWait();
      await held(lb01, "10.0.0.3");
      // The timer asks again: here it moves the address, on the backup it does not.
      const line = timer.replace(/^keepalived/, daemonProgram("ours"));
      const before = moved(lb02);
      await waitFor(
        "the timer to move it",
        SOON_MS,
        async () => (await lb01.run(["sh", "-c", line])).code === 0,
      );
      assert.equal((await lb02.run(["sh", "-c", line])).code, 1);
      assert.equal(moved(lb02), before);
      await waitFor(
        "a call of the timer after two of the daemon",
        SOON_MS,
        () => moved(lb01) === call(lb01).repeat(3),
      );
    },
  );

  const [six = ""] = blocksUnder("ipv6.md", "IPv6");
  scene("ipv6.md: an address that serves at once", six, LOWER, async (own) => {
    const { lb01, lb02, client, first, held } = own;
    await startBoth(own);
    await held(lb01, "fe80::3", "fd00::3");
    await client.must(["ping", "-6", "-c", "1", "-W", "2", "fd00::3"]);
    await first.stop();
    await held(lb02, "fe80::3", "fd00::3");
  });

  const [group = "", along = ""] = blocksUnder("ipv6.md", "Both families");
  for (const [what, config] of [
    ["a sync group", group],
    ["an excluded address", along],
  ] as const) {
    scene(`ipv6.md: both families move together with ${what}`, config, LOWER, async (own) => {
      const { lan, lb01, lb02, held } = own;
      await startBoth(own);
      await held(lb01, "10.0.0.3", "fd00::3");
      await lan.powerOff(lb01);
      await held(lb02, "10.0.0.3", "fd00::3");
    });
  }

  const [both = ""] = blocksUnder("several-addresses.md", "Both machines at work");
  const crossed = { "priority 150": "priority 100", "priority 100": "priority 150" };
  scene(
    "several-addresses.md: each has one, and whoever is left both",
    both,
    crossed,
    async (own) => {
      const { lan, lb01, lb02, held } = own;
      await startBoth(own);
      await Promise.all([held(lb01, "10.0.0.3"), held(lb02, "10.0.0.4")]);
      await lan.powerOff(lb01);
      await held(lb02, "10.0.0.3", "10.0.0.4");
    },
  );

  const [router = ""] = blocksUnder(
    "several-addresses.md",
    "A router: inside and outside together",
  );
  scene("several-addresses.md: a router moves as a whole", router, LOWER, async (own) => {
    const { lb01, lb02, held } = own;
    const routes = (host: Host): Promise<string> =>
      host.must(["ip", "route", "show", "192.0.2.0/24"]);
    await startBoth(own);
    await held(lb01, "10.0.0.3", "10.0.1.3");
    assert.match(await routes(lb01), /via 10\.0\.0\.100 dev eth0/);
    await lb01.must(["ip", "link", "set", "eth1", "down"]);
    await held(lb02, "10.0.0.3", "10.0.1.3");
    assert.equal(await routes(lb01), "");
    assert.match(await routes(lb02), /via 10\.0\.0\.100 dev eth0/);
    await lb01.must(["ip", "link", "set", "eth1", "up"]);
    await held(lb01, "10.0.0.3", "10.0.1.3");
  });

  const [fast = ""] = blocksUnder("fast-failover.md", "The file");
  scene("fast-failover.md: the times of the table", fast, LOWER, async (own) => {
    const { lan, lb01, lb02, first, held } = own;
    const plan = { version: 3, priority: 100, intervalMs: 100 } as const;
    assert.deepEqual(
      [masterDownMs(plan), skewMs(plan)].map((ms) => (ms / 1_000).toFixed(2)),
      ["0.36", "0.06"],
    );
    await startBoth(own);
    await held(lb01, "10.0.0.3");
    const stoppedAt = wallMs();
    await first.stop();
    await held(lb02, "10.0.0.3");
    assert.ok(wallMs() - stoppedAt < skewMs(plan) + 2 * SLACK_MS);
    await first.startAndWait();
    await held(lb01, "10.0.0.3");
    const cutAt = wallMs();
    await lan.powerOff(lb01);
    await held(lb02, "10.0.0.3");
    assert.ok(wallMs() - cutAt < masterDownMs(plan) + 2 * SLACK_MS);
  });

  const [link = ""] = blocksUnder("tracking.md", "Another link");
  scene(
    "tracking.md: a link with a weight moves the address, but not both",
    link,
    LOWER,
    async (own) => {
      const { lb01, lb02, first, held } = own;
      await startBoth(own);
      await held(lb01, "10.0.0.3");
      await lb01.must(["ip", "link", "set", "eth1", "down"]);
      await held(lb02, "10.0.0.3");
      await waitFor("its status", SOON_MS, async () =>
        /BACKUP .* 90 \(of 150\)/.test((await first.invoke(["status"])).stdout),
      );
      await lb02.must(["ip", "link", "set", "eth1", "down"]);
      await held(lb01, "10.0.0.3");
      await staysTrue("90 is more than 40", 4_000, () =>
        lb01.holds("10.0.0.3") ? undefined : "the address moved",
      );
    },
  );

  const [number = ""] = blocksUnder("tracking.md", "A number that another program writes");
  scene("tracking.md: a number is added to the priority", number, LOWER, async (own) => {
    const { lb01, lb02, first, held } = own;
    await startBoth(own);
    await held(lb01, "10.0.0.3");
    await lb01.sh("echo -100 > /run/keepalived-load");
    await held(lb02, "10.0.0.3");
    assert.match((await first.invoke(["status"])).stdout, / 50 \(of 150\)/);
    await lb01.sh("echo 0 > /run/keepalived-load");
    await held(lb01, "10.0.0.3");
  });
});
