/** Pid files: locked while their process lives, so that a stale one is known by its missing lock. */
import { closeSync, ftruncateSync, openSync, unlinkSync, writeSync } from "node:fs";
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
 * Opens and locks a pid file without changing what it says. `locked`: another process has it.
 * Throws `SyscallError` when it cannot be opened at all.
 */
export function lockPidFile(path: string): Result<PidFile, { readonly kind: "locked" }> {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_CREAT, FILE_MODE);
  } catch (error: unknown) {
    throw toSyscallError(error, "open", `open the pid file ${path}`);
  }
  if (flock(fd, LOCK_EXCLUSIVE | LOCK_NON_BLOCKING) === 0) return ok(new PidFile(path, fd));
  const refusal = errno();
  closeSync(fd);
  if (refusal === Errno.EAGAIN) return fail({ kind: "locked" });
  throw new SyscallError("flock", refusal, `lock the pid file ${path}`);
}
