/** The file system, the environment and the host's name, as the configuration reads them. */
import { accessSync, constants, readFileSync, readdirSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import type { FileSource, ReadProblem } from "../config/source.ts";

/** A source over the real file system; relative paths start from the working directory. */
export function nodeSource(): FileSource {
  return {
    read: readConfigFile,
    glob: (pattern) => glob(pattern),
    environment: (name) => process.env[name],
    mode: (path) => statSync(path, { throwIfNoEntry: false })?.mode,
    workingDirectory: process.cwd(),
    hostName: hostname(),
    randomSeed: Date.now() >>> 0,
  };
}

/** Whether a program is there: at its path, or by a bare name in PATH. For `LoadOptions`. */
export function programExists(program: string): boolean {
  const candidates = program.includes("/")
    ? [program]
    : (process.env["PATH"] ?? DEFAULT_PATH).split(":").map((directory) => join(directory, program));
  return candidates.some((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const ANY_EXECUTE_BIT = 0o111;

/** A configuration is a regular file without any execute bit, as Keepalived has it. */
function readConfigFile(path: string): Result<string, ReadProblem> {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return fail("missing");
  if (!status.isFile()) return fail("not-a-regular-file");
  if ((status.mode & ANY_EXECUTE_BIT) !== 0) return fail("executable");
  try {
    accessSync(path, constants.R_OK);
    return ok(readFileSync(path, "utf8"));
  } catch (error: unknown) {
    if (error instanceof Error) return fail("unreadable");
    throw error;
  }
}

/** `*`, `?` and `[...]` in any component, in byte order as glob(3) sorts; dot files need a dot. */
function glob(pattern: string): readonly string[] {
  const isAbsolute = pattern.startsWith("/");
  let found = [isAbsolute ? "/" : ""];
  for (const component of pattern.split("/").filter((part) => part !== "")) {
    found = found.flatMap((directory) => matchesIn(directory, component));
  }
  return found;
}

function matchesIn(directory: string, component: string): string[] {
  if (!/[*?[]/.test(component)) {
    const path = directory === "" ? component : join(directory, component);
    return statSync(path, { throwIfNoEntry: false }) === undefined ? [] : [path];
  }
  return namesIn(directory)
    .filter((name) => name.startsWith(".") === component.startsWith("."))
    .filter((name) => matchesComponent(component, name))
    .sort()
    .map((name) => (directory === "" ? name : join(directory, name)));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory === "" ? "." : directory);
  } catch (error: unknown) {
    if (error instanceof Error) return [];
    throw error;
  }
}

/** Linear in both lengths: on a mismatch only the last `*` is taken up again. */
function matchesComponent(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let mark = 0;
  while (n < name.length) {
    const step = matchOne(pattern, p, name.charAt(n));
    if (pattern[p] === "*") {
      star = p;
      mark = n;
      p += 1;
    } else if (step > 0) {
      p += step;
      n += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      n = mark;
    } else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}

/** How much of the pattern one character uses up; 0 when it does not match. */
function matchOne(pattern: string, at: number, character: string): number {
  const wanted = pattern[at];
  if (wanted === undefined) return 0;
  if (wanted === "?") return 1;
  if (wanted !== "[") return wanted === character ? 1 : 0;
  const isNegative = pattern[at + 1] === "!" || pattern[at + 1] === "^";
  const from = at + (isNegative ? 2 : 1);
  const close = pattern.indexOf("]", from + 1);
  if (close < 0) return wanted === character ? 1 : 0;
  let isListed = false;
  for (let i = from; i < close; i += 1) {
    const isRange = pattern[i + 1] === "-" && i + 2 < close;
    const last = isRange ? pattern.charAt(i + 2) : pattern.charAt(i);
    if (character >= pattern.charAt(i) && character <= last) isListed = true;
    if (isRange) i += 2;
  }
  return isListed === isNegative ? 0 : close + 1 - at;
}
