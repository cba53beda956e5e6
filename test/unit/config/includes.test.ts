/** include and its variants: keepalived.conf(5), DESCRIPTION. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { applyIncludeCheck, expandBraces } from "../../../src/config/includes.ts";
import { messagesOf, readText } from "./reading.ts";

test("an included file is read in place, and its own includes are relative to it", () => {
  const files = { "d/a.conf": "a1\ninclude b.conf\na2\n", "d/b.conf": "b $_PWD\n" };
  const read = readText("one\ninclude d/a.conf\ntwo $_PWD\n", files);
  assert.deepEqual(read.texts, ["one", "a1", "b /etc/keepalived/d", "a2", "two /etc/keepalived"]);
  assert.deepEqual(read.files, ["main.conf", "d/a.conf", "d/b.conf"]);
});

test("a wildcard includes every match in order, and none is no error", () => {
  const files = { "d/2.conf": "two\n", "d/1.conf": "one\n", "d/x.txt": "x\n" };
  assert.deepEqual(readText("include d/*.conf\ninclude e/*\n", files).texts, ["one", "two"]);
  assert.deepEqual(readText("include e/*\n").diagnostics, []);
});

test("more files than the depth bound may match one wildcard", () => {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [`d/${String(i).padStart(3, "0")}.conf`, `f${i}\n`]),
  );
  assert.equal(readText("include d/*\n", files).texts.length, 200);
});

test("brace alternatives are read in the order they are written", () => {
  const files = { "b.conf": "b\n", "a.conf": "a\n" };
  assert.deepEqual(readText("include {b,a}.conf\n", files).texts, ["b", "a"]);
});

test("a file that includes itself, directly or not, is refused at the second level", () => {
  const direct = readText("include main.conf\nx\n");
  assert.deepEqual(direct.texts, ["x"]);
  assert.deepEqual(messagesOf(direct), ["main.conf includes itself - ignored"]);
  const round = readText("include a\nx\n", { a: "include b\n", b: "include ./a\n" });
  assert.deepEqual(messagesOf(round), ["a includes itself - ignored"]);
});

test("which missing file is an error depends on the variant and on include_check", () => {
  const codeOf = (text: string): string | undefined => readText(text).diagnostics[0]?.code;
  assert.equal(codeOf("include no.conf\n"), "include-missing");
  assert.equal(codeOf("includem no.conf\n"), "include-required");
  assert.equal(codeOf("includem no-*.conf\n"), undefined);
  assert.equal(codeOf("includew no-*.conf\n"), "include-required");
  assert.equal(codeOf("includeb {no,nor}.conf\n"), "include-required");
  assert.equal(codeOf("includea no-*\n"), "include-required");
  assert.equal(codeOf("include_check +match\ninclude no.conf\n"), "include-required");
  assert.equal(readText("include no-*\n", {}, true).diagnostics[0]?.code, "include-required");
});

test("include without a file is refused; a longer word is no include", () => {
  assert.deepEqual(messagesOf(readText("include\n")), ["include names no file - ignored"]);
  assert.deepEqual(readText("included x\n").texts, ["included x"]);
});

test("expandBraces() nests, keeps order, and gives up beyond its bound", () => {
  assert.deepEqual(expandBraces("{foo/{,cat,dog},bar}"), ["foo/", "foo/cat", "foo/dog", "bar"]);
  assert.deepEqual(expandBraces("a{b"), ["a{b"]);
  assert.equal(expandBraces("{a,b}".repeat(30)), undefined);
});

test("applyIncludeCheck() sets without a sign and changes with one", () => {
  assert.deepEqual([...applyIncludeCheck(new Set(), [])].length, 4);
  assert.deepEqual([...applyIncludeCheck(new Set(["read"]), ["match"])], ["match"]);
  assert.deepEqual([...applyIncludeCheck(new Set(["read"]), ["+match"])], ["read", "match"]);
  assert.deepEqual([...applyIncludeCheck(new Set(["read"]), ["-read"])], []);
});
