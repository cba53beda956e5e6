/** Giving up privileges (capabilities(7)): a process keeps what it still needs and nothing else. */
import { CapabilityData, CapabilityHeader, LITTLE } from "./structs.ts";
import { capget, capset, must, prctl } from "./libc.ts";
import { Arena } from "./memory.ts";

/** linux/capability.h */
export const Capability = {
  overrideFileAccess: 1,
  kill: 5,
  setGroup: 6,
  setUser: 7,
  bindLowPorts: 10,
  networkAdministration: 12,
  rawSockets: 13,
  lockMemory: 14,
  loadModules: 16,
  systemAdministration: 21,
  schedule: 23,
  resources: 24,
} as const;
export type Capability = (typeof Capability)[keyof typeof Capability];

/** _LINUX_CAPABILITY_VERSION_3: two words of 32 bits. */
const VERSION = 0x2008_0522;
const WORDS = 2;
/** linux/prctl.h */
const PR_CAPBSET_DROP = 24;
/** EINVAL from here on: the kernel has no capability of that number. */
const HIGHEST_NUMBER = 63;

/** The capabilities in force in this thread, by number. */
export function heldCapabilities(): readonly number[] {
  const { view } = read();
  const held: number[] = [];
  for (let number = 0; number <= HIGHEST_NUMBER; number += 1) {
    const word = view.getUint32(at(number >> 5, CapabilityData.effective), LITTLE);
    if (((word >>> (number & 31)) & 1) === 1) held.push(number);
  }
  return held;
}

/**
 * Gives up every capability that is not in `keep`, in this thread and for programs started from it,
 * even set-user-id ones. Threads that exist already keep theirs, so call it early.
 */
export function dropCapabilities(keep: readonly Capability[]): void {
  const wanted = new Set<number>(keep);
  for (let number = 0; number <= HIGHEST_NUMBER; number += 1) {
    if (!wanted.has(number) && prctl(PR_CAPBSET_DROP, number) < 0) break;
  }
  const memory = read();
  for (let word = 0; word < WORDS; word += 1) {
    const mask = keep
      .filter((number) => number >> 5 === word)
      .reduce((bits, number) => bits | (1 << (number & 31)), 0);
    for (const set of [CapabilityData.effective, CapabilityData.permitted]) {
      const place = at(word, set);
      memory.view.setUint32(place, (memory.view.getUint32(place, LITTLE) & mask) >>> 0, LITTLE);
    }
    memory.view.setUint32(at(word, CapabilityData.inheritable), 0, LITTLE);
  }
  const data = memory.bytes.subarray(CapabilityHeader.size);
  must(capset(memory.bytes, data), "capset", "give up privileges");
}

/** Header and data structs of this thread. */
function read(): Arena {
  const memory = new Arena(CapabilityHeader.size + WORDS * CapabilityData.size);
  memory.view.setUint32(CapabilityHeader.version, VERSION, LITTLE);
  const data = memory.bytes.subarray(CapabilityHeader.size);
  must(capget(memory.bytes, data), "capget", "read privileges");
  return memory;
}

function at(word: number, member: number): number {
  return CapabilityHeader.size + word * CapabilityData.size + member;
}
