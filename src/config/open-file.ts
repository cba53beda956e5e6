/** Opening what an include line names, and the sentences for files that cannot be read. */
import { expandBraces, hasWildcard } from "./includes.ts";
import type { IncludeCheck, IncludeLine } from "./includes.ts";
import { MAX_FILES, MAX_INCLUDED_CHARACTERS } from "./limits.ts";
import { spanIn } from "./line-text.ts";
import type { LineText } from "./line-text.ts";
import { hasRoom, problem, pushFile } from "./reading.ts";
import type { Reading } from "./reading.ts";
import { absolutePath, directoryOf, resolveFrom } from "./source.ts";
import type { ReadProblem } from "./source.ts";

/** Pushes the files that an include line names, so that the first is read first. */
export function openIncluded(reading: Reading, include: IncludeLine, line: LineText): void {
  if (include.pattern === "") {
    problem(reading, "syntax", `${include.keyword} names no file - ignored`, line);
    return;
  }
  const alternatives = expandBraces(include.pattern);
  if (alternatives === undefined) {
    problem(reading, "limit", `${include.pattern} has too many alternatives - ignored`, line);
    return;
  }
  const checks = checksFor(reading, include);
  const paths: string[] = [];
  for (const pattern of alternatives) {
    const found = pathsFor(reading, pattern);
    paths.push(...found);
    if (found.length === 0 && alternatives.length > 1 && checks.has("brace_match")) {
      missing(reading, line, include, { pattern, isRequired: true });
    }
  }
  if (paths.length === 0) {
    const isWildcard = alternatives.some(hasWildcard);
    const isRequired =
      (isWildcard && checks.has("wildcard_match")) || (!isWildcard && checks.has("match"));
    if (isRequired || !isWildcard) {
      missing(reading, line, include, { pattern: include.pattern, isRequired });
    }
  }
  openAll(reading, paths, { include, line, isRequired: checks.has("read") });
}

function checksFor(reading: Reading, include: IncludeLine): ReadonlySet<IncludeCheck> {
  const all: readonly IncludeCheck[] = reading.options.allIncludesRequired
    ? ["read", "match", "wildcard_match", "brace_match"]
    : [];
  return new Set([...reading.includeChecks, ...include.checks, ...all]);
}

function pathsFor(reading: Reading, pattern: string): readonly string[] {
  const path = tidyPath(resolveFrom(shownDirectory(reading), pattern));
  if (hasWildcard(pattern)) return reading.source.glob(path);
  const content = reading.source.read(path);
  return !content.ok && content.error === "missing" ? [] : [path];
}

/** The directory of the current file, spelled as the file was. */
function shownDirectory(reading: Reading): string {
  const file = reading.inputs.findLast((input) => input.kind === "file");
  return file === undefined ? "." : directoryOf(file.path);
}

/** Without `x/..` in the middle, so that messages show the shortest name of a file. */
function tidyPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    const last = parts.at(-1);
    if (part === ".." && last !== undefined && last !== ".." && last !== "") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function missing(
  reading: Reading,
  line: LineText,
  include: IncludeLine,
  { pattern, isRequired }: { readonly pattern: string; readonly isRequired: boolean },
): void {
  reading.report({
    severity: isRequired ? "error" : "warning",
    code: isRequired ? "include-required" : "include-missing",
    message: `${include.keyword} ${pattern}: no such file`,
    at: spanIn(line, include.patternAt, line.text.length),
  });
}

const WORDS: Readonly<Record<ReadProblem, string>> = {
  missing: "no such file",
  unreadable: "it cannot be read",
  "not-a-regular-file": "it is not a regular file",
  executable: "it is executable, and configuration files must not be",
};

export function describeReadProblem(path: string, error: ReadProblem): string {
  return `cannot read ${path}: ${WORDS[error]}`;
}

interface Opening {
  readonly include: IncludeLine;
  readonly line: LineText;
  readonly isRequired: boolean;
}

function openAll(reading: Reading, paths: readonly string[], opening: Opening): void {
  if (paths.length === 0 || !hasRoom(reading, opening.line)) return;
  const open = paths.map((path) => () => {
    openOne(reading, path, opening);
  });
  reading.inputs.push({ kind: "queue", open, next: 0 });
}

/** The cheap refusals come first: files that include each other ask very often. */
function openOne(reading: Reading, path: string, opening: Opening): void {
  const { line } = opening;
  if (isOpen(reading, path)) {
    problem(reading, "limit", `${path} includes itself - ignored`, line);
    return;
  }
  if (reading.files.length >= MAX_FILES) {
    problem(reading, "limit", `more than ${MAX_FILES} files - ${path} is ignored`, line);
    return;
  }
  const content = reading.source.read(path);
  if (!content.ok) {
    reading.report({
      severity: opening.isRequired ? "error" : "warning",
      code: opening.isRequired ? "include-required" : "include-missing",
      message: describeReadProblem(path, content.error),
      at: spanIn(line, opening.include.patternAt, line.text.length),
    });
    return;
  }
  reading.charactersIncluded += content.value.length;
  if (reading.charactersIncluded > MAX_INCLUDED_CHARACTERS) {
    const message = `the included files have more than ${MAX_INCLUDED_CHARACTERS} characters - ${path} is ignored`;
    problem(reading, "limit", message, line);
  } else if (hasRoom(reading, line)) {
    reading.includes.set(path, line);
    pushFile(reading, path, content.value);
  }
}

function isOpen(reading: Reading, path: string): boolean {
  const wanted = absolutePath(reading.source.workingDirectory, path);
  return reading.inputs.some((input) => input.kind === "file" && input.absolutePath === wanted);
}
