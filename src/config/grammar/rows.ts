/** Builders for the rows of the grammar: one for each way a keyword takes its arguments. */
import type { Command } from "../../base/command.ts";
import { readCommand, readCommandWords } from "../command.ts";
import type { Located, Span } from "../diagnostics.ts";
import type { UserDraft } from "../drafts.ts";
import { spanIn } from "../line-text.ts";
import { holdsSecret, maskSecrets } from "../mask.ts";
import type { Statement } from "../tree.ts";
import { onlyArgumentAt, spanOf, splitArguments, splitWords } from "../words.ts";
import type { Word } from "../words.ts";
import { boolean as booleanType } from "./arguments.ts";
import type { ArgumentDescription, ArgumentType } from "./arguments.ts";
import { askedBy, firstWord, keywordSpan, readBlock, reportFor } from "./keyword.ts";
import type { BlockGrammar, Context, Keyword, KeywordDescription, KeywordText } from "./keyword.ts";

type Setter<Draft, Value> = (draft: Draft, value: Located<Value>, context: Context) => void;

/** A keyword alone on its line. */
export function flag<Draft>(
  row: KeywordText & { readonly set?: (draft: Draft, at: Span, context: Context) => void },
): Keyword<Draft> {
  return {
    ...row,
    arguments: [],
    inside: [],
    read: (draft, statement, context) => {
      refuseBlock(statement, context);
      ignoreExtra(argumentWords(statement, context), 0, statement, context);
      row.set?.(draft, keywordSpan(statement), context);
    },
  };
}

/** A keyword with one argument that it needs. */
export function value<Draft, Value>(
  type: ArgumentType<Value>,
  row: KeywordText & {
    readonly set?: Setter<Draft, Value>;
    /** Told of a value that cannot be used, once the problem has been reported. */
    readonly refused?: (draft: Draft, at: Span) => void;
  },
): Keyword<Draft> {
  const { name, set, refused } = row;
  return {
    ...row,
    arguments: [type],
    inside: [],
    read: (draft, statement, context) => {
      refuseBlock(statement, context);
      if (set !== undefined && type.plain !== undefined) {
        const located = readPlain(type.plain, statement);
        if (located !== undefined) {
          set(draft, located, context);
          return;
        }
      }
      const words = argumentWords(statement, context);
      const word = words[0];
      if (word === undefined) {
        reportMissing(row, statement, context, type);
        return;
      }
      ignoreExtra(words, 1, statement, context);
      const parsed = type.parse(word, reportFor(name, type, context.report));
      if (parsed === undefined) refused?.(draft, spanOf(word));
      else set?.(draft, { value: parsed, at: spanOf(word) }, context);
    },
  };
}

/** A keyword whose argument may be left out. */
export function optional<Draft, Value>(
  type: ArgumentType<Value>,
  row: KeywordText & { readonly without: Value; readonly set?: Setter<Draft, Value> },
): Keyword<Draft> {
  return {
    ...row,
    arguments: [{ ...type, shape: `[${type.shape}]` }],
    inside: [],
    read: (draft, statement, context) => {
      refuseBlock(statement, context);
      const words = argumentWords(statement, context);
      const word = words[0];
      ignoreExtra(words, 1, statement, context);
      if (word === undefined) {
        row.set?.(draft, { value: row.without, at: keywordSpan(statement) }, context);
        return;
      }
      const parsed = type.parse(word, reportFor(row.name, type, context.report));
      if (parsed !== undefined) row.set?.(draft, { value: parsed, at: spanOf(word) }, context);
    },
  };
}

/** `KEYWORD [on|off]`; alone it means on. */
export function boolean<Draft>(
  row: KeywordText & { readonly set?: Setter<Draft, boolean> },
): Keyword<Draft> {
  return optional(booleanType, { ...row, without: true });
}

