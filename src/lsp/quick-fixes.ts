/** Fixes that an editor can make itself: the ones that put one word in place of another. */
import { CodeActionKind } from "vscode-languageserver";
import type { CodeAction, Range } from "vscode-languageserver";
import type { Diagnostic } from "../config/diagnostics.ts";
import { rootGrammar } from "../config/grammar/root.ts";
import { cursorAt } from "./cursor.ts";
import type { Outline } from "./outline.ts";
import { lspDiagnostic, rangeOfSpan } from "./published-diagnostics.ts";
import type { Presentation } from "./published-diagnostics.ts";
import { findRow, rowsOf } from "./spot.ts";

/** The actions for the diagnostics of one file that `range` touches. */
export function quickFixes(
  outline: Outline,
  diagnostics: readonly Diagnostic[],
  range: Range,
  presentation: Presentation & { readonly uri: string },
): readonly CodeAction[] {
  return diagnostics.flatMap((diagnostic) => {
    const at = rangeOfSpan(diagnostic.at);
    const newText = overlaps(at, range) ? replacementFor(outline, diagnostic, at) : undefined;
    if (newText === undefined) return [];
    return [
      {
        title: `Replace with ${newText}`,
        kind: CodeActionKind.QuickFix,
        diagnostics: [lspDiagnostic(diagnostic, presentation)],
        isPreferred: true,
        edit: { changes: { [presentation.uri]: [{ range: at, newText }] } },
      },
    ];
  });
}

/** The word to write instead of the one in the span, when that is the whole fix. */
function replacementFor(
  outline: Outline,
  { fix = "", message }: Diagnostic,
  { start, end }: Range,
): string | undefined {
  const written = (outline.lines[start.line] ?? "").slice(start.character, end.character);
  const bare = written.replace(/^"(.*)"$/, "$1");
  // The text may have changed since, or the word may have come from a parameter.
  if (bare === "" || bare.includes("$") || !hasWord(message, bare)) return undefined;
  const meant = /^did you mean (\S+)\?$/.exec(fix)?.[1];
  if (meant !== undefined) return meant;
  const instead = /^use ([A-Za-z0-9_]+) instead$/.exec(fix)?.[1];
  if (instead === undefined) return undefined;
  const rows = rowsOf(rootGrammar.keywords, cursorAt(outline, start).path);
  const siblings = rows?.at(-1)?.inside ?? rootGrammar.keywords;
  return rows !== undefined && findRow(siblings, instead) !== undefined ? instead : undefined;
}

const hasWord = (text: string, word: string): boolean =>
  text.split(/[\s'"()[\],;:]+/).includes(word) || text.includes(`'${word}'`);

function overlaps(a: Range, b: Range): boolean {
  const isBefore = (end: Range["end"], start: Range["start"]): boolean =>
    end.line < start.line || (end.line === start.line && end.character < start.character);
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}
