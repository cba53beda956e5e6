/**
 * What `ps`, `pidof` and `killall` call a process. The title is the command line `ps ax` shows; the
 * short name is what `ps -C` and `killall` match.
 */
import { writeFileSync } from "node:fs";

/** The kernel keeps 15 bytes of a process name (TASK_COMM_LEN). */
const LONGEST_NAME = 15;

export function nameProcess(title: string, name: string): void {
  process.title = title;
  try {
    writeFileSync("/proc/self/comm", name.slice(0, LONGEST_NAME));
  } catch {
    // Without /proc the title's own first bytes have to do.
    process.title = name;
  }
}
