/**
 * Every keyword and option word of the grammar with the blocks it stands in, and how one is found
 * by what somebody types: a name, the blocks above it and the name, or a value such as `wrr`.
 */
import { noteOf } from "../config/grammar/notes.ts";
import { CODES } from "../config/diagnostic-codes.ts";
import type { DiagnosticCode } from "../config/diagnostic-codes.ts";
import type { ArgumentDescription } from "../config/grammar/arguments.ts";
import type { KeywordDescription } from "../config/grammar/keyword.ts";
import { LANGUAGE } from "../config/grammar/language.ts";
import { rootGrammar } from "../config/grammar/root.ts";
import { nearest } from "../config/nearest.ts";

/** One place of a keyword. */
export interface KeywordPlace {
  /** The rows from the top level down to the keyword itself. */
  readonly rows: readonly KeywordDescription[];
  readonly row: KeywordDescription;
  /** The block it stands in, or the line it is a word of; undefined at the top level. */
  readonly parent: KeywordDescription | undefined;
  readonly path: readonly string[];
}

/** A keyword as it is in one or several places, where it means the same. */
export interface KeywordMeaning {
  readonly row: KeywordDescription;
  /** Shortest path first. */
  readonly places: readonly [KeywordPlace, ...KeywordPlace[]];
  readonly note: string | undefined;
  /** When a value was asked for: that value. */
  readonly value: string | undefined;
}

export type Found =
  | { readonly kind: "found"; readonly meanings: readonly KeywordMeaning[] }
  /** The name is known, but not in the blocks that were named. */
  | {
      readonly kind: "elsewhere";
      readonly name: string;
      readonly meanings: readonly KeywordMeaning[];
    }
  | { readonly kind: "unknown"; readonly suggestions: readonly string[] };

const PLACES: readonly KeywordPlace[] = allPlaces();

/** What the words of a question name: `advert_int`, `vrrp_instance.advert_int`, `wrr`. */
export function findKeyword(question: readonly string[]): Found {
  const words = question.flatMap((word) => word.split(/[\s./]+/)).filter((word) => word !== "");
  if (words.length === 1 && words[0] !== undefined) words[0] = languageName(words[0]);
  const name = words.at(-1) ?? "";
  for (const same of [exactly, loosely]) {
    const named = PLACES.filter(({ row }) => same(row.name, name));
    if (named.length > 0) return inBlocks(named, words, same);
    const valued = placesWithValue(name, same);
    if (valued.length > 0) return inBlocks(valued, words, same, name);
  }
  return { kind: "unknown", suggestions: suggestionsFor(name) };
}

