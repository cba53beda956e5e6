/** `keepalived explain`: one keyword, from its description in the grammar, for people. */
import type { ArgumentDescription } from "../config/grammar/arguments.ts";
import type { KeywordDescription } from "../config/grammar/keyword.ts";
import { exampleOf, isLanguage } from "../inspect/example.ts";
import { codesAbout, relatedTo } from "../inspect/keywords.ts";
import type { Found, KeywordMeaning, KeywordPlace } from "../inspect/keywords.ts";
import { argumentInWords, keywordSince, keywordStatus, keywordSynopsis } from "./keyword-text.ts";
import type { Paint } from "./paint.ts";
import { wrap, wrapLabelled } from "./wrap.ts";

export interface Page {
  readonly paint: Paint;
  readonly width: number;
  /** Lines of the terminal, or undefined when nobody scrolls. */
  readonly height: number | undefined;
}

const LABEL = 10;
const INDENT = "  ";
/** Meanings told in full; when there are more, the first is, and each other one gets a line. */
const MOST_IN_FULL = 2;

/** What was found, with every meaning of the word. */
export function renderMeanings(meanings: readonly KeywordMeaning[], page: Page): string {
  const inFull = meanings.length > MOST_IN_FULL ? meanings.slice(0, 1) : meanings;
  const texts = inFull.map((meaning) => renderMeaning(meaning, page));
  const others = meanings.slice(inFull.length);
  return [...texts, ...(others.length === 0 ? [] : [renderOthers(others, page)])].join("\n");
}

/** Nothing, or nothing there: what was perhaps meant. */
export function renderNotFound(question: string, found: Exclude<Found, { kind: "found" }>): string {
  if (found.kind === "elsewhere") {
    const places = found.meanings.flatMap((meaning) => meaning.places.map(pathText));
    return `There is no ${question}; ${found.name} is known as ${places.join(", ")}\n`;
  }
  const [first, ...rest] = found.suggestions;
  if (first === undefined) return `No keyword or value is called ${question}. ${HOW_TO_BEGIN}\n`;
  const more = rest.length === 0 ? "" : ` Others: ${rest.join(", ")}.`;
  return `No keyword or value is called ${question}; did you mean ${first}?${more}\n`;
}

const HOW_TO_BEGIN = "`keepalived explain` lists the blocks";

/** The blocks and settings of the top level. */
export function renderOverview(
  rows: readonly KeywordDescription[],
  { paint, width }: Page,
): string {
  const blocks = rows.filter(({ block, instead }) => block !== undefined && instead === undefined);
  const settings = rows.filter(
    ({ block, instead }) => block === undefined && instead === undefined,
  );
  return [
    paint("bold", "Blocks of keepalived.conf"),
    ...table(blocks, width),
    "",
    paint("bold", "Settings outside of blocks"),
    ...table(settings, width),
    "",
    ...wrap(
      "Go on with a block, a keyword or a value: `keepalived explain vrrp_instance`, " +
        "`keepalived explain vrrp_instance.priority`, `keepalived explain noprefixroute`",
      width,
    ),
    "",
  ].join("\n");
}

