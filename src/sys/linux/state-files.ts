/** Files in which the daemon keeps what must outlive it: replaced as a whole, for root alone. */
import {
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { Errno } from "../../base/failure.ts";
import { STATE_FILE_BYTES } from "../planned-ports.ts";
import type { StateFiles } from "../planned-ports.ts";
import { toSyscallError } from "./process-control.ts";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o755;

export const stateFiles: StateFiles = { read, replace, remove };

function read(path: string): string | undefined {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const bytes = new Uint8Array(STATE_FILE_BYTES);
      return new TextDecoder().decode(bytes.subarray(0, readSync(fd, bytes)));
    } finally {
      closeSync(fd);
    }
  } catch (error: unknown) {
    const refused = toSyscallError(error, "open", `read ${path}`);
    if (refused.errno === Errno.ENOENT) return undefined;
    throw refused;
  }
}

/** A disk that is full leaves the file as it was. */
function replace(path: string, text: string): void {
  const fresh = `${path}.new`;
  try {
    makeDirectory(dirname(path));
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    const fd = openSync(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, FILE_MODE);
    try {
      writeAll(fd, new TextEncoder().encode(text));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(fresh, path);
    syncDirectory(dirname(path));
  } catch (error: unknown) {
    rmSync(fresh, { force: true });
    throw toSyscallError(error, "write", `write ${path}`);
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error: unknown) {
    throw toSyscallError(error, "unlink", `remove ${path}`);
  }
}

function makeDirectory(path: string): void {
  // The daemon's file mask would take the search bits away.
  const mask = process.umask(0o022);
  try {
    mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
  } finally {
    process.umask(mask);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}

/** The new name is on disk too, after a loss of power. */
function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
