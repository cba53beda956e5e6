/**
 * What is being read: a stack of files, definitions and generators, from which lines are taken one
 * at a time. Every way to grow it has a bound.
 */
import { assert } from "../base/failure.ts";
import { randomSource } from "./definitions.ts";
import type { Definitions } from "./definitions.ts";
import type { DiagnosticCode, Report } from "./diagnostics.ts";
import type { Generator } from "./generators.ts";
import type { IncludeCheck } from "./includes.ts";
import { MAX_INPUT_DEPTH, MAX_LINE_LENGTH, MAX_SUBSTITUTED_CHARACTERS } from "./limits.ts";
import { isBlank, lineOfFile, spanIn } from "./line-text.ts";
import type { LineText } from "./line-text.ts";
import { absolutePath } from "./source.ts";
import type { FileSource } from "./source.ts";

export interface ReadOptions {
  /** The id that `@ID` lines are compared with. */
  readonly configId: string;
  /** `--all-config`: every include that finds nothing is an error. */
  readonly allIncludesRequired: boolean;
}

/** Takes a line; a bare one has neither quotes nor braces. */
export type LineSink = (line: LineText, isBare: boolean) => void;

/** A character that makes a line more than its words, and where in the text it stands next. */
interface Mark {
  readonly character: string;
  at: number;
}

/** Several of them, and where the next one of them stands. */
interface Marks {
  readonly each: readonly Mark[];
  at: number;
}

/** Characters of comments, escapes of them, and parameters. */
const ACTING = "#!$";
const OF_BLOCKS = '"{}';

interface FileInput {
  readonly kind: "file";
  readonly path: string;
  readonly absolutePath: string;
  /** Absolute; what `$_PWD` and relative includes mean while this file is read. */
  readonly directory: string;
  readonly text: string;
  /** So that most lines are told to be plain without a look at each of their characters. */
  readonly acting: Marks;
  readonly ofBlocks: Marks;
  readonly nul: Marks;
  /** Lines taken so far, and where in the text the next one begins; undefined after the last. */
  next: number;
  at: number | undefined;
}

/** The lines of a definition, read in place of the `$NAME` that asked for them. */
interface ReplayInput {
  readonly kind: "replay";
  readonly lines: readonly LineText[];
  next: number;
}

interface GeneratorInput {
  readonly kind: "generator";
  readonly generator: Generator;
  readonly rest: LineText;
  next: number;
}

/** Files that an include line matched, opened one after the other. */
interface QueueInput {
  readonly kind: "queue";
  readonly open: readonly (() => void)[];
  next: number;
}

type Input = FileInput | ReplayInput | GeneratorInput | QueueInput;

/** Everything that lives while one configuration is read. */
export interface Reading {
  readonly source: FileSource;
  readonly options: ReadOptions;
  readonly report: Report;
  readonly sink: LineSink;
  readonly inputs: Input[];
  readonly files: string[];
  /** The line that included each file. */
  readonly includes: Map<string, LineText>;
  readonly definitions: Definitions;
  includeChecks: ReadonlySet<IncludeCheck>;
  random: (minimum: number, maximum: number) => number;
  /** Whether the line taken last stands in its file without anything that acts on the reading. */
  isInert: boolean;
  /** The same of quotes and braces. */
  isBare: boolean;
  linesRead: number;
  charactersLeft: number;
  charactersIncluded: number;
}

export function createReading(
  source: FileSource,
  options: ReadOptions,
  report: Report,
  sink: LineSink,
): Reading {
  const reading: Reading = {
    source,
    options,
    report,
    sink,
    inputs: [],
    files: [],
    includes: new Map(),
    definitions: {
      user: new Map(),
      configId: options.configId,
      directory: () => currentDirectory(reading),
      environment: (name) => source.environment(name),
      random: (minimum, maximum) => reading.random(minimum, maximum),
      spend: (characters) => {
        reading.charactersLeft -= characters;
        return reading.charactersLeft >= 0;
      },
    },
    includeChecks: new Set(),
    random: randomSource(source.randomSeed),
    isInert: false,
    isBare: false,
    linesRead: 0,
    charactersLeft: MAX_SUBSTITUTED_CHARACTERS,
    charactersIncluded: 0,
  };
  return reading;
}

