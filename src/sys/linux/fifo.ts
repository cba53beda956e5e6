/**
 * Named pipes that others read. Opened for reading and writing (fifo(7)): opening waits for no
 * reader, and a write without one fills the pipe instead of ending the process.
 */
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import type { Stats } from "node:fs";
import { Errno, SyscallError } from "../../base/failure.ts";
import { fail, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";
import type { Fifo, FifoRefusal } from "../telling-ports.ts";
import { errno, mkfifo } from "./libc.ts";
import { toSyscallError } from "./process-control.ts";

/** keepalived.conf(5), notify_fifo: minus the umask. */
const FIFO_MODE = 0o644;
/** pipe(7): what is no longer than this is written whole or not at all. */
const PIPE_BUF = 4_096;
const FLAGS = constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW;

type Owner = { readonly uid: number; readonly gid: number } | undefined;

/** Makes the FIFO where there is none, and opens it. Throws `SyscallError`. */
export function openFifo(path: string, owner: Owner): Result<Fifo, FifoRefusal> {
  const isNew = mkfifo(path, FIFO_MODE) === 0;
  if (!isNew && errno() !== Errno.EEXIST) {
    throw new SyscallError("mkfifo", errno(), `make the FIFO ${path}`);
  }
  try {
    // Looked at before it is opened too: opening a device may do things.
    const refusal = refusalOf(lstatSync(path), owner);
    if (refusal !== undefined) return fail(refusal);
    const fd = openSync(path, FLAGS);
    const changed = refusalOf(fstatSync(fd), owner);
    if (changed !== undefined) {
      closeSync(fd);
      return fail(changed);
    }
    if (isNew && owner !== undefined) fchownSync(fd, owner.uid, owner.gid);
    return ok(new OpenedFifo(path, fd, isNew));
  } catch (error: unknown) {
    throw toSyscallError(error, "open", `open the FIFO ${path}`);
  }
}

function refusalOf(stats: Stats, owner: Owner): FifoRefusal | undefined {
  if (!stats.isFIFO()) return "notAFifo";
  const isOurs = stats.uid === process.geteuid?.() || stats.uid === owner?.uid;
  return isOurs ? undefined : "foreign";
}

class OpenedFifo implements Fifo {
  readonly #path: string;
  readonly #isOwn: boolean;
  #fd: number | undefined;

  constructor(path: string, fd: number, isOwn: boolean) {
    this.#path = path;
    this.#fd = fd;
    this.#isOwn = isOwn;
  }

  write(line: string): "written" | "full" {
    const bytes = Buffer.from(line);
    if (this.#fd === undefined || bytes.length > PIPE_BUF) return "full";
    try {
      writeSync(this.#fd, bytes);
      return "written";
    } catch (error: unknown) {
      const refusal = toSyscallError(error, "write", `write to the FIFO ${this.#path}`);
      if (refusal.errno === Errno.EAGAIN) return "full";
      throw refusal;
    }
  }

  /** Closes it, which ends its reader, and removes it unless it was there before. */
  [Symbol.dispose](): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
    if (!this.#isOwn) return;
    try {
      unlinkSync(this.#path);
    } catch {
      // Somebody has removed it already, which is all we wanted.
    }
  }
}
