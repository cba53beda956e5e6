/** Option words after an item on a line: `10.0.0.1/24 dev eth1 label eth1:1`, `NAME weight 5`. */
import type { Located } from "../diagnostics.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import type { ArgumentType } from "./arguments.ts";
import { reportFor } from "./keyword.ts";
import type { Context, KeywordDescription, KeywordText } from "./keyword.ts";

/** One option word; `take` is given the words after it and says how many it used. */
export interface Option<Draft> extends KeywordDescription {
  take(draft: Draft, word: Word, following: readonly Word[], context: OptionContext): number;
}

/** An option alone. */
export function optionFlag<Draft>(
  row: KeywordText & { readonly set?: (draft: Draft, word: Word) => void },
): Option<Draft> {
  return {
    ...row,
    arguments: [],
    inside: [],
    take: (draft, word) => {
      row.set?.(draft, word);
      return 0;
    },
  };
}

/** An option with one argument; some accept a word such as `lock` before it. */
export function optionValue<Draft, Value>(
  type: ArgumentType<Value>,
  row: KeywordText & {
    readonly prefixes?: readonly string[];
    /** `prefix` is the accepted word in front of the argument, if there was one. */
    readonly set?: (draft: Draft, value: Located<Value>, prefix: string | undefined) => void;
    /** Called when the argument cannot be used and the whole line must go. */
    readonly spoil?: (draft: Draft) => void;
  },
): Option<Draft> {
  return {
    ...row,
    arguments: [type],
    inside: [],
    take: (draft, word, following, context) => {
      const before = following[0]?.text;
      const prefix = before !== undefined && row.prefixes?.includes(before) ? before : undefined;
      const skipped = prefix === undefined ? 0 : 1;
      const argument = following[skipped];
      if (argument === undefined) {
        reportMissingArgument(word, context);
        context.onProblem?.();
        return skipped;
      }
      const consequence = row.spoil === undefined ? "" : " - the whole line is ignored";
      const report = reportFor(row.name, type, context.report, consequence);
      const value = type.parse(argument, report);
      if (value === undefined) row.spoil?.(draft);
      else row.set?.(draft, { value, at: spanOf(argument) }, prefix);
      return skipped + 1;
    },
  };
}

function reportMissingArgument(word: Word, context: Context): void {
  const message = `'${word.text}' needs a value after it - ignoring`;
  context.report({ severity: "error", code: "incomplete", message, at: spanOf(word) });
}

export interface OptionTable<Draft> {
  /** What the line is about: "ip address", "route". */
  readonly subject: string;
  readonly rows: readonly Option<Draft>[];
  readonly byName: ReadonlyMap<string, Option<Draft>>;
}

export function optionTable<Draft>(
  subject: string,
  ...tables: readonly (readonly Option<Draft>[])[]
): OptionTable<Draft> {
  const rows = tables.flat();
  return { subject, rows, byName: new Map(rows.map((row) => [row.name, row])) };
}

export interface OptionContext extends Context {
  /** Takes a word that is no option, and says whether it could. */
  readonly onOther?: (word: Word) => boolean;
  /** Told of a word that is none of it, or lacks its value, once that has been reported. */
  readonly onProblem?: () => void;
}

/** The most words an option takes: those of a tunnel. */
const WORDS_LIMIT = 16;

/** Reads the option words; what is none is reported, unless `onOther` takes it. */
export function readOptions<Draft>(
  table: OptionTable<Draft>,
  draft: Draft,
  found: readonly Word[],
  context: OptionContext,
): void {
  for (let i = 0; i < found.length; i += 1) {
    const word = found[i];
    if (word === undefined) continue;
    const option = table.byName.get(word.text);
    if (option !== undefined) {
      noticeLater(option, word, context);
      i += option.take(draft, word, found.slice(i + 1, i + 1 + WORDS_LIMIT), context);
    } else if (context.onOther?.(word) !== true) {
      reportUnknownOption(table, word, context);
      context.onProblem?.();
    }
  }
}

function noticeLater(option: KeywordText, word: Word, context: Context): void {
  if (option.later === undefined || context.noticed.has(option.name)) return;
  context.noticed.add(option.name);
  context.report({
    severity: "notice",
    code: "not-yet-active",
    message: `${option.name} is accepted but not yet active in this version: ${option.later}`,
    at: spanOf(word),
  });
}

function reportUnknownOption(table: OptionTable<never>, word: Word, context: Context): void {
  const close = context.suggest(word.text, table.byName.keys());
  context.report({
    severity: "error",
    code: "unknown-keyword",
    message: `Unknown configuration entry '${word.text}' for ${table.subject} - ignoring`,
    at: spanOf(word),
    ...(close === undefined ? {} : { fix: `did you mean ${close}?` }),
  });
}