/** Makes `text` the next thing to be read, as the content of `path`. */
export function pushFile(reading: Reading, path: string, text: string): void {
  const absolute = absolutePath(reading.source.workingDirectory, path);
  const directory = absolute.slice(0, Math.max(1, absolute.lastIndexOf("/")));
  const at = text.startsWith("\ufeff") ? 1 : 0;
  reading.files.push(path);
  reading.inputs.push({
    kind: "file",
    path,
    absolutePath: absolute,
    directory,
    text,
    acting: marksOf(ACTING),
    ofBlocks: marksOf(OF_BLOCKS),
    nul: marksOf("\0"),
    next: 0,
    at,
  });
}

function marksOf(characters: string): Marks {
  return { each: Array.from(characters, (character) => ({ character, at: -1 })), at: -1 };
}

/** Whether one of the marks stands between two places; asked for one line after the other. */
function holds(text: string, marks: Marks, from: number, to: number): boolean {
  if (marks.at < from) {
    marks.at = text.length;
    for (const mark of marks.each) {
      if (mark.at < from) mark.at = placeOf(mark.character, text, from);
      marks.at = Math.min(marks.at, mark.at);
    }
  }
  return marks.at < to;
}

function placeOf(character: string, text: string, from: number): number {
  const at = text.indexOf(character, from);
  return at < 0 ? text.length : at;
}

export function currentDirectory(reading: Reading): string {
  const file = reading.inputs.findLast((input) => input.kind === "file");
  return file?.directory ?? reading.source.workingDirectory;
}

/** The next physical or made line, or undefined at the end of everything. */
export function nextLine(reading: Reading): LineText | undefined {
  for (;;) {
    const input = reading.inputs.at(-1);
    if (input === undefined) return undefined;
    const opener = input.kind === "queue" ? input.open[input.next] : undefined;
    if (opener !== undefined) {
      input.next += 1;
      opener();
      continue;
    }
    const line = takeLine(reading, input);
    if (line !== undefined) return line;
    reading.inputs.pop();
  }
}

function takeLine(reading: Reading, input: Input): LineText | undefined {
  if (input.kind === "file") return takeLineOfFile(reading, input);
  reading.isInert = false;
  reading.isBare = false;
  const index = input.next;
  input.next += 1;
  if (input.kind === "replay") return input.lines[index];
  if (input.kind === "queue") return undefined;
  if (index >= input.generator.count) return undefined;
  const values = input.generator.valuesAt(index);
  for (const [i, name] of input.generator.variables.entries()) {
    reading.definitions.user.set(name, [{ ...input.rest, text: values[i] ?? "" }]);
  }
  return input.rest;
}

/** The next line of a file without the blanks around it: cut out of the text once, as it stays. */
function takeLineOfFile(reading: Reading, input: FileInput): LineText | undefined {
  const { text, at: from } = input;
  if (from === undefined) return undefined;
  const newline = text.indexOf("\n", from);
  const to = newline < 0 ? text.length : newline;
  input.at = newline < 0 ? undefined : newline + 1;
  input.next += 1;
  const refusal = refusalOf(input, from, to);
  if (refusal !== undefined) {
    const line = lineOfFile(input.path, input.next, "");
    problem(reading, refusal.code, refusal.message, line);
    return line;
  }
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  reading.isInert = !holds(text, input.acting, start, end);
  reading.isBare = !holds(text, input.ofBlocks, start, end);
  return lineOfFile(input.path, input.next, text.slice(start, end), start - from + 1);
}

/** Why a line is not read, if so. */
function refusalOf(
  { text, nul }: FileInput,
  from: number,
  to: number,
): { readonly code: DiagnosticCode; readonly message: string } | undefined {
  if (to - from > MAX_LINE_LENGTH) {
    const message = `line of ${to - from} characters is too long (at most ${MAX_LINE_LENGTH}) - ignored`;
    return { code: "limit", message };
  }
  if (holds(text, nul, from, to)) {
    return { code: "syntax", message: "line contains a NUL byte - ignored" };
  }
  return undefined;
}

/** Whether one more input may be opened; says why not. */
export function hasRoom(reading: Reading, asked: LineText): boolean {
  assert(reading.inputs.length <= MAX_INPUT_DEPTH, "inputs deeper than their bound");
  if (reading.inputs.length < MAX_INPUT_DEPTH) return true;
  const message = `includes, definitions and generators are more than ${MAX_INPUT_DEPTH} deep - ignored`;
  problem(reading, "limit", message, asked);
  return false;
}

export function problem(
  reading: Reading,
  code: DiagnosticCode,
  message: string,
  line: LineText,
): void {
  reading.report({ severity: "error", code, message, at: spanIn(line, 0, line.text.length) });
}
