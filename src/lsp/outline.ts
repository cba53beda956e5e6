/**
 * A file as an editor sees it: blocks, statements and words with their places, also while half of it
 * is written. Nothing is expanded; comments, quotes and braces are read as the configuration's
 * reader reads them.
 */
import { stripComment, withoutContinuation } from "../config/comments.ts";
import { readDefinitionHead } from "../config/definitions.ts";
import { readGeneratorHead } from "../config/generators.ts";
import { readInclude } from "../config/includes.ts";
import { MAX_BLOCK_DEPTH, MAX_LINE_LENGTH } from "../config/limits.ts";
import { columnAt, lineOfFile, skipBlanks, skipWord, sliceLine } from "../config/line-text.ts";
import { trimLine } from "../config/line-text.ts";
import type { LineText } from "../config/line-text.ts";
import { splitWords } from "../config/words.ts";

/** Part of one line; lines and characters (UTF-16 code units) count from 0. */
export interface Place {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

export interface PlacedWord extends Place {
  /** Without its quotes. */
  readonly text: string;
}

export interface Entry {
  readonly words: readonly [PlacedWord, ...PlacedWord[]];
  readonly block: Block | undefined;
}

export interface Block {
  readonly open: Place;
  /** The closing brace, or an empty place where the block ends without one. */
  readonly close: Place;
  readonly entries: readonly Entry[];
}

export interface DefinitionLine {
  readonly name: PlacedWord;
  /** The lines of its value. */
  readonly value: readonly string[];
}

export interface IncludeMention {
  /** The keyword and the pattern. */
  readonly place: Place;
  readonly pattern: string;
}

/** `@ID` or `@^ID` in front of a line. */
export interface Condition extends PlacedWord {
  readonly isNegative: boolean;
}

export interface Outline {
  readonly lines: readonly string[];
  readonly entries: readonly Entry[];
  readonly definitions: readonly DefinitionLine[];
  readonly includes: readonly IncludeMention[];
  readonly conditions: readonly Condition[];
  /** Where the comment of a line begins, by line. */
  readonly comments: ReadonlyMap<number, number>;
}

interface OpenEntry {
  readonly words: readonly [PlacedWord, ...PlacedWord[]];
  block: OpenBlock | undefined;
}

interface OpenBlock {
  readonly open: Place;
  close: Place;
  readonly entries: OpenEntry[];
}

interface OpenDefinition {
  readonly name: PlacedWord;
  readonly value: string[];
}

interface Scan {
  readonly lines: readonly string[];
  readonly entries: OpenEntry[];
  readonly blocks: OpenBlock[];
  readonly definitions: OpenDefinition[];
  readonly includes: IncludeMention[];
  readonly conditions: Condition[];
  readonly comments: Map<number, number>;
  /** The definition that the next line continues. */
  continued: OpenDefinition | undefined;
  /** Blocks beyond the depth bound, which are counted only. */
  tooDeep: number;
  readonly isTopLevel: (keyword: string) => boolean;
}

/**
 * Reads a text of any shape. A keyword for which `isTopLevel` holds ends every open block when it
 * stands at the very left: while one block is being written, the ones below keep their meaning.
 */
export function readOutline(text: string, isTopLevel: (keyword: string) => boolean): Outline {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  const scan: Scan = {
    lines,
    entries: [],
    blocks: [],
    definitions: [],
    includes: [],
    conditions: [],
    comments: new Map(),
    continued: undefined,
    tooDeep: 0,
    isTopLevel,
  };
  for (const [number, line] of lines.entries()) {
    if (line.length <= MAX_LINE_LENGTH) scanLine(scan, number, line);
  }
  closeAll(scan, lines.length - 1);
  return scan;
}

function scanLine(scan: Scan, number: number, raw: string): void {
  const line = stripComment(trimLine(lineOfFile("", number, raw)));
  const end = columnAt(line, line.text.length) - 1;
  const rest = raw.slice(end).trimStart();
  if (/^[#!]/.test(rest)) scan.comments.set(number, raw.length - rest.length);
  const { continued } = scan;
  if (continued !== undefined) {
    const open = withoutContinuation(line);
    continued.value.push((open ?? line).text);
    if (open === undefined) scan.continued = undefined;
    return;
  }
  const include = readInclude(line.text);
  if (include === undefined) scanStatement(scan, withoutPrefixes(scan, line));
  else {
    const place = placeIn(line, 0, line.text.length);
    scan.includes.push({ place, pattern: include.pattern });
  }
}

/** The line without `@ID` and `~SEQ(...)`, which are noted down. */
function withoutPrefixes(scan: Scan, line: LineText): LineText {
  let rest = line;
  if (rest.text.startsWith("@")) {
    const from = rest.text.startsWith("@^") ? 2 : 1;
    const end = skipWord(rest.text, from);
    const text = rest.text.slice(from, end);
    scan.conditions.push({ ...placeIn(rest, 0, end), text, isNegative: from === 2 });
    rest = sliceLine(rest, skipBlanks(rest.text, end));
  }
  const generator = readGeneratorHead(rest.text);
  if (generator === undefined) return rest;
  if (generator === "unclosed") return sliceLine(rest, rest.text.length);
  const { argumentsAt, argumentsEnd, restAt } = generator;
  const variables = /^\s*(?:\{([^}]*)\}|([^,{]*))/.exec(
    rest.text.slice(argumentsAt, argumentsEnd),
  )?.[0];
  for (const found of (variables ?? "").matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)) {
    const at = argumentsAt + found.index;
    const name = wordIn(rest, found[0], at, at + found[0].length);
    scan.definitions.push({ name, value: [rest.text.slice(0, restAt)] });
  }
  return trimLine(sliceLine(rest, restAt));
}

function scanStatement(scan: Scan, line: LineText): void {
  const head = readDefinitionHead(line.text);
  if (head === undefined) {
    scanBraces(scan, line);
    return;
  }
  const value = sliceLine(line, head.valueAt);
  const open = withoutContinuation(value);
  const name = wordIn(line, head.name, 1, 1 + head.name.length);
  const definition = { name, value: [(open ?? value).text] };
  scan.definitions.push(definition);
  scan.continued = open === undefined ? undefined : definition;
}

const QUOTE = 0x22;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Text and braces in order; those in quotes and of `${NAME}` are text. */
function scanBraces(scan: Scan, line: LineText): void {
  const text = line.text.replace(/\$\{[^}]*\}/g, (found) => "_".repeat(found.length));
  let isQuoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isQuoted = !isQuoted;
    if (isQuoted || (code !== OPEN && code !== CLOSE)) continue;
    addEntry(scan, sliceLine(line, from, at));
    const place = placeIn(line, at, at + 1);
    if (code === OPEN) openBlock(scan, place);
    else closeBlock(scan, place);
    from = at + 1;
  }
  addEntry(scan, sliceLine(line, from));
}

