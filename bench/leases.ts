/**
 * What it costs to hold many addresses: their leases are renewed all the time (Keepalived has none),
 * and the segment is watched for others who claim them.
 */
import type { Host } from "../test/lab/host.ts";
import type { Lan } from "../test/lab/lan.ts";
import { sleep, waitFor } from "../test/lab/wait.ts";
import type { Contest, Contestant, Measurement } from "./contest.ts";
import { daemonOn, sweep } from "./daemons.ts";
import { oneInstance, virtualAddress } from "./instance-files.ts";
import { cpuShare } from "./usage.ts";

const ADDRESSES = 3_000;
const SETTLE_MS = 12_000;

export async function playLeases(
  contest: Contest,
  lan: Lan,
  options: { readonly rounds: number; readonly windowMs: number },
): Promise<void> {
  if (options.rounds === 0) return;
  const host = lan.host("lb01");
  const other = lan.host("lb02");
  const config = oneInstance({ priority: 255, intervalMs: 1_000, addresses: ADDRESSES });
  await contest.play(`${ADDRESSES} addresses held`, options.rounds, (contestant) =>
    holding(host, config, options.windowMs, contestant),
  );
  await contest.play("a busy segment", options.rounds, (contestant) =>
    watching(host, other, options.windowMs, contestant),
  );
}

async function holding(
  host: Host,
  config: string,
  windowMs: number,
  contestant: Contestant,
): Promise<readonly Measurement[]> {
  const daemon = daemonOn(host, contestant, config);
  try {
    daemon.start();
    await waitFor("all addresses", 60_000, () => host.holds(virtualAddress(ADDRESSES - 1)));
    await sleep(SETTLE_MS);
    const value = await cpuShare(daemon, windowMs);
    return [{ name: `${ADDRESSES} addresses held: CPU`, unit: "%", value }];
  } finally {
    await sweep(daemon);
  }
}

/** Somebody asks for addresses that nobody has, as fast as ping can. */
async function watching(
  host: Host,
  other: Host,
  windowMs: number,
  contestant: Contestant,
): Promise<readonly Measurement[]> {
  const config = oneInstance({ priority: 255, intervalMs: 1_000, addresses: 1 });
  const daemon = daemonOn(host, contestant, config);
  try {
    daemon.start();
    await waitFor("the master", 30_000, () => host.holds(virtualAddress(0)));
    await sleep(SETTLE_MS);
    const seconds = Math.ceil(windowMs / 1_000);
    const noise = other.sh(
      `for i in $(seq 100 250); do ping -q -i 0.01 -w ${seconds} 10.0.0.$i >/dev/null 2>&1 & done; wait; exit 0`,
    );
    const value = await cpuShare(daemon, windowMs);
    await noise;
    return [{ name: "1 address on a segment full of ARP: CPU", unit: "%", value }];
  } finally {
    await sweep(daemon);
  }
}
