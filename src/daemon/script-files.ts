/**
 * Whether a program may be run as a script: that it is there, that its user may execute it, and
 * that nobody but root could have put something else in its place.
 */
import { closeSync, lstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { dirname } from "node:path";

/** Who runs it. */
export interface ScriptIdentity {
  readonly uid: number;
  readonly gid: number;
}

export type FileVerdict =
  | {
      readonly kind: "usable";
      /** Somebody beside root could replace it, and it would run as root. */
      readonly isUnsafe: boolean;
      /** A program or names its interpreter; anything else is for the shell. */
      readonly isExecutableFormat: boolean;
    }
  | { readonly kind: "missing"; readonly reason: string }
  | { readonly kind: "notAFile" }
  | { readonly kind: "notExecutable" };

/** stat(2) mode bits. */
const GROUP_WRITE = 0o020;
const OTHER_WRITE = 0o002;
const STICKY = 0o1000;
const SET_ID = 0o6000;
const ANY_EXECUTE = 0o111;

export function inspectScript(path: string, identity: ScriptIdentity): FileVerdict {
  try {
    const target = realpathSync(path);
    const stats = statSync(target);
    if (!stats.isFile()) return { kind: "notAFile" };
    if (!mayExecute(target, stats, identity)) return { kind: "notExecutable" };
    const runsAsRoot = identity.uid === 0 || identity.gid === 0 || (stats.mode & SET_ID) !== 0;
    // A symlinked directory on the way is followed, as 2.2.7 does; 2.4 disables such scripts, which
    // hits every /bin/… on a merged-/usr system. Both the path and its target are walked.
    const isUnsafe = runsAsRoot && !(isRootOnly(path) && isRootOnly(target));
    return { kind: "usable", isUnsafe, isExecutableFormat: hasExecutableFormat(target) };
  } catch (error: unknown) {
    return { kind: "missing", reason: reasonOf(error) };
  }
}

/** The first `name` in the directories of `searchPath` that is a file with an execute bit. */
export function searchProgram(name: string, searchPath: string): string | undefined {
  for (const directory of searchPath.split(":")) {
    if (!directory.startsWith("/")) continue;
    const candidate = `${directory.replace(/\/+$/, "")}/${name}`;
    try {
      const stats = statSync(candidate);
      if (stats.isFile() && (stats.mode & ANY_EXECUTE) !== 0) return candidate;
    } catch {
      // Not in this directory.
    }
  }
  return undefined;
}

function mayExecute(target: string, stats: Stats, identity: ScriptIdentity): boolean {
  if (identity.uid === 0) return (stats.mode & ANY_EXECUTE) !== 0;
  if (!allowsExecute(stats, identity)) return false;
  return parents(target).every((directory) => allowsExecute(statSync(directory), identity));
}

/** Search permission for a directory, execute permission for a file: the same three bits. */
function allowsExecute(stats: Stats, { uid, gid }: ScriptIdentity): boolean {
  const shift = stats.uid === uid ? 6 : stats.gid === gid ? 3 : 0;
  return ((stats.mode >> shift) & 1) === 1;
}

function isRootOnly(path: string): boolean {
  return [path, ...parents(path)].every((part) => {
    const stats = lstatSync(part);
    if (stats.uid !== 0) return false;
    // The mode of a link itself means nothing.
    if (stats.isSymbolicLink()) return true;
    const isExcused = stats.isDirectory() && (stats.mode & STICKY) !== 0;
    const groupMayWrite = stats.gid !== 0 && (stats.mode & GROUP_WRITE) !== 0;
    return isExcused || !(groupMayWrite || (stats.mode & OTHER_WRITE) !== 0);
  });
}

function parents(path: string): readonly string[] {
  const found: string[] = [];
  for (let part = dirname(path); ; part = dirname(part)) {
    found.push(part);
    if (part === dirname(part)) return found;
  }
}

const ELF_MAGIC = "\u007fELF";
const INTERPRETER_MAGIC = "#!";

function hasExecutableFormat(path: string): boolean {
  const head = new Uint8Array(4);
  try {
    const fd = openSync(path, "r");
    try {
      readSync(fd, head, 0, head.length, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Executable but not readable: only the kernel can tell, so it shall.
    return true;
  }
  const text = String.fromCharCode(...head);
  return text === ELF_MAGIC || text.startsWith(INTERPRETER_MAGIC);
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "No such file or directory"],
  ["ENOTDIR", "Not a directory"],
  ["EACCES", "Permission denied"],
  ["ELOOP", "Too many levels of symbolic links"],
  ["ENAMETOOLONG", "File name too long"],
]);

function reasonOf(error: unknown): string {
  const { code = "unknown error" } = error as NodeJS.ErrnoException;
  return REASONS.get(code) ?? code;
}
