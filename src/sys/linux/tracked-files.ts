/**
 * Reading and first writing of tracked files. The parent must never wait for one, so that pipes,
 * devices, files the kernel makes up, and those of other machines are refused.
 */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { Errno, SyscallError } from "../../base/failure.ts";
import type { FilePort, TrackedFileContent } from "../ports.ts";
import { TRACKED_FILE_BYTES } from "../ports.ts";
import { FileWatches } from "./inotify.ts";
import { toSyscallError } from "./process-control.ts";

/** linux/magic.h, and the file systems' own headers. */
const REFUSED_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x9fa0, "a file of /proc, whose changes nobody tells"],
  [0x62656572, "a file of /sys, whose changes nobody tells"],
  [0x27e0eb, "a file of a control group, whose changes nobody tells"],
  [0x63677270, "a file of a control group, whose changes nobody tells"],
  [0x64626720, "a file of debugfs, whose changes nobody tells"],
  [0x6969, "on NFS, and what other machines change is not told"],
  [0x517b, "on SMB, and what other machines change is not told"],
  [0xff534d42, "on CIFS, and what other machines change is not told"],
  [0xfe534d42, "on SMB, and what other machines change is not told"],
  [0x00c36400, "on Ceph, and what other machines change is not told"],
  [0x01021997, "on 9P, and what other machines change is not told"],
  [0x5346414f, "on AFS, and what other machines change is not told"],
]);

const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
const WRITE_FLAGS =
  constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW;
const MODE = 0o644;

/** The files of this host; what watches them is opened with the first. */
export function trackedFiles(): FilePort {
  let watches: FileWatches | undefined;
  return {
    read: readTrackedFile,
    write: writeTrackedFile,
    remove: removeFile,
    watch: (path, changed) => {
      if (watches?.isOpen !== true) watches = new FileWatches();
      return watches.watch(path, changed);
    },
  };
}

function readTrackedFile(path: string): TrackedFileContent {
  try {
    // Before it is opened: opening some devices does something.
    const refusal = refusalOf(path, statSync(path).isFile());
    if (refusal !== undefined) return { kind: "refused", reason: refusal };
    const fd = openSync(path, READ_FLAGS);
    try {
      if (!fstatSync(fd).isFile()) return { kind: "refused", reason: NOT_REGULAR };
      const bytes = new Uint8Array(TRACKED_FILE_BYTES);
      const length = readSync(fd, bytes, 0, bytes.length, 0);
      return { kind: "text", text: new TextDecoder().decode(bytes.subarray(0, length)) };
    } finally {
      closeSync(fd);
    }
  } catch (error: unknown) {
    const refused = toSyscallError(error, "open", `read ${path}`);
    if (refused.errno === Errno.ENOENT || refused.errno === ENOTDIR) return { kind: "missing" };
    return { kind: "refused", reason: `cannot be read (${refused.message})` };
  }
}

const ENOTDIR = 20;
const NOT_REGULAR = "is not a regular file";

function refusalOf(path: string, isFile: boolean): string | undefined {
  if (!isFile) return NOT_REGULAR;
  const kind = REFUSED_FILE_SYSTEMS.get(statfsSync(path).type >>> 0);
  return kind === undefined ? undefined : `is ${kind}`;
}

/** Never through a symbolic link, which somebody else may have put there. */
function writeTrackedFile(path: string, text: string, overwrite: boolean): void {
  const action = `write ${path}`;
  const fd = openForWriting(path, overwrite, action);
  if (fd === undefined) return;
  try {
    const found = fstatSync(fd);
    if (!found.isFile() || found.nlink > 1) throw new SyscallError("open", Errno.EINVAL, action);
    ftruncateSync(fd, 0);
    writeSync(fd, text);
  } catch (error: unknown) {
    throw error instanceof SyscallError ? error : toSyscallError(error, "write", action);
  } finally {
    closeSync(fd);
  }
}

function removeFile(path: string): void {
  const action = `remove ${path}`;
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return;
    if (!found.isFile()) throw new SyscallError("unlink", Errno.EINVAL, action);
    unlinkSync(path);
  } catch (error: unknown) {
    throw error instanceof SyscallError ? error : toSyscallError(error, "unlink", action);
  }
}

/** Undefined when the file is there and stays as it is. */
function openForWriting(path: string, overwrite: boolean, action: string): number | undefined {
  try {
    return openSync(path, WRITE_FLAGS | constants.O_CREAT | constants.O_EXCL, MODE);
  } catch (error: unknown) {
    const refused = toSyscallError(error, "open", action);
    if (refused.errno !== Errno.EEXIST) throw refused;
  }
  if (!overwrite) return undefined;
  try {
    return openSync(path, WRITE_FLAGS);
  } catch (error: unknown) {
    throw toSyscallError(error, "open", action);
  }
}
