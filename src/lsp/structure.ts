/** The outline that an editor shows beside a file, and the blocks that it can fold. */
import { SymbolKind } from "vscode-languageserver";
import type { DocumentSymbol, FoldingRange, Range } from "vscode-languageserver";
import type { Entry, Outline, Place } from "./outline.ts";

/** Every block with its name, nested as in the file, and the definitions. */
export function symbolsOf(outline: Outline): readonly DocumentSymbol[] {
  const definitions = outline.definitions.map(({ name }) => ({
    name: `$${name.text}`,
    kind: SymbolKind.Variable,
    range: rangeOf(name),
    selectionRange: rangeOf(name),
  }));
  return [...definitions, ...blocksIn(outline.entries)];
}

function blocksIn(entries: readonly Entry[]): DocumentSymbol[] {
  return entries.flatMap(({ words, block }) => {
    if (block === undefined) return [];
    const [keyword, ...title] = words;
    const name = title.map(({ text }) => text).join(" ");
    const { line, start } = keyword;
    const range = {
      start: { line, character: start },
      end: { line: block.close.line, character: block.close.end },
    };
    return [
      {
        name: name === "" ? keyword.text || '""' : name,
        kind: name === "" ? SymbolKind.Namespace : SymbolKind.Class,
        ...(name === "" ? {} : { detail: keyword.text }),
        range,
        selectionRange: rangeOf(keyword),
        children: blocksIn(block.entries),
      },
    ];
  });
}

/** One fold for each block of more than one line. */
export function foldsOf(entries: readonly Entry[]): readonly FoldingRange[] {
  return entries.flatMap(({ words: [first], block }) => {
    if (block === undefined) return [];
    const inner = foldsOf(block.entries);
    const endLine = block.close.line - 1;
    return endLine > first.line ? [{ startLine: first.line, endLine }, ...inner] : inner;
  });
}

export function rangeOf({ line, start, end }: Place): Range {
  return { start: { line, character: start }, end: { line, character: end } };
}
