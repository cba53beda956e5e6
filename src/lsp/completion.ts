/** What may be written at a position: keywords, options, values, names, interfaces, parameters. */
import { CompletionItemKind, CompletionItemTag, InsertTextFormat } from "vscode-languageserver";
import type { CompletionItem } from "vscode-languageserver";
import type { ArgumentDescription } from "../config/grammar/arguments.ts";
import type { KeywordDescription } from "../config/grammar/keyword.ts";
import { rootGrammar } from "../config/grammar/root.ts";
import { keywordSynopsis } from "../report/keyword-text.ts";
import { cursorAt, isInComment } from "./cursor.ts";
import type { Cursor, Position } from "./cursor.ts";
import type { ConfigDocument } from "./document.ts";
import { keywordMarkdown, keywordsOf } from "./hover.ts";
import { nameAt, namesIn } from "./names.ts";
import type { PlacedWord } from "./outline.ts";
import { parameterAt, PREDEFINED } from "./references.ts";
import { findRow, spotAt } from "./spot.ts";
import type { Spot } from "./spot.ts";

export interface CompletionContext {
  /** The files of the configuration, this one among them. */
  readonly documents: readonly ConfigDocument[];
  readonly interfaces: readonly string[];
  /** Whether the editor takes snippets. */
  readonly snippets: boolean;
}

/** A completion before its place in the text is known. */
interface Candidate {
  readonly label: string;
  readonly kind: CompletionItemKind;
  readonly detail?: string;
  readonly isDeprecated?: boolean;
  readonly snippet?: string;
  /** First what is wanted most; in alphabetical order without an `order`. */
  readonly rank: number;
  readonly order?: number;
  /** Where the documentation is looked up: the keywords of the blocks around, and the row. */
  readonly data?: readonly string[];
}

/** Everything that may stand at a position, the editor chooses by what has been typed. */
export function completionsAt(
  document: ConfigDocument,
  position: Position,
  context: CompletionContext,
): readonly CompletionItem[] {
  const { outline } = document;
  if (isInComment(outline, position)) return [];
  const parameter = parameterPrefix(document, position);
  if (parameter !== undefined) {
    return place(parameterCandidates(parameter, context), parameter, position);
  }
  if (outline.includes.some(({ place: { line } }) => line === position.line)) return [];
  const cursor = cursorAt(outline, position);
  const spot = spotAt(rootGrammar.keywords, cursor);
  const candidates = [
    ...nameCandidates(cursor, context),
    ...(spot === undefined ? [] : candidatesFor(spot, cursor, context)),
  ];
  return place(candidates, cursor.word, position);
}

/** The documentation of a completion, looked up when the editor shows it. */
export function completionDocumentation(data: unknown): string | undefined {
  if (!Array.isArray(data) || !data.every((name) => typeof name === "string")) return undefined;
  const rows: KeywordDescription[] = [];
  for (const name of data) {
    const row = findRow(rows.at(-1)?.inside ?? rootGrammar.keywords, name);
    if (row === undefined) return undefined;
    rows.push(row);
  }
  return keywordMarkdown(rows);
}

function candidatesFor(
  spot: Spot,
  cursor: Cursor,
  context: CompletionContext,
): readonly Candidate[] {
  const path = spot.around.map(({ name }) => name);
  switch (spot.kind) {
    case "keyword":
      return keywordCandidates(spot.rows, cursor, path, context);
    case "item": {
      const kind = spot.owner.arguments[0]?.kind ?? "";
      const wantsInterface = kind === "interface" || spot.owner.name === "track_interface";
      const options = MAY_BEGIN_WITH_AN_OPTION.has(kind) ? spot.owner.inside : [];
      return [
        ...(wantsInterface ? interfaceCandidates(context) : []),
        ...options.map((row) => optionCandidate(row, path)),
      ];
    }
    case "option":
      return spot.rows.map((row) => optionCandidate(row, path));
    case "argument":
      return [
        ...valueCandidates(spot.argument),
        ...(spot.argument?.kind === "interface" ? interfaceCandidates(context) : []),
        ...spot.rows.map((row) => optionCandidate(row, [...path, spot.row.name])),
      ];
  }
}

/** Items of which every word is an option, the first one too. */
const MAY_BEGIN_WITH_AN_OPTION: ReadonlySet<string> = new Set(["route line", "rule line"]);

function valueCandidates(argument: ArgumentDescription | undefined): readonly Candidate[] {
  return (argument?.choices ?? []).map((label, order) => ({
    label,
    kind: CompletionItemKind.EnumMember,
    rank: RANK.name,
    order,
    ...detail(argument?.choiceHelp?.[label]),
  }));
}

const RANK = { name: 0, keyword: 1, given: 2, deprecated: 3 } as const;

