/** Two hundred instances with a virtual MAC each: until all of them hold their address, and CPU. */
import type { Host } from "../test/lab/host.ts";
import type { Lan } from "../test/lab/lan.ts";
import { sleep, waitFor } from "../test/lab/wait.ts";
import type { Contest, Contestant, Measurement } from "./contest.ts";
import { daemonOn, sweep } from "./daemons.ts";
import { manyInstances, virtualAddress } from "./instance-files.ts";
import { cpuShare } from "./usage.ts";

const INSTANCES = 200;
const SETTLE_MS = 12_000;

export async function playVmacs(
  contest: Contest,
  lan: Lan,
  options: { readonly rounds: number; readonly windowMs: number },
): Promise<void> {
  if (options.rounds === 0) return;
  const config = manyInstances(INSTANCES, 255).replaceAll(
    "    version 3\n",
    "    version 3\n    use_vmac\n",
  );
  await contest.play(`${INSTANCES} virtual MACs`, options.rounds, (contestant) =>
    trial(lan.host("lb01"), config, options.windowMs, contestant),
  );
}

async function trial(
  host: Host,
  config: string,
  windowMs: number,
  contestant: Contestant,
): Promise<readonly Measurement[]> {
  const daemon = daemonOn(host, contestant, config);
  try {
    const startedAt = performance.now();
    daemon.start();
    await waitFor("all addresses", 60_000, () =>
      [0, INSTANCES - 1].every((index) => host.holds(virtualAddress(index))),
    );
    const start = performance.now() - startedAt;
    await sleep(SETTLE_MS);
    const value = await cpuShare(daemon, windowMs);
    return [
      { name: `${INSTANCES} virtual MACs: start to all addresses`, unit: "ms", value: start },
      { name: `${INSTANCES} virtual MACs: CPU`, unit: "%", value },
    ];
  } finally {
    await sweep(daemon);
    await host.sh(
      "for link in $(ls /sys/class/net | grep '^vrrp'); do ip link delete $link; done; exit 0",
    );
  }
}
