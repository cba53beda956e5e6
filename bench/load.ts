/**
 * What it costs to be there: CPU time and memory of all the daemon's processes with 1, 255 and
 * 1,000 instances at one advert a second, as master on one host and as backup on the other.
 */
import { readFileSync } from "node:fs";
import { sleep, waitFor } from "../test/lab/wait.ts";
import { Lan } from "../test/lab/lan.ts";
import type { Keepalived } from "../test/lab/keepalived.ts";
import type { Contest, Contestant, Measurement } from "./contest.ts";
import { daemonOn, sweep } from "./daemons.ts";
import { cpuMs } from "./usage.ts";
import { interfacesFor, manyInstances, virtualAddress } from "./instance-files.ts";

export const INSTANCE_COUNTS = [1, 255, 1_000] as const;

/**
 * Announcements and their repetition after 5 s are not the steady state, nor is the tidying up of
 * memory that a JavaScript engine does some seconds after its last growth.
 */
const SETTLE_MS = 20_000;

export async function playLoads(
  contest: Contest,
  options: { readonly rounds: (instances: number) => number; readonly windowMs: number },
): Promise<void> {
  for (const count of INSTANCE_COUNTS) {
    if (options.rounds(count) === 0) continue;
    const segments = interfacesFor(count);
    await using left = await openLan(segments);
    await using right = await openLan(segments);
    await contest.playTogether(`load of ${count} instances`, options.rounds(count), (contestant) =>
      trial(contestant === "real" ? right : left, count, options.windowMs, contestant),
    );
  }
}

function openLan(segments: number): Promise<Lan> {
  const hosts = [
    { name: "lb01", addresses: ["10.0.0.7/24"] },
    { name: "lb02", addresses: ["10.0.0.8/24"] },
  ];
  return Lan.open(hosts, { segments });
}

async function trial(
  lan: Lan,
  count: number,
  windowMs: number,
  contestant: Contestant,
): Promise<readonly Measurement[]> {
  const master = daemonOn(lan.host("lb01"), contestant, manyInstances(count, 255));
  const backup = daemonOn(lan.host("lb02"), contestant, manyInstances(count, 100));
  try {
    master.start();
    await waitFor("all instances to be master", 60_000, () =>
      master.host.holds(virtualAddress(count - 1)),
    );
    backup.start();
    await sleep(SETTLE_MS);
    const before = [cpuMs(master), cpuMs(backup)] as const;
    const startedAt = performance.now();
    await sleep(windowMs);
    const elapsed = performance.now() - startedAt;
    const after = [cpuMs(master), cpuMs(backup)] as const;
    if (backup.host.holds(virtualAddress(0))) throw new Error("the backup became master");
    return [
      share(count, "master", (after[0] - before[0]) / elapsed),
      share(count, "backup", (after[1] - before[1]) / elapsed),
      ...memory(count, "master", master),
      ...memory(count, "backup", backup),
    ];
  } finally {
    await sweep(master, backup);
  }
}

function share(count: number, role: string, value: number): Measurement {
  return { name: `${count} instances, ${role}: CPU`, unit: "%", value: value * 100 };
}

/** Proportional memory (shared pages divided by their users), and what is the daemon's alone. */
function memory(count: number, role: string, daemon: Keepalived): readonly Measurement[] {
  const sum = { pss: 0, own: 0 };
  for (const { pid } of daemon.processes()) {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const field = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? 0);
    sum.pss += field("Pss");
    sum.own += field("Private_Clean") + field("Private_Dirty");
  }
  return [
    { name: `${count} instances, ${role}: memory (PSS)`, unit: "kB", value: sum.pss },
    { name: `${count} instances, ${role}: private memory`, unit: "kB", value: sum.own },
  ];
}
