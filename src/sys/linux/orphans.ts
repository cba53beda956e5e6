/**
 * Processes nobody waits for. A check script may start a service that outlives it; as a subreaper,
 * or as process 1 of a container, we become its parent, and when it ends it stays a zombie that
 * `ps -C nginx` goes on counting, until we take note. Node waits for its own children only.
 */
import { readFileSync } from "node:fs";
import { closeRange, waitpid } from "./libc.ts";

/** linux/wait.h */
const WNOHANG = 1;
/** linux/close_range.h */
const CLOSE_RANGE_CLOEXEC = 4;
const ANY_DESCRIPTOR = 0xffffffff;
const FIRST_INHERITED = 3;

/** Between two looks, in which Node takes note of its own children. */
const LOOK_AGAIN_MS = 100;

/** Takes note of zombies that are still there at the second look. */
export function reapOrphans(): void {
  let isScheduled = false;
  let seen: ReadonlySet<number> = new Set();
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(look, LOOK_AGAIN_MS).unref();
  };
  const look = (): void => {
    isScheduled = false;
    const zombies = zombieChildren();
    for (const pid of zombies) if (seen.has(pid)) waitpid(pid, null, WNOHANG);
    seen = new Set(zombies.filter((pid) => !seen.has(pid)));
    if (seen.size > 0) schedule();
  };
  process.on("SIGCHLD", schedule);
  schedule();
}

/** What we were started with beyond the three standard descriptors is not for programs we start. */
export function keepDescriptorsToOurselves(): void {
  // Kernels before 5.11 do not know the flag; then programs inherit what we did.
  closeRange(FIRST_INHERITED, ANY_DESCRIPTOR, CLOSE_RANGE_CLOEXEC);
}

function zombieChildren(): readonly number[] {
  return children().filter((pid) => {
    try {
      // proc(5): the state follows the name, which may hold anything but ends with ")".
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
    } catch {
      return false;
    }
  });
}

function children(): readonly number[] {
  try {
    const list = readFileSync(`/proc/self/task/${process.pid}/children`, "latin1");
    return list.split(" ").filter(Boolean).map(Number);
  } catch {
    // A kernel without CONFIG_PROC_CHILDREN: zombies stay, as they would without us.
    return [];
  }
}
