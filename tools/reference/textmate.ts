/**
 * A TextMate grammar for editors and web pages: each block knows its own keywords. All regular
 * expressions are ones that Oniguruma and JavaScript read alike.
 */
import type { KeywordDescription } from "../../src/config/grammar/keyword.ts";
import { rootGrammar } from "../../src/config/grammar/root.ts";

export interface Pattern {
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly include?: string;
  readonly captures?: Captures;
  readonly beginCaptures?: Captures;
  readonly endCaptures?: Captures;
  readonly patterns?: readonly Pattern[];
}

type Captures = Readonly<Record<string, { readonly name: string }>>;

export interface TextMateGrammar {
  readonly $schema: string;
  readonly name: string;
  readonly scopeName: string;
  readonly fileTypes: readonly string[];
  readonly patterns: readonly Pattern[];
  readonly repository: Readonly<Record<string, Pattern>>;
}

export function textMateGrammar(): TextMateGrammar {
  const repository: Record<string, Pattern> = { ...LANGUAGE };
  const names = new Map<string, string>();
  const patterns = contentOf(rootGrammar.keywords, "", { repository, names });
  return {
    $schema: "https://json.schemastore.org/tmlanguage.json",
    name: "keepalived.conf",
    scopeName: "source.keepalived",
    fileTypes: ["keepalived.conf"],
    patterns,
    repository,
  };
}

export function renderTextMate(): string {
  return `${JSON.stringify(textMateGrammar(), undefined, 2)}\n`;
}

/** Rules made so far; blocks that hold the same share one. */
interface Made {
  readonly repository: Record<string, Pattern>;
  readonly names: Map<string, string>;
}

const include = (name: string): Pattern => ({ include: `#${name}` });

/** A word stands between blanks, braces and the ends of the line. */
const wordOf = (words: readonly string[]): string =>
  `(?<![^\\s{}])(${words.map(escaped).join("|")})(?![^\\s{}])`;

/** A hyphen in a word must not be followed by what would make it a longer one. */
const escaped = (word: string): string => word.replaceAll(/[.*+?^$|()[\]{}\\]/g, "\\$&");

/** The patterns of the inside of a block of keywords. */
function contentOf(rows: readonly KeywordDescription[], path: string, made: Made): Pattern[] {
  const blocks = rows.filter(({ block }) => block !== undefined);
  const lines = rows.filter(({ block }) => block === undefined);
  const current = lines.filter(({ instead }) => instead === undefined);
  const old = lines.filter(({ instead }) => instead !== undefined);
  return [
    include("language"),
    ...blocks.map((row) => blockRule(row, path, made)),
    ...statementRule("keyword.other.keepalived", current),
    ...statementRule("invalid.deprecated.keepalived", old),
    include("braces"),
  ];
}

/** A keyword and the values on its line. */
function statementRule(scope: string, rows: readonly KeywordDescription[]): readonly Pattern[] {
  if (rows.length === 0) return [];
  const words = [...new Set(rows.flatMap(choiceWords))];
  return [
    {
      begin: wordOf(rows.map(({ name }) => name)),
      beginCaptures: { 1: { name: scope } },
      end: "(?=[{}#!]|$)",
      patterns: [...choiceRule(words), include("values")],
    },
  ];
}

/** Words that may be values of a keyword, or options on its line. */
function choiceWords(row: KeywordDescription): readonly string[] {
  const choices = row.arguments.flatMap((argument) => argument.choices ?? []);
  const options = row.inside.map(({ name }) => name);
  return [...choices, ...options].filter((word) => /^[A-Za-z]/.test(word) && !BOOLEANS.has(word));
}

const BOOLEANS: ReadonlySet<string> = new Set(["on", "off", "true", "false", "yes", "no"]);

function choiceRule(words: readonly string[]): readonly Pattern[] {
  if (words.length === 0) return [];
  return [{ name: "support.constant.keepalived", match: wordOf(words) }];
}

/**
 * From its keyword to its closing brace, wherever the opening one stands. A brace that closes
 * `${NAME}` in its title is followed by the opening one.
 */
function blockRule(row: KeywordDescription, path: string, made: Made): Pattern {
  const scope = row.instead === undefined ? "storage.type" : "invalid.deprecated";
  return {
    begin: wordOf([row.name]),
    beginCaptures: { 1: { name: `${scope}.keepalived` } },
    end: "(?<=\\})(?!\\s*\\{)",
    patterns: [
      include("comment"),
      include(insideName(row, path, made)),
      include("values"),
      { name: "entity.name.section.keepalived", match: '[^\\s{}"]+' },
    ],
  };
}

/** The name of the rule for the inside of a block; made when it is met first. */
function insideName(row: KeywordDescription, path: string, made: Made): string {
  const key = JSON.stringify([row.block, row.inside.map(signature)]);
  const known = made.names.get(key);
  if (known !== undefined) return known;
  const here = path === "" ? row.name : `${path}-${row.name}`;
  made.names.set(key, here);
  const patterns = row.block === "items" ? itemsOf(row.inside) : contentOf(row.inside, here, made);
  made.repository[here] = {
    begin: "\\{",
    end: "\\}",
    beginCaptures: { 0: { name: "punctuation.section.block.begin.keepalived" } },
    endCaptures: { 0: { name: "punctuation.section.block.end.keepalived" } },
    patterns,
  };
  return here;
}

