/** Whether the program says what the documentation shows: its sentences are looked up in the source. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { filesBelow, ROOT } from "./documents.ts";

/** Fewer letters than these, beside the values, would be found anywhere. */
const FEWEST_LETTERS = 12;
/** Stands for a value within a text. */
const VALUE = "\u0000";

/** Every text in the source, line by line. */
const texts: ReadonlySet<string> = new Set(
  filesBelow("src")
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => textsIn(path)),
);
const sentences: readonly RegExp[] = [...texts]
  .map((text) => text.trim())
  .filter((text) => text.replaceAll(VALUE, "").trim().length >= FEWEST_LETTERS)
  .map((text) => new RegExp(text.split(VALUE).map(escape).join(".*")));
const pieces: readonly string[] = [...texts]
  .flatMap((text) => text.split(VALUE))
  .filter((piece) => piece.trim().length >= FEWEST_LETTERS);

function textsIn(path: string): readonly string[] {
  const source = readFileSync(join(ROOT, path), "utf8");
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    else if (ts.isTemplateExpression(node)) {
      const after = node.templateSpans.map(({ literal }) => literal.text);
      found.push([node.head.text, ...after].join(VALUE));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest));
  return found.flatMap((text) => text.split("\n"));
}

/** A line of output that nothing in the source could print, and its number in the text. */
export function unknownLine(
  text: string,
): { readonly at: number; readonly line: string } | undefined {
  let isTable = false;
  for (const [at, line] of text.trimEnd().split("\n").entries()) {
    if (line.trim() === "") isTable = false;
    else if (isTable) continue;
    else if (isHeader(line)) isTable = true;
    else if (!isQuotation(line) && !isSaid(line)) return { at, line };
  }
  return undefined;
}

/** `NAME  INTERFACE  VRID`: every title is one of a table's. */
const isHeader = (line: string): boolean =>
  /^[A-Z]+( {2,}[A-Z]+( [A-Z]+)*)+$/.test(line) &&
  line.split(/ {2,}/).every((title) => texts.has(title));

/** The line of a file that is complained about, and the mark below; or what was left out. */
const isQuotation = (line: string): boolean =>
  /^ *\d* \|/.test(line) || /^\s*(\.\.\.|…)$/.test(line);

/** Of a line that ends with dots, a piece of what is said before is enough. */
const isSaid = (line: string): boolean =>
  /(\.\.\.|…)$/.test(line)
    ? pieces.some((piece) => line.includes(piece))
    : sentences.some((sentence) => sentence.test(line));

/** Times, process numbers and how long things took: they differ from run to run. */
const settled = (line: string): string =>
  line
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, "<time>")
    .replaceAll(/\bpid \d+/g, "pid <pid>")
    .replaceAll(/\b\d+(\.\d+)? (ms|s)\b/g, "<span>")
    .trimEnd();

/**
 * Whether `shown` is what was printed: line by line, where a line of dots stands for any lines and
 * dots at the end of a line for the rest of it.
 */
export function isShownTruly(shown: string, printed: string): boolean {
  const pattern = shown
    .trimEnd()
    .split("\n")
    .map((line) => {
      if (/^\s*(\.\.\.|…)$/.test(line)) return "(?:.*\\n)*?";
      const [, start = "", dots = ""] = /^(.*?)( ?(?:\.\.\.|…))?$/.exec(settled(line)) ?? [];
      return `${escape(start)}${dots === "" ? "" : ".*"}\\n`;
    })
    .join("");
  const lines = printed.trimEnd().split("\n").map(settled).join("\n");
  return new RegExp(`^${pattern}$`).test(`${lines}\n`);
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
