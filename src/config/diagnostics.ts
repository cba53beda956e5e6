/**
 * What can be wrong with a configuration, as values with places. The code of a diagnostic decides
 * what it means for `keepalived -t` and for a start (`diagnostic-codes.ts`); its words are for
 * people. Error: it will not do what is written, or Keepalived refuses it. Warning: it will, and
 * you will regret it. Notice: for information.
 */
import { meaningOf } from "./diagnostic-codes.ts";
import type { DiagnosticCode, TestClass } from "./diagnostic-codes.ts";
import { MAX_DIAGNOSTICS, MAX_MESSAGE_LENGTH } from "./limits.ts";

/** Where something stands. Lines and columns count from 1; line 0 is the file as a whole. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface Located<Value> {
  readonly value: Value;
  readonly at: Span;
}

export type Severity = "error" | "warning" | "notice";

export type { DiagnosticCode };

/** Another place that a diagnostic is about, and what stands there in a few words. */
export interface RelatedPlace {
  readonly at: Span;
  readonly message: string;
}

export interface Diagnostic {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly at: Span;
  /** The other places, for conflicts and for what was written elsewhere. */
  readonly because?: readonly RelatedPlace[];
  /** What to do about it, as one imperative sentence without a full stop. */
  readonly fix?: string;
}

/** A diagnostic as it is made: of another place the span is enough. */
export interface ReportedDiagnostic extends Omit<Diagnostic, "because"> {
  readonly because?: Span | readonly RelatedPlace[];
}

export type Report = (diagnostic: ReportedDiagnostic) => void;

/** The other place of a diagnostic, for a spread; nothing when there is none. */
export function related(
  at: Span | undefined,
  message: string,
): { readonly because?: readonly RelatedPlace[] } {
  return at === undefined ? {} : { because: [{ at, message }] };
}

/** Where diagnostics are collected; past the bound only their number is kept. */
export interface DiagnosticList {
  readonly report: Report;
  finish(): readonly Diagnostic[];
}

export function collectDiagnostics(): DiagnosticList {
  const kept: Diagnostic[] = [];
  const said = new Set<string>();
  let dropped = 0;
  return {
    report: (reported) => {
      const diagnostic = diagnosed(reported);
      // A line that a definition or generator repeats is wrong once.
      const { file, line, column } = diagnostic.at;
      const key = `${line}:${column}:${file}:${diagnostic.message}`;
      if (said.has(key)) return;
      if (kept.length < MAX_DIAGNOSTICS) said.add(key);
      if (kept.length < MAX_DIAGNOSTICS) kept.push(diagnostic);
      else dropped += 1;
    },
    finish: () => {
      const last = kept.at(-1);
      if (dropped === 0 || last === undefined) return kept;
      const message = `${dropped} further problems are not shown; fix the first ones and try again`;
      return [...kept, { severity: "error", code: "limit", message, at: last.at }];
    },
  };
}

/** The diagnostic of a report. Messages quote the file, and a file may have very long words. */
export function diagnosed({ because, ...reported }: ReportedDiagnostic): Diagnostic {
  const { message } = reported;
  const isLong = message.length > MAX_MESSAGE_LENGTH;
  const cut = isLong ? `${message.slice(0, MAX_MESSAGE_LENGTH)}...` : message;
  const places = placesOf(because);
  return { ...reported, message: cut, ...(places.length === 0 ? {} : { because: places }) };
}

function placesOf(because: ReportedDiagnostic["because"]): readonly RelatedPlace[] {
  if (because === undefined) return [];
  return "line" in because ? [{ at: because, message: "see here" }] : because;
}

/** The exit code of `keepalived -t`: 0, 2, 4, 5 or 6. */
export function testVerdict(diagnostics: readonly Diagnostic[]): 0 | 2 | 4 | 5 | 6 {
  // A missing interface ends Keepalived's checks before it looks at scripts.
  const hidesSecurity = diagnostics.some(({ code }) => meaningOf(code).hidesSecurity === true);
  const counted = diagnostics.filter(({ code }) => !hidesSecurity || code !== "script-security");
  const classes = new Set<TestClass>(counted.map(({ code }) => meaningOf(code).test));
  // A missing parameter ends Keepalived on the spot, whatever else it would have said.
  if (classes.has("parameter")) return 2;
  if (classes.has("security")) return 6;
  if (classes.has("config")) return 5;
  return classes.has("file") ? 4 : 0;
}

/** The exit code with which a start ends, or undefined when the daemon runs with what it has. */
export function runVerdict(diagnostics: readonly Diagnostic[]): 2 | 6 | undefined {
  const exits = diagnostics.map((diagnostic) => meaningOf(diagnostic.code).run);
  // The parent reads first, and goes no further without the files it needs.
  if (exits.includes(6)) return 6;
  return exits.includes(2) ? 2 : undefined;
}

/** Whether `-t` of Keepalived would mention it; what does not count is said by us alone. */
export function countsForTest(diagnostic: Diagnostic): boolean {
  return meaningOf(diagnostic.code).test !== "none";
}
