/**
 * A FIFO has the same lines from Keepalived and from us over one life: start, takeover, a priority
 * that a script changes twice, a stop.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { soloTest } from "./solo.ts";
import { waitFor } from "../lab/wait.ts";
import { vrrpConfig } from "./vrrp-config.ts";

const FIFO = "/run/notify.fifo";
const GOOD = "/run/good";
const SOON_MS = 15_000;

const CHECK = `vrrp_script good {
    script "/usr/bin/test -e ${GOOD}"
    interval 1
    weight 10
}
`;
const CONFIG = `${CHECK}${vrrpConfig({
  version: 2,
  priority: 100,
  intervalMs: 1_000,
  addresses: ["10.0.0.3/24"],
  globals: [
    "script_user root",
    "enable_script_security",
    `vrrp_notify_fifo ${FIFO}`,
    "vrrp_notify_priority_changes",
  ],
  extra: ["track_script {", "    good", "}"],
})}`;

const LIFE = [
  'INSTANCE "VI_1" BACKUP 100',
  'INSTANCE "VI_1" MASTER 100',
  'INSTANCE "VI_1" MASTER_PRIORITY 110',
  'INSTANCE "VI_1" MASTER_PRIORITY 100',
  'INSTANCE "VI_1" STOP 100',
];

describe("notify FIFO", { concurrency: 2 }, () => {
  for (const kind of ["ours", "real"] as const) {
    soloTest(`${kind}: the lines of a life`, { kind, config: CONFIG }, async (solo) => {
      const { daemon, host } = solo;
      daemon.start();
      await waitFor("the FIFO", SOON_MS, async () => {
        const { code } = await host.run(["test", "-p", FIFO]);
        return code === 0 || undefined;
      });
      const reader = host.start(["cat", FIFO], "reader");
      const lines = host.log("reader");
      await lines.waitFor(/ MASTER 100/, SOON_MS);
      host.writeFile(GOOD, "");
      await lines.waitFor(/ 110/, SOON_MS);
      host.removeFile(GOOD);
      await lines.waitFor(/MASTER_PRIORITY 100/, SOON_MS);
      await daemon.stop();
      // The end of the daemon is the end of the pipe.
      await host.waitForExit(reader.child, SOON_MS);
      assert.deepEqual(lines.text().trim().split("\n"), LIFE);
      assert.equal((await host.run(["test", "-e", FIFO])).code, 1, "the FIFO is removed");
    });
  }
});
