/** Lines to words and commands to argument lists: keepalived.conf(5), Quoted strings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readCommand, readCommandWords } from "../../../src/config/command.ts";
import { collectDiagnostics } from "../../../src/config/diagnostics.ts";
import { lineOfFile, replaceInLine, spanIn } from "../../../src/config/line-text.ts";
import { spanOf, splitWords } from "../../../src/config/words.ts";

function wordsOf(text: string): string[] {
  return splitWords(lineOfFile("f", 1, text), collectDiagnostics().report).map((w) => w.text);
}

function commandOf(text: string): readonly string[] | undefined {
  const { report } = collectDiagnostics();
  const words = readCommandWords(lineOfFile("f", 1, text), "notify".length, report);
  return readCommand(words, report)?.value.argv;
}

test("words are split at white space, and a quoted word may hold blanks", () => {
  assert.deepEqual(wordsOf('a  "b c"\td'), ["a", "b c", "d"]);
  assert.deepEqual(wordsOf('a"b c"d'), ["a", "b c", "d"]);
  assert.deepEqual(wordsOf('""'), [""]);
});

test("a quote that is never closed is reported where it opens, and the rest is one word", () => {
  const list = collectDiagnostics();
  const words = splitWords(lineOfFile("f", 1, 'a "b c'), list.report);
  assert.deepEqual(
    words.map((w) => w.text),
    ["a", "b c"],
  );
  const [problem] = list.finish();
  assert.equal(problem?.message, "Unmatched quote: '\"b c'");
  assert.equal(problem.at.column, 3);
});

test("a command string is split twice, so quotes inside quotes hold", () => {
  assert.deepEqual(commandOf("notify \"/x/y.sh 'a b' c\" user group"), ["/x/y.sh", "a b", "c"]);
  assert.deepEqual(commandOf("notify /x/y.sh"), ["/x/y.sh"]);
  assert.deepEqual(commandOf('notify "/x \\"p q\\" r"'), ["/x", "p q", "r"]);
  assert.deepEqual(commandOf("notify '/x \"p q\"'"), ["/x", "p q"]);
});

test("the words after the command string are its user and group", () => {
  const { report } = collectDiagnostics();
  const words = readCommandWords(lineOfFile("f", 1, 'notify "/x y" root wheel'), 6, report);
  const command = readCommand(words, report)?.value;
  assert.deepEqual(command, { argv: ["/x", "y"], text: "/x y", user: "root", group: "wheel" });
});

test("escapes of a command are those of the shell's $'...'", () => {
  assert.deepEqual(commandOf("notify '/x \"a\\\\tb\\\\x41\\\\101\\\\cA\\\\q\"'"), [
    "/x",
    "a\tbAA\x01q",
  ]);
});

test("pieces that touch are one word of a command", () => {
  assert.deepEqual(commandOf(`notify "/x a'b'c"`), ["/x", "abc"]);
});

test("an empty command string is refused", () => {
  assert.equal(commandOf('notify ""'), undefined);
});

test("a word made by a parameter has the place of the parameter", () => {
  const line = replaceInLine(lineOfFile("f", 7, "a $X c"), 2, 4, "one two");
  const [, one, two, last] = splitWords(line, collectDiagnostics().report);
  assert.ok(one !== undefined && two !== undefined && last !== undefined);
  assert.deepEqual(spanOf(one), { file: "f", line: 7, column: 3, length: 2 });
  assert.deepEqual(spanOf(two), { file: "f", line: 7, column: 3, length: 2 });
  assert.deepEqual(spanOf(last), { file: "f", line: 7, column: 6, length: 1 });
  assert.equal(spanIn(line, 0, 1).column, 1);
});
