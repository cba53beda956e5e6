/**
 * Virtual MAC addresses, next to Debian's keepalived: the same interfaces, settings and rules on both
 * hosts, the same MAC addresses on the wire, and takeovers both ways. What one's end leaves is nothing.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Host } from "../lab/host.ts";
import { daemonUnderTest } from "../lab/keepalived.ts";
import { waitFor } from "../lab/wait.ts";
import { pairTest, type Pair } from "./pair.ts";
import { soloTest } from "./solo.ts";
import { vrrpConfig, type VrrpPlan } from "./vrrp-config.ts";

const SUBJECT = daemonUnderTest();
const TAKEOVER_MS = 20_000;
const PROOF_MS = 45_000;
const IPV4_MAC = "00:00:5e:00:01:33";
const IPV6_MAC = "00:00:5e:00:02:33";

interface Case {
  readonly name: string;
  readonly plan: Partial<VrrpPlan>;
  readonly address: string;
  /** Behind the address. */
  readonly mac: string;
  /** That adverts come from, by host; the virtual one unless told. */
  readonly fromHosts?: true;
}

const IPV4 = ["10.0.0.3/24", "10.0.0.4/24"];
const IPV6 = ["fe80::3/64", "fd00::3/64"];
const CASES: readonly Case[] = [
  {
    name: "version 3 on IPv4",
    plan: { addresses: IPV4, extra: ["use_vmac"] },
    address: "10.0.0.3",
    mac: IPV4_MAC,
  },
  {
    name: "version 2 with a name and a MAC address of five octets",
    plan: { version: 2, intervalMs: 1000, addresses: IPV4, extra: ["use_vmac v4 02:00:5e:00:77"] },
    address: "10.0.0.3",
    mac: "02:00:5e:00:77:33",
  },
  {
    name: "version 3 on IPv6",
    plan: { addresses: IPV6, extra: ["use_vmac"] },
    address: "fd00::3",
    mac: IPV6_MAC,
  },
  {
    name: "adverts on the interface itself",
    plan: { addresses: IPV4, extra: ["use_vmac", "vmac_xmit_base"] },
    address: "10.0.0.3",
    mac: IPV4_MAC,
    fromHosts: true,
  },
  {
    name: "a macvlan for one address alone",
    plan: { addresses: ["10.0.0.4/24", "10.0.0.3/24 use_vmac"], globals: ["disable_local_igmp"] },
    address: "10.0.0.3",
    mac: IPV4_MAC,
    fromHosts: true,
  },
];

const configOf = (plan: Partial<VrrpPlan>, priority: number): string =>
  vrrpConfig({ version: 3, intervalMs: 200, addresses: IPV4, ...plan, priority });

/** Settings that are changed, of every interface there is. */
const SETTINGS =
  "grep -H . /proc/sys/net/ipv4/conf/*/{arp_ignore,arp_filter,accept_local,rp_filter," +
  "promote_secondaries} /proc/sys/net/ipv6/conf/*/{disable_ipv6,addr_gen_mode}";

const settingsOf = (host: Host): Promise<string> => host.must(["bash", "-c", SETTINGS]);

const rulesOf = (host: Host): Promise<string> => host.must(["nft", "list", "ruleset"]);

/** The macvlans of a host, as far as they are chosen. */
async function linksOf(host: Host): Promise<readonly object[]> {
  const text = await host.must(["ip", "-d", "-j", "link", "show", "type", "macvlan"]);
  const links = JSON.parse(text === "" ? "[]" : text) as readonly Record<string, unknown>[];
  return links.map(({ ifname, link, address, flags, group, linkinfo, inet6_addr_gen_mode }) => {
    const { info_data: data } = linkinfo as { info_data: { mode: string } };
    return { ifname, link, address, flags, group, inet6_addr_gen_mode, mode: data.mode };
  });
}

/** Debian's version moves reports of MLDv2 alone, and lets a macvlan answer for its parent. */
const withoutNewerRules = (rules: string): string =>
  rules
    .replace(/\tset mld-report \{[^}]*\}[^}]*\}\n\n/, "")
    .replace(/\tset parent_link_local \{[^}]*\}[^}]*\}\n\n/, "")
    .replace(/.*@parent_link_local drop\n/, "")
    .replace("icmpv6 type @mld-report", "icmpv6 type mld2-listener-report");

async function advertsFrom(pair: Pair, host: Host, mac: string): Promise<void> {
  pair.observer.forget();
  await waitFor(`an advert of ${host.name} from ${mac}`, TAKEOVER_MS, () =>
    pair.observer.adverts().some((advert) => advert.priority > 0),
  );
  const macs = new Set(pair.observer.adverts().map(({ sourceMac }) => sourceMac));
  assert.deepEqual([...macs], [mac]);
}

/**
 * The client knows the address by the virtual MAC address, also after the master has answered. Debian's
 * version asks for the client in the name of the address from its own interface, and is then known so.
 */
async function assertSeen(pair: Pair, address: string, mac: string): Promise<void> {
  if (SUBJECT === "real") return;
  await pair.client.run(["ip", "neigh", "flush", "dev", "eth0"]);
  await pair.client.must(["ping", "-c", "2", "-i", "0.3", "-W", "2", address]);
  assert.equal(await pair.macSeenByClient(address), mac);
}

