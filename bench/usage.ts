/** What a daemon uses of the machine, all its processes together. */
import { readdirSync, readFileSync } from "node:fs";
import type { Keepalived } from "../test/lab/keepalived.ts";
import { sleep } from "../test/lab/wait.ts";

const NANOSECONDS_PER_MS = 1_000_000;
/** USER_HZ, the unit of times(2) and of /proc/PID/stat. */
const MS_PER_TICK = 10;
/** Positions of utime, stime, cutime and cstime behind the name in /proc/PID/stat (proc(5)). */
const CHILD_TICKS = [13, 14] as const;

/** Run time of every thread of every process of the daemon, to the nanosecond. */
export function cpuMs(daemon: Keepalived): number {
  let total = 0;
  for (const { pid } of daemon.processes()) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
      total += Number(text.split(" ")[0]) / NANOSECONDS_PER_MS;
    }
  }
  return total;
}

/** The same, with that of the programs it ran and waited for: to 10 ms. */
export function cpuMsWithChildren(daemon: Keepalived): number {
  let ticks = 0;
  for (const { pid } of daemon.processes()) {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    for (const at of CHILD_TICKS) ticks += Number(fields[at] ?? 0);
  }
  return cpuMs(daemon) + ticks * MS_PER_TICK;
}

/** Share of one CPU over a window, in percent. */
export async function cpuShare(
  daemon: Keepalived,
  windowMs: number,
  measure: (daemon: Keepalived) => number = cpuMs,
): Promise<number> {
  const before = measure(daemon);
  const startedAt = performance.now();
  await sleep(windowMs);
  return ((measure(daemon) - before) / (performance.now() - startedAt)) * 100;
}