/** Parts of the language as the grammar calls them: `@` and `@lb1` are `@ID`, `$X=` is `$NAME=`. */
function languageName(word: string): string {
  if (word.startsWith("@^")) return "@^ID";
  if (word.startsWith("@")) return "@ID";
  if (/^~\w+\(/.test(word)) return word.slice(0, word.indexOf("("));
  if (!word.startsWith("$") || LANGUAGE.some(({ name }) => name === word)) return word;
  return word.endsWith("=") ? "$NAME=" : word.startsWith("${") ? "${NAME}" : "$NAME";
}

/** The blocks and settings of the top level, in the order of the grammar. */
export function topLevel(): readonly KeywordDescription[] {
  return rootGrammar.keywords;
}

/** Other keywords of the same block and group, nearest in the grammar first. */
export function relatedTo({ row, parent }: KeywordPlace, atMost: number): readonly string[] {
  const siblings = parent?.inside ?? [...rootGrammar.keywords, ...LANGUAGE];
  const at = siblings.findIndex(({ name }) => name === row.name);
  return siblings
    .map((sibling, i) => ({ sibling, distance: Math.abs(i - at) }))
    .filter(
      ({ sibling, distance }) =>
        distance > 0 && sibling.group === row.group && sibling.instead === undefined,
    )
    .sort((a, b) => a.distance - b.distance)
    .slice(0, atMost)
    .map(({ sibling }) => sibling.name);
}

/** Codes of diagnostics that are about the keyword: `advert-int-fraction` about advert_int. */
export function codesAbout({ row: { name }, path }: KeywordPlace): readonly DiagnosticCode[] {
  const isRouter = VRRP_BLOCKS.has(path[0] ?? "") && path.length <= 2;
  if (!isRouter) return [];
  const dashed = `-${name.replace(/_/g, "-")}-`;
  return ALL_CODES.filter((code) => `-${code}-`.includes(dashed));
}

const ALL_CODES = Object.keys(CODES) as readonly DiagnosticCode[];

const VRRP_BLOCKS: ReadonlySet<string> = new Set([
  "vrrp_instance",
  "vrrp_script",
  "vrrp_sync_group",
]);

type Same = (a: string, b: string) => boolean;
const exactly: Same = (a, b) => a === b;
/** Nor with the dash of `-nodad`, which on a command line would be an option. */
const loosely: Same = (a, b) => a.toLowerCase().replace(/^-/, "") === b.toLowerCase();

function allPlaces(): readonly KeywordPlace[] {
  const places: KeywordPlace[] = [];
  const visit = (
    rows: readonly KeywordDescription[],
    above: readonly KeywordDescription[],
  ): void => {
    for (const row of rows) {
      const all = [...above, row];
      places.push({ rows: all, row, parent: above.at(-1), path: all.map(({ name }) => name) });
      visit(row.inside, all);
    }
  };
  visit(rootGrammar.keywords, []);
  visit(LANGUAGE, []);
  return places.sort((a, b) => a.path.length - b.path.length);
}

function placesWithValue(value: string, same: Same): readonly KeywordPlace[] {
  return PLACES.filter(({ row }) => valuesOf(row).some((known) => same(known, value)));
}

const valuesOf = (row: KeywordDescription): readonly string[] =>
  row.arguments.flatMap(isNamed).flatMap(({ choices = [] }) => choices);

/** On and off are values of too many keywords to be looked for. */
const isNamed = (argument: ArgumentDescription): readonly ArgumentDescription[] =>
  argument.kind === "boolean" ? [] : [argument];

function inBlocks(
  named: readonly KeywordPlace[],
  words: readonly string[],
  same: Same,
  value?: string,
): Found {
  const blocks = value === undefined ? words : words.slice(0, -1);
  const tests: readonly ((place: KeywordPlace) => boolean)[] = [
    ({ path }) =>
      path.length === blocks.length && blocks.every((word, i) => same(path[i] ?? "", word)),
    ({ path }) => isSubsequence(blocks, path, same),
  ];
  // A full path means that place alone; a bare name means all of its places.
  for (const test of blocks.length < 2 ? tests.slice(1) : tests) {
    const places = named.filter(test);
    if (places.length > 0) return { kind: "found", meanings: meaningsOf(places, value) };
  }
  return { kind: "elsewhere", name: words.at(-1) ?? "", meanings: meaningsOf(named, value) };
}

function isSubsequence(words: readonly string[], path: readonly string[], same: Same): boolean {
  let at = 0;
  for (const word of words) {
    const next = path.findIndex((name, i) => i >= at && same(name, word));
    if (next < 0) return false;
    at = next + 1;
  }
  return true;
}

/** Places where the keyword is described in the same words count as one. */
function meaningsOf(places: readonly KeywordPlace[], value?: string): readonly KeywordMeaning[] {
  const groups = new Map<string, [KeywordPlace, ...KeywordPlace[]]>();
  for (const place of places) {
    const key = JSON.stringify(place.row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [place]);
    else group.push(place);
  }
  return [...groups.values()].map((group) => ({
    row: group[0].row,
    places: group,
    note: group.map(({ path }) => noteOf(path.join("/"))).find((note) => note !== undefined),
    value,
  }));
}

const MOST_SUGGESTIONS = 8;

/** The nearest word, then keywords that contain what was typed, then those whose help does. */
function suggestionsFor(name: string): readonly string[] {
  const wanted = name.toLowerCase();
  const values = PLACES.flatMap(({ row }) => valuesOf(row));
  const close = nearest(name, new Set([...PLACES.map(({ row }) => row.name), ...values]));
  const containing =
    wanted.length < 3
      ? []
      : [
          ...PLACES.filter(({ row }) => row.name.toLowerCase().includes(wanted)),
          ...PLACES.filter(({ row }) => row.help.toLowerCase().includes(wanted)),
        ].map(({ row }) => row.name);
  const all = [...(close === undefined ? [] : [close]), ...containing];
  return [...new Set(all)].slice(0, MOST_SUGGESTIONS);
}

/** Every place there is, shortest path first. */
export function everyPlace(): readonly KeywordPlace[] {
  return PLACES;
}
