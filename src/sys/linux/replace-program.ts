/**
 * execve(2): another program in the place of this one, in the same process, with a text to read. The
 * text is in memory that has no name; its descriptor is the only one that goes along beside the
 * three standard ones.
 */
import { closeSync, writeSync } from "node:fs";
import { SyscallError } from "../../base/failure.ts";
import { HANDOVER_VARIABLE } from "./handover-descriptor.ts";
import { closeRange, errno, execve, fcntl, memfdCreate, must } from "./libc.ts";

/** linux/close_range.h */
const CLOSE_RANGE_CLOEXEC = 4;
const FIRST_INHERITED = 3;
const ANY_DESCRIPTOR = 0xffffffff;
/** fcntl.h */
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const STANDARD = [0, 1, 2] as const;

const ACTION = "replace the program";

export interface Replacement {
  readonly path: string;
  /** From the name on. */
  readonly words: readonly string[];
  /** Added to that of this process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Only comes back to throw. */
export function replaceProgram({ path, words, environment: added, text }: Replacement): never {
  // Before the one that must go along is opened.
  closeRange(FIRST_INHERITED, ANY_DESCRIPTOR, CLOSE_RANGE_CLOEXEC);
  const fd = must(memfdCreate("keepalived-handover", 0), "memfd_create", ACTION);
  try {
    const bytes = new TextEncoder().encode(text);
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    const variables = { ...process.env, ...added, [HANDOVER_VARIABLE]: String(fd) };
    const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    // Node keeps its standard descriptors from programs that follow.
    for (const standard of STANDARD) fcntl(standard, F_SETFD, 0);
    execve(path, [...words, null], [...environment, null]);
    throw new SyscallError("execve", errno(), ACTION);
  } finally {
    for (const standard of STANDARD) fcntl(standard, F_SETFD, FD_CLOEXEC);
    closeSync(fd);
  }
}
