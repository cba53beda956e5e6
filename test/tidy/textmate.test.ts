/** The TextMate grammar, judged by the engine that editors use. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import type * as Oniguruma from "vscode-oniguruma";
import type * as TextMate from "vscode-textmate";
import { exampleNames, readExample } from "../../tools/reference/examples.ts";
import { renderTextMate, textMateGrammar } from "../../tools/reference/textmate.ts";
import type { Pattern } from "../../tools/reference/textmate.ts";

const load = createRequire(import.meta.url);
const { INITIAL, parseRawGrammar, Registry } = load("vscode-textmate") as typeof TextMate;
const { loadWASM, OnigScanner, OnigString } = load("vscode-oniguruma") as typeof Oniguruma;

const wasm = readFileSync(load.resolve("vscode-oniguruma/release/onig.wasm"));
const onigLib = loadWASM(wasm).then(() => ({
  createOnigScanner: (patterns: string[]) => new OnigScanner(patterns),
  createOnigString: (text: string) => new OnigString(text),
}));
const registry = new Registry({
  onigLib,
  loadGrammar: () => Promise.resolve(parseRawGrammar(renderTextMate(), "grammar.json")),
});
const grammar = await registry.loadGrammar("source.keepalived");

/** `word scope` for each token that is more than plain text. */
function tokens(text: string): readonly string[] {
  assert.ok(grammar !== null);
  let stack = INITIAL;
  return text.split("\n").flatMap((line) => {
    const found = grammar.tokenizeLine(line, stack);
    stack = found.ruleStack;
    return found.tokens
      .filter(({ scopes }) => scopes.length > 1)
      .map(({ startIndex, endIndex, scopes }) => {
        const scope = (scopes.at(-1) ?? "").replace(/\.keepalived$/, "");
        return `${line.slice(startIndex, endIndex).trim()} ${scope}`;
      })
      .filter((token) => !token.startsWith(" "));
  });
}

const inInstance = (line: string): readonly string[] =>
  tokens(`vrrp_instance VI_1 {\n${line}\n}`).slice(3, -1);

test("a block has its keyword, its name and its braces, also over two lines", () => {
  const expected = [
    "vrrp_instance storage.type",
    "VI_1 entity.name.section",
    "{ punctuation.section.block.begin",
    "} punctuation.section.block.end",
  ];
  assert.deepEqual(tokens("vrrp_instance VI_1 {\n}"), expected);
  assert.deepEqual(tokens("vrrp_instance VI_1\n{\n}"), expected);
});

test("keywords and values count in their own block only", () => {
  assert.deepEqual(inInstance("state MASTER"), ["state keyword.other", "MASTER support.constant"]);
  assert.deepEqual(inInstance("advert_int 0.25"), [
    "advert_int keyword.other",
    "0.25 constant.numeric",
  ]);
  assert.deepEqual(inInstance("router_id x"), []);
  assert.deepEqual(tokens("priority"), []);
});

test("a deprecated keyword shows as one", () => {
  assert.deepEqual(inInstance("lvs_sync_daemon_interface eth0"), [
    "lvs_sync_daemon_interface invalid.deprecated",
  ]);
});

test("lines of addresses have addresses of both families and option words", () => {
  const block = "virtual_ipaddress {\n10.0.0.1/24 dev eth0\n2001:db8::1/64\n}";
  assert.deepEqual(inInstance(block), [
    "virtual_ipaddress storage.type",
    "{ punctuation.section.block.begin",
    "10.0.0.1/24 constant.numeric.address",
    "dev keyword.other.option",
    "2001:db8::1/64 constant.numeric.address",
    "} punctuation.section.block.end",
  ]);
});

test("comments, strings and escapes", () => {
  assert.deepEqual(inInstance('notify "/x #1" # why'), [
    "notify keyword.other",
    '" string.quoted.double',
    "/x #1 string.quoted.double",
    '" string.quoted.double',
    "# why comment.line.number-sign",
  ]);
  assert.deepEqual(tokens("! all"), ["! all comment.line.exclamation"]);
  assert.deepEqual(inInstance("priority 5 \\# 6").at(-1), "6 constant.numeric");
});

test("includes, definitions, conditions and generators", () => {
  assert.deepEqual(tokens("include a/*.conf"), [
    "include keyword.control.include",
    "a/*.conf string.unquoted.path",
  ]);
  assert.deepEqual(tokens("$IF=eth0")[1], "IF variable.other.definition");
  assert.deepEqual(inInstance("@^lb01 interface ${IF}"), [
    "@^ keyword.control.conditional",
    "lb01 entity.name.tag",
    "interface keyword.other",
    "${ punctuation.definition.variable.begin",
    "IF variable.other",
    "} punctuation.definition.variable.end",
  ]);
  assert.deepEqual(tokens("~SEQ(N, 1, 9) instance web")[0], "~SEQ keyword.control.loop");
  assert.deepEqual(tokens("~SEQ(N, 1, 9) instance web").at(-1), "instance keyword.other");
});

test("a parameter as the name of a block does not end it", () => {
  const found = tokens("vrrp_instance ${NAME} {\nstate BACKUP\n}\nvrrp_instance B {\n}");
  assert.ok(found.includes("BACKUP support.constant"));
  assert.equal(found.filter((token) => token === "vrrp_instance storage.type").length, 2);
});

test("every example ends outside of all blocks", () => {
  for (const name of exampleNames()) {
    const after = tokens(`${readExample(name)}\nuse_pid_dir`).at(-1);
    assert.equal(after, "use_pid_dir keyword.other", name);
  }
});

test("every rule that is named exists, and JavaScript reads every expression too", () => {
  const { patterns, repository } = textMateGrammar();
  const visit = (pattern: Pattern): readonly Pattern[] => [
    pattern,
    ...(pattern.patterns ?? []).flatMap(visit),
  ];
  const all = [...patterns, ...Object.values(repository)].flatMap(visit);
  const missing = all
    .flatMap(({ include }) => (include === undefined ? [] : [include.slice(1)]))
    .filter((name) => repository[name] === undefined);
  assert.deepEqual(missing, []);
  for (const { match, begin, end } of all) {
    for (const text of [match, begin, end]) if (text !== undefined) new RegExp(text);
  }
});
