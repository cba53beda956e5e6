/**
 * The grammar is complete: every row of test/golden/keywords.tsv has its declaration, with the same
 * version and group. A row is a keyword, an option word, or one way to write an argument.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { LANGUAGE } from "../../../src/config/grammar/language.ts";
import { rootGrammar } from "../../../src/config/grammar/root.ts";
import type { KeywordDescription } from "../../../src/config/grammar/keyword.ts";

interface Row {
  readonly context: string;
  readonly keyword: string;
  readonly since: string;
  readonly group: string;
}

interface Declaration {
  readonly help: string;
  /** Undefined for a value, which has those of its keyword. */
  readonly row: KeywordDescription | undefined;
}

const TABLE = readFileSync(new URL("../../golden/keywords.tsv", import.meta.url), "utf8");

const ROWS: readonly Row[] = TABLE.trim()
  .split("\n")
  .slice(2)
  .map((line) => {
    const [context = "", keyword = "", , , since = "", group = ""] = line.split("\t");
    return { context, keyword, since: versionOf(since), group };
  });

/** `v1.2.3` as the grammar has it; what came after the newest tag will be in the next one. */
function versionOf(since: string): string {
  return since === "after v2.4.3" ? "2.4.4" : since.slice(1);
}

/** Versions that differ from the table, and why. */
const SINCE: Readonly<Record<string, string>> = {
  "static_ipaddress/dev": "one row serves virtual_ipaddress too, which is older",
  "static_ipaddress/scope": "one row serves virtual_ipaddress too, which is older",
};

/** Rows that stand for a whole table, and where it is. */
const SAME_WORDS: Readonly<Record<string, string>> = {
  "static_routes/(all virtual_routes words)": "vrrp_instance/virtual_routes",
  "static_rules/(all virtual_rules words)": "vrrp_instance/virtual_rules",
};

function nameOf({ context, keyword }: Row): string {
  return context === "(root)" ? keyword : `${context.replaceAll(".", "/")}/${keyword}`;
}

function find(rows: readonly KeywordDescription[], name: string): KeywordDescription | undefined {
  return rows.find((row) => row.name === name);
}

function blockAt(path: string): KeywordDescription | undefined {
  let rows: readonly KeywordDescription[] = rootGrammar.keywords;
  let found: KeywordDescription | undefined;
  for (const name of path.split("/")) {
    found = find(rows, name);
    rows = found?.inside ?? [];
  }
  return found;
}

function declarationOf(row: Row): Declaration | undefined {
  const { context, keyword } = row;
  if (context === "(syntax)") return asDeclaration(find(LANGUAGE, keyword));
  if (context === "(root)") return asDeclaration(find(rootGrammar.keywords, keyword));
  // `virtual_server (forms)` is about the argument of virtual_server.
  const block = blockAt(context.replaceAll(".", "/").replace(/ \(.*\)$/, ""));
  if (block === undefined) return undefined;
  const inner = find(block.inside, keyword);
  if (inner !== undefined) return asDeclaration(inner);
  const help = block.arguments
    .map(({ choiceHelp = {} }) => (Object.hasOwn(choiceHelp, keyword) ? choiceHelp[keyword] : ""))
    .find((sentence) => sentence !== "");
  return help === undefined ? undefined : { help, row: undefined };
}

function asDeclaration(row: KeywordDescription | undefined): Declaration | undefined {
  return row === undefined ? undefined : { help: row.help, row };
}

const DECLARED = ROWS.filter((row) => !Object.hasOwn(SAME_WORDS, nameOf(row))).map((row) => ({
  name: nameOf(row),
  row,
  declaration: declarationOf(row),
}));

test("the table is there, and no row of it stands twice", () => {
  assert.ok(ROWS.length > 850, `${ROWS.length} rows`);
  assert.equal(new Set(ROWS.map(nameOf)).size, ROWS.length);
});

test("every keyword of the table is declared", () => {
  const missing = DECLARED.filter(({ declaration }) => declaration === undefined);
  assert.deepEqual(
    missing.map(({ name }) => name),
    [],
  );
});

test("every declaration has one sentence of help", () => {
  const poor = DECLARED.filter(({ declaration }) => {
    const help = declaration?.help ?? "Missing.";
    return !/^[A-Z0-9"].*\.$/.test(help) || /\. [A-Z]/.test(help);
  });
  assert.deepEqual(
    poor.map(({ name, declaration }) => `${name}: ${declaration?.help ?? ""}`),
    [],
  );
});

test("every declaration has the table's version, unless a reason stands above", () => {
  const different = DECLARED.filter(({ name, row, declaration }) => {
    const since = declaration?.row?.since ?? row.since;
    return (since !== row.since) !== Object.hasOwn(SINCE, name);
  });
  assert.deepEqual(
    different.map(({ name, row, declaration }) => [name, row.since, declaration?.row?.since]),
    [],
  );
});

test("every declaration has the table's group", () => {
  const different = DECLARED.filter(
    ({ row, declaration }) => (declaration?.row?.group ?? row.group) !== row.group,
  );
  assert.deepEqual(
    different.map(({ name, row, declaration }) => [name, row.group, declaration?.row?.group]),
    [],
  );
});

test("a row that stands for all words of another block finds them all", () => {
  for (const [name, original] of Object.entries(SAME_WORDS)) {
    const words = blockAt(name.slice(0, name.indexOf("/")))?.inside ?? [];
    const missing = (blockAt(original)?.inside ?? []).filter(
      ({ name: word }) => find(words, word) === undefined,
    );
    assert.deepEqual(
      missing.map(({ name: word }) => word),
      [],
      name,
    );
  }
});
