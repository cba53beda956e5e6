/** keepalived.conf(5), in mdoc(7), from the grammar. */
import { PRODUCT, PRODUCT_VERSION } from "../../src/report/version.ts";
import type { KeywordDescription } from "../../src/config/grammar/keyword.ts";
import { noteOf } from "../../src/config/grammar/notes.ts";
import { topics } from "./entries.ts";
import type { Chapter, Entry } from "./entries.ts";
import { exampleFor, readExample } from "./examples.ts";
import { LANGUAGE, LANGUAGE_ROWS } from "./language-text.ts";
import type { Passage } from "./language-text.ts";
import { argument, display, escapeRoff, prose } from "./mdoc.ts";
import {
  argumentShapes,
  choicesOf,
  factsOf,
  itemShape,
  sentence,
  standingOf,
  STANDING_WORDS,
} from "./words.ts";

/** When what is written by hand here was last changed. */
const DATE = "November 22, 2026";

export function renderManual(chapters: readonly Chapter[]): string {
  return [
    '.\\" Made by tools/docs-reference.ts from the grammar: change it there.',
    `.Dd ${DATE}`,
    ".Dt KEEPALIVED.CONF 5",
    `.Os "${PRODUCT} ${PRODUCT_VERSION}"`,
    ".Sh NAME",
    ".Nm keepalived.conf",
    ".Nd what keepalived is to do",
    ".Sh DESCRIPTION",
    ...DESCRIPTION.map((text, i) => `${i === 0 ? "" : ".Pp\n"}${prose(text)}`),
    ".Sh FILE FORMAT",
    ...LANGUAGE.flatMap(({ title, passages }) => [
      `.Ss ${title}`,
      ...passages.map((passage, i) => renderPassage(passage, i === 0)),
    ]),
    ".Ss Its words",
    ".Bl -tag -width Ds",
    ...LANGUAGE_ROWS.map(renderLanguageRow),
    ".El",
    ...chapters.map(renderChapter),
    DIFFERENCES,
    FILES,
    renderExamples(),
    CLOSING,
    "",
  ].join("\n");
}

const DESCRIPTION = [
  "The file says which virtual addresses this machine shares with others, when it gives them up, and who is told. " +
    "It is read at the start and at each reload (the signal HUP). " +
    "`keepalived check` tells every mistake in it, with its line and what to write instead.",
  "A small file is enough: one vrrp_instance with an interface, a router id, a priority and an address. " +
    "See EXAMPLES. " +
    "The sections after FILE FORMAT describe every keyword, block by block: " +
    "first what stands outside of all blocks, then the blocks, then options that several of them share.",
  "After each keyword stand its range, its default and the Keepalived release it came with. " +
    "“Accepted, not yet active” marks what is read and checked and does nothing yet; the log says so once at start.",
];

function renderPassage(passage: Passage, isFirst: boolean): string {
  switch (passage.kind) {
    case "text":
      return `${isFirst ? "" : ".Pp\n"}${prose(passage.text)}`;
    case "sample":
      return display(passage.text);
    case "terms":
      return [
        ".Bl -tag -width Ds",
        ...passage.terms.map(([term, meaning]) => `.It Ic ${argument(term)}\n${prose(meaning)}`),
        ".El",
      ].join("\n");
  }
}

function renderLanguageRow(row: KeywordDescription): string {
  const shapes = argumentShapes(row);
  const written = `.It Ic ${argument(row.name)}${shapes === "" ? "" : ` Ar ${argument(shapes)}`}`;
  return [written, prose(sentence(row.help)), prose(factsOf(row))].join("\n");
}

function renderChapter(chapter: Chapter): string {
  const { block, shared, entries, title } = chapter;
  const parts = [`.Sh ${escapeRoff(title.toUpperCase())}`];
  if (block !== undefined) {
    parts.push(renderOpening(block), ".Pp", ...describe(block));
    const more = insideWords(block);
    if (more !== "") parts.push(".Pp", prose(more));
  } else parts.push(prose(shared?.introduction ?? "These stand outside of all blocks."));
  const example = exampleFor(chapter.name);
  if (example !== undefined) parts.push(display(example));
  for (const topic of topics(entries)) {
    if (topic.title !== "") parts.push(`.Ss ${topic.title}`);
    parts.push(...renderList(topic.entries));
  }
  return parts.join("\n");
}

/** `vrrp_instance NAME { ... }`. */
function renderOpening({ row }: Entry): string {
  const shapes = argumentShapes(row);
  const items = itemShape(row);
  const inside = row.block === "items" ? ` Ar ${argument(items)}` : " No ...";
  return `.Ic ${argument(row.name)}${shapes === "" ? "" : ` Ar ${argument(shapes)}`} No {${inside} No }`;
}

