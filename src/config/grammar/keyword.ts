/**
 * What a row of the grammar table is, and how a block of statements is read with its rows. Every
 * keyword is declared once; the parser, the manual and `explain` all read the same declaration.
 */
import { related } from "../diagnostics.ts";
import type { Located, Report, Span } from "../diagnostics.ts";
import { spanIn } from "../line-text.ts";
import type { Suggest } from "../nearest.ts";
import type { Statement } from "../tree.ts";
import { bareWordEnd } from "../words.ts";
import type { ArgumentDescription } from "./arguments.ts";

export type Group =
  | "core"
  | "vrrp"
  | "vip"
  | "vmac"
  | "routes"
  | "tracking"
  | "notify"
  | "smtp"
  | "process"
  | "firewall"
  | "snmp"
  | "dbus"
  | "syntax"
  | "lvs"
  | "bfd"
  | "checker";

/** What people read about a keyword: all of it feeds the manual, none of it the model. */
export interface KeywordText {
  readonly name: string;
  /** The Keepalived version it appeared in; of an extension, ours. */
  readonly since: string;
  readonly group: Group;
  readonly default: string;
  /** One sentence. */
  readonly help: string;
  /** Set when it is parsed and checked but not acted on yet: what happens instead. */
  readonly later?: string;
  /** Set for a deprecated keyword: what to write instead. */
  readonly instead?: string;
  /** Keepalived takes the deprecated keyword without a word, so `-t` does not fail for it. */
  readonly quietly?: true;
  /** An extension of ours: Keepalived does not know it. */
  readonly ours?: true;
  /** A further line adds to those before it, where another would take their place. */
  readonly addsUp?: true;
  /** Without its argument the keyword is passed over, where others end the start. */
  readonly lenient?: true | "silently";
}

/** Whether the daemon acts on a keyword, or only checks it. */
export function statusOf(row: KeywordText): "active" | "later" {
  return row.later === undefined ? "active" : "later";
}

export interface KeywordDescription extends KeywordText {
  readonly arguments: readonly ArgumentDescription[];
  /** The keywords or option words inside, for blocks and lines with options. */
  readonly inside: readonly KeywordDescription[];
  /** What the lines of its block are, when it has one: keywords of their own, or items. */
  readonly block?: "keywords" | "items";
}

export interface Keyword<Draft> extends KeywordDescription {
  /** Checks one use of the keyword and sets the draft. */
  read(draft: Draft, statement: Statement, context: Context): void;
}

export interface MentionedInterface extends Located<string> {
  /** What it is for, in the words of the message: `ip address 10.0.0.1`. */
  readonly purpose: string;
}

/** What reading carries along. */
export interface Context {
  readonly report: Report;
  /** Keywords whose "not yet active" has been said; once each is enough. */
  readonly noticed: Set<string>;
  /** Where each named block stands, by keyword and name. */
  readonly names: Map<string, Span>;
  /** The blocks in which a keyword is known, for those met in the wrong place. */
  placesOf(name: string): readonly string[];
  readonly suggest: Suggest;
  /** Interfaces of lines that have no draft of their own, to be looked for at the end. */
  readonly interfaces: MentionedInterface[];
}

export interface BlockGrammar<Draft> {
  /** What the block is called in messages: `vrrp_instance`, `the top level`. */
  readonly title: string;
  readonly keywords: readonly Keyword<Draft>[];
  readonly byName: ReadonlyMap<string, Keyword<Draft>>;
}

export function blockGrammar<Draft>(
  title: string,
  ...tables: readonly (readonly Keyword<Draft>[])[]
): BlockGrammar<Draft> {
  const keywords = tables.flat();
  return { title, keywords, byName: new Map(keywords.map((row) => [row.name, row])) };
}

/** Reads each statement with its row; what has none is reported and passed over. */
export function readBlock<Draft>(
  grammar: BlockGrammar<Draft>,
  draft: Draft,
  statements: readonly Statement[],
  context: Context,
): void {
  for (const statement of statements) readStatement(grammar, draft, statement, context);
}

/** Reads one statement with its row. */
export function readStatement<Draft>(
  grammar: BlockGrammar<Draft>,
  draft: Draft,
  statement: Statement,
  context: Context,
): void {
  const name = firstWord(statement);
  const row = grammar.byName.get(name);
  if (row === undefined) {
    reportUnknown(grammar, statement, name, context);
    return;
  }
  if (row.later !== undefined) noticeLater(row, statement, context);
  if (row.instead !== undefined) reportDeprecated(row, statement, context.report);
  row.read(draft, statement, context);
}

/** The keyword of a statement, unquoted. */
export function firstWord({ line: { text }, keywordEnd }: Statement): string {
  if (keywordEnd > 0) return text.slice(0, keywordEnd);
  return text.startsWith('"') ? text.slice(1, bareWordEnd(text, 1)) : "";
}

export function keywordSpan(statement: Statement): Span {
  const { line, keywordEnd } = statement;
  return spanIn(line, 0, keywordEnd > 0 ? keywordEnd : firstWord(statement).length);
}

