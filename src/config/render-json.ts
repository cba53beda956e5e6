/**
 * Diagnostics as JSON, for programs. The form is described in docs/user/diagnostics.md; within one
 * `version` members are only ever added.
 */
import { countsForTest } from "./diagnostics.ts";
import type { Diagnostic, Severity, Span } from "./diagnostics.ts";

/** What is known of one configuration after it was checked. */
export interface CheckedConfiguration {
  /** The path that was asked for. */
  readonly path: string;
  /** Every file that was read for it. */
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** The exit code of `keepalived -t` for it. */
  readonly exitCode: number;
}

/** What is known of several configurations as a cluster. */
export interface CheckedCluster {
  readonly diagnostics: readonly Diagnostic[];
  /** Who will be master, as data; described in docs/user/checking.md. */
  readonly value: object;
}

const VERSION = 1;

/** One JSON document for all configurations that were checked, with a line end. */
export function renderJson(
  results: readonly CheckedConfiguration[],
  cluster?: CheckedCluster,
): string {
  const all = [...results, ...(cluster === undefined ? [] : [cluster])].flatMap(
    ({ diagnostics }) => diagnostics,
  );
  const document = {
    version: VERSION,
    counts: {
      error: countOf(all, "error"),
      warning: countOf(all, "warning"),
      notice: countOf(all, "notice"),
    },
    configurations: results.map(({ path, files, diagnostics, exitCode }) => ({
      path,
      files,
      exitCode,
      diagnostics: diagnostics.map(diagnosticValue),
    })),
    ...(cluster === undefined
      ? {}
      : {
          cluster: { ...cluster.value, diagnostics: cluster.diagnostics.map(diagnosticValue) },
        }),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function countOf(diagnostics: readonly Diagnostic[], severity: Severity): number {
  return diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
}

function diagnosticValue(diagnostic: Diagnostic): object {
  const { code, severity, message, at, because = [], fix } = diagnostic;
  return {
    code,
    severity,
    message,
    place: placeValue(at),
    related: because.map((other) => ({ message: other.message, place: placeValue(other.at) })),
    fix: fix ?? null,
    countsForTest: countsForTest(diagnostic),
  };
}

/** Of a file as a whole only its path is known. */
function placeValue({ file, line, column, length }: Span): object {
  return line === 0
    ? { file, line: null, column: null, length: null }
    : { file, line, column, length };
}
