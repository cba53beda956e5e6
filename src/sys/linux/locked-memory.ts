/**
 * Keeping this process in memory, so that it never waits for a disk (mlock(2)). V8 ends the process
 * when the kernel does not take locked pages of its heap back, so that mlockall(2) is out of the
 * question: what is locked is the program, its libraries, and the memory of the C library.
 */
import { readFileSync } from "node:fs";
import { mlock2, must, munlockall } from "./libc.ts";

/** linux/mman.h: lock what is touched, for most of a program never is. */
const MLOCK_ONFAULT = 1;

/** Locks all of it that is touched, now or later. Throws `SyscallError`. */
export function lockMemory(): void {
  for (const { start, length } of lockable(readFileSync("/proc/self/maps", "utf8"))) {
    must(mlock2(start, length, MLOCK_ONFAULT), "mlock2", "lock memory");
  }
}

export function unlockMemory(): void {
  must(munlockall(), "munlockall", "unlock memory");
}

export interface MappedRange {
  readonly start: number;
  readonly length: number;
}

/** The ranges of /proc/PID/maps (proc(5)) that come from files, and the C library's own. */
export function lockable(maps: string): readonly MappedRange[] {
  return maps.split("\n").flatMap((line) => {
    const found = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+ +(.*)$/.exec(line);
    const [, first = "", last = "", rights = "", name = ""] = found ?? [];
    const isOurs = name.startsWith("/") || name === "[heap]" || name === "[stack]";
    if (!isOurs || name.startsWith("/dev/") || rights.startsWith("---")) return [];
    const start = Number.parseInt(first, 16);
    return [{ start, length: Number.parseInt(last, 16) - start }];
  });
}