/** The line that asked for a statement made by a definition. */
export function askedBy(statement: Statement): ReturnType<typeof related> {
  const asked = statement.line.askedBy;
  return related(asked && spanIn(asked, 0, asked.text.length), "the definition is used here");
}

/** A report that puts the keyword in front and says what to write, for the parsers of values. */
export function reportFor(
  name: string,
  type: ArgumentDescription,
  report: Report,
  consequence = "",
): Report {
  return (diagnostic) => {
    const fix = diagnostic.fix ?? expected(type);
    report({
      ...diagnostic,
      message: `${name}: ${diagnostic.message}${consequence}`,
      ...(fix === undefined ? {} : { fix }),
    });
  };
}

/** A maximum that only says how large a number may be, not how large it should be. */
const COUNTLESS = 2_147_483_647;

/** What to write for an argument, as a sentence. */
function expected({ kind, minimum, maximum, choices }: ArgumentDescription): string | undefined {
  switch (kind) {
    case "integer":
      return (maximum ?? COUNTLESS) >= COUNTLESS
        ? `write a whole number, at least ${minimum ?? 0}`
        : `write a whole number from ${minimum ?? 0} to ${maximum ?? ""}`;
    case "seconds":
      return `write seconds from ${minimum ?? 0} to ${maximum ?? ""}`;
    case "milliseconds":
      return `write milliseconds from ${minimum ?? 0} to ${maximum ?? ""}`;
    case "whole seconds":
      return "write whole seconds, without a fraction";
    case "boolean":
      return "write on or off";
    case "choice":
      return `write ${(choices ?? []).join(" or ")}`;
    case "address":
      return "write an IPv4 or IPv6 address";
    case "prefix":
      return "write an address with its prefix length, such as 192.0.2.10/24";
    case "MAC address":
      return "write a MAC address, such as 02:00:00:00:00:01";
    case "interface":
      return "write the name that `ip link` shows";
    case "text":
      return maximum === undefined ? undefined : `write at most ${maximum} characters`;
    case "scope":
      return `write ${(choices ?? []).join(", ")} or a number up to 255`;
    case "broadcast":
      return "write an IPv4 address, or + for the broadcast address of the subnet";
    case "number or name":
      return `write a name, or a number up to ${maximum ?? ""}`;
    case "range":
      return "write two numbers with a dash between them, such as 80-90";
    default:
      return undefined;
  }
}

function reportUnknown(
  grammar: BlockGrammar<never>,
  statement: Statement,
  name: string,
  context: Context,
): void {
  const fix = fixForUnknown(grammar, name, context);
  context.report({
    severity: "error",
    code: "unknown-keyword",
    message: `Unknown keyword '${name}' in ${grammar.title}`,
    at: keywordSpan(statement),
    ...askedBy(statement),
    ...(fix === undefined ? {} : { fix }),
  });
}

function fixForUnknown(
  grammar: BlockGrammar<never>,
  name: string,
  context: Context,
): string | undefined {
  const places = context.placesOf(name);
  if (places.includes(TOP_LEVEL)) {
    return `close the block above with }: ${name} belongs to ${TOP_LEVEL}`;
  }
  const close = context.suggest(name, grammar.byName.keys());
  if (close !== undefined) return `did you mean ${close}?`;
  return places.length === 0 ? undefined : `move it: ${name} belongs in ${places.join(" or ")}`;
}

export const TOP_LEVEL = "the top level";
const MOST_PLACES = 3;

/** Which blocks know a keyword, from the grammar itself. */
export function indexOfPlaces(
  keywords: readonly KeywordDescription[],
): (name: string) => readonly string[] {
  const places = new Map<string, string[]>();
  const visit = (rows: readonly KeywordDescription[], title: string): void => {
    for (const row of rows) {
      const known = places.get(row.name) ?? [];
      if (!known.includes(title) && known.length < MOST_PLACES) known.push(title);
      places.set(row.name, known);
      // Who writes Keepalived's words by mistake does not mean a block of ours.
      if (row.ours !== true) visit(row.inside, row.name);
    }
  };
  visit(keywords, TOP_LEVEL);
  return (name) => places.get(name) ?? [];
}

function noticeLater(row: KeywordText, statement: Statement, context: Context): void {
  if (context.noticed.has(row.name)) return;
  context.noticed.add(row.name);
  context.report({
    severity: "notice",
    code: "not-yet-active",
    message: `${row.name} is accepted but not yet active in this version: ${row.later ?? ""}`,
    at: keywordSpan(statement),
    ...askedBy(statement),
  });
}

function reportDeprecated(row: KeywordText, statement: Statement, report: Report): void {
  report({
    severity: "warning",
    code: row.quietly === true ? "ignored" : "deprecated",
    message: `${row.name} is deprecated`,
    at: keywordSpan(statement),
    ...askedBy(statement),
    fix: `use ${row.instead ?? ""} instead`,
  });
}
