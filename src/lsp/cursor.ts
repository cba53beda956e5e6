/** What stands at a position of a file: the blocks around it, the statement, and which word of it. */
import type { Block, Entry, Outline, Place, PlacedWord } from "./outline.ts";

/** As LSP counts: from 0, characters in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Cursor {
  /** The statements whose blocks enclose the position, outermost first. */
  readonly path: readonly Entry[];
  /** The statement that the position is in, or undefined where a new one would begin. */
  readonly entry: Entry | undefined;
  /** Which word of the statement; the number of its words where the next one would begin. */
  readonly index: number;
  /** The word that the position touches. */
  readonly word: PlacedWord | undefined;
  /** The statements beside this one. */
  readonly siblings: readonly Entry[];
}

export function cursorAt(outline: Outline, position: Position): Cursor {
  const path: Entry[] = [];
  let siblings = outline.entries;
  for (;;) {
    const owner = siblings.findLast(
      ({ block }) => block !== undefined && isInside(block, position),
    );
    if (owner?.block === undefined) break;
    path.push(owner);
    siblings = owner.block.entries;
  }
  const entry = siblings.findLast(
    ({ words: [first] }) => first.line === position.line && first.start <= position.character,
  );
  // Behind the block of a statement nothing belongs to it any more.
  const isBehind = entry?.block !== undefined && isAfter(position, entry.block.open);
  if (entry === undefined || isBehind) {
    return { path, entry: undefined, index: 0, word: undefined, siblings };
  }
  const touched = entry.words.findIndex((word) => touches(word, position));
  const before = entry.words.filter(({ end }) => end < position.character).length;
  const index = touched < 0 ? before : touched;
  return { path, entry, index, word: entry.words[touched], siblings };
}

/** Whether a position is in a place or at one of its ends. */
export function touches(place: Place, { line, character }: Position): boolean {
  return place.line === line && place.start <= character && character <= place.end;
}

/** Whether a position is in the comment of its line. */
export function isInComment(outline: Outline, { line, character }: Position): boolean {
  const at = outline.comments.get(line);
  return at !== undefined && character > at;
}

function isInside({ open, close }: Block, position: Position): boolean {
  const { line, character } = position;
  const isBeforeClose = line < close.line || (line === close.line && character <= close.start);
  return isAfter(position, open) && isBeforeClose;
}

const isAfter = ({ line, character }: Position, place: Place): boolean =>
  line > place.line || (line === place.line && character >= place.end);
