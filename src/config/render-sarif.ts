/**
 * Diagnostics as SARIF 2.1.0 (OASIS), which code review and editors read. Every code is a rule;
 * what to do stands in the message, because a SARIF fix would have to be a change of the file.
 */
import { CODES, meaningOf } from "./diagnostic-codes.ts";
import { countsForTest } from "./diagnostics.ts";
import type { Diagnostic, DiagnosticCode, Severity, Span } from "./diagnostics.ts";
import type { CheckedConfiguration } from "./render-json.ts";

export interface SarifOptions {
  /** The version of this program. */
  readonly version: string;
  /** The absolute URI of docs/user/diagnostics.md, where the reader can open it. */
  readonly documentation?: string;
}

const SCHEMA =
  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const PAGE = "docs/user/diagnostics.md";

const RULE_IDS = Object.keys(CODES) as readonly DiagnosticCode[];
const RULE_INDEX: ReadonlyMap<DiagnosticCode, number> = new Map(RULE_IDS.map((id, i) => [id, i]));

/** One SARIF log with one run for all configurations that were checked, with a line end. */
export function renderSarif(
  results: readonly CheckedConfiguration[],
  options: SarifOptions,
): string {
  const files = new Set(results.flatMap((result) => result.files));
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "keepalived-ts",
            version: options.version,
            rules: RULE_IDS.map((code) => ruleOf(code, options)),
          },
        },
        columnKind: "utf16CodeUnits",
        artifacts: [...files].map((file) => ({ location: { uri: uriOf(file) } })),
        results: results.flatMap(({ diagnostics }) => diagnostics.map(resultOf)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleOf(code: DiagnosticCode, { documentation }: SarifOptions): object {
  return {
    id: code,
    shortDescription: { text: `${meaningOf(code).title}.` },
    help: { text: `See ${PAGE}, heading ${code}.` },
    ...(documentation === undefined ? {} : { helpUri: `${documentation}#${code}` }),
  };
}

const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  error: "error",
  warning: "warning",
  notice: "note",
};

function resultOf(diagnostic: Diagnostic): object {
  const { code, severity, message, at, because = [], fix } = diagnostic;
  return {
    ruleId: code,
    ruleIndex: RULE_INDEX.get(code),
    level: LEVELS[severity],
    message: { text: fix === undefined ? message : `${message}. Fix: ${fix}.` },
    locations: [{ physicalLocation: physicalLocation(at) }],
    ...(because.length === 0
      ? {}
      : {
          relatedLocations: because.map((other, id) => ({
            id,
            message: { text: other.message },
            physicalLocation: physicalLocation(other.at),
          })),
        }),
    properties: { countsForTest: countsForTest(diagnostic) },
  };
}

/** Columns count from 1 in UTF-16 code units, as ours do; the end is one past the last. */
function physicalLocation({ file, line, column, length }: Span): object {
  const artifactLocation = { uri: uriOf(file) };
  if (line === 0) return { artifactLocation };
  const region = { startLine: line, startColumn: column, endColumn: column + Math.max(1, length) };
  return { artifactLocation, region };
}

/** A path as a URI reference (RFC 3986): absolute ones as `file:`, others relative to here. */
function uriOf(path: string): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? `file://${encoded}` : encoded;
}
