/**
 * Diagnostics as text: the plain lines that `keepalived -t` prints, and our own form with the
 * source line, a caret, the related places and the fix. Passwords and keys in source lines are
 * masked.
 */
import type { Diagnostic, RelatedPlace, Severity, Span } from "./diagnostics.ts";
import { blanksFor, displayWidth } from "./display-width.ts";
import { maskSecrets } from "./mask.ts";
import type { FileSource } from "./source.ts";

/** `(FILE: Line N) message`, as Keepalived prints it. */
export function renderPlain({ at, message }: Diagnostic): string {
  return at.line === 0 ? message : `(${at.file}: Line ${at.line}) ${message}`;
}

/** The plain line with what to do about it, for logs and the configuration test. */
export function renderLine(diagnostic: Diagnostic): string {
  const fix = diagnostic.fix === undefined ? "" : ` - ${diagnostic.fix}`;
  return `${renderPlain(diagnostic)}${fix}`;
}

export interface RenderOptions {
  /** The text of a line, or undefined when it cannot be shown. */
  readonly sourceLine: (file: string, line: number) => string | undefined;
  readonly colours: boolean;
}

/**
 * `file:line:column: error[code]: message`, the line itself, a caret under the place, each related
 * place in the same way, and the fix.
 */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions): string {
  const { severity, code, message, at, because = [], fix } = diagnostic;
  const paint = painter(options.colours);
  const head = `${paint("bold", placeOf(at))}: ${paint(severity, `${severity}[${code}]`)}: ${message}`;
  const parts = [head, ...excerpt(at, severity, options)];
  for (const place of because) parts.push(...relatedLines(place, options));
  if (fix !== undefined) parts.push(`  ${paint("bold", "fix")}: ${fix}`);
  return parts.join("\n");
}

/** All of them, and how many there are of each kind. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: RenderOptions,
): string {
  const rendered = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, options));
  const counts = (["error", "warning", "notice"] as const)
    .map((severity) => ({
      severity,
      count: diagnostics.filter((diagnostic) => diagnostic.severity === severity).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${count === 1 ? "" : "s"}`);
  return [...rendered, ...(counts.length === 0 ? [] : [counts.join(", ")]), ""].join("\n");
}

const BYTE_ORDER_MARK = "\ufeff";

/** Looks lines up in the files themselves, reading each file once. */
export function sourceLines(source: FileSource): RenderOptions["sourceLine"] {
  const texts = new Map<string, readonly string[]>();
  return (file, line) => {
    let lines = texts.get(file);
    if (lines === undefined) {
      const content = source.read(file);
      const text = content.ok ? content.value : "";
      lines = text.replace(BYTE_ORDER_MARK, "").split(/\r?\n/);
      texts.set(file, content.ok ? lines : []);
    }
    return lines[line - 1];
  };
}

function placeOf({ file, line, column }: Span): string {
  return line === 0 ? file : `${file}:${line}:${column}`;
}

function relatedLines({ at, message }: RelatedPlace, options: RenderOptions): readonly string[] {
  const paint = painter(options.colours);
  const head = `  ${paint("bold", placeOf(at))}: ${paint("related", "note")}: ${message}`;
  return [head, ...excerpt(at, "related", options)];
}

const MAX_EXCERPT = 120;

/** The line of a place and a caret under it; nothing when the line cannot be shown. */
function excerpt(at: Span, style: Style, options: RenderOptions): readonly string[] {
  const text = at.line === 0 ? undefined : options.sourceLine(at.file, at.line);
  if (text === undefined) return [];
  const from = at.column - 1 > MAX_EXCERPT / 2 ? at.column - 1 - MAX_EXCERPT / 2 : 0;
  const shown = printable(maskSecrets(text).slice(from, from + MAX_EXCERPT)).trimEnd();
  const start = Math.min(at.column - 1 - from, shown.length);
  const marked = shown.slice(start, start + Math.max(1, at.length));
  const width = Math.max(1, displayWidth(marked.replaceAll("\t", " ")));
  const number = String(at.line);
  const margin = " ".repeat(number.length);
  const caret = painter(options.colours)(style, "^" + "~".repeat(width - 1));
  const indent = blanksFor(shown.slice(0, start));
  return [`  ${number} | ${shown}`, `  ${margin} | ${indent}${caret}`];
}

/** Control characters, and those that turn the reading direction round. */
const UNPRINTABLE = /[^\P{Cc}\t]|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|\p{Cs}/gu;

function printable(text: string): string {
  return text.replace(UNPRINTABLE, "?");
}

type Style = Severity | "bold" | "related";

const STYLES: Readonly<Record<Style, string>> = {
  error: "1;31",
  warning: "1;33",
  notice: "1;36",
  related: "1;34",
  bold: "1",
};

function painter(colours: boolean): (style: Style, text: string) => string {
  return (style, text) => (colours ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text);
}
