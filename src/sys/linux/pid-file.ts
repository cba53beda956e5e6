/** Pid files: locked while their process lives, so that a stale one is known by its missing lock. */
import {
  closeSync,
  ftruncateSync,
  openSync,
  readlinkSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename } from "node:path";
import { constants } from "node:fs";
import { Errno, SyscallError } from "../../base/failure.ts";
import { fail, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";
import { errno, flock } from "./libc.ts";
import { toSyscallError } from "./process-control.ts";

/** sys/file.h */
const LOCK_EXCLUSIVE = 2;
const LOCK_NON_BLOCKING = 4;

const FILE_MODE = 0o644;

export class PidFile implements Disposable {
  readonly path: string;
  #fd: number | undefined;

  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  /** Replaces what the file says. */
  write(pid: number): void {
    if (this.#fd === undefined) return;
    ftruncateSync(this.#fd, 0);
    writeSync(this.#fd, `${pid}\n`, 0);
  }

  /** Removes the file and gives up the lock. */
  [Symbol.dispose](): void {
    if (this.#fd === undefined) return;
    try {
      unlinkSync(this.path);
    } catch {
      // Somebody has removed it already, which is all we wanted.
    }
    closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/**
 * Opens and locks a pid file without changing what it says. `locked`: another process has it, or a
 * Keepalived that takes no locks (2.2.7 was seen to take none) is the process that it names.
 * Throws `SyscallError` when it cannot be opened at all.
 */
export function lockPidFile(path: string): Result<PidFile, { readonly kind: "locked" }> {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_CREAT, FILE_MODE);
  } catch (error: unknown) {
    throw toSyscallError(error, "open", `open the pid file ${path}`);
  }
  if (flock(fd, LOCK_EXCLUSIVE | LOCK_NON_BLOCKING) === 0) {
    if (!namesKeepalived(fd)) return ok(new PidFile(path, fd));
    closeSync(fd);
    return fail({ kind: "locked" });
  }
  const refusal = errno();
  closeSync(fd);
  if (refusal === Errno.EAGAIN) return fail({ kind: "locked" });
  throw new SyscallError("flock", refusal, `lock the pid file ${path}`);
}

/** A process id and a newline fit many times. */
const CONTENT_BYTES = 64;

/** Keepalived is a megabyte of C; ours has Node.js inside where it is one executable. */
const LEAST_WITH_NODE_BYTES = 16 * 1024 * 1024;

/** Whether the process that a pid file names is the program of Keepalived; ours takes locks. */
function namesKeepalived(fd: number): boolean {
  const content = new Uint8Array(CONTENT_BYTES);
  const length = readSync(fd, content, 0, CONTENT_BYTES, 0);
  const pid = Number(new TextDecoder().decode(content.subarray(0, length)).trim());
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  const program = `/proc/${pid}/exe`;
  try {
    // An upgrade replaces the file of a program that runs; the link leads to the old one all the same.
    const name = basename(readlinkSync(program).replace(/ \(deleted\)$/, ""));
    return name === "keepalived" && statSync(program).size < LEAST_WITH_NODE_BYTES;
  } catch {
    // There is no such process, or it is none of ours to look at.
    return false;
  }
}
