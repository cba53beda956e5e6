/**
 * What the configuration reads from the world, as one interface: files, globs, the environment and
 * the host's name. Tests pass a record of texts; `cli` passes the file system.
 */
import type { Result } from "../base/result.ts";

export type ReadProblem = "missing" | "unreadable" | "not-a-regular-file" | "executable";

export interface FileSource {
  /** The whole text of a file. Paths are absolute or relative to the working directory. */
  read(path: string): Result<string, ReadProblem>;
  /** The files that match, in the order of glob(3); a path without wildcards may not exist. */
  glob(pattern: string): readonly string[];
  environment(name: string): string | undefined;
  /** The permission bits of a file, where they are known. */
  mode?(path: string): number | undefined;
  /** Absolute; what relative paths start from. */
  readonly workingDirectory: string;
  /** The node name; its part before the first dot is the default configuration id. */
  readonly hostName: string;
  /** Seeds `$_RANDOM`; the same seed gives the same numbers. */
  readonly randomSeed: number;
}

/** The directory part of a path; `.` for a bare name. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  if (slash < 0) return ".";
  return slash === 0 ? "/" : path.slice(0, slash);
}

/** `path` as seen from `directory`; absolute paths stay. */
export function resolveFrom(directory: string, path: string): string {
  if (path.startsWith("/") || directory === ".") return path;
  return directory.endsWith("/") ? directory + path : `${directory}/${path}`;
}

/** An absolute path without `.` and `..`; symbolic links are not looked at. */
export function absolutePath(workingDirectory: string, path: string): string {
  const parts: string[] = [];
  for (const part of resolveFrom(workingDirectory, path).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** A source over texts in memory, for tests and for checking text that is not in a file. */
export function textSource(
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): FileSource {
  const names = Object.keys(files).sort();
  return {
    read: (path) => {
      const value = files[path];
      return value === undefined ? { ok: false, error: "missing" } : { ok: true, value };
    },
    glob: (pattern) => names.filter((name) => matchesGlob(pattern, name)),
    environment: (name) => environment[name],
    workingDirectory: "/etc/keepalived",
    hostName: "router1.example.org",
    randomSeed: 1,
  };
}

/** `*` and `?` within one path component, in linear time; enough for texts in memory. */
function matchesGlob(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let mark = 0;
  while (n < name.length) {
    if (p < pattern.length && (pattern[p] === "?" ? name[n] !== "/" : pattern[p] === name[n])) {
      p += 1;
      n += 1;
    } else if (pattern[p] === "*") {
      star = p;
      mark = n;
      p += 1;
    } else if (star >= 0 && name[mark] !== "/") {
      p = star + 1;
      mark += 1;
      n = mark;
    } else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}
