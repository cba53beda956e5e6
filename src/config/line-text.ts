/**
 * A line of configuration that remembers where each of its characters was written, through comment
 * stripping, substitution and generators. Spans are made only when somebody asks.
 */
import type { Span } from "./diagnostics.ts";

export interface LineText {
  readonly text: string;
  readonly file: string;
  readonly line: number;
  /** Column of the first character, when the text stands in the file as it is. */
  readonly column: number;
  /** Otherwise the column of every character, and one past the last. */
  readonly columns: readonly number[] | undefined;
  /** The line that asked for this one, when it comes from a definition. */
  readonly askedBy: LineText | undefined;
}

/** A line that stands in the file as it is, its first character in `column`. */
export function lineOfFile(file: string, line: number, text: string, column = 1): LineText {
  return { text, file, line, column, columns: undefined, askedBy: undefined };
}

/** The column in which the character at `offset` was written. */
export function columnAt(line: LineText, offset: number): number {
  return line.columns?.[offset] ?? line.column + offset;
}

/** How far the end of a parameter's text is looked for; beyond it the span is one character. */
const MAX_LOOK_AHEAD = 200;

/** Where the characters from `start` to `end` were written; what a parameter made is its `$NAME`. */
export function spanIn(line: LineText, start: number, end: number): Span {
  const column = columnAt(line, start);
  let after = end;
  let stop = columnAt(line, after);
  const furthest = Math.min(line.text.length, end + MAX_LOOK_AHEAD);
  while (stop <= column && after < furthest) {
    after += 1;
    stop = columnAt(line, after);
  }
  return { file: line.file, line: line.line, column, length: Math.max(1, stop - column) };
}

/** The part of a line from `start` to `end`. */
export function sliceLine(line: LineText, start: number, end = line.text.length): LineText {
  if (start === 0 && end === line.text.length) return line;
  // Written out, not spread: this is done for most lines.
  return {
    text: line.text.slice(start, end),
    file: line.file,
    line: line.line,
    column: line.column + start,
    columns: line.columns?.slice(start, end + 1),
    askedBy: line.askedBy,
  };
}

/** The line with `start`..`end` replaced; the new characters stand where the old ones began. */
export function replaceInLine(
  line: LineText,
  start: number,
  end: number,
  replacement: string,
): LineText {
  const at = columnAt(line, start);
  const columns: number[] = [];
  for (let i = 0; i < start; i += 1) columns.push(columnAt(line, i));
  while (columns.length < start + replacement.length) columns.push(at);
  for (let i = end; i <= line.text.length; i += 1) columns.push(columnAt(line, i));
  const text = line.text.slice(0, start) + replacement + line.text.slice(end);
  return { ...line, text, columns };
}

/** The line without the characters at `offsets`, which are in rising order. */
export function removeFromLine(line: LineText, offsets: readonly number[]): LineText {
  if (offsets.length === 0) return line;
  const gone = new Set(offsets);
  const kept = line.text.split("").map((character, i) => (gone.has(i) ? "" : character));
  const columns = line.columns ?? identityColumns(line);
  return { ...line, text: kept.join(""), columns: columns.filter((_, i) => !gone.has(i)) };
}

function identityColumns(line: LineText): number[] {
  return Array.from({ length: line.text.length + 1 }, (_, i) => line.column + i);
}

/** White space as isspace(3) sees it in one line: space, tab, vertical tab, form feed, return. */
export function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** The first offset at or after `from` that is not blank. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at))) at += 1;
  return at;
}

/** The first offset at or after `from` that is blank, or the end. */
export function skipWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isBlank(text.charCodeAt(at))) at += 1;
  return at;
}

/** The line without blanks at both ends. */
export function trimLine(line: LineText): LineText {
  const start = skipBlanks(line.text, 0);
  let end = line.text.length;
  while (end > start && isBlank(line.text.charCodeAt(end - 1))) end -= 1;
  return sliceLine(line, start, end);
}