/** A keyword that looks at its words itself. `needs` of them must be there. */
export function words<Draft>(
  row: KeywordText & {
    readonly arguments: readonly ArgumentDescription[];
    readonly inside?: readonly KeywordDescription[];
    readonly needs: number;
    /** Split like commands: both quotes, and escapes. */
    readonly likeCommand?: true;
    readonly take: (draft: Draft, words: readonly Word[], context: Context) => void;
  },
): Keyword<Draft> {
  return {
    ...row,
    inside: row.inside ?? [],
    read: (draft, statement, context) => {
      refuseBlock(statement, context);
      const found =
        row.likeCommand === true
          ? readCommandWords(statement.line, row.name.length, context.report)
          : argumentWords(statement, context);
      if (found.length < row.needs)
        reportMissing(row, statement, context, {
          shape: shapeOf(row.arguments),
          position: found.length + 2,
        });
      else row.take(draft, found, context);
    },
  };
}

function shapeOf(descriptions: readonly ArgumentDescription[]): string {
  return descriptions.map(({ shape }) => shape).join(" ");
}

const COMMAND: ArgumentDescription = { kind: "command", shape: "SCRIPT [USER [GROUP]]" };

/** A program to run, with its user and group: keepalived.conf(5), SCRIPTS. */
export function command<Draft>(
  row: KeywordText & {
    readonly set?: Setter<Draft, Command>;
    /** What happens when nothing is named; without it that is a missing parameter. */
    readonly without?: (draft: Draft) => void;
  },
): Keyword<Draft> {
  return {
    ...row,
    arguments: [COMMAND],
    inside: [],
    read: (draft, statement, context) => {
      refuseBlock(statement, context);
      const found = readCommandWords(statement.line, row.name.length, context.report);
      if (found.length === 0) {
        if (row.without === undefined) reportMissing(row, statement, context, COMMAND);
        else row.without(draft);
        return;
      }
      const read = readCommand(found, context.report);
      if (read !== undefined) row.set?.(draft, read, context);
    },
  };
}

export interface Opening {
  readonly title: Word | undefined;
  /** Every word after the keyword, the title first. */
  readonly words: readonly Word[];
  readonly at: Span;
}

/** `USER [GROUP]` with the places of both. */
export function userOf(user: Word, group: Word | undefined): UserDraft {
  const userAt = spanOf(user);
  if (group === undefined) return { user: user.text, group: undefined, userAt };
  return { user: user.text, group: group.text, userAt, groupAt: spanOf(group) };
}

/** A block of further keywords. */
export function section<Draft, Inner>(
  grammar: BlockGrammar<Inner>,
  row: KeywordText & {
    /** The name after the keyword, when it takes one. */
    readonly title?: ArgumentDescription;
    /** How many words belong to the title, when it is more than one. */
    readonly titleWords?: number;
    /** A draft for the inside, or undefined to pass over the block once the problem is reported. */
    readonly open: (draft: Draft, opening: Opening, context: Context) => Inner | undefined;
  },
): Keyword<Draft> {
  return {
    ...row,
    arguments: row.title === undefined ? [] : [row.title],
    inside: grammar.keywords,
    block: "keywords",
    read: (draft, statement, context) => {
      const found = argumentWords(statement, context);
      if (row.title !== undefined && found.length === 0) {
        reportMissing(row, statement, context, row.title);
        return;
      }
      const used = row.titleWords ?? (row.title === undefined ? 0 : 1);
      ignoreExtra(found, used, statement, context);
      const opening = { title: found[0], words: found, at: keywordSpan(statement) };
      const inner = row.open(draft, opening, context);
      if (inner === undefined) return;
      readBlock(grammar, inner, innerStatements(statement, context), context);
    },
  };
}

/** A block whose lines are items: addresses, names, peers. */
export function list<Draft>(
  row: KeywordText & {
    readonly item: ArgumentDescription;
    readonly inside?: readonly KeywordDescription[];
    readonly open?: (draft: Draft, at: Span) => void;
    readonly add: (draft: Draft, words: readonly [Word, ...Word[]], context: Context) => void;
  },
): Keyword<Draft> {
  return {
    ...row,
    arguments: [row.item],
    inside: row.inside ?? [],
    block: "items",
    read: (draft, statement, context) => {
      ignoreExtra(argumentWords(statement, context), 0, statement, context);
      row.open?.(draft, keywordSpan(statement));
      for (const inner of innerStatements(statement, context)) {
        refuseBlock(inner, context);
        const found = splitWords(inner.line, context.report);
        if (isNotEmpty(found)) row.add(draft, found, context);
      }
    },
  };
}

