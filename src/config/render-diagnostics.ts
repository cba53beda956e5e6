/**
 * Diagnostics as text: the plain lines that `keepalived -t` prints, and our own form with the
 * source line, a caret and the fix. Passwords and keys in source lines are masked.
 */
import type { Diagnostic, Severity, Span } from "./diagnostics.ts";
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

/** `file:line:column: error: message`, the line itself, a caret under the place, and the fix. */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions): string {
  const { severity, message, at, because, fix } = diagnostic;
  const paint = painter(options.colours);
  const head = `${paint("bold", placeOf(at))}: ${paint(severity, severity)}: ${message}`;
  const parts = [head, ...excerpt(at, severity, options)];
  if (because !== undefined) parts.push(`  ${placeOf(because)}: see here`);
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

/** Looks lines up in the files themselves, reading each file once. */
export function sourceLines(source: FileSource): RenderOptions["sourceLine"] {
  const texts = new Map<string, readonly string[]>();
  return (file, line) => {
    let lines = texts.get(file);
    if (lines === undefined) {
      const content = source.read(file);
      lines = content.ok ? content.value.split("\n") : [];
      texts.set(file, lines);
    }
    return lines[line - 1];
  };
}

function placeOf({ file, line, column }: Span): string {
  return line === 0 ? file : `${file}:${line}:${column}`;
}

const MAX_EXCERPT = 120;

function excerpt(at: Span, severity: Severity, options: RenderOptions): readonly string[] {
  const text = at.line === 0 ? undefined : options.sourceLine(at.file, at.line);
  if (text === undefined) return [];
  const from = at.column - 1 > MAX_EXCERPT / 2 ? at.column - 1 - MAX_EXCERPT / 2 : 0;
  const masked = maskSecrets(text);
  const shown = printable(masked.slice(from, from + MAX_EXCERPT)).trimEnd();
  // Tabs stay tabs under the line, so that the caret stands where the reader sees the word.
  const indent = shown.slice(0, at.column - 1 - from).replace(/[^\t]/g, " ");
  const length = Math.max(1, Math.min(at.length, shown.length - indent.length));
  const number = String(at.line);
  const margin = " ".repeat(number.length);
  const caret = painter(options.colours)(severity, "^" + "~".repeat(length - 1));
  return [`  ${number} | ${shown}`, `  ${margin} | ${indent}${caret}`];
}

function printable(text: string): string {
  return Array.from(text, (character) =>
    character !== "\t" && (character < " " || character === "\x7f") ? "?" : character,
  ).join("");
}

const STYLES: Readonly<Record<Severity | "bold", string>> = {
  error: "1;31",
  warning: "1;33",
  notice: "1;36",
  bold: "1",
};

function painter(colours: boolean): (style: keyof typeof STYLES, text: string) => string {
  return (style, text) => (colours ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text);
}