function renderMeaning(meaning: KeywordMeaning, page: Page): string {
  const { row, places, note, value } = meaning;
  const { width } = page;
  const [place] = places;
  const facts = [
    ...fact("Write", keywordSynopsis(row, place.parent), page),
    ...row.arguments.flatMap((argument) => argumentFacts(argument, row, page)),
    ...fact("Default", row.default, page),
    ...fact("Since", keywordSince(row), page),
    ...fact("Here", keywordStatus(place.rows), page),
    ...fact("Checks", checksText(place), page),
    ...fact("Instead", row.instead === undefined ? "" : `deprecated: write ${row.instead}`, page),
  ];
  const related = relatedTo(place, MOST_RELATED);
  const parts = [
    headOf(meaning, page),
    value === undefined ? [] : wrapLabelled(INDENT, `${value}: ${valueHelp(row, value)}`, width),
    [...new Set([row.help, ...(note === undefined ? [] : [note])])].flatMap((text) =>
      wrap(text, width - INDENT.length).map((line) => `${INDENT}${line}`),
    ),
    facts,
    value === undefined ? valuesOf(row, page) : [],
    insideOf(row, value, page),
    exampleLines(place, value, page),
    related.length === 0 ? [] : fact("See also", related.join(", "), page),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function exampleLines(
  place: KeywordPlace,
  value: string | undefined,
  { paint }: Page,
): readonly string[] {
  const lines = exampleOf(place, value);
  return lines.length === 0
    ? []
    : [paint("bold", "Example"), ...lines.map((line) => `${INDENT}${line}`)];
}

const MOST_RELATED = 6;

function checksText(place: KeywordPlace): string {
  const codes = codesAbout(place);
  return codes.length === 0 ? "" : `${codes.join(", ")} (docs/user/diagnostics.md)`;
}

function headOf({ row, places, value }: KeywordMeaning, { paint, width }: Page): readonly string[] {
  const [{ parent }] = places;
  const name = paint("bold", value === undefined ? row.name : `${value}, a value of ${row.name}`);
  if (isLanguage(places[0])) return [`${name}, anywhere in a file`];
  if (places.length === 1 && parent === undefined) return [`${name}, at the top level`];
  const kind =
    parent === undefined || parent.block === "keywords" ? "in" : "a word on the lines of";
  const where = places.map(({ path }) => path.slice(0, -1).join(" ") || "the top level");
  const all = wrap(`${kind} ${where.join(", ")}`, width - INDENT.length);
  return places.length === 1
    ? [`${name}, ${all.join(" ")}`]
    : [name, ...all.map((line) => `${INDENT}${line}`)];
}

const fact = (label: string, text: string, { width }: Page): readonly string[] =>
  text === "" ? [] : wrapLabelled(`${INDENT}${label.padEnd(LABEL)}`, text, width);

function argumentFacts(
  argument: ArgumentDescription,
  row: KeywordDescription,
  page: Page,
): readonly string[] {
  const words = argumentInWords(argument);
  // The words of a choice stand in its shape, and their meanings below.
  if (words === undefined || argument.choices?.join("|") === argument.shape) return [];
  const several = row.arguments.length > 1 || row.block === "keywords";
  return fact("", several ? `${argument.shape}: ${words}` : words, page);
}

const valueHelp = (row: KeywordDescription, value: string): string =>
  row.arguments.map(({ choiceHelp }) => choiceHelp?.[value]).find((help) => help !== undefined) ??
  row.help;

/** The words an argument may be, where they have a meaning each. */
function valuesOf(row: KeywordDescription, { paint, width }: Page): readonly string[] {
  const values = row.arguments.flatMap(({ choiceHelp = {} }) =>
    Object.entries(choiceHelp).map(([name, help]) => ({ name, help })),
  );
  return values.length === 0 ? [] : [paint("bold", "Values"), ...table(values, width)];
}

/** Keywords of a block, or words of a line. */
function insideOf(
  row: KeywordDescription,
  value: string | undefined,
  page: Page,
): readonly string[] {
  const { paint, width, height } = page;
  const rows = row.inside.filter(({ instead }) => instead === undefined);
  if (rows.length === 0 || value !== undefined) return [];
  const title = paint("bold", row.block === "keywords" ? "Inside" : "Words of a line");
  if (height === undefined || rows.length + REST_OF_PAGE <= height)
    return [title, ...table(rows, width)];
  const first = rows[0]?.name ?? "";
  return [
    `${title} (\`keepalived explain ${row.name}.${first}\` tells of one)`,
    ...byGroup(rows).flatMap(([group, names]) =>
      wrapLabelled(`${INDENT}${group.padEnd(LABEL)}`, names.join(", "), width),
    ),
  ];
}

/** Lines of a page besides those of the table. */
const REST_OF_PAGE = 20;

function byGroup(rows: readonly KeywordDescription[]): readonly [string, readonly string[]][] {
  const groups = new Map<string, string[]>();
  for (const { group, name } of rows) groups.set(group, [...(groups.get(group) ?? []), name]);
  return [...groups];
}

function table(
  rows: readonly Pick<KeywordDescription, "name" | "help">[],
  width: number,
): readonly string[] {
  const widest = Math.max(...rows.map(({ name }) => name.length));
  return rows.flatMap(({ name, help }) =>
    wrapLabelled(`${INDENT}${name.padEnd(widest)}  `, help, width),
  );
}

function renderOthers(meanings: readonly KeywordMeaning[], { paint, width }: Page): string {
  const lines = meanings.flatMap(({ row, places }) => [
    ...wrap(places.map(pathText).join(", "), width - INDENT.length).map(
      (line) => `${INDENT}${line}`,
    ),
    ...wrapLabelled(`${INDENT}${INDENT}`, `${row.help} Default: ${row.default}.`, width),
  ]);
  return [paint("bold", "Elsewhere it is another keyword (ask with its path)"), ...lines, ""].join(
    "\n",
  );
}

const pathText = ({ path }: KeywordPlace): string => path.join(".");

/** The same for programs. */
export function explainJson(meanings: readonly KeywordMeaning[]): string {
  const told = meanings.map(({ row, places, note, value }) => ({
    name: row.name,
    ...(value === undefined ? {} : { value }),
    paths: places.map(({ path }) => path),
    synopsis: keywordSynopsis(row, places[0].parent),
    arguments: row.arguments,
    help: row.help,
    note,
    default: row.default,
    since: row.since,
    isExtension: row.ours === true,
    status: keywordStatus(places[0].rows),
    instead: row.instead,
    group: row.group,
    inside: row.inside.map(({ name, help }) => ({ name, help })),
    example: exampleOf(places[0], value),
    diagnostics: codesAbout(places[0]),
    related: relatedTo(places[0], MOST_RELATED),
  }));
  return `${JSON.stringify(told, undefined, 2)}\n`;
}
