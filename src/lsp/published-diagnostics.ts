/** What the loader says of a configuration, as an editor shows it, file by file. */
import { DiagnosticSeverity, DiagnosticTag } from "vscode-languageserver";
import type { Diagnostic as LspDiagnostic, Range } from "vscode-languageserver";
import type { Diagnostic, Severity, Span } from "../config/diagnostics.ts";

export interface Presentation {
  readonly uriOf: (path: string) => string;
  /** Where a code is explained; undefined when there is no such page. */
  readonly pageOf: (code: string) => string | undefined;
}

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  notice: DiagnosticSeverity.Information,
};

/** The source of our diagnostics, as editors name it beside the message. */
export const SOURCE = "keepalived";

export function lspDiagnostic(
  diagnostic: Diagnostic,
  { uriOf, pageOf }: Presentation,
): LspDiagnostic {
  const { severity, code, message, at, because = [], fix } = diagnostic;
  const href = pageOf(code);
  const related = because.map((place) => ({
    location: { uri: uriOf(place.at.file), range: rangeOfSpan(place.at) },
    message: place.message,
  }));
  return {
    range: rangeOfSpan(at),
    severity: SEVERITIES[severity],
    code,
    source: SOURCE,
    message: fix === undefined ? message : `${message}\n${fix}`,
    ...(href === undefined ? {} : { codeDescription: { href } }),
    ...(related.length === 0 ? {} : { relatedInformation: related }),
    ...(code === "deprecated" ? { tags: [DiagnosticTag.Deprecated] } : {}),
  };
}

/** Spans count lines and columns from 1; line 0 is the file as a whole. */
export function rangeOfSpan({ line, column, length }: Span): Range {
  const row = Math.max(0, line - 1);
  const start = line === 0 ? 0 : Math.max(0, column - 1);
  const end = line === 0 ? 0 : start + length;
  return { start: { line: row, character: start }, end: { line: row, character: end } };
}
