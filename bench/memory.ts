/**
 * Memory of all the daemon's processes with 1, 100 and 1,000 instances, as master, some time after
 * the start; and what each further instance adds.
 */
import { readFileSync } from "node:fs";
import type { Keepalived } from "../test/lab/keepalived.ts";
import { Lan } from "../test/lab/lan.ts";
import { sleep, waitFor } from "../test/lab/wait.ts";
import type { Contest, Contestant, Measurement } from "./contest.ts";
import { daemonOn, sweep } from "./daemons.ts";
import { interfacesFor, manyInstances, virtualAddress } from "./instance-files.ts";

const COUNTS = [1, 100, 1_000] as const;

/** What a start leaves behind is tidied up some seconds later. */
const SETTLE_MS = 20_000;

export interface MemoryUse {
  /** Shared pages divided by their users. */
  readonly pssKb: number;
  /** The daemon's alone. */
  readonly ownKb: number;
}

export async function playMemory(contest: Contest, rounds: number): Promise<void> {
  if (rounds === 0) return;
  await using lan = await Lan.open([{ name: "lb01", addresses: ["10.0.0.7/24"] }], {
    segments: interfacesFor(Math.max(...COUNTS)),
  });
  await contest.play("memory", rounds, (contestant) => trial(lan, contestant));
}

async function trial(lan: Lan, contestant: Contestant): Promise<readonly Measurement[]> {
  const uses = [];
  for (const count of COUNTS) uses.push({ count, use: await useWith(lan, count, contestant) });
  const [first, last] = [uses.at(0), uses.at(-1)];
  if (first === undefined || last === undefined) return [];
  const growth = (last.use.ownKb - first.use.ownKb) / (last.count - first.count);
  return [
    ...uses.flatMap(({ count, use }): Measurement[] => [
      { name: `${count} instances: memory (PSS)`, unit: "kB", value: use.pssKb },
      { name: `${count} instances: private memory`, unit: "kB", value: use.ownKb },
    ]),
    { name: "private memory for one more instance", unit: "kB", value: growth },
  ];
}

async function useWith(lan: Lan, count: number, contestant: Contestant): Promise<MemoryUse> {
  const daemon = daemonOn(lan.host("lb01"), contestant, manyInstances(count, 255));
  try {
    daemon.start();
    await waitFor("all instances to be master", 60_000, () =>
      daemon.host.holds(virtualAddress(count - 1)),
    );
    await sleep(SETTLE_MS);
    return memoryUse(daemon);
  } finally {
    await sweep(daemon);
  }
}

export function memoryUse(daemon: Keepalived): MemoryUse {
  const sum = { pssKb: 0, ownKb: 0 };
  for (const { pid } of daemon.processes()) {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const field = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? 0);
    sum.pssKb += field("Pss");
    sum.ownKb += field("Private_Clean") + field("Private_Dirty");
  }
  return sum;
}
