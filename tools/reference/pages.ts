/** The reference as Markdown pages: one for each chapter, and an index of all keywords. */
import { noteOf } from "../../src/config/grammar/notes.ts";
import type { KeywordDescription } from "../../src/config/grammar/keyword.ts";
import { allEntries, topics } from "./entries.ts";
import type { Chapter, Entry } from "./entries.ts";
import { exampleFor } from "./examples.ts";
import { languageAnchor, renderLanguagePage } from "./language-page.ts";
import { LANGUAGE_ROWS } from "./language-text.ts";
import { linker } from "./links.ts";
import type { Link } from "./links.ts";
import {
  argumentShapes,
  choicesOf,
  factsOf,
  itemShape,
  sentence,
  standingOf,
  STANDING_WORDS,
} from "./words.ts";

/** The name of every page, and its text. */
export function renderPages(chapters: readonly Chapter[]): ReadonlyMap<string, string> {
  const link = linker(chapters);
  const pages = new Map([
    ["README.md", renderIndex(chapters)],
    ["language.md", renderLanguagePage()],
  ]);
  for (const chapter of chapters) pages.set(`${chapter.name}.md`, renderChapter(chapter, link));
  return pages;
}

const GENERATED = "<!-- made by tools/docs-reference.ts from the grammar: change it there -->";

