/** What a process says to the kernel about itself: name, parent, scheduling, memory, namespace. */
import { closeSync, openSync, readdirSync } from "node:fs";
import { setPriority } from "node:os";
import { Errno, SyscallError } from "../../base/failure.ts";
import type { Duration } from "../../base/units.ts";
import {
  errno,
  must,
  prctl,
  prctlText,
  schedSetaffinity,
  schedSetscheduler,
  setns,
  setrlimit,
} from "./libc.ts";
import { Arena } from "./memory.ts";
import { LITTLE, ResourceLimit } from "./structs.ts";

/** linux/prctl.h */
const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const PR_SET_NAME = 15;
const PR_SET_TIMERSLACK = 29;
const PR_SET_CHILD_SUBREAPER = 36;

/** linux/sched.h */
const POLICY = { other: 0, fifo: 1, roundRobin: 2 } as const;
/** Programs we start are scheduled normally again. */
const SCHED_RESET_ON_FORK = 0x4000_0000;
const CLONE_NEWNET = 0x4000_0000;

/** asm-generic/resource.h */
const RLIMIT_RTTIME = 15;

/** The name `ps`, `killall` and /proc show: at most 15 bytes, the rest is cut. */
export function setProcessName(name: string): void {
  must(prctlText(PR_SET_NAME, name), "prctl", `name the process ${name}`);
}

/** The signal we get when our parent ends, however it ends. */
export function setParentDeathSignal(signal: number): void {
  must(prctl(PR_SET_PDEATHSIG, signal), "prctl", "be told when the parent ends");
}

/** Orphaned descendants become our children. */
export function becomeSubreaper(): void {
  must(prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl", "adopt orphaned processes");
}

/** How late the kernel may make sleeps to save wake-ups, in nanoseconds; timerfds are exact anyway. */
export function setTimerSlack(nanoseconds: number): void {
  must(prctl(PR_SET_TIMERSLACK, nanoseconds), "prctl", "set the timer slack");
}

export function setDumpable(isDumpable: boolean): void {
  must(prctl(PR_SET_DUMPABLE, isDumpable ? 1 : 0), "prctl", "set whether core dumps are made");
}

export type Scheduling =
  | { readonly policy: "other" }
  /** 1 to 99. */
  | { readonly policy: "roundRobin" | "fifo"; readonly priority: number };

/** Real-time scheduling of this thread, or the ordinary one. Programs we start get the ordinary. */
export function setScheduling(scheduling: Scheduling): void {
  const parameter = new Arena(8);
  const priority = scheduling.policy === "other" ? 0 : scheduling.priority;
  parameter.view.setInt32(0, priority, LITTLE);
  const policy = POLICY[scheduling.policy] | SCHED_RESET_ON_FORK;
  const result = schedSetscheduler(0, policy, parameter.bytes);
  must(result, "sched_setscheduler", `schedule with ${scheduling.policy} priority ${priority}`);
}

/**
 * How long a thread of real-time priority may run without sleeping: beyond `soft` the kernel sends
 * SIGXCPU and allows a second more, beyond `hard` it kills the process.
 */
export function setRealTimeLimit(soft: Duration, hard: Duration): void {
  const value = new Arena(ResourceLimit.size);
  value.view.setBigUint64(ResourceLimit.soft, BigInt(soft), LITTLE);
  value.view.setBigUint64(ResourceLimit.hard, BigInt(hard), LITTLE);
  must(setrlimit(RLIMIT_RTTIME, value.bytes), "setrlimit", "limit real-time execution");
}

/** The processors, numbered from 0, every thread of this process may run on; none are all. */
export function setAffinity(processors: readonly number[]): void {
  const mask = new Arena(PROCESSORS / 8);
  if (processors.length === 0) mask.bytes.fill(0xff);
  for (const processor of processors) {
    const at = processor >> 3;
    mask.view.setUint8(at, mask.view.getUint8(at) | (1 << (processor & 7)));
  }
  const action =
    processors.length === 0
      ? "run on every processor"
      : `run on processor ${processors.join(", ")}`;
  for (const thread of readdirSync("/proc/self/task")) {
    const result = schedSetaffinity(Number(thread), mask.bytes.length, mask.bytes);
    // A thread may have ended meanwhile.
    if (result < 0 && errno() === Errno.ESRCH) continue;
    must(result, "sched_setaffinity", action);
  }
}

/** The most a kernel can be built for (NR_CPUS is at most 8192); the grammar takes half of it. */
const PROCESSORS = 8_192;

/** -20 (most favoured) to 19. Throws `SyscallError`. */
export function setNice(nice: number): void {
  try {
    setPriority(0, nice);
  } catch (error: unknown) {
    throw toSyscallError(error, "setpriority", `set the nice value to ${nice}`);
  }
}

/** The file mode bits new files do not get; returns the mask before. */
export function setFileModeMask(mask: number): number {
  return process.umask(mask);
}

/**
 * Moves this thread, and what it opens or starts from now on, to a network namespace: one named
 * by `ip netns add`, or the path of one.
 */
export function enterNetworkNamespace(name: string): void {
  const path = name.includes("/") ? name : `/run/netns/${name}`;
  const action = `enter network namespace ${name}`;
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error: unknown) {
    throw toSyscallError(error, "open", action);
  }
  const result = setns(fd, CLONE_NEWNET);
  const refusal = result < 0 ? errno() : 0;
  closeSync(fd);
  if (refusal !== 0) throw new SyscallError("setns", refusal, action);
}

/** Node reports system errors as exceptions with a negative errno. */
export function toSyscallError(error: unknown, call: string, action: string): SyscallError {
  const number = error instanceof Error && "errno" in error ? Number(error.errno) : NaN;
  return new SyscallError(call, Number.isInteger(number) ? Math.abs(number) : 0, action);
}