function signature(row: KeywordDescription): unknown {
  return [
    row.name,
    row.block,
    row.instead !== undefined,
    choiceWords(row),
    row.inside.map(signature),
  ];
}

/** Lines of items: names, addresses, and option words after them. */
function itemsOf(options: readonly KeywordDescription[]): Pattern[] {
  const words = options.map(({ name }) => name);
  const values = [...new Set(options.flatMap(choiceWords))].filter((word) => !words.includes(word));
  return [
    include("language"),
    ...(words.length === 0
      ? []
      : [{ name: "keyword.other.option.keepalived", match: wordOf(words) }]),
    ...choiceRule(values),
    include("values"),
    include("braces"),
  ];
}

const NAME = "[A-Za-z_][A-Za-z0-9_]*";
const HEXADECIMAL = "[0-9A-Fa-f]";

/** What stands around the keywords. */
const LANGUAGE: Readonly<Record<string, Pattern>> = {
  language: {
    patterns: ["comment", "include", "condition", "definition", "generator", "parameter"].map(
      include,
    ),
  },
  comment: {
    patterns: [
      { name: "constant.character.escape.keepalived", match: "\\\\[#!]" },
      { name: "comment.line.number-sign.keepalived", match: "#.*$" },
      { name: "comment.line.exclamation.keepalived", match: "!.*$" },
    ],
  },
  include: {
    match: "^\\s*(include[rmwba]?)\\s+([^#!]*)",
    captures: {
      1: { name: "keyword.control.include.keepalived" },
      2: { name: "string.unquoted.path.keepalived" },
    },
  },
  condition: {
    match: "^\\s*(@\\^?)(\\S*)",
    captures: {
      1: { name: "keyword.control.conditional.keepalived" },
      2: { name: "entity.name.tag.keepalived" },
    },
  },
  definition: {
    begin: `^\\s*(\\$)(${NAME})(=)`,
    beginCaptures: {
      1: { name: "punctuation.definition.variable.keepalived" },
      2: { name: "variable.other.definition.keepalived" },
      3: { name: "keyword.operator.assignment.keepalived" },
    },
    end: "(?<!\\\\)$",
    patterns: [
      { name: "constant.character.escape.line-continuation.keepalived", match: "\\\\$" },
      include("comment"),
      include("values"),
    ],
  },
  generator: {
    begin: "(?<![^\\s@])(~(?:SEQx?|LST))(\\()",
    beginCaptures: {
      1: { name: "keyword.control.loop.keepalived" },
      2: { name: "punctuation.section.parens.begin.keepalived" },
    },
    end: "\\)",
    endCaptures: { 0: { name: "punctuation.section.parens.end.keepalived" } },
    patterns: [
      include("values"),
      { name: "variable.parameter.keepalived", match: `\\b${NAME}\\b` },
      { name: "punctuation.separator.keepalived", match: "[,{}]" },
    ],
  },
  parameter: {
    patterns: [
      {
        match: `(\\$\\{)(${NAME})([^}]*)(\\})`,
        captures: {
          1: { name: "punctuation.definition.variable.begin.keepalived" },
          2: { name: "variable.other.keepalived" },
          3: { name: "variable.parameter.keepalived" },
          4: { name: "punctuation.definition.variable.end.keepalived" },
        },
      },
      {
        match: `(\\$)(${NAME})(?=[\\s,)]|$)`,
        captures: {
          1: { name: "punctuation.definition.variable.keepalived" },
          2: { name: "variable.other.keepalived" },
        },
      },
    ],
  },
  values: {
    patterns: [
      { name: "constant.character.escape.keepalived", match: "\\\\[#!]" },
      include("parameter"),
      {
        name: "string.quoted.double.keepalived",
        begin: '"',
        end: '"|$',
        patterns: [include("parameter")],
      },
      { name: "string.quoted.single.keepalived", match: "'[^']*'" },
      {
        name: "constant.numeric.address.keepalived",
        match: "(?<![\\w.])\\d{1,3}(?:\\.\\d{1,3}){3}(?:-[\\d.]+)?(?:/\\d{1,2})?(?![\\w.])",
      },
      {
        name: "constant.numeric.address.keepalived",
        match: `(?<![\\w:.])(?:${HEXADECIMAL}{0,4}:){2,}(?:${HEXADECIMAL}{0,4}|\\d{1,3}(?:\\.\\d{1,3}){3})(?:/\\d{1,3})?(?![\\w:.])`,
      },
      {
        name: "constant.numeric.keepalived",
        match: "(?<![^\\s,({=-])[+-]?(?:0x[0-9A-Fa-f]+|\\d+(?:\\.\\d+)?)(?![^\\s,)}-])",
      },
      {
        name: "constant.language.boolean.keepalived",
        match: wordOf([...BOOLEANS]),
      },
      { name: "string.unquoted.path.keepalived", match: '(?<![^\\s=])/[^\\s{}#!"]*' },
    ],
  },
  braces: { name: "punctuation.section.block.keepalived", match: "[{}]" },
};
