/** What { and } enclose: keepalived.conf(5), DESCRIPTION. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { collectDiagnostics } from "../../../src/config/diagnostics.ts";
import type { Diagnostic } from "../../../src/config/diagnostics.ts";
import { lineOfFile } from "../../../src/config/line-text.ts";
import { createTreeBuilder } from "../../../src/config/tree.ts";
import type { Statement } from "../../../src/config/tree.ts";

function treeOf(...lines: readonly string[]): { text: string; diagnostics: readonly Diagnostic[] } {
  const list = collectDiagnostics();
  const tree = createTreeBuilder(list.report);
  for (const [i, line] of lines.entries()) tree.add(lineOfFile("f", i + 1, line));
  return { text: render(tree.finish()), diagnostics: list.finish() };
}

function render(statements: readonly Statement[]): string {
  return statements
    .map(({ line, block }) =>
      block === undefined ? line.text : `${line.text}{${render(block.statements)}}`,
    )
    .join(";");
}

test("a brace may stand on the line, on the next one, or share a line with anything", () => {
  assert.equal(treeOf("a {", "b", "}").text, "a{b}");
  assert.equal(treeOf("a", "{", "b", "}").text, "a{b}");
  assert.equal(treeOf("a { b { c } d }", "e").text, "a{b{c};d};e");
});

test("braces in double quotes are text", () => {
  assert.equal(treeOf('a "{" {', "b", "}").text, 'a "{"{b}');
});

test("a surplus } is reported and the rest is read", () => {
  const { text, diagnostics } = treeOf("a {", "}", "}", "b");
  assert.equal(text, "a{};b");
  assert.deepEqual(
    diagnostics.map((d) => [d.message, d.at.line]),
    [["Extra '}' found", 3]],
  );
});

test("a missing } is reported where its block opens", () => {
  const { text, diagnostics } = treeOf("a {", "b {", "c");
  assert.equal(text, "a{b{c}}");
  assert.equal(diagnostics[0]?.message, "There are 2 missing '}'s or extra '{'s");
  assert.equal(diagnostics[0].at.line, 2);
});

test("a { that belongs to nothing is reported and its content read in place", () => {
  const { text, diagnostics } = treeOf("{", "a", "}", "b {", "}", "{", "c", "}");
  assert.equal(text, "a;b{};c");
  assert.equal(diagnostics.length, 2);
});

test("blocks beyond the depth bound are refused once, and their ends still match", () => {
  const depth = 100_000;
  const { diagnostics } = treeOf(
    ...Array.from({ length: depth }, () => "a {"),
    "}".repeat(depth),
    "b",
  );
  assert.deepEqual(
    diagnostics.map((d) => d.message),
    ["blocks are more than 32 deep - what is inside is ignored"],
  );
});

test("where statements are taken one by one, a long file keeps no more than its last block", () => {
  const list = collectDiagnostics();
  const taken: Statement[] = [];
  const tree = createTreeBuilder(list.report, (statement) => taken.push(statement));
  for (let i = 0; i < 1_000; i += 1) {
    for (const text of ["a {", "b", "}"]) tree.add(lineOfFile("f", i + 1, text));
    assert.equal(taken.length, i);
  }
  assert.equal(render(tree.finish()), "a{b}");
  assert.ok(taken.every((statement) => render([statement]) === "a{b}"));
});