/** A block with a name whose lines are items: the members of a group. */
export function namedList<Draft, Inner>(
  row: KeywordText & {
    readonly title: ArgumentDescription;
    readonly item: ArgumentDescription;
    readonly inside?: readonly KeywordDescription[];
    /** A draft for the items, or undefined to pass over the block once the problem is reported. */
    readonly open: (draft: Draft, opening: Opening, context: Context) => Inner | undefined;
    readonly add: (inner: Inner, words: readonly [Word, ...Word[]], context: Context) => void;
  },
): Keyword<Draft> {
  return {
    ...row,
    arguments: [row.title, row.item],
    inside: row.inside ?? [],
    block: "items",
    read: (draft, statement, context) => {
      const found = argumentWords(statement, context);
      if (found.length === 0) {
        reportMissing(row, statement, context, row.title);
        return;
      }
      ignoreExtra(found, 1, statement, context);
      const opening = { title: found[0], words: found, at: keywordSpan(statement) };
      const inner = row.open(draft, opening, context);
      if (inner === undefined) return;
      for (const item of innerStatements(statement, context)) {
        refuseBlock(item, context);
        const [first, ...rest] = splitWords(item.line, context.report);
        if (first !== undefined) row.add(inner, [first, ...rest], context);
      }
    },
  };
}

function isNotEmpty(found: readonly Word[]): found is readonly [Word, ...Word[]] {
  return found.length > 0;
}

function argumentWords(statement: Statement, context: Context): readonly Word[] {
  return splitArguments(statement.line, context.report);
}

/** The value of a line of nothing but keyword and argument, when nothing is to be said of it. */
function readPlain<Value>(
  plain: (text: string) => Value | undefined,
  statement: Statement,
): Located<Value> | undefined {
  const { line } = statement;
  const start = onlyArgumentAt(statement);
  if (start === undefined) return undefined;
  const value = plain(line.text.slice(start));
  return value === undefined ? undefined : { value, at: spanIn(line, start, line.text.length) };
}

function innerStatements(statement: Statement, context: Context): readonly Statement[] {
  if (statement.block !== undefined) return statement.block.statements;
  context.report({
    severity: "error",
    code: "missing-block",
    message: `Missing '{' at beginning of configuration block ${firstWord(statement)}`,
    at: keywordSpan(statement),
    ...askedBy(statement),
  });
  return [];
}

function refuseBlock(statement: Statement, context: Context): void {
  if (statement.block === undefined) return;
  context.report({
    severity: "error",
    code: "unexpected-block",
    message: `Unexpected '{' - ${firstWord(statement)} takes no block; what is inside is ignored`,
    at: statement.block.open,
  });
}

const MISSING_CODE = { true: "incomplete", silently: "ignored" } as const;

function reportMissing(
  row: KeywordText,
  statement: Statement,
  context: Context,
  { shape, position = 2 }: { readonly shape: string; readonly position?: number },
): void {
  const name = firstWord(statement);
  context.report({
    severity: row.lenient === "silently" ? "warning" : "error",
    code: row.lenient === undefined ? "missing-parameter" : MISSING_CODE[`${row.lenient}`],
    message:
      row.lenient !== undefined
        ? `${name} needs a value - ignoring`
        : `*** Configuration line starting \`${name}\` is missing a parameter ` +
          `after keyword \`${name}\` at word position ${position}`,
    at: keywordSpan(statement),
    ...askedBy(statement),
    fix: `write ${name} ${shape}`,
  });
}

const MAX_SURPLUS_SHOWN = 1_000;

/** Keepalived passes over surplus words in silence; a setting lost that way deserves a word. */
function ignoreExtra(
  found: readonly Word[],
  used: number,
  statement: Statement,
  context: Context,
): void {
  const extra = found[used];
  const last = found.at(-1);
  if (extra === undefined || last === undefined) return;
  const keyword = firstWord(statement);
  const end = Math.min(last.end, extra.start + MAX_SURPLUS_SHOWN);
  const written = maskSecrets(statement.line.text.slice(extra.start, end));
  const surplus = holdsSecret(keyword) ? "*".repeat(written.length) : written;
  context.report({
    severity: "warning",
    code: "ignored",
    message: `'${surplus}' after ${keyword} is ignored`,
    at: spanIn(statement.line, extra.start, last.end),
    fix: "put each setting on a line of its own",
  });
}