function keywordCandidates(
  rows: readonly KeywordDescription[],
  { siblings, entry }: Cursor,
  path: readonly string[],
  { snippets }: CompletionContext,
): readonly Candidate[] {
  const others = siblings.filter((sibling) => sibling !== entry);
  const given = new Set(others.map(({ words }) => words[0].text));
  const isAlone = entry === undefined || (entry.words.length === 1 && entry.block === undefined);
  const keywords = rows.map((row) => {
    // A keyword with a block may come again; of the others the last one counts, if it is taken.
    const isGiven = row.block === undefined && given.has(row.name);
    const snippet = snippets && isAlone ? blockSnippet(row) : undefined;
    return {
      label: row.name,
      kind: row.block === undefined ? CompletionItemKind.Property : CompletionItemKind.Class,
      detail: isGiven ? "given already" : keywordSynopsis(row),
      isDeprecated: row.instead !== undefined,
      rank: row.instead !== undefined ? RANK.deprecated : isGiven ? RANK.given : RANK.keyword,
      data: [...path, row.name],
      ...(snippet === undefined ? {} : { snippet }),
    };
  });
  return [...keywords, INCLUDE];
}

/** Not a keyword of the grammar: it may stand in every block. */
const INCLUDE: Candidate = {
  label: "include",
  kind: CompletionItemKind.Keyword,
  detail: "include FILE",
  rank: RANK.keyword,
};

/** The block with its braces, and the cursor where its name or its first line goes. */
function blockSnippet(row: KeywordDescription): string | undefined {
  if (row.block === undefined) return undefined;
  const [title] = row.block === "keywords" ? row.arguments : [];
  const named = title === undefined ? "" : ` \${1:${escapeSnippet(title.shape)}}`;
  return `${escapeSnippet(row.name)}${named} {\n\t$0\n}`;
}

const escapeSnippet = (text: string): string => text.replace(/[\\$}]/g, "\\$&");

function optionCandidate(row: KeywordDescription, path: readonly string[]): Candidate {
  return {
    label: row.name,
    kind: CompletionItemKind.Property,
    detail: keywordSynopsis(row),
    isDeprecated: row.instead !== undefined,
    rank: row.instead === undefined ? RANK.keyword : RANK.deprecated,
    data: [...path, row.name],
  };
}

function interfaceCandidates({ interfaces }: CompletionContext): readonly Candidate[] {
  return interfaces.map((label) => ({
    label,
    kind: CompletionItemKind.Value,
    detail: "interface of this machine",
    rank: RANK.name,
  }));
}

/** The names that blocks of the wanted kind have. */
function nameCandidates(cursor: Cursor, { documents }: CompletionContext): readonly Candidate[] {
  const words = cursor.entry?.words ?? [];
  const wanted = nameAt(keywordsOf(cursor), words, cursor.index);
  if (wanted?.role !== "use") return [];
  const labels = documents
    .flatMap(({ outline }) => namesIn(outline))
    .filter(({ role, kind }) => role === "definition" && kind === wanted.kind)
    .map(({ word }) => word.text);
  return [...new Set(labels)].map((label) => ({
    label,
    kind: CompletionItemKind.Reference,
    detail: wanted.kind,
    rank: RANK.name,
  }));
}

/** The `$`, `${`, `$NA` or `${NA` that ends at the position. */
function parameterPrefix(document: ConfigDocument, position: Position): PlacedWord | undefined {
  const text = document.outline.lines[position.line] ?? "";
  const typed = /\$\{?[A-Za-z0-9_]*$/.exec(text.slice(0, position.character));
  if (typed === null) return undefined;
  const whole = parameterAt(document.outline, position);
  const end = whole?.start === typed.index ? whole.end : position.character;
  return { text: typed[0], line: position.line, start: typed.index, end };
}

function parameterCandidates(
  { text }: PlacedWord,
  { documents }: CompletionContext,
): readonly Candidate[] {
  const opening = text.startsWith("${") ? "${" : "$";
  const own = documents.flatMap(({ outline }) =>
    outline.definitions.map(({ name, value }) => [name.text, value[0] ?? ""] as const),
  );
  return [...new Map([...own, ...PREDEFINED])].map(([name, value]) => ({
    label: opening + name,
    kind: CompletionItemKind.Variable,
    detail: value,
    rank: PREDEFINED.has(name) ? RANK.keyword : RANK.name,
  }));
}

const detail = (text: string | undefined): { readonly detail?: string } =>
  text === undefined ? {} : { detail: text };

function sortText({ rank, order, label }: Candidate): string {
  return `${rank}${order === undefined ? label : String(order).padStart(3, "0")}`;
}

/** Candidates as the protocol has them, in place of the word at the position. */
function place(
  candidates: readonly Candidate[],
  word: PlacedWord | undefined,
  { line, character }: Position,
): readonly CompletionItem[] {
  const range = {
    start: { line, character: word?.start ?? character },
    end: { line, character: word?.end ?? character },
  };
  return candidates.map((candidate) => ({
    label: candidate.label,
    kind: candidate.kind,
    sortText: sortText(candidate),
    filterText: candidate.label,
    textEdit: { range, newText: candidate.snippet ?? candidate.label },
    ...(candidate.snippet === undefined ? {} : { insertTextFormat: InsertTextFormat.Snippet }),
    ...detail(candidate.detail),
    ...(candidate.isDeprecated === true ? { tags: [CompletionItemTag.Deprecated] } : {}),
    ...(candidate.data === undefined ? {} : { data: candidate.data }),
  }));
}
