/**
 * What keeps two routers from hearing each other, or from agreeing, is named: a pair of ours and
 * Debian's keepalived with one thing wrong, judged by `keepalived status --json`.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { dropVrrp, allowVrrp } from "../lab/firewall.ts";
import type { Keepalived } from "../lab/keepalived.ts";
import { readStatus } from "../lab/status.ts";
import type { ConditionStatus } from "../lab/status.ts";
import { sleep, waitFor } from "../lab/wait.ts";
import { pairTest, VIRTUAL_ADDRESS } from "./pair.ts";
import type { PairOptions } from "./pair.ts";
import { vrrpConfig } from "./vrrp-config.ts";
import type { VrrpPlan } from "./vrrp-config.ts";

const SOON_MS = 20_000;

const UNPROTECTED: VrrpPlan = {
  version: 2,
  priority: 150,
  intervalMs: 1_000,
  addresses: [VIRTUAL_ADDRESS],
};
const PLAN: VrrpPlan = { ...UNPROTECTED, password: "1111" };

/** Debian's with 150 and what is `wrong`; ours with 100. */
const against = (wrong: Partial<VrrpPlan>, right = PLAN): PairOptions => ({
  sides: [
    { kind: "real", config: vrrpConfig({ ...right, ...wrong }) },
    { kind: "ours", config: vrrpConfig({ ...right, priority: 100 }) },
  ],
});

async function conditionsOf(daemon: Keepalived): Promise<readonly ConditionStatus[]> {
  const { stdout } = await daemon.invoke(["status", "--json"]);
  return stdout.startsWith("{") ? (readStatus(stdout).instances[0]?.conditions ?? []) : [];
}

/** Waits until a condition is told of, with a rule where one is asked for. */
async function condition(
  daemon: Keepalived,
  kind: string,
  isEnough: (found: ConditionStatus) => boolean = () => true,
): Promise<ConditionStatus> {
  const until = Date.now() + SOON_MS;
  for (;;) {
    const found = (await conditionsOf(daemon)).find((each) => each.kind === kind && isEnough(each));
    if (found !== undefined) return found;
    assert.ok(Date.now() < until, `no ${kind}: ${JSON.stringify(await conditionsOf(daemon))}`);
    await sleep(250);
  }
}

async function nothingLeft(daemon: Keepalived): Promise<void> {
  const until = Date.now() + SOON_MS;
  while ((await conditionsOf(daemon)).length > 0) {
    assert.ok(Date.now() < until, JSON.stringify(await conditionsOf(daemon)));
    await sleep(250);
  }
}

const MISTAKES: readonly (readonly [string, string, Partial<VrrpPlan>, VrrpPlan])[] = [
  ["another password", "password", { password: "2222" }, PLAN],
  ["another authentication", "authentication", { password: "2222" }, UNPROTECTED],
  ["another interval", "interval", { intervalMs: 2_000 }, PLAN],
  ["another address list", "addressList", { addresses: [VIRTUAL_ADDRESS, "10.0.0.4"] }, PLAN],
  ["another version", "version", { version: 3 }, UNPROTECTED],
];

describe("a peer with one thing wrong", { concurrency: 2 }, () => {
  for (const [name, kind, wrong, right] of MISTAKES) {
    pairTest(`${name} is a condition with its sender`, against(wrong, right), async (pair) => {
      const found = await condition(pair.second, kind, ({ count }) => count > 0);
      assert.equal(found.sourceAddress, "10.0.0.7");
    });
  }

  pairTest(
    "a wrong password that is put right is one line, and one when it is over",
    against({ password: "2222" }),
    async (pair) => {
      await condition(pair.second, "password");
      await pair.waitForStart();
      await pair.first.reload(vrrpConfig(PLAN));
      await pair.second.log.waitFor(/over: adverts with another password/, SOON_MS);
      assert.equal(pair.second.log.text().split("invalid passwd").length - 1, 1);
      await nothingLeft(pair.second);
      await pair.waitForHolder(pair.lb01, SOON_MS);
    },
  );
});

describe("a firewall", { concurrency: 2 }, () => {
  pairTest(
    "that drops what a master sends makes it mute, and the rule is named",
    {
      sides: [
        { kind: "ours", config: vrrpConfig(PLAN) },
        { kind: "real", config: vrrpConfig({ ...PLAN, priority: 100 }) },
      ],
    },
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await dropVrrp(pair.lb01, ["out"]);
      const found = await condition(
        pair.first,
        "mute",
        ({ firewallRule }) => firewallRule !== null,
      );
      assert.match(found.firewallRule ?? "", /^inet lab_firewall out: `meta l4proto vrrp drop`/);
      await pair.first.log.waitFor(
        /local firewall drops its adverts: inet lab_firewall out/,
        SOON_MS,
      );
      const { stdout } = await pair.first.invoke(["status"]);
      assert.match(stdout, /MASTER \((MUTE|CONFLICT)\)/);
      await allowVrrp(pair.lb01);
      await pair.first.log.waitFor(/adverts are sent again/, SOON_MS);
      await pair.waitForHolder(pair.lb01, SOON_MS);
    },
  );

  pairTest(
    "that drops what should arrive makes it deaf, and the rule is named",
    against({}),
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await dropVrrp(pair.lb02, ["in"]);
      const found = await condition(
        pair.second,
        "deaf",
        ({ firewallRule }) => firewallRule !== null,
      );
      assert.equal(found.sourceMac, pair.lb01.mac);
      assert.match(found.firewallRule ?? "", /^inet lab_firewall in: `meta l4proto vrrp drop`/);
      await allowVrrp(pair.lb02);
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await nothingLeft(pair.second);
    },
  );
});

describe("a switch port that stays shut for 8 s", { concurrency: 2 }, () => {
  for (const [name, options, extra] of [
    ["after the start, with receive_proof 20", { start: false }, ["receive_proof 20"]],
    ["after the cable was out", {}, []],
  ] as const) {
    const side = (priority: number, lines: readonly string[]): string =>
      vrrpConfig({ ...PLAN, priority, extra: ["nopreempt", ...lines] });
    pairTest(
      `makes no second master ${name}`,
      {
        sides: [
          { kind: "real", config: side(100, []) },
          { kind: "ours", config: side(150, extra) },
        ],
        ...options,
      },
      async (pair) => {
        if (!pair.first.isRunning) pair.first.start();
        if (pair.second.isRunning) {
          // Whoever won, Debian's is to be master now.
          await pair.lan.cable(pair.lb02, false);
          await waitFor("Debian's to be master", SOON_MS, () => pair.lb01.holds(VIRTUAL_ADDRESS));
          await pair.lan.forward(pair.lb02, false);
          await pair.lan.cable(pair.lb02, true);
        } else {
          await waitFor("Debian's to be master", SOON_MS, () => pair.lb01.holds(VIRTUAL_ADDRESS));
          await pair.lan.forward(pair.lb02, false);
          pair.second.start();
        }
        const mark = pair.second.log.mark();
        await sleep(8_000);
        assert.ok(!pair.second.log.has(/Entering MASTER STATE/, mark), pair.second.log.tail(20));
        await pair.second.log.waitFor(/waiting for proof that eth0 receives/, SOON_MS);
        await pair.lan.forward(pair.lb02, true);
        await pair.second.log.waitFor(/eth0 receives: waiting for a master/, SOON_MS);
        await sleep(5_000);
        assert.ok(pair.lb01.holds(VIRTUAL_ADDRESS) && !pair.lb02.holds(VIRTUAL_ADDRESS));
      },
    );
  }
});