function addEntry(scan: Scan, part: LineText): void {
  if (scan.tooDeep > 0) return;
  const [first, ...more] = splitWords(part, () => undefined).map(({ line, text, start, end }) =>
    wordIn(line, text, start, end),
  );
  if (first === undefined) return;
  if (first.start === 0 && scan.blocks.length > 0 && scan.isTopLevel(first.text)) {
    closeAll(scan, first.line - 1);
  }
  entriesOf(scan).push({ words: [first, ...more], block: undefined });
}

function openBlock(scan: Scan, open: Place): void {
  const owner = entriesOf(scan).at(-1);
  if (scan.tooDeep > 0 || scan.blocks.length >= MAX_BLOCK_DEPTH) {
    scan.tooDeep += 1;
    return;
  }
  const ownerless = owner === undefined || owner.block !== undefined;
  // Without an owner its content is read as if the brace were not there.
  const block = { open, close: open, entries: ownerless ? entriesOf(scan) : [] };
  if (!ownerless) owner.block = block;
  scan.blocks.push(block);
}

function closeBlock(scan: Scan, close: Place): void {
  if (scan.tooDeep > 0) {
    scan.tooDeep -= 1;
    return;
  }
  const block = scan.blocks.pop();
  if (block !== undefined) block.close = close;
}

/** Ends what is open at the end of a line. */
function closeAll(scan: Scan, line: number): void {
  const end = scan.lines[line]?.length ?? 0;
  scan.tooDeep = 0;
  while (scan.blocks.length > 0) closeBlock(scan, { line, start: end, end });
}

const entriesOf = (scan: Scan): OpenEntry[] => scan.blocks.at(-1)?.entries ?? scan.entries;

function placeIn(line: LineText, start: number, end: number): Place {
  return {
    line: line.line,
    start: columnAt(line, start) - 1,
    end: columnAt(line, end) - 1,
  };
}

function wordIn(line: LineText, text: string, start: number, end: number): PlacedWord {
  return { text, ...placeIn(line, start, end) };
}
