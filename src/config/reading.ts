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
import { lineOfFile, spanIn } from "./line-text.ts";
import type { LineText } from "./line-text.ts";
import { absolutePath } from "./source.ts";
import type { FileSource } from "./source.ts";

export interface ReadOptions {
  /** The id that `@ID` lines are compared with. */
  readonly configId: string;
  /** `--all-config`: every include that finds nothing is an error. */
  readonly allIncludesRequired: boolean;
}

export type LineSink = (line: LineText) => void;

interface FileInput {
  readonly kind: "file";
  readonly path: string;
  /** Absolute; what `$_PWD` and relative includes mean while this file is read. */
  readonly directory: string;
  readonly lines: readonly string[];
  next: number;
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
  readonly definitions: Definitions;
  includeChecks: ReadonlySet<IncludeCheck>;
  random: (minimum: number, maximum: number) => number;
  linesRead: number;
  charactersLeft: number;
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
    linesRead: 0,
    charactersLeft: MAX_SUBSTITUTED_CHARACTERS,
  };
  return reading;
}

/** Makes `text` the next thing to be read, as the content of `path`. */
export function pushFile(reading: Reading, path: string, text: string): void {
  const absolute = absolutePath(reading.source.workingDirectory, path);
  const directory = absolute.slice(0, Math.max(1, absolute.lastIndexOf("/")));
  const lines = (text.startsWith("\ufeff") ? text.slice(1) : text).split("\n");
  reading.files.push(path);
  reading.inputs.push({ kind: "file", path, directory, lines, next: 0 });
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
  const index = input.next;
  input.next += 1;
  if (input.kind === "replay") return input.lines[index];
  if (input.kind === "queue") return undefined;
  if (input.kind === "generator") {
    if (index >= input.generator.count) return undefined;
    const values = input.generator.valuesAt(index);
    for (const [i, name] of input.generator.variables.entries()) {
      reading.definitions.user.set(name, [{ ...input.rest, text: values[i] ?? "" }]);
    }
    return input.rest;
  }
  const text = input.lines[index];
  if (text === undefined) return undefined;
  const line = lineOfFile(input.path, index + 1, text);
  if (text.length > MAX_LINE_LENGTH) {
    const message = `line of ${text.length} characters is too long (at most ${MAX_LINE_LENGTH}) - ignored`;
    problem(reading, "limit", message, { ...line, text: "" });
    return { ...line, text: "" };
  }
  if (text.includes("\0")) {
    problem(reading, "syntax", "line contains a NUL byte - ignored", { ...line, text: "" });
    return { ...line, text: "" };
  }
  return line;
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
