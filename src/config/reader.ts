/**
 * The language around the keywords: files to lines, with comments, includes, conditions,
 * definitions and generators done away with. What comes out are plain lines that know where they
 * were written. Order per line as keepalived.conf(5) has it: comment, include, `@`, `$X=`, `~`, `$X`.
 */
import { stripComment, withoutContinuation } from "./comments.ts";
import { randomSource, readDefinitionHead, substitute } from "./definitions.ts";
import type { Definition } from "./definitions.ts";
import { parseGenerator, readGeneratorHead } from "./generators.ts";
import type { GeneratorHead } from "./generators.ts";
import { applyIncludeCheck, readInclude } from "./includes.ts";
import { MAX_DEFINITION_LINES, MAX_LINES } from "./limits.ts";
import { skipBlanks, skipWord, sliceLine, trimLine } from "./line-text.ts";
import type { LineText } from "./line-text.ts";
import { openIncluded } from "./open-file.ts";
import { hasRoom, nextLine, problem, pushFile } from "./reading.ts";
import type { Reading } from "./reading.ts";

/** Hands every line of `text` and of what it includes to the sink, in order. */
export function readFile(reading: Reading, path: string, text: string): void {
  pushFile(reading, path, text);
  for (let line = nextLine(reading); line !== undefined; line = nextLine(reading)) {
    reading.linesRead += 1;
    if (reading.linesRead > MAX_LINES || reading.charactersLeft < 0) {
      reading.inputs.length = 0;
      const message =
        reading.linesRead > MAX_LINES
          ? `the configuration has more than ${MAX_LINES} lines once expanded - the rest is ignored`
          : "the configuration needs too many substitutions - the rest is ignored";
      problem(reading, "limit", message, line);
      return;
    }
    if (reading.isInert && isPlain(line.text)) reading.sink(line, reading.isBare);
    else processLine(reading, stripComment(line));
  }
}

/**
 * Whether a line without comment and parameter stands for itself, as nearly all do: not empty, and
 * none of those that act on the reading. `processLine` would leave it as it is.
 */
function isPlain(text: string): boolean {
  switch (text.charAt(0)) {
    case "":
    case "@":
    case "~":
      return false;
    case "i":
      return !text.startsWith("include");
    case "r":
      return !text.startsWith("random_seed");
    default:
      return true;
  }
}

function processLine(reading: Reading, stripped: LineText): void {
  if (stripped.text === "") return;
  const include = readInclude(stripped.text);
  if (include !== undefined) {
    openIncluded(reading, include, stripped);
    return;
  }
  let line = stripped;
  for (;;) {
    const kept = line.text.startsWith("@") ? applyCondition(reading, line) : line;
    if (kept === undefined || kept.text === "") return;
    const head = readDefinitionHead(kept.text);
    if (head !== undefined) {
      define(reading, head.name, sliceLine(kept, head.valueAt));
      return;
    }
    const generator = readGeneratorHead(kept.text);
    if (generator !== undefined) {
      pushGenerator(reading, kept, generator);
      return;
    }
    const substituted = substitute(kept, reading.definitions, reading.report);
    pushReplay(reading, substituted.following, kept);
    line = trimLine(substituted.line);
    // What a parameter brought in may itself start with `@` or `~`.
    if (!substituted.changed || !/^[@~]/.test(line.text)) break;
  }
  if (line.text !== "") emit(reading, line);
}

function emit(reading: Reading, line: LineText): void {
  const { text } = line;
  // Two settings act on the reading itself, from the next line on.
  if (text.startsWith("include_check") || text.startsWith("random_seed")) {
    const [keyword, ...words] = text.split(/\s+/);
    if (keyword === "include_check") {
      reading.includeChecks = applyIncludeCheck(reading.includeChecks, words);
    } else if (keyword === "random_seed") {
      reading.random = randomSource(Number(words[0] ?? 0) || 0);
    }
  }
  reading.sink(line, false);
}

/** What is left of `@ID rest` and `@^ID rest`; undefined when the line does not count here. */
function applyCondition(reading: Reading, line: LineText): LineText | undefined {
  const isNegative = line.text.startsWith("@^");
  const from = isNegative ? 2 : 1;
  const end = skipWord(line.text, from);
  const matches = line.text.slice(from, end) === reading.options.configId;
  if (matches === isNegative) return undefined;
  return sliceLine(line, skipBlanks(line.text, end));
}

/** Stores `$NAME=`; a value that ends in `\` takes the following lines too. */
function define(reading: Reading, name: string, value: LineText): void {
  const first = withoutContinuation(value);
  const definition: Definition =
    first === undefined ? [value] : [first, ...continuedLines(reading, name, value)];
  reading.definitions.user.set(name, definition);
}

function continuedLines(reading: Reading, name: string, value: LineText): LineText[] {
  const lines: LineText[] = [];
  while (lines.length < MAX_DEFINITION_LINES) {
    const next = nextLine(reading);
    if (next === undefined) return lines;
    const stripped = stripComment(next);
    // As measured with 2.2.7: an empty line ends the definition like one without a backslash.
    if (stripped.text === "") return lines;
    const open = withoutContinuation(stripped);
    lines.push(open ?? stripped);
    if (open === undefined) return lines;
  }
  problem(reading, "limit", `$${name} has more than ${MAX_DEFINITION_LINES} lines`, value);
  return lines;
}

function pushReplay(reading: Reading, lines: readonly LineText[], asked: LineText): void {
  if (lines.length === 0 || !hasRoom(reading, asked)) return;
  reading.inputs.push({ kind: "replay", lines, next: 0 });
}

function pushGenerator(reading: Reading, line: LineText, head: GeneratorHead | "unclosed"): void {
  if (head === "unclosed") {
    problem(reading, "syntax", `'${line.text}' has no closing bracket - line ignored`, line);
    return;
  }
  const written = sliceLine(line, head.argumentsAt, head.argumentsEnd);
  const { line: known } = substitute(written, reading.definitions, reading.report);
  const generator = parseGenerator(head.kind, known.text);
  if (!generator.ok) {
    problem(reading, "syntax", `${generator.error} - line ignored`, written);
    return;
  }
  const rest = trimLine(sliceLine(line, head.restAt));
  if (rest.text === "" || !hasRoom(reading, line)) return;
  const lines = generator.value.count * roundsLeft(reading);
  if (lines > MAX_LINES) {
    const message =
      `~${head.kind} inside other generators makes ${lines} lines; at most ${MAX_LINES} are ` +
      "allowed - ignored";
    problem(reading, "limit", message, line);
    // Those around it would only ask again.
    const outermost = reading.inputs.findIndex(({ kind }) => kind === "generator");
    if (outermost >= 0) reading.inputs.length = outermost;
    return;
  }
  reading.inputs.push({ kind: "generator", generator: generator.value, rest, next: 0 });
}

/** How many times the line being read will come up, this time included. */
function roundsLeft({ inputs }: Reading): number {
  return inputs.reduce(
    (product, input) =>
      input.kind === "generator" ? product * (input.generator.count - input.next + 1) : product,
    1,
  );
}