describe("virtual MAC addresses", () => {
  for (const { name, plan, address, mac, fromHosts } of CASES) {
    pairTest(
      `${name}: both daemons set the same, and the client knows ours by no other MAC address`,
      {
        sides: [
          { kind: SUBJECT, config: configOf(plan, 150) },
          { kind: "real", config: configOf(plan, 100) },
        ],
        needs: ["nft"],
        start: false,
      },
      async (pair) => {
        const before = await settingsOf(pair.lb01);
        pair.first.start();
        pair.second.start();
        await pair.waitForHolder(pair.lb01, TAKEOVER_MS, address);
        await assertSeen(pair, address, mac);
        await advertsFrom(pair, pair.lb01, fromHosts ? pair.lb01.mac : mac);

        assert.deepEqual(await linksOf(pair.lb01), await linksOf(pair.lb02));
        assert.equal(await settingsOf(pair.lb01), await settingsOf(pair.lb02));
        if (plan.globals === undefined) {
          const [ours, theirs] = [await rulesOf(pair.lb01), await rulesOf(pair.lb02)];
          assert.equal(withoutNewerRules(ours), withoutNewerRules(theirs));
        }

        await pair.first.stop();
        await pair.waitForHolder(pair.lb02, TAKEOVER_MS, address);
        await advertsFrom(pair, pair.lb02, fromHosts ? pair.lb02.mac : mac);
        assert.deepEqual(await linksOf(pair.lb01), []);
        assert.equal(await rulesOf(pair.lb01), "");
        // Debian's version forgets the settings of the parent.
        if (SUBJECT === "ours") assert.equal(await settingsOf(pair.lb01), before);

        pair.first.start();
        await pair.waitForHolder(pair.lb01, TAKEOVER_MS, address);
        await assertSeen(pair, address, mac);
      },
    );
  }

  soloTest(
    "a macvlan that somebody deletes is made again; one left by a crash is taken over and removed",
    { kind: SUBJECT, config: configOf({ extra: ["use_vmac"] }, 150), needs: ["nft"] },
    async ({ host, daemon }) => {
      daemon.start();
      await waitFor("the address", TAKEOVER_MS, () => host.holds("10.0.0.3"));
      await host.must(["ip", "link", "del", "vrrp.51"]);
      await waitFor("its end", TAKEOVER_MS, () => !host.holds("10.0.0.3"));
      await waitFor("the address again", TAKEOVER_MS, () => host.holds("10.0.0.3"));
      const left = await linksOf(host);
      daemon.killFrozen();
      await waitFor("the daemon's death", TAKEOVER_MS, () => daemon.processes().length === 0);
      const mark = daemon.log.mark();
      daemon.start();
      await daemon.log.waitFor(/Startup complete/, TAKEOVER_MS, mark);
      await waitFor("the address", TAKEOVER_MS, () => host.holds("10.0.0.3"));
      assert.deepEqual(await linksOf(host), left);
      await daemon.stop();
      assert.deepEqual(await linksOf(host), []);
    },
  );

  soloTest(
    "rp_filter of all interfaces becomes that of each, and is put back at the end",
    { kind: SUBJECT, config: configOf({ extra: ["use_vmac"] }, 150) },
    async ({ host, daemon }) => {
      await host.sh("echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter");
      const read = async (): Promise<readonly string[]> => {
        const files = ["all", "default", "eth0"].map((one) => `conf/${one}/rp_filter`).join(" ");
        return (await host.sh(`cd /proc/sys/net/ipv4 && cat ${files}`)).trim().split("\n");
      };
      const before = await read();
      await daemon.startAndWait();
      assert.deepEqual(await read(), ["0", "1", "1"]);
      assert.match(
        daemon.log.text(),
        /NOTICE: setting sysctl net.ipv4.conf.all.rp_filter from 1 to 0/,
      );
      await daemon.stop();
      assert.deepEqual(await read(), before);
    },
  );

  soloTest(
    "a parent that goes takes the macvlan along, and both come back",
    {
      kind: SUBJECT,
      config: configOf({ extra: ["use_vmac"] }, 150)
        .replace("interface eth0", "interface lan7")
        .replace("router_id judge", "router_id judge\n    dynamic_interfaces"),
    },
    async ({ host, daemon }) => {
      const plug = (): Promise<string> =>
        host.sh(
          "ip link add lan7 type veth peer name far7 && ip link set far7 up && " +
            "ip link set lan7 up && ip addr add 10.0.0.70/24 dev lan7",
        );
      await plug();
      daemon.start();
      await waitFor("the address", TAKEOVER_MS, () => host.holds("10.0.0.3"));
      await host.must(["ip", "link", "del", "lan7"]);
      await waitFor("its end", TAKEOVER_MS, () => !host.holds("10.0.0.3"));
      await plug();
      // Nothing comes in that would show that the link receives, so it is given time.
      await waitFor("the address again", PROOF_MS, () => host.holds("10.0.0.3"));
    },
  );
});
