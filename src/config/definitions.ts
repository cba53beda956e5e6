/**
 * Parameters: `$NAME=value`, their substitution, and the ones that are always there.
 * keepalived.conf(5), Parameter substitution and Pre-defined definitions.
 */
import type { Report } from "./diagnostics.ts";
import { MAX_LINE_LENGTH, MAX_SUBSTITUTIONS_PER_LINE } from "./limits.ts";
import { isBlank, replaceInLine, skipBlanks, spanIn } from "./line-text.ts";
import type { LineText } from "./line-text.ts";

/** One line, or several for a definition continued with `\`. */
export type Definition = readonly [LineText, ...LineText[]];

export interface Definitions {
  readonly user: Map<string, Definition>;
  readonly configId: string;
  /** The directory of the file being read. */
  directory(): string;
  environment(name: string): string | undefined;
  /** A number between both, both included. */
  random(minimum: number, maximum: number): number;
  /** Accounts for work done; false once the run has used up its share. */
  spend(characters: number): boolean;
}

export interface Substituted {
  readonly line: LineText;
  readonly changed: boolean;
  /** Further lines to read next, when a definition of several lines ended this one. */
  readonly following: readonly LineText[];
}

interface Reference {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** The name and the offset of the value when the line is `$NAME=value`. */
export function readDefinitionHead(
  text: string,
): { readonly name: string; readonly valueAt: number } | undefined {
  if (text.charCodeAt(0) !== 0x24) return undefined;
  const end = nameEnd(text, 1);
  if (end === 1 || text[end] !== "=") return undefined;
  return { name: text.slice(1, end), valueAt: skipBlanks(text, end + 1) };
}

/** The line with every known parameter replaced, again and again until none is left. */
export function substitute(line: LineText, definitions: Definitions, report: Report): Substituted {
  let current = line;
  let from = current.text.indexOf("$");
  if (from < 0) return { line, changed: false, following: [] };
  for (let count = 0; from >= 0; from = current.text.indexOf("$", from)) {
    const reference = readReference(current.text, from);
    const definition = reference && valueOf(reference, current, definitions, report);
    if (reference === undefined || definition === undefined) {
      from += 1;
      continue;
    }
    const isWhole = reference.start === 0 && reference.end === current.text.length;
    const isLast = skipBlanks(current.text, reference.end) === current.text.length;
    const [first, ...rest] = definition;
    if (rest.length > 0 && isWhole) {
      const following = definition.map((made) => ({ ...made, askedBy: line }));
      return { line: { ...current, text: "" }, changed: true, following };
    }
    if (rest.length > 0 && !isLast) {
      report(several(reference, current));
      from += 1;
      continue;
    }
    count += 1;
    const length = current.text.length + first.text.length;
    if (count > MAX_SUBSTITUTIONS_PER_LINE || length > MAX_LINE_LENGTH) {
      return refuse(line, reference, report);
    }
    if (!definitions.spend(length)) return { line, changed: false, following: [] };
    current = replaceInLine(current, reference.start, reference.end, first.text);
    if (rest.length > 0) {
      return {
        line: current,
        changed: true,
        following: rest.map((made) => ({ ...made, askedBy: line })),
      };
    }
  }
  return { line: current, changed: current !== line, following: [] };
}

function several(reference: Reference, line: LineText): Parameters<Report>[0] {
  return {
    severity: "warning",
    code: "ignored",
    message: `$${reference.name} has several lines and is replaced only at the end of a line`,
    at: spanIn(line, reference.start, reference.end),
    fix: "put it on a line of its own",
  };
}

function refuse(line: LineText, reference: Reference, report: Report): Substituted {
  report({
    severity: "error",
    code: "limit",
    message:
      `$${reference.name} expands without end: more than ${MAX_SUBSTITUTIONS_PER_LINE} ` +
      `replacements or ${MAX_LINE_LENGTH} characters in one line - line ignored`,
    at: spanIn(line, 0, line.text.length),
    fix: "look for definitions that contain each other",
  });
  return { line: { ...line, text: "" }, changed: true, following: [] };
}

/** `${NAME ...}` anywhere, `$NAME` before a blank, a comma, `)` or the end. */
function readReference(text: string, start: number): Reference | undefined {
  if (text[start + 1] === "{") {
    const end = nameEnd(text, start + 2);
    const close = text.indexOf("}", end);
    if (end === start + 2 || close < 0) return undefined;
    const name = text.slice(start + 2, end);
    const rest = text.slice(end, close);
    if (rest !== "" && !isBlank(rest.charCodeAt(0))) return undefined;
    const parameters = rest.split(/[ \t]/).filter((word) => word !== "");
    return { name, parameters, start, end: close + 1 };
  }
  const end = nameEnd(text, start + 1);
  const next = text.charAt(end);
  const isEnded = next === "" || next === "," || next === ")" || isBlank(next.charCodeAt(0));
  if (end === start + 1 || !isEnded) return undefined;
  return { name: text.slice(start + 1, end), parameters: [], start, end };
}

function nameEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && isNameCharacter(text.charCodeAt(at), at > from)) at += 1;
  return at;
}

function isNameCharacter(code: number, digitsToo: boolean): boolean {
  return (
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x5f ||
    (digitsToo && code >= 0x30 && code <= 0x39)
  );
}

function valueOf(
  reference: Reference,
  line: LineText,
  definitions: Definitions,
  report: Report,
): Definition | undefined {
  const user = definitions.user.get(reference.name);
  if (user !== undefined) return reference.parameters.length === 0 ? user : undefined;
  const value = builtIn(reference, definitions);
  if (value === undefined) return undefined;
  if (typeof value === "string") return [{ ...line, text: value, columns: undefined }];
  report({
    severity: "error",
    code: "bad-value",
    message: value.problem,
    at: spanIn(line, reference.start, reference.end),
  });
  return undefined;
}

function builtIn(
  { name, parameters }: Reference,
  definitions: Definitions,
): string | { readonly problem: string } | undefined {
  switch (name) {
    case "_PWD":
      return definitions.directory();
    case "_INSTANCE":
      return definitions.configId;
    case "_HASH":
      return "#";
    case "_BANG":
      return "!";
    case "_RANDOM":
      return randomValue(parameters, definitions);
    case "_ENV": {
      const [variable] = parameters;
      if (variable === undefined || parameters.length > 1) {
        return { problem: "${_ENV} needs the name of one environment variable, as ${_ENV HOME}" };
      }
      return definitions.environment(variable) ?? "";
    }
    default:
      return undefined;
  }
}

const RANDOM_MAXIMUM = 32_767;

function randomValue(
  parameters: readonly string[],
  definitions: Definitions,
): string | { readonly problem: string } {
  const numbers = parameters.map((word) => (/^[0-9]{1,9}$/.test(word) ? Number(word) : Number.NaN));
  const [first = 0, second = RANDOM_MAXIMUM] = numbers;
  if (numbers.length > 2 || numbers.some(Number.isNaN)) {
    return { problem: "${_RANDOM MIN MAX} takes whole numbers only" };
  }
  return String(definitions.random(Math.min(first, second), Math.max(first, second)));
}

/** A small generator (mulberry32): what `$_RANDOM` shows depends on the seed alone. */
export function randomSource(seed: number): (minimum: number, maximum: number) => number {
  let state = seed >>> 0;
  return (minimum, maximum) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const fraction = ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    return minimum + Math.floor(fraction * (maximum - minimum + 1));
  };
}
