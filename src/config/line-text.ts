/**
 * A line of configuration that remembers where each of its characters was written, through comment
 * stripping, substitution and generators. Spans are made only when somebody asks.
 */
import type { Span } from "./diagnostics.ts";

/** Characters from offset `from` on, up to the next stretch. */
export interface Stretch {
  readonly from: number;
  /** Column of the first; the others follow, or stand there too when a parameter made them. */
  readonly column: number;
  readonly isMade: boolean;
}

export interface LineText {
  readonly text: string;
  readonly file: string;
  readonly line: number;
  /** Column of the first character, when the text stands in the file as it is. */
  readonly column: number;
  /** Otherwise where its stretches were written, in order; the first begins at 0. */
  readonly columns: readonly Stretch[] | undefined;
  /** The line that asked for this one, when it comes from a definition. */
  readonly askedBy: LineText | undefined;
}

/** A line that stands in the file as it is, its first character in `column`. */
export function lineOfFile(file: string, line: number, text: string, column = 1): LineText {
  return { text, file, line, column, columns: undefined, askedBy: undefined };
}

/** A line of characters that all stand for one place. */
export function lineMadeAt(at: Span, text: string): LineText {
  const { file, line, column } = at;
  const columns = [{ from: 0, column, isMade: true }];
  return { text, file, line, column, columns, askedBy: undefined };
}

/** The column in which the character at `offset` was written. */
export function columnAt(line: LineText, offset: number): number {
  const stretch = line.columns?.[indexAt(line.columns, offset)];
  return stretch === undefined ? line.column + offset : columnIn(stretch, offset);
}

function columnIn({ from, column, isMade }: Stretch, offset: number): number {
  return isMade ? column : column + offset - from;
}

/** Which stretch holds the character at `offset`: the last that begins there or before. */
function indexAt(stretches: readonly Stretch[], offset: number): number {
  let low = 0;
  let high = stretches.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((stretches[middle]?.from ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The stretches of the characters from `start` to `end` and of the one after, moved to `to`. */
function stretchesOf(line: LineText, start: number, end: number, to: number): Stretch[] {
  const { columns } = line;
  if (columns === undefined) return [{ from: to, column: line.column + start, isMade: false }];
  return columns.slice(indexAt(columns, start), indexAt(columns, end) + 1).map((stretch) => {
    const from = Math.max(start, stretch.from);
    const { isMade } = stretch;
    return { from: from - start + to, column: columnIn(stretch, from), isMade };
  });
}

/** How far the end of a parameter's text is looked for; beyond it the span is one character. */
const MAX_LOOK_AHEAD = 200;

/** Where the characters from `start` to `end` were written; what a parameter made is its `$NAME`. */
export function spanIn(line: LineText, start: number, end: number): Span {
  if (line.columns === undefined && end > start) {
    return { file: line.file, line: line.line, column: line.column + start, length: end - start };
  }
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
    columns: line.columns === undefined ? undefined : stretchesOf(line, start, end, 0),
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
  const made = { from: start, column: columnAt(line, start), isMade: true };
  const after = stretchesOf(line, end, line.text.length, start + replacement.length);
  return {
    ...line,
    text: line.text.slice(0, start) + replacement + line.text.slice(end),
    columns: stretchesBefore(line, start).concat(made, after),
  };
}

function stretchesBefore(line: LineText, end: number): Stretch[] {
  if (end === 0) return [];
  if (line.columns === undefined) return stretchesOf(line, 0, end, 0);
  return line.columns.slice(0, indexAt(line.columns, end - 1) + 1);
}

/** The line without the characters at `offsets`, which are in rising order. */
export function removeFromLine(line: LineText, offsets: readonly number[]): LineText {
  if (offsets.length === 0) return line;
  const parts: string[] = [];
  const columns: Stretch[] = [];
  let from = 0;
  for (const [removed, offset] of [...offsets, line.text.length].entries()) {
    parts.push(line.text.slice(from, offset));
    for (const stretch of stretchesOf(line, from, offset, from - removed)) columns.push(stretch);
    from = offset + 1;
  }
  return { ...line, text: parts.join(""), columns };
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
  return trimmedPart(line, 0, line.text.length);
}

/** The part of a line from `from` to `to`, without blanks at both ends. */
export function trimmedPart(line: LineText, from: number, to: number): LineText {
  let start = from;
  let end = to;
  while (start < end && isBlank(line.text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(line.text.charCodeAt(end - 1))) end -= 1;
  return sliceLine(line, start, end);
}
