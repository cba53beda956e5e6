/** Fixes that an editor can make itself: one word in place of another, a setting in global_defs. */
import { CodeActionKind } from "vscode-languageserver";
import type { CodeAction, Range } from "vscode-languageserver";
import type { Diagnostic } from "../config/diagnostics.ts";
import { rootGrammar } from "../config/grammar/root.ts";
import { cursorAt } from "./cursor.ts";
import type { Outline } from "./outline.ts";
import { lspDiagnostic, rangeOfSpan } from "./published-diagnostics.ts";
import type { Presentation } from "./published-diagnostics.ts";
import { findRow, rowsOf } from "./spot.ts";

interface Edit {
  readonly title: string;
  readonly range: Range;
  readonly newText: string;
}

/** The actions for the diagnostics of one file that `range` touches. */
export function quickFixes(
  outline: Outline,
  diagnostics: readonly Diagnostic[],
  range: Range,
  presentation: Presentation & { readonly uri: string },
): readonly CodeAction[] {
  return diagnostics.flatMap((diagnostic) => {
    const at = rangeOfSpan(diagnostic.at);
    const edit = overlaps(at, range) ? editFor(outline, diagnostic, at) : undefined;
    if (edit === undefined) return [];
    const { title, ...change } = edit;
    return [
      {
        title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [lspDiagnostic(diagnostic, presentation)],
        isPreferred: true,
        edit: { changes: { [presentation.uri]: [change] } },
      },
    ];
  });
}

function editFor(outline: Outline, diagnostic: Diagnostic, range: Range): Edit | undefined {
  const newText = replacementFor(outline, diagnostic, range);
  if (newText !== undefined) return { title: `Replace with ${newText}`, range, newText };
  const setting = /^add ([a-z0-9_]+) to global_defs$/.exec(diagnostic.fix ?? "")?.[1];
  return setting === undefined ? undefined : additionOf(outline, setting);
}

/** The setting as a line of its own at the beginning of global_defs, when the file has that. */
function additionOf({ entries, lines }: Outline, setting: string): Edit | undefined {
  const block = entries.find(({ words: [first] }) => first.text === "global_defs")?.block;
  if (block === undefined) return undefined;
  const { line, end } = block.open;
  const first = block.entries[0]?.words[0];
  const isBelow = first !== undefined && first.line > line;
  const indent = isBelow ? (lines[first.line] ?? "").slice(0, first.start) : "    ";
  const position = { line, character: end };
  return {
    title: `Add ${setting} to global_defs`,
    range: { start: position, end: position },
    newText: `\n${indent}${setting}`,
  };
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
