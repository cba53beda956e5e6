/**
 * Tracked files and processes beside Keepalived: a number in a file moves the address, and so does
 * the end of a process, which is noticed when it happens and not when somebody looks.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { daemonUnderTest } from "../lab/keepalived.ts";
import { pairTest, VIRTUAL_ADDRESS } from "./pair.ts";
import { skewMs, vrrpConfig } from "./vrrp-config.ts";
import type { VrrpPlan } from "./vrrp-config.ts";

const FILE = "/root/maintenance";
const SOON_MS = 15_000;
/** What a busy two-core machine may add. */
const SLACK_MS = 400;

const plan = (priority: number, extra: readonly string[] = []): VrrpPlan => ({
  ...{ version: 2, priority, intervalMs: 1_000, addresses: [`${VIRTUAL_ADDRESS}/24`], extra },
});

const FIRST = `track_file maintenance {
    file ${FILE}
    init_file 0 overwrite
}
vrrp_track_process worker {
    process sleep 4711
    param_match initial
}
${vrrpConfig(
  plan(150, [
    ...["track_file {", "    maintenance", "}"],
    ...["track_process {", "    worker weight 0", "}"],
  ]),
)}`;
const SECOND = plan(100);

describe("trackers", () => {
  pairTest(
    "a number in a file and the end of a process move the address to Keepalived and back",
    {
      sides: [
        { kind: daemonUnderTest(), config: FIRST },
        { kind: "real", config: vrrpConfig(SECOND) },
      ],
      start: false,
    },
    async (pair) => {
      const { lb01, lb02, observer } = pair;
      lb01.start(["sleep", "4711"], "worker");
      lb01.writeFile(FILE, "-100\n");
      pair.first.start();
      pair.second.start();
      await pair.waitForStart();
      // init_file took the maintenance of the last run away.
      await pair.waitForHolder(lb01, SOON_MS);
      assert.equal(lb01.readFile(FILE), "0\n");

      lb01.writeFile(FILE, "-100\n");
      await pair.waitForHolder(lb02, SOON_MS);
      await pair.first.log.waitFor(/Changing effective priority from 150 to 50/, SOON_MS);
      lb01.writeFile(FILE, "0\n");
      await pair.waitForHolder(lb01, SOON_MS);

      observer.forget();
      const killedAt = Date.now();
      lb01.signal(lb01.processes("sleep"), "SIGKILL");
      const isResignation = (one: { priority: number; sourceMac: string }): boolean =>
        one.priority === 0 && one.sourceMac === lb01.mac;
      const resignation = await observer.waitForAdvert("with priority 0", 1_000, isResignation);
      const takeover = await observer.waitForAdvert(
        "of the other",
        2_000,
        (one) => one.sourceMac === lb02.mac,
      );
      const noticedMs = resignation.at - killedAt;
      assert.ok(noticedMs < SLACK_MS, `noticed after ${noticedMs} ms`);
      const movedMs = takeover.at - killedAt;
      assert.ok(movedMs < skewMs(SECOND) + SLACK_MS, `moved after ${movedMs} ms`);
      await pair.first.log.waitFor(/Quorum lost for tracked process worker/, 1_000);
      await pair.waitForHolder(lb02, SOON_MS);

      lb01.start(["sleep", "4711"], "worker-again");
      await pair.first.log.waitFor(/Quorum gained for tracked process worker/, 5_000);
      await pair.waitForHolder(lb01, SOON_MS);
    },
  );
});
