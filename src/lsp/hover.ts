/** What an editor shows of the word under the pointer, as Markdown. */
import type { ArgumentDescription } from "../config/grammar/arguments.ts";
import type { KeywordDescription } from "../config/grammar/keyword.ts";
import { noteOf } from "../config/grammar/notes.ts";
import { rootGrammar } from "../config/grammar/root.ts";
import { maskSecrets } from "../config/mask.ts";
import {
  argumentInWords,
  keywordSince,
  keywordStatus,
  keywordSynopsis,
} from "../report/keyword-text.ts";
import { cursorAt, isInComment, touches } from "./cursor.ts";
import type { Cursor, Position } from "./cursor.ts";
import type { ConfigDocument } from "./document.ts";
import { nameAt, namesIn } from "./names.ts";
import type { Condition, Place } from "./outline.ts";
import { definitionsOf, parameterAt, PREDEFINED } from "./references.ts";
import { spotAt } from "./spot.ts";

export interface HoverText {
  readonly markdown: string;
  readonly place: Place;
}

export interface HoverContext {
  /** The files of the configuration, this one among them. */
  readonly documents: readonly ConfigDocument[];
  /** What `@ID` is compared with. */
  readonly configId: string;
  /** The files that an include of this document's names. */
  readonly filesOf: (pattern: string) => readonly string[];
}

/** What to say about a position; undefined where there is nothing to say. */
export function hoverAt(
  document: ConfigDocument,
  position: Position,
  context: HoverContext,
): HoverText | undefined {
  const { outline } = document;
  if (isInComment(outline, position)) return undefined;
  const parameter = parameterAt(outline, position);
  if (parameter !== undefined) {
    return { markdown: parameterText(parameter.text, context.documents), place: parameter };
  }
  const condition = outline.conditions.find((place) => touches(place, position));
  if (condition !== undefined) {
    return { markdown: conditionText(condition, context.configId), place: condition };
  }
  const include = outline.includes.find(({ place }) => touches(place, position));
  if (include !== undefined) {
    const files = context.filesOf(include.pattern);
    const listed = files.map((file) => `- \`${file}\``).join("\n");
    const markdown = files.length === 0 ? "No file matches." : `Reads:\n\n${listed}`;
    return { markdown, place: include.place };
  }
  const cursor = cursorAt(outline, position);
  const markdown = wordText(cursor, context.documents);
  return markdown === undefined || cursor.word === undefined
    ? undefined
    : { markdown, place: cursor.word };
}

/**
 * A keyword or option as Markdown; `rows` are those of the blocks around it and, last, its own.
 */
export function keywordMarkdown(rows: Rows): string {
  const row = rows.at(-1);
  if (row === undefined) return "";
  const parent = rows.at(-2);
  const facts = [
    ...row.arguments.flatMap(argumentFact),
    ["Default", row.default],
    ["Since", keywordSince(row)],
    ["Here", keywordStatus(rows)],
    ...(row.instead === undefined ? [] : [["Deprecated", `write ${row.instead}`]]),
  ];
  const note = noteOf(rows.map(({ name }) => name).join("/"));
  return [
    fenced(keywordSynopsis(row, parent)),
    parent === undefined ? row.help : `In \`${parent.name}\`. ${row.help}`,
    ...(note === undefined ? [] : [note]),
    facts.map(([label, text]) => `- ${label}: ${text}`).join("\n"),
  ].join("\n\n");
}

type Rows = readonly KeywordDescription[];

function argumentFact(argument: ArgumentDescription): (readonly [string, string])[] {
  const words = argumentInWords(argument);
  return words === undefined ? [] : [["Value", words]];
}

function wordText(cursor: Cursor, documents: readonly ConfigDocument[]): string | undefined {
  const { entry, index, word } = cursor;
  const spot = spotAt(rootGrammar.keywords, cursor);
  if (spot === undefined || word === undefined) return undefined;
  const name = nameAt(keywordsOf(cursor), entry?.words ?? [], index);
  const defined = name?.role === "use" ? whereDefined(name.kind, word.text, documents) : "";
  switch (spot.kind) {
    case "keyword":
    case "option":
      return spot.row === undefined ? undefined : keywordMarkdown([...spot.around, spot.row]);
    case "item":
      return keywordMarkdown(spot.around) + defined;
    case "argument": {
      const help = spot.argument?.choiceHelp?.[word.text];
      const choice = help === undefined ? "" : `\`${word.text}\`: ${help}\n\n`;
      return choice + keywordMarkdown([...spot.around, spot.row]) + defined;
    }
  }
}

export const keywordsOf = ({ path }: Cursor): readonly string[] =>
  path.map(({ words }) => words[0].text);

function whereDefined(kind: string, name: string, documents: readonly ConfigDocument[]): string {
  const places = documents.flatMap(({ path, outline }) =>
    namesIn(outline)
      .filter((use) => use.role === "definition" && use.kind === kind && use.word.text === name)
      .map(({ word }) => `\`${path}:${word.line + 1}\``),
  );
  return places.length === 0
    ? `\n\n\`${name}\` is not defined in the files that are looked at.`
    : `\n\n\`${name}\` is defined in ${places.join(", ")}.`;
}

const MAX_VALUE_LINES = 20;

function parameterText(name: string, documents: readonly ConfigDocument[]): string {
  const predefined = PREDEFINED.get(name);
  if (predefined !== undefined) return `\`$${name}\`: ${predefined}`;
  const found = definitionsOf(name, documents);
  if (found.length === 0) return `\`$${name}\` is not defined in the files that are looked at.`;
  return found
    .map(({ document, definition }) => {
      const shown = definition.value.slice(0, MAX_VALUE_LINES).map(maskSecrets).join("\n");
      const place = `${document.path}:${definition.name.line + 1}`;
      return `${fenced(shown)}\n\nDefined in \`${place}\`.`;
    })
    .join("\n\n");
}

function conditionText({ text, isNegative }: Condition, configId: string): string {
  const counts = (text === configId) !== isNegative;
  const rule = isNegative ? `is not \`${text}\`` : `is \`${text}\``;
  return (
    `This line counts where the configuration id (\`-i\`) ${rule}. ` +
    `Here it is \`${configId}\`: the line ${counts ? "counts" : "does not count"}.`
  );
}

/** A block of code; backticks inside could end it early. */
const fenced = (text: string): string =>
  `\`\`\`keepalived\n${text.replace(/`{3,}/g, "``")}\n\`\`\``;
