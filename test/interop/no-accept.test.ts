/**
 * Virtual addresses that must not answer: no_accept and strict mode, next to Debian's keepalived.
 * The client learns where the address is and gets no packet back, from either daemon; both keep
 * the same rules meanwhile, and leave none.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Host } from "../lab/host.ts";
import { daemonUnderTest } from "../lab/keepalived.ts";
import { waitFor } from "../lab/wait.ts";
import { pairTest, type Pair } from "./pair.ts";
import { vrrpConfig, type VrrpPlan } from "./vrrp-config.ts";

const SUBJECT = daemonUnderTest();
const TAKEOVER_MS = 20_000;

interface Case {
  readonly name: string;
  readonly plan: Partial<VrrpPlan>;
  /** What the client asks for. */
  readonly address: string;
  /** Elements the sets must have while master. */
  readonly elements: readonly string[];
}

const IPV4 = ["10.0.0.3/24", "10.0.0.4/24"];
const CASES: readonly Case[] = [
  {
    name: "no_accept on IPv4",
    plan: { addresses: IPV4, extra: ["no_accept"] },
    address: "10.0.0.3",
    elements: ["10.0.0.3", "10.0.0.4"],
  },
  {
    name: "no_accept on IPv6",
    plan: { addresses: ["fe80::3/64", "fd00::3/64"], extra: ["no_accept"] },
    address: "fd00::3",
    elements: ["fd00::3", 'fe80::3 . "eth0"'],
  },
  {
    name: "vrrp_strict with counters",
    plan: { addresses: IPV4, globals: ["vrrp_strict", "nftables fence", "nftables_counters"] },
    address: "10.0.0.3",
    elements: ["10.0.0.3", "10.0.0.4"],
  },
];

const configOf = (plan: Partial<VrrpPlan>, priority: number): string =>
  vrrpConfig({ version: 3, intervalMs: 200, addresses: IPV4, ...plan, priority });

/** Whether anything comes back for a connection to a port nobody listens on: a refusal does. */
async function answers(pair: Pair, address: string): Promise<boolean> {
  const { stdout } = await pair.client.run([process.execPath, "-e", CONNECT, address]);
  return stdout.trim() === "ECONNREFUSED";
}

const CONNECT = `
const socket = require("node:net").connect({ host: process.argv[1], port: 9 });
const end = (what) => { console.log(what); process.exit(0); };
socket.on("error", ({ code }) => end(code));
setTimeout(end, 1500, "silence");
`;

const macOf = async (host: Host): Promise<string> =>
  (await host.must(["cat", "/sys/class/net/eth0/address"])).trim();

/** The rules of a host, without what counters have counted. */
const rules = async (host: Host): Promise<string> =>
  (await host.must(["nft", "list", "ruleset"])).replaceAll(
    /packets \d+ bytes \d+/g,
    "packets N bytes N",
  );

/** The client finds the master by ARP or neighbour discovery, and hears nothing more of it. */
async function assertSilent(pair: Pair, master: Host, address: string): Promise<void> {
  await pair.waitForHolder(master, TAKEOVER_MS, address);
  await pair.client.run(["ip", "neigh", "flush", "dev", "eth0"]);
  assert.equal(await answers(pair, address), false, `${address} does not answer on ${master.name}`);
  assert.equal(await pair.macSeenByClient(address), await macOf(master));
}

describe("addresses that must not answer", () => {
  for (const { name, plan, address, elements } of CASES) {
    pairTest(
      `${name}: silent on both daemons, with the same rules, and nothing is left`,
      {
        sides: [
          { kind: SUBJECT, config: configOf(plan, 150) },
          { kind: "real", config: configOf(plan, 100) },
        ],
        needs: ["nft"],
      },
      async (pair) => {
        await assertSilent(pair, pair.lb01, address);
        const ours = await rules(pair.lb01);
        for (const element of elements) assert.ok(ours.includes(element), `${element} in ${ours}`);
        await pair.first.stop();
        await assertSilent(pair, pair.lb02, address);
        assert.equal(await rules(pair.lb01), "");
        assert.equal(ours, await rules(pair.lb02));
        pair.first.start();
        await assertSilent(pair, pair.lb01, address);
        assert.equal(await rules(pair.lb01), ours);
      },
    );
  }

  pairTest(
    "after kill -9 of everything, the next start with accept has no rule left and answers",
    {
      sides: [
        { kind: "ours", config: configOf({ extra: ["no_accept"] }, 150) },
        { kind: "real", config: configOf({ extra: ["no_accept"] }, 100) },
      ],
      needs: ["nft"],
    },
    async (pair) => {
      await pair.waitForHolder(pair.lb01, TAKEOVER_MS);
      // Stopped first: a process that outlives another by a moment would still clean up.
      for (const signal of ["SIGSTOP", "SIGKILL"] as const) {
        pair.lb01.signal(pair.first.processes(), signal);
      }
      await waitFor("the daemon's death", 5_000, () => pair.first.processes().length === 0);
      assert.notEqual(await rules(pair.lb01), "");
      pair.first.configure(configOf({}, 150));
      pair.first.start();
      await waitFor("no rules", TAKEOVER_MS, async () => (await rules(pair.lb01)) === "");
      await pair.waitForHolder(pair.lb01, TAKEOVER_MS);
      assert.equal(await answers(pair, "10.0.0.3"), true);
    },
  );
});
