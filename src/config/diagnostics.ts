/**
 * What can be wrong with a configuration, as values with places. The code of a diagnostic decides
 * what it means for `keepalived -t` and for a start; its words are for people.
 */
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

/** What a problem does to the exit code of `-t`, worst last (see `testVerdict`). */
type TestClass = "none" | "file" | "config" | "security" | "parameter";

interface CodeMeaning {
  readonly test: TestClass;
  /** The exit code that ends a start, or undefined when the daemon runs on. */
  readonly run: 2 | 6 | undefined;
}

const goesOn = (test: TestClass): CodeMeaning => ({ test, run: undefined });

const CODES = {
  // Keepalived prints a line and ends `-t` with 0 when the file itself is missing; so do we.
  "file-missing": { test: "none", run: 6 },
  "include-missing": goesOn("none"),
  "include-required": { test: "security", run: 6 },
  "file-refused": goesOn("config"),
  syntax: goesOn("config"),
  limit: goesOn("config"),
  "unknown-keyword": goesOn("config"),
  "unknown-reference": goesOn("config"),
  "unexpected-block": goesOn("config"),
  "missing-block": goesOn("config"),
  "missing-parameter": { test: "parameter", run: 2 },
  "bad-value": goesOn("config"),
  "out-of-range": goesOn("config"),
  rounded: goesOn("config"),
  duplicate: goesOn("config"),
  conflict: goesOn("config"),
  deprecated: goesOn("config"),
  incomplete: goesOn("config"),
  strict: goesOn("config"),
  // An instance that cannot run ends the start of the whole daemon.
  unusable: { test: "config", run: 2 },
  interface: { test: "config", run: 2 },
  "linkbeat-interface": goesOn("file"),
  "script-security": goesOn("security"),
  // From here on: what Keepalived passes over in silence. It never changes an exit code.
  ignored: goesOn("none"),
  "strict-consequence": goesOn("none"),
  "not-yet-active": goesOn("none"),
} as const satisfies Record<string, CodeMeaning>;

export type DiagnosticCode = keyof typeof CODES;

export interface Diagnostic {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly at: Span;
  /** The other place, for conflicts and for what was written elsewhere. */
  readonly because?: Span;
  /** What to do about it, as one imperative sentence without a full stop. */
  readonly fix?: string;
}

export type Report = (diagnostic: Diagnostic) => void;

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
      const diagnostic = shortened(reported);
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

/** Messages quote the file, and a file may have very long words. */
function shortened(diagnostic: Diagnostic): Diagnostic {
  const { message } = diagnostic;
  if (message.length <= MAX_MESSAGE_LENGTH) return diagnostic;
  return { ...diagnostic, message: `${message.slice(0, MAX_MESSAGE_LENGTH)}...` };
}

/** The exit code of `keepalived -t`: 0, 2, 4, 5 or 6. */
export function testVerdict(diagnostics: readonly Diagnostic[]): 0 | 2 | 4 | 5 | 6 {
  // A missing interface ends Keepalived's checks before it looks at scripts.
  const hidesSecurity = diagnostics.some(({ code }) => code === "interface");
  const counted = diagnostics.filter(({ code }) => !hidesSecurity || code !== "script-security");
  const classes = new Set<TestClass>(counted.map(({ code }) => CODES[code].test));
  // A missing parameter ends Keepalived on the spot, whatever else it would have said.
  if (classes.has("parameter")) return 2;
  if (classes.has("security")) return 6;
  if (classes.has("config")) return 5;
  return classes.has("file") ? 4 : 0;
}

/** The exit code with which a start ends, or undefined when the daemon runs with what it has. */
export function runVerdict(diagnostics: readonly Diagnostic[]): 2 | 6 | undefined {
  const exits = diagnostics.map((diagnostic) => CODES[diagnostic.code].run);
  // The parent reads first, and goes no further without the files it needs.
  if (exits.includes(6)) return 6;
  return exits.includes(2) ? 2 : undefined;
}

/** Whether `-t` of Keepalived would mention it; what does not count is said by us alone. */
export function countsForTest(diagnostic: Diagnostic): boolean {
  return CODES[diagnostic.code].test !== "none";
}
