/** What the grammar says of a position: a keyword, one of its arguments, an item, or an option. */
import type { ArgumentDescription } from "../config/grammar/arguments.ts";
import type { KeywordDescription } from "../config/grammar/keyword.ts";
import type { Cursor } from "./cursor.ts";
import type { Entry, PlacedWord } from "./outline.ts";

type Rows = readonly KeywordDescription[];

/** The rows of the blocks around a spot, outermost first; of an option that of its line too. */
interface Around {
  readonly around: Rows;
}

export type Spot = Around &
  (
    | {
        /** Where a keyword of a block stands or would stand. */
        readonly kind: "keyword";
        readonly rows: Rows;
        readonly row: KeywordDescription | undefined;
      }
    | {
        /** A word after the keyword or option of `row`. */
        readonly kind: "argument";
        readonly row: KeywordDescription;
        readonly argument: ArgumentDescription | undefined;
        /** Options that may stand here too. */
        readonly rows: Rows;
      }
    /** An item of the innermost block. */
    | { readonly kind: "item"; readonly owner: KeywordDescription }
    | {
        /** An option word of a line. */
        readonly kind: "option";
        readonly rows: Rows;
        readonly row: KeywordDescription | undefined;
      }
  );

/** The spot at a cursor, or undefined where the grammar knows no block of that name. */
export function spotAt(grammar: Rows, { path, entry, index }: Cursor): Spot | undefined {
  const around = rowsOf(grammar, path);
  if (around === undefined) return undefined;
  const owner = around.at(-1);
  if (owner?.block === "items") return itemSpot({ owner, around }, entry, index);
  const rows = owner?.inside ?? grammar;
  const row = entry === undefined ? undefined : findRow(rows, entry.words[0].text);
  if (entry === undefined || index === 0) return { kind: "keyword", around, rows, row };
  if (row === undefined) return undefined;
  const argument: Spot = {
    kind: "argument",
    around,
    row,
    argument: argumentAt(row, index - 1),
    rows: row.block === undefined ? row.inside : [],
  };
  const line = { owner: row, around: [...around, row] };
  if (row.block !== undefined) return argument;
  return optionSpot(line, entry.words, index) ?? argument;
}

/** The row of each of the blocks of `path`; undefined when one is not known. */
export function rowsOf(grammar: Rows, path: readonly Entry[]): Rows | undefined {
  const found: KeywordDescription[] = [];
  for (const { words } of path) {
    const row = findRow(found.at(-1)?.inside ?? grammar, words[0].text);
    if (row === undefined) return undefined;
    found.push(row);
  }
  return found;
}

export function findRow(rows: Rows, name: string): KeywordDescription | undefined {
  return rows.find((row) => row.name === name);
}

/** The blocks of the top level whose names mean nothing elsewhere. */
export function topLevelBlocks(grammar: Rows): ReadonlySet<string> {
  const inner = new Set<string>();
  const visit = (rows: Rows): void => {
    for (const row of rows) {
      inner.add(row.name);
      visit(row.inside);
    }
  };
  for (const row of grammar) visit(row.inside);
  const names = grammar.filter(({ block }) => block !== undefined).map(({ name }) => name);
  return new Set(names.filter((name) => !inner.has(name)));
}

/** A line with options, and the rows around it, its own last. */
interface Line extends Around {
  readonly owner: KeywordDescription;
}

function itemSpot(line: Line, entry: Entry | undefined, index: number): Spot {
  const { owner, around } = line;
  const words = entry?.words ?? [];
  const first = findRow(owner.inside, words[0]?.text ?? "");
  const option: Spot = { kind: "option", around, rows: owner.inside, row: first };
  if (index === 0) return first === undefined ? { kind: "item", around, owner } : option;
  if (owner.inside.length === 0) return { kind: "item", around, owner };
  // The words of a route may begin with an option; those of an address begin with the address.
  return optionSpot(line, words, index) ?? { ...option, row: undefined };
}

/** What the option words up to `index` make of it; undefined when it is none of theirs. */
function optionSpot(
  { owner, around }: Line,
  words: readonly PlacedWord[],
  index: number,
): Spot | undefined {
  let at = owner.block === "items" ? 0 : 1;
  while (at < index) {
    const option = findRow(owner.inside, words[at]?.text ?? "");
    const taken = option?.arguments.length ?? 0;
    if (option !== undefined && at + taken >= index) {
      const argument = argumentAt(option, index - at - 1);
      return { kind: "argument", around, row: option, argument, rows: [] };
    }
    at += taken + 1;
  }
  const row = findRow(owner.inside, words[index]?.text ?? "");
  return row === undefined ? undefined : { kind: "option", around, rows: owner.inside, row };
}

/** The description of an argument; the last one stands for all that follow when it says so. */
function argumentAt(row: KeywordDescription, index: number): ArgumentDescription | undefined {
  const last = row.arguments.at(-1);
  return row.arguments[index] ?? (last?.shape.includes("...") === true ? last : undefined);
}
