/** Which diagnostics are about a statement, and whether they mean that it is passed over. */
import type { Diagnostic, DiagnosticCode } from "../config/diagnostics.ts";
import type { KeywordDescription } from "../config/grammar/keyword.ts";
import { columnAt } from "../config/line-text.ts";
import type { LineText } from "../config/line-text.ts";
import type { Statement } from "../config/tree.ts";

export interface LineRemarks {
  of(statement: Statement): readonly Diagnostic[];
}

const NONE: readonly Diagnostic[] = [];

export function remarksOn(diagnostics: readonly Diagnostic[]): LineRemarks {
  const byLine = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const key = keyOf(diagnostic.at);
    const known = byLine.get(key);
    if (known === undefined) byLine.set(key, [diagnostic]);
    else known.push(diagnostic);
  }
  return {
    of: ({ line }) => {
      const found = byLine.get(keyOf(line));
      if (found === undefined) return NONE;
      const from = columnAt(line, 0);
      const to = columnAt(line, line.text.length);
      return found.filter(({ at }) => at.column >= from && at.column <= Math.max(from, to));
    },
  };
}

const keyOf = ({ file, line }: Pick<LineText, "file" | "line">): string => `${line}:${file}`;

/** The diagnostic that says that nothing is left of a statement; what is in doubt is left in. */
export function refusalOf(
  statement: Statement,
  diagnostics: readonly Diagnostic[],
  row: KeywordDescription | undefined,
): Diagnostic | undefined {
  const { line, block } = statement;
  if (isMade(line)) return undefined;
  const start = columnAt(line, 0);
  return diagnostics.find(({ code, severity, at }) => {
    if (severity !== "error") return false;
    switch (code) {
      case "unknown-keyword":
        return at.column === start;
      case "duplicate":
        return block !== undefined || row?.arguments.length === 1;
      case "bad-value":
      case "out-of-range":
        return row !== undefined && takesOneValue(row);
      default:
        return false;
    }
  });
}

/** The same for a line of `list`. */
export function itemRefusalOf(
  { line }: Statement,
  diagnostics: readonly Diagnostic[],
  list: KeywordDescription | undefined,
): Diagnostic | undefined {
  if (isMade(line) || list === undefined) return undefined;
  const start = columnAt(line, 0);
  const isAddress = ADDRESSES.has(list.arguments[0]?.kind ?? "");
  return diagnostics.find(({ code, severity, at }) => {
    if (severity !== "error" || at.column !== start) return false;
    // A wrong length after the slash does not take the address with it.
    if (code === "bad-value") return isAddress && !line.text.includes("/");
    return code === "unknown-reference" || code === "defined-later";
  });
}

const ADDRESSES: ReadonlySet<string> = new Set(["address", "address line"]);

/** One place of a definition or generator can stand for many lines, good and bad. */
const isMade = ({ columns, askedBy }: LineText): boolean =>
  columns !== undefined || askedBy !== undefined;

const ABOUT_FAMILIES: ReadonlySet<DiagnosticCode> = new Set([
  "native-ipv6-with-ipv4",
  "other-family",
]);

/** Whether addresses of both families were mixed: the first one counts, so that the order matters. */
export const mixesFamilies = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ code }) => ABOUT_FAMILIES.has(code));

/** Whether that happened among these statements. */
export function mixedIn(remarks: LineRemarks, statements: readonly Statement[]): boolean {
  return statements.some(
    (statement) =>
      mixesFamilies(remarks.of(statement)) ||
      (statement.block !== undefined && mixedIn(remarks, statement.block.statements)),
  );
}

/** Keywords with a value to fall back on when theirs is wrong, which makes the line count. */
const FALL_BACK: ReadonlySet<string> = new Set(["priority"]);

const takesOneValue = ({
  name,
  block,
  inside,
  arguments: { length },
}: KeywordDescription): boolean =>
  block === undefined && inside.length === 0 && length === 1 && !FALL_BACK.has(name);
