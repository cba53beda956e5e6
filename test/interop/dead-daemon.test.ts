/**
 * A dead, frozen or stalled daemon cannot keep a virtual address: the pair with one such member
 * ends with one holder, and no operator is needed. A promise of this project alone; Debian's
 * keepalived leaves the address where it was.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { daemonUnderTest } from "../lab/keepalived.ts";
import { sleep, waitFor, wallMs } from "../lab/wait.ts";
import { pairTest, VIRTUAL_ADDRESS, type Pair } from "./pair.ts";
import { masterDownMs, vrrpConfig, type VrrpPlan } from "./vrrp-config.ts";

/** A lease is the peers' master-down time rounded up, at least 2 s; the kernel needs up to 1 s. */
const LEASE_BOUND_MS = 2_000 + 1_000;
const SLACK_MS = 1_000;

const FIRST: VrrpPlan = {
  version: 3,
  priority: 150,
  intervalMs: 100,
  addresses: [`${VIRTUAL_ADDRESS}/24`],
};
const SECOND: VrrpPlan = { ...FIRST, priority: 100 };

const SIDES = [
  { kind: "ours", config: vrrpConfig(FIRST) },
  { kind: "ours", config: vrrpConfig(SECOND) },
] as const;

async function secondTakesOver(pair: Pair): Promise<void> {
  await waitFor("lb02 to take over", masterDownMs(SECOND) + SLACK_MS, () =>
    pair.lb02.holds(VIRTUAL_ADDRESS),
  );
  await pair.waitForHolder(pair.lb02, LEASE_BOUND_MS);
}

if (daemonUnderTest() === "ours") {
  describe("a dead daemon does not keep the address", { concurrency: 2 }, () => {
    pairTest("all its processes killed at once", { sides: SIDES }, async (pair) => {
      await pair.waitForHolder(pair.lb01, 8_000);
      pair.first.killFrozen();
      await secondTakesOver(pair);
    });

    pairTest("all its processes frozen, and thawed later", { sides: SIDES }, async (pair) => {
      await pair.waitForHolder(pair.lb01, 8_000);
      pair.first.freeze();
      await secondTakesOver(pair);

      await sleep(500);
      const thawedAt = wallMs();
      pair.first.thaw();
      // It listens first: nothing is sent by it until it has been a backup again for its time.
      await pair.waitForHolder(pair.lb01, 5_000);
      const [back] = pair.observer.adverts(
        (one) => one.sourceMac === pair.lb01.mac && one.at >= thawedAt,
      );
      assert.ok(back !== undefined);
      assert.ok(
        back.priority === 0 || back.at - thawedAt >= masterDownMs(FIRST) - 20,
        `it spoke ${back.at - thawedAt} ms after it woke, with priority ${back.priority}`,
      );
    });

    pairTest("its VRRP process frozen while the parent lives", { sides: SIDES }, async (pair) => {
      await pair.waitForHolder(pair.lb01, 8_000);
      const pid = Number(pair.lb01.readFile("/run/vrrp.pid"));
      const victim = pair.first.processes().filter((one) => one.hostPid === pid);
      assert.equal(victim.length, 1);
      pair.lb01.signal(victim, "SIGSTOP");
      await secondTakesOver(pair);
    });
  });
}