function renderChapter(chapter: Chapter, link: Link): string {
  const { block, shared, entries, title } = chapter;
  const heading = block === undefined ? title : `\`${title}\``;
  const parts = [GENERATED, `# ${heading}`, "[Reference](README.md)"];
  if (block !== undefined) parts.push(...renderBlock(block, link));
  else if (shared !== undefined) parts.push(shared.introduction);
  else parts.push(TOP_LEVEL_INTRODUCTION);
  const example = exampleFor(chapter.name);
  if (example !== undefined) parts.push(`\`\`\`conf\n${example.trimEnd()}\n\`\`\``);
  const divided = topics(entries);
  if (entries.length > MANY) parts.push(renderContents(divided));
  for (const topic of divided) {
    if (topic.title !== "") parts.push(`## ${topic.title}`);
    parts.push(...renderEntries(topic.entries, link, topic.title === "" ? 2 : 3));
  }
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** From here on a page has a list of what is on it. */
const MANY = 8;

const TOP_LEVEL_INTRODUCTION =
  "Keywords that stand outside all blocks. They concern the whole daemon.";

function renderContents(divided: readonly { title: string; entries: readonly Entry[] }[]): string {
  return divided
    .map(({ title, entries }) => {
      const links = entries.map(({ row, anchor }) => `[${row.name}](#${anchor})`).join(" · ");
      return title === "" ? links : `**${title}:** ${links}`;
    })
    .join("\n\n");
}

/** What is said of a block at the top of its page. */
function renderBlock(block: Entry, link: Link): readonly string[] {
  const { row, path } = block;
  const shapes = argumentShapes(row);
  const lines = row.block === "items" ? itemShape(row) : "...";
  return [
    `${anchorOf(block)}\n\`${[row.name, shapes].filter((word) => word !== "").join(" ")} { ${lines} }\``,
    ...renderText(block, link),
    ...(block.inside.kind === "as" || block.inside.kind === "shared"
      ? [renderInside(block, link, path)]
      : []),
  ];
}

function renderEntries(entries: readonly Entry[], link: Link, level: number): readonly string[] {
  if (entries.every(({ isOption }) => isOption)) {
    return [entries.map((entry) => renderOption(entry, link)).join("\n")];
  }
  return entries.flatMap((entry) => renderKeyword(entry, link, level));
}

function renderKeyword(entry: Entry, link: Link, level: number): readonly string[] {
  const { row, path } = entry;
  const shapes = argumentShapes(row);
  const written = shapes === "" ? "" : ` \`${shapes}\``;
  const parts = [
    `${anchorOf(entry)}\n${"#".repeat(level)} \`${row.name}\`${written}`,
    ...renderText(entry, link),
  ];
  if (row.block !== undefined) parts.push(renderInside(entry, link, path));
  const inner =
    entry.inside.kind === "described" || entry.inside.kind === "shared" ? entry.inside.entries : [];
  return [...parts, ...(inner.length === 0 ? [] : renderEntries(inner, link, level + 1))];
}

const anchorOf = ({ anchor }: Entry): string => `<a id="${anchor}"></a>`;

/** Help, note, facts and standing, each a paragraph. */
function renderText(entry: Entry, link: Link): readonly string[] {
  const { row, path } = entry;
  const note = noteOf(path);
  return [
    link.text(sentence(row.help), path),
    ...(note === undefined ? [] : [link.text(note, path)]),
    `*${link.text(factsOf(row), path)}*`,
    ...renderChoices(row),
    ...renderStanding(entry, link),
  ];
}

function renderChoices(row: KeywordDescription): readonly string[] {
  const choices = choicesOf(row).map(([word, help]) => `- \`${word}\`: ${help}`);
  return choices.length === 0 ? [] : [choices.join("\n")];
}

function renderStanding({ row, path }: Entry, link: Link): readonly string[] {
  const standing = standingOf(path, row);
  const notes: string[] = [];
  if (row.instead !== undefined) {
    notes.push(`**Deprecated**: use ${link.name(row.instead, path)} instead.`);
  }
  if (standing !== undefined) {
    notes.push(`**${STANDING_WORDS[standing.kind]}**: ${link.text(standing.text, path)}.`);
  }
  return notes.length === 0 ? [] : [notes.map((note) => `> ${note}`).join("\n>\n")];
}

function renderInside({ row, inside }: Entry, link: Link, path: string): string {
  const item = itemShape(row);
  const lines = item === "" ? "" : `A block; each line is \`${item}\`.`;
  switch (inside.kind) {
    case "nothing":
      return lines;
    case "as":
      return `${lines} Takes what ${link.to(inside.path, path)} takes.`.trim();
    case "shared": {
      const also = inside.entries.length === 0 ? "" : ", and these:";
      const pages = inside.shared.map(({ title, name }) => `[${lowerFirst(title)}](${name}.md)`);
      return `${lines === "" ? "A block." : lines} Takes the ${pages.join(" and the ")}${also === "" ? "." : also}`;
    }
    case "chapter":
      return `A block with [a page of its own](${inside.name}.md).`;
    case "described":
      if (row.block === "items") return `${lines} After the name or address:`;
      return row.block === "keywords" && path.includes("/") ? "A block; inside it:" : "";
  }
}

/** An option word is a line of a list. */
function renderOption(entry: Entry, link: Link): string {
  const { row, path } = entry;
  const shapes = argumentShapes(row);
  const written = shapes === "" ? `\`${row.name}\`` : `\`${row.name} ${shapes}\``;
  const note = noteOf(path);
  const words = [
    link.text(sentence(row.help), path),
    ...(note === undefined ? [] : [link.text(note, path)]),
    `*${link.text(factsOf(row), path)}*`,
    ...renderStanding(entry, link).map((text) => text.replaceAll(/^> ?/gm, "")),
  ];
  const nested =
    entry.inside.kind === "described"
      ? entry.inside.entries.map((inner) => `\n  ${renderOption(inner, link)}`).join("")
      : "";
  const as =
    entry.inside.kind === "as" ? ` Takes what ${link.to(entry.inside.path, path)} takes.` : "";
  return `- ${anchorOf(entry)}${written}: ${words.join(" ")}${as}${nested}`;
}

function renderIndex(chapters: readonly Chapter[]): string {
  const pages = chapters.map(({ name, title, block, shared }) => {
    const help = block?.row.help ?? (shared === undefined ? TOP_LEVEL_INTRODUCTION : "");
    const shown = block === undefined ? title : `\`${title}\``;
    const text = help === "" ? "" : `: ${sentence(help)}`;
    const later = block?.row.later === undefined ? "" : " *Not yet active.*";
    return `- [${shown}](${name}.md)${text}${later}`;
  });
  const places = new Map<string, string[]>();
  for (const chapter of chapters) {
    const isTop = chapter.block !== undefined && !chapter.block.path.includes("/");
    for (const entry of [...(isTop ? [chapter.block] : []), ...allEntries(chapter.entries)]) {
      const where = placeOf(entry, chapter);
      const known = places.get(entry.row.name) ?? [];
      known.push(`[${where}](${chapter.name}.md#${entry.anchor})`);
      places.set(entry.row.name, known);
    }
  }
  for (const row of LANGUAGE_ROWS) {
    const known = places.get(row.name) ?? [];
    places.set(row.name, [...known, `[language](language.md#${languageAnchor(row)})`]);
  }
  const names = [...places.keys()].sort((a, b) => order(a).localeCompare(order(b), "en"));
  const letters = [...new Set(names.map((name) => order(name).charAt(0)))];
  const index = letters.map((letter) => {
    const lines = names
      .filter((name) => order(name).startsWith(letter))
      .map((name) => `- \`${name}\`: ${(places.get(name) ?? []).join(", ")}`);
    return `### ${letter.toUpperCase()}\n\n${lines.join("\n")}`;
  });
  return [
    GENERATED,
    "# Reference",
    INDEX_INTRODUCTION,
    "## Chapters",
    [`- [The language of the file](language.md)`, ...pages].join("\n"),
    "## All keywords",
    letters.map((letter) => `[${letter.toUpperCase()}](#${letter})`).join(" "),
    `${index.join("\n\n")}\n`,
  ].join("\n\n");
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

const order = (name: string): string => name.toLowerCase().replace(/^[^a-z]+/, "");

function placeOf(entry: Entry, chapter: Chapter): string {
  if (chapter.shared !== undefined) return lowerFirst(chapter.title);
  const blocks = entry.path.split("/").slice(0, -1);
  return blocks.length === 0 ? "top level" : blocks.join(" › ");
}

const INDEX_INTRODUCTION =
  "Everything that `/etc/keepalived/keepalived.conf` may contain, made from the table that the daemon itself reads with. " +
  "The same is in `man keepalived.conf`; `keepalived check` says what is wrong with a file.\n\n" +
  "*Since* is the Keepalived release a keyword came with. " +
  "*Accepted, not yet active* means that a keyword is read and checked, that the log says so once at start, " +
  "and what happens instead. Where this daemon differs is in [compatibility](../../compat.md).";
