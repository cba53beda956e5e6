/**
 * Whether a program may be run as a script: that it is there, that its user may execute it, and
 * that nobody but root could have put something else in its place.
 */
import { closeSync, lstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { basename, dirname } from "node:path";

/** Who runs it. */
export interface ScriptIdentity {
  readonly uid: number;
  readonly gid: number;
  /** All groups, where they are not the primary one alone. */
  readonly groups?: readonly number[] | undefined;
}

export type FileVerdict =
  | {
      readonly kind: "usable";
      /** By which it is to be run: where links lead, unless another name would change what it does. */
      readonly resolved: string;
      /** Somebody beside root could replace it, and it would run as root. */
      readonly isUnsafe: boolean;
      /** The file or directory by which they could. */
      readonly weakness: Weakness | undefined;
      /** A program or names its interpreter; anything else is for the shell. */
      readonly isExecutableFormat: boolean;
    }
  | { readonly kind: "missing"; readonly reason: string }
  | { readonly kind: "notAFile" }
  | {
      readonly kind: "notExecutable";
      /** The file itself, or a directory on the way that the user may not enter. */
      readonly refusedBy: string;
    };

/** A part of a path that somebody beside root could change. */
export interface Weakness {
  readonly path: string;
  readonly why: "owner" | "writable";
}

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
    const refusedBy = whatRefuses(target, stats, identity);
    if (refusedBy !== undefined) return { kind: "notExecutable", refusedBy };
    const runsAsRoot = identity.uid === 0 || identity.gid === 0 || (stats.mode & SET_ID) !== 0;
    // A symlinked directory on the way is followed, as 2.2.7 does; 2.4 disables such scripts, which
    // hits every /bin/… on a merged-/usr system. Both the path and its target are walked.
    const weakness = runsAsRoot ? (weaknessOf(path) ?? weaknessOf(target)) : undefined;
    const isUnsafe = weakness !== undefined;
    const format = formatOf(target);
    const resolved = format === "program" && basename(target) !== basename(path) ? path : target;
    const isExecutableFormat = format !== "other";
    return { kind: "usable", resolved, isUnsafe, weakness, isExecutableFormat };
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

/** The directory nearest to the root, or the file, that keeps the user from executing it. */
function whatRefuses(target: string, stats: Stats, identity: ScriptIdentity): string | undefined {
  if (identity.uid === 0) return (stats.mode & ANY_EXECUTE) === 0 ? target : undefined;
  const directory = parents(target).findLast((part) => !allowsExecute(statSync(part), identity));
  return directory ?? (allowsExecute(stats, identity) ? undefined : target);
}

/** Search permission for a directory, execute permission for a file: the same three bits. */
function allowsExecute(stats: Stats, { uid, gid, groups }: ScriptIdentity): boolean {
  const isInGroup = stats.gid === gid || groups?.includes(stats.gid) === true;
  const shift = stats.uid === uid ? 6 : isInGroup ? 3 : 0;
  return ((stats.mode >> shift) & 1) === 1;
}

/** The first part of a path, from the file upwards, that not only root can change. */
function weaknessOf(path: string): Weakness | undefined {
  for (const part of [path, ...parents(path)]) {
    const stats = lstatSync(part);
    if (stats.uid !== 0) return { path: part, why: "owner" };
    // The mode of a link itself means nothing.
    if (stats.isSymbolicLink()) continue;
    const isExcused = stats.isDirectory() && (stats.mode & STICKY) !== 0;
    const groupMayWrite = stats.gid !== 0 && (stats.mode & GROUP_WRITE) !== 0;
    const othersMayWrite = groupMayWrite || (stats.mode & OTHER_WRITE) !== 0;
    if (!isExcused && othersMayWrite) return { path: part, why: "writable" };
  }
  return undefined;
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

/** What the kernel makes of a file: a program, a script with its interpreter, or nothing. */
function formatOf(path: string): "program" | "script" | "other" {
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
    return "program";
  }
  const text = String.fromCharCode(...head);
  if (text === ELF_MAGIC) return "program";
  return text.startsWith(INTERPRETER_MAGIC) ? "script" : "other";
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
