/**
 * Lines to words. Ordinary keywords split at white space with double quotes; commands are split the
 * way a shell would, with both quotes and escapes. keepalived.conf(5), Quoted strings.
 */
import type { Report, Span } from "./diagnostics.ts";
import { isBlank, skipBlanks, spanIn } from "./line-text.ts";
import type { LineText } from "./line-text.ts";
import type { Statement } from "./tree.ts";

export interface Word {
  readonly text: string;
  readonly line: LineText;
  readonly start: number;
  readonly end: number;
}

export function spanOf(word: Word): Span {
  return spanIn(word.line, word.start, word.end);
}

const QUOTE = 0x22;

/** Splits at white space; `"` starts a word of its own that runs to the next `"`. */
export function splitWords(line: LineText, report: Report): Word[] {
  return wordsFrom(line, 0, report);
}

/** Where the word after the keyword begins when it ends the line, as most do; none in quotes. */
export function onlyArgumentAt({ line: { text }, keywordEnd }: Statement): number | undefined {
  const start = skipBlanks(text, keywordEnd);
  return start < text.length && bareWordEnd(text, start) === text.length ? start : undefined;
}

/** The words after the keyword. */
export function splitArguments(line: LineText, report: Report): readonly Word[] {
  // A keyword in quotes is rare, and its quote may be open.
  if (line.text.charCodeAt(0) === QUOTE) return splitWords(line, report).slice(1);
  return wordsFrom(line, bareWordEnd(line.text, 0), report);
}

/** Where a word without quotes ends that is at `from`. */
export function bareWordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isBlank(text.charCodeAt(at)) && text.charCodeAt(at) !== QUOTE) {
    at += 1;
  }
  return at;
}

function wordsFrom(line: LineText, from: number, report: Report): Word[] {
  const { text } = line;
  let at = skipBlanks(text, from);
  if (at >= text.length) return [];
  // Most keywords have one argument, and a list made with one word has room for no more.
  const first = wordAt(line, at, report);
  const words = [first];
  for (at = skipBlanks(text, first.end); at < text.length;) {
    const word = wordAt(line, at, report);
    words.push(word);
    at = skipBlanks(text, word.end);
  }
  return words;
}

function wordAt(line: LineText, start: number, report: Report): Word {
  const { text } = line;
  if (text.charCodeAt(start) !== QUOTE) {
    const end = bareWordEnd(text, start);
    return { text: text.slice(start, end), line, start, end };
  }
  const close = text.indexOf('"', start + 1);
  if (close < 0) reportOpenQuote(line, start, report);
  const stop = close < 0 ? text.length : close;
  return { text: text.slice(start + 1, stop), line, start, end: Math.min(stop + 1, text.length) };
}

function reportOpenQuote(line: LineText, start: number, report: Report): void {
  report({
    severity: "error",
    code: "syntax",
    message: `Unmatched quote: '${line.text.slice(start)}'`,
    at: spanIn(line, start, line.text.length),
    fix: 'close the string with "',
  });
}

/** Splits like a shell: quotes join with their neighbours, backslashes escape. */
export function splitCommandWords(line: LineText, from: number, report: Report): Word[] {
  const words: Word[] = [];
  let at = skipBlanks(line.text, from);
  while (at < line.text.length) {
    const word = readCommandWord(line, at, report);
    words.push(word);
    at = skipBlanks(line.text, word.end);
  }
  return words;
}

function readCommandWord(line: LineText, start: number, report: Report): Word {
  const { text } = line;
  let value = "";
  let at = start;
  let quote = "";
  while (at < text.length) {
    const character = text.charAt(at);
    if (quote === "" && isBlank(text.charCodeAt(at))) break;
    if (character === "\\" && at + 1 < text.length) {
      const escape = readEscape(text, at + 1);
      value += escape.value;
      at = escape.end;
      continue;
    }
    if (character === quote) quote = "";
    else if (quote === "" && (character === '"' || character === "'")) quote = character;
    else value += character;
    at += 1;
  }
  if (quote !== "") reportOpenQuote(line, start, report);
  return { text: value, line, start, end: at };
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** What follows a backslash at `at - 1`: `\n`, `\cX`, `\xHH`, `\OOO`, or the character itself. */
function readEscape(text: string, at: number): { readonly value: string; readonly end: number } {
  const character = text.charAt(at);
  const simple = SIMPLE_ESCAPES[character];
  if (simple !== undefined) return { value: simple, end: at + 1 };
  if (character === "c" && at + 1 < text.length) {
    return { value: String.fromCharCode(text.charCodeAt(at + 1) & 0x1f), end: at + 2 };
  }
  const digits = character === "x" ? /[0-9a-f]{1,2}/iy : /[0-7]{1,3}/y;
  digits.lastIndex = character === "x" ? at + 1 : at;
  const found = digits.exec(text)?.[0];
  if (found === undefined) return { value: character, end: at + 1 };
  const code = parseInt(found, character === "x" ? 16 : 8) & 0xff;
  return { value: String.fromCharCode(code), end: digits.lastIndex };
}
