/** `keepalived explain`: one keyword, from its description in the grammar, for people. */
import type { ArgumentDescription } from "../config/grammar/arguments.ts";
import type { KeywordDescription } from "../config/grammar/keyword.ts";
import { exampleOf } from "../inspect/example.ts";
import { relatedTo } from "../inspect/keywords.ts";
import type { Found, KeywordMeaning, KeywordPlace } from "../inspect/keywords.ts";
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
  const { paint, width } = page;
  const [place] = places;
  const facts = [
    ...fact("Write", synopsisOf(place), page),
    ...row.arguments.flatMap((argument) => argumentFacts(argument, row, page)),
    ...fact("Default", row.default, page),
    ...fact(
      "Since",
      row.ours === true ? `${row.since}; Keepalived does not know it` : `Keepalived ${row.since}`,
      page,
    ),
    ...statusFacts(place, page),
  ];
  const related = relatedTo(place, MOST_RELATED);
  const parts = [
    headOf(meaning, page),
    [...new Set([row.help, ...(note === undefined ? [] : [note])])].flatMap((text) =>
      wrap(text, width - INDENT.length).map((line) => `${INDENT}${line}`),
    ),
    facts,
    insideOf(row, value, page),
    [paint("bold", "Example"), ...exampleOf(place, value).map((line) => `${INDENT}${line}`)],
    related.length === 0 ? [] : fact("See also", related.join(", "), page),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

const MOST_RELATED = 6;

function headOf({ row, places, value }: KeywordMeaning, { paint, width }: Page): readonly string[] {
  const [{ parent }] = places;
  const name = paint("bold", value === undefined ? row.name : `${value}, a value of ${row.name}`);
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

function statusFacts(place: KeywordPlace, page: Page): readonly string[] {
  const { row } = place;
  const later = laterOf(place);
  const here = later === undefined ? "active" : `accepted, not yet active: ${later}`;
  return [
    ...fact("Here", here, page),
    ...(row.instead === undefined ? [] : fact("Instead", `deprecated: write ${row.instead}`, page)),
  ];
}

/** What happens instead, when it or a block around it is not yet active. */
const laterOf = ({ rows }: KeywordPlace): string | undefined =>
  rows.findLast(({ later }) => later !== undefined)?.later;

/** How it is written, without the blocks around it. */
function synopsisOf({ row, parent }: KeywordPlace): string {
  const shapes = row.arguments.map(({ shape }) => shape);
  const item = parent?.arguments.map(({ shape }) => shape).join(" ") ?? "";
  switch (row.block) {
    case "items":
      return `${row.name} { ${shapes.join(" ")} ... }`;
    case "keywords":
      return [row.name, ...shapes, "{ ... }"].join(" ");
    default:
      return [
        parent?.block === "items" ? `${item.split(" ", 1)[0] ?? ""} ...` : "",
        row.name,
        ...shapes,
      ]
        .filter((word) => word !== "")
        .join(" ");
  }
}

function argumentFacts(
  argument: ArgumentDescription,
  row: KeywordDescription,
  page: Page,
): readonly string[] {
  const words = inWords(argument);
  if (words === undefined) return [];
  const several = row.arguments.length > 1 || row.block === "keywords";
  return fact("", several ? `${argument.shape}: ${words}` : words, page);
}

const UNBOUNDED = 2_147_483_647;

/** What may be written for an argument; undefined when its shape says it all. */
function inWords({
  kind,
  minimum = 0,
  maximum,
  choices,
  unit,
}: ArgumentDescription): string | undefined {
  const range =
    maximum === undefined || maximum >= UNBOUNDED
      ? `${minimum} or more`
      : `${minimum} to ${maximum}`;
  switch (kind) {
    case "integer":
      return `a whole number, ${range}${unit === undefined ? "" : ` ${unit}`}`;
    case "seconds":
      return `seconds, ${range}, with up to six decimal places`;
    case "whole seconds":
      return `whole seconds, ${range}`;
    case "boolean":
      return "on, true or yes; off, false or no; alone it means on";
    case "choice":
    case "scope":
      return `one of ${(choices ?? []).join(", ")}`;
    case "address":
      return "an IPv4 or IPv6 address";
    case "prefix":
      return "an address, with the length of its network if need be";
    case "interface":
      return "the name of an interface, at most 15 characters";
    case "command":
      return "a program, in quotes when it has arguments; then its user and group";
    case "password":
      return `at most ${maximum ?? 0} characters`;
    case "number or name":
      return `a number, ${range}, or a name`;
    case "range":
      return `two numbers, each ${range}`;
    default:
      return undefined;
  }
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

function table(rows: readonly KeywordDescription[], width: number): readonly string[] {
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
    synopsis: synopsisOf(places[0]),
    arguments: row.arguments,
    help: row.help,
    note,
    default: row.default,
    since: row.since,
    isExtension: row.ours === true,
    isActive: laterOf(places[0]) === undefined,
    untilThen: laterOf(places[0]),
    instead: row.instead,
    group: row.group,
    inside: row.inside.map(({ name, help }) => ({ name, help })),
    example: exampleOf(places[0], value),
    related: relatedTo(places[0], MOST_RELATED),
  }));
  return `${JSON.stringify(told, undefined, 2)}\n`;
}
