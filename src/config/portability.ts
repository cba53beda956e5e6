/**
 * What a file asks of the Keepalived that is to read it: the oldest version that knows every word,
 * the lines that an older one does not know, and what another one takes differently.
 */
import type { Diagnostic } from "./diagnostics.ts";
import type { KeywordDescription } from "./grammar/keyword.ts";
import { firstWord, keywordSpan } from "./grammar/keyword.ts";
import { rootGrammar } from "./grammar/root.ts";
import { MAX_DIAGNOSTICS } from "./limits.ts";
import type { Model } from "./model.ts";
import type { FileSource } from "./source.ts";
import { readStatements } from "./statements.ts";
import type { StatementOptions } from "./statements.ts";
import type { Statement } from "./tree.ts";
import { spanOf, splitWords } from "./words.ts";

/** The release that a file should be understood by, unless its reader knows better. */
export const USUAL_RELEASE = { version: "2.2.7", name: "Debian 12" } as const;

export interface Portability {
  /** The oldest Keepalived that knows every word; words of ours are not counted. */
  readonly version: string;
  readonly diagnostics: readonly Diagnostic[];
}

export function portabilityOf(
  source: FileSource,
  options: StatementOptions,
  model: Model,
): Portability {
  const { statements } = readStatements(source, options, () => undefined);
  const uses = usesIn(statements, rootGrammar.keywords);
  const version = uses.reduce(
    (newest, { row }) => (row.ours !== true && isNewer(row.since, newest) ? row.since : newest),
    OLDEST,
  );
  const said = new Set<string>();
  const diagnostics = uses.flatMap((use): readonly Diagnostic[] => {
    const diagnostic = diagnose(use);
    const key = diagnostic === undefined ? "" : JSON.stringify([diagnostic.at, diagnostic.message]);
    // A line that a definition or generator repeats is told once.
    if (diagnostic === undefined || said.has(key) || said.size >= MAX_DIAGNOSTICS) return [];
    said.add(key);
    return [diagnostic];
  });
  return { version, diagnostics: [...diagnostics, ...linkedScripts(model, options.path)] };
}

const OLDEST = "1.0.3";

/** Whether `version` came after `other`; both are numbers with dots. */
export function isNewer(version: string, other: string): boolean {
  const left = version.split(".").map(Number);
  const right = other.split(".").map(Number);
  for (const [i, number] of left.entries()) {
    const difference = number - (right[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

interface Use {
  readonly row: KeywordDescription;
  readonly at: Diagnostic["at"];
}

function usesIn(
  statements: readonly Statement[],
  rows: readonly KeywordDescription[],
): readonly Use[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  return statements.flatMap((statement) => {
    const row = byName.get(firstWord(statement));
    if (row === undefined) return [];
    const inside = statement.block?.statements ?? [];
    const own: Use = { row, at: keywordSpan(statement) };
    if (row.inside.length === 0) return [own];
    if (row.block === "keywords") return [own, ...usesIn(inside, row.inside)];
    return [own, ...[statement, ...inside].flatMap((line) => optionsIn(line, row.inside))];
  });
}

/** Option words of a line: `10.0.0.3 dev eth0 nodad`. */
function optionsIn(statement: Statement, rows: readonly KeywordDescription[]): readonly Use[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  return splitWords(statement.line, () => undefined).flatMap((word, position) => {
    const row = position === 0 ? undefined : byName.get(word.text);
    return row === undefined ? [] : [{ row, at: spanOf(word) }];
  });
}

function diagnose({ row, at }: Use): Diagnostic | undefined {
  if (row.ours === true) {
    return {
      severity: "warning",
      code: "our-keyword",
      message: `${row.name} is an extension; Keepalived does not know it and complains`,
      at,
      fix: "remove it where Keepalived reads the file too",
    };
  }
  if (!isNewer(row.since, USUAL_RELEASE.version)) return undefined;
  return {
    severity: "notice",
    code: "newer-keyword",
    message: `${row.name} came with Keepalived ${row.since}; older ones complain and pass over it`,
    at,
    fix: `remove it, or run Keepalived ${row.since} or newer wherever the file is read`,
  };
}

/** Directories that are symbolic links on a system with a merged /usr. */
const LINKED_DIRECTORY = /^\/(bin|sbin|lib|lib64)\//;

/** keepalived.conf(5) enable_script_security: 2.4 disables what lies below a symbolic link. */
function linkedScripts(model: Model, path: string): readonly Diagnostic[] {
  if (!model.global.scriptSecurity) return [];
  const programs = new Set(model.scripts.map(({ command }) => command.argv[0]));
  return [...programs]
    .filter((program) => LINKED_DIRECTORY.test(program))
    .map((program) => ({
      severity: "notice",
      code: "understood-differently",
      message:
        `${program} lies below a symbolic link where /usr is merged: with enable_script_security ` +
        "Keepalived 2.4 does not run it",
      at: { file: path, line: 0, column: 1, length: 1 },
      fix: `write /usr${program}`,
    }));
}