function renderList(entries: readonly Entry[]): readonly string[] {
  if (entries.length === 0) return [];
  return [".Bl -tag -width Ds", ...entries.map(renderEntry), ".El"];
}

function renderEntry(entry: Entry): string {
  const { row } = entry;
  const shapes = argumentShapes(row);
  const braces = row.block === undefined ? "" : " No { ... }";
  const more = insideWords(entry);
  const inner =
    entry.inside.kind === "described" || entry.inside.kind === "shared" ? entry.inside.entries : [];
  return [
    `.It Ic ${argument(row.name)}${shapes === "" ? "" : ` Ar ${argument(shapes)}`}${braces}`,
    ...describe(entry),
    ...(more === "" ? [] : [prose(more)]),
    ...renderList(inner),
  ].join("\n");
}

/** Help, note, facts and standing as lines of text. */
function describe({ row, path }: Entry): readonly string[] {
  const note = noteOf(path);
  const standing = standingOf(path, row);
  const lines = [prose(sentence(row.help))];
  if (row.instead !== undefined) lines.push(prose(`Deprecated: use ${row.instead} instead.`));
  if (note !== undefined) lines.push(prose(note), ".br");
  lines.push(prose(factsOf(row)));
  if (standing !== undefined) {
    lines.push(prose(`${STANDING_WORDS[standing.kind]}: ${standing.text}.`));
  }
  const choices = choicesOf(row);
  if (choices.length === 0) return lines;
  const items = choices.map(([word, help]) => `.It Ic ${argument(word)}\n${prose(help)}`);
  return [...lines, ".Bl -tag -width Ds -compact", ...items, ".El"];
}

function insideWords({ row, inside }: Entry): string {
  const item = itemShape(row);
  const lines = row.block === "items" && item !== "" ? `Each line is \`${item}\`.` : "";
  switch (inside.kind) {
    case "nothing":
      return lines;
    case "as":
      return `${lines} The options are those of \`${inside.path.replaceAll("/", " ")}\`.`.trim();
    case "shared": {
      const also = inside.entries.length === 0 ? "." : ", and these:";
      const titles = inside.shared.map(({ title }) => title.toUpperCase());
      return `${lines} See ${titles.join(" and ")}${also}`.trim();
    }
    case "chapter":
      return `See ${inside.name.toUpperCase()}.`;
    case "described":
      return lines;
  }
}

const PAIRS: readonly (readonly [string, readonly string[]])[] = [
  [
    "Two machines with nginx share one address. The first takes it when both start; after a failure it stays where it is.",
    ["pair-lb01.conf", "pair-lb02.conf"],
  ],
  [
    "In a cloud without multicast, with a script that tells the cloud.",
    ["unicast-lb01.conf", "unicast-lb02.conf"],
  ],
  ["Fast, with IPv4 and IPv6.", ["fast-lb01.conf", "fast-lb02.conf"]],
];

function renderExamples(): string {
  const parts = PAIRS.map(([words, names], i) => {
    const files = names.map((name, j) => {
      const machine = /-(\w+)\.conf$/.exec(name)?.[1] ?? "";
      const text = readExample(name);
      return `${j === 0 ? "" : `.Pp\nOn ${machine}:\n`}${display(text)}`;
    });
    return `${i === 0 ? "" : ".Pp\n"}${prose(words)}\n${files.join("\n")}`;
  });
  return [".Sh EXAMPLES", ...parts].join("\n");
}

const FILES = [
  ".Sh FILES",
  ".Bl -tag -width Ds",
  ".It Pa /etc/keepalived/keepalived.conf",
  "The file that is read unless",
  ".Fl f",
  "names another.",
  ".It Pa /run/keepalived.pid",
  "The process that takes signals.",
  ".It Pa /run/keepalived/control.sock",
  "Where",
  ".Ql keepalived status",
  "asks.",
  ".El",
].join("\n");

const DIFFERENCES = [
  ".Sh DIFFERENCES",
  prose(
    "This is not the original Keepalived and not all of it is there: " +
      "what is accepted without being active is marked, and `docs/compat.md` has the state of every keyword, option and signal and every difference with its reason. " +
      "The ones met first: a reload with errors is refused; an empty file is no configuration to reload; " +
      "notify scripts of one instance run one after the other; two masters that cannot hear each other are told of in the log and in `keepalived status`.",
  ),
].join("\n");

const CLOSING = [
  ".Sh SEE ALSO",
  ".Xr ip 8 ,",
  ".Xr keepalived 8",
  ".Pp",
  "The same reference with links is in",
  ".Pa docs/user/reference",
  "of the source, the differences to Keepalived in",
  ".Pa docs/compat.md .",
  ".Sh STANDARDS",
  "VRRP version 3: RFC 9568, before it RFC 5798.",
  "Version 2: RFC 3768.",
  "Gratuitous ARP: RFC 5227.",
  "Neighbour advertisements: RFC 4861.",
].join("\n");
