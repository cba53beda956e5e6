/** The language around the keywords, feature by feature: keepalived.conf(5), ADVANCED CONFIGURATION. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { spanIn } from "../../../src/config/line-text.ts";
import { messagesOf, readText } from "./reading.ts";

test("comments start with # or ! anywhere outside double quotes", () => {
  const { texts } = readText('a # one\nb! two\n! three\nc "#!" d\n# four\n');
  assert.deepEqual(texts, ["a", "b", 'c "#!" d']);
});

test("an escaped # or ! is a character, and the words after it keep their columns", () => {
  const { texts, lines } = readText("a \\# b \\! word\n");
  assert.deepEqual(texts, ["a # b ! word"]);
  const [line] = lines;
  assert.ok(line !== undefined);
  assert.equal(spanIn(line, 8, 12).column, 11);
});

test("carriage returns, tabs and a byte order mark are white space", () => {
  assert.deepEqual(readText("\ufeffa\tb \r\n\tc\r\n").texts, ["a\tb", "c"]);
});

test("a line with a NUL byte is refused and the next one is read", () => {
  const read = readText("a\0b\nc\n");
  assert.deepEqual(read.texts, ["c"]);
  assert.deepEqual(messagesOf(read), ["line contains a NUL byte - ignored"]);
});

test("a line beyond the bound is refused and the next one is read", () => {
  const read = readText(`${"x".repeat(1_000_000)}\nc\n`);
  assert.deepEqual(read.texts, ["c"]);
  assert.match(messagesOf(read)[0] ?? "", /^line of 1000000 characters is too long/);
});

test("@ID keeps a line for this id, @^ID for every other", () => {
  const { texts } = readText("@main a\n@other b\n@^main c\n@^other d\n@main\n");
  assert.deepEqual(texts, ["a", "d"]);
});

test("a definition is replaced before a blank, a comma, a bracket and the end", () => {
  const { texts } = readText("$X=1\na $X b\na($X)\na$X,b\na $X\na $Xb $X.c\n");
  assert.deepEqual(texts, ["a 1 b", "a(1)", "a1,b", "a 1", "a $Xb $X.c"]);
});

test("a definition in braces is replaced anywhere, an unknown one never", () => {
  assert.deepEqual(readText("$X=1\na${X}b ${Y} $Y\n").texts, ["a1b ${Y} $Y"]);
});

test("a definition is replaced with the values of the moment, not of its definition", () => {
  const { texts } = readText("$A=10.2.${B}\n$B=0\n${A}.1\n$B=10\n${A}.1\n");
  assert.deepEqual(texts, ["10.2.0.1", "10.2.10.1"]);
});

test("a definition may be empty, and may bring in a condition or a generator", () => {
  const { texts } = readText(
    "$E=\n$C=@main\n$D=@other\n$S=~SEQ(i,1,2)\n$E a\n$C b\n$D c\n$S d$i\n",
  );
  assert.deepEqual(texts, ["a", "b", "d1", "d2"]);
});

test("a definition of several lines is read in place of its name at the end of a line", () => {
  const { texts } = readText("$B= \\\n  x { \\\n  y \\\n  }\n$B\na $B\n");
  assert.deepEqual(texts, ["x {", "y", "}", "a", "x {", "y", "}"]);
});

test("a definition of several lines in the middle of a line stays, and that is said", () => {
  const read = readText("$B= \\\n  x \\\n  y\n$B z\n");
  assert.deepEqual(read.texts, ["$B z"]);
  assert.match(messagesOf(read)[0] ?? "", /several lines and is replaced only at the end/);
});

test("an empty line ends a definition of several lines", () => {
  assert.deepEqual(readText("$B= \\\n  x \\\n\n  y\n$B\n").texts, ["y", "x"]);
});

test("definitions of several lines nest, with further definitions inside", () => {
  const { texts } = readText("$I= \\\n in ${N}\n$O= \\\n $N=1 \\\n $I \\\n $N=2 \\\n $I\n$O\n");
  assert.deepEqual(texts, ["in 1", "in 2"]);
});

test("definitions that contain each other are refused with a sentence", () => {
  const read = readText("$A=${B}\n$B=${A}\nx ${A}\ny\n");
  assert.deepEqual(read.texts, ["y"]);
  assert.match(messagesOf(read)[0] ?? "", /^\$A expands without end/);
});

test("a definition that doubles itself is refused with a sentence", () => {
  const doubled = Array.from({ length: 40 }, (_, i) => `$A${i + 1}=\${A${i}}\${A${i}}`);
  const read = readText(["$A0=x", ...doubled, "${A40}", "y"].join("\n"));
  assert.deepEqual(read.texts, ["y"]);
});

test("a definition of several lines that contains itself ends at the depth bound", () => {
  const read = readText("$A= \\\n x \\\n $A\n$A\ny\n");
  assert.equal(read.texts.at(-1), "y");
  assert.match(messagesOf(read)[0] ?? "", /more than 64 deep/);
});

test("the built-in definitions have their values", () => {
  const { texts } = readText(
    "a${_PWD}b\n$_INSTANCE\nx${_HASH}y${_BANG}z\n${_ENV PLACE}\n${_ENV NO}.\n",
  );
  assert.deepEqual(texts, ["a/etc/keepalivedb", "main", "x#y!z", "lab", "."]);
});

test("$_RANDOM stays within its bounds and repeats with the same seed", () => {
  const text = "random_seed 7\n~SEQ(i, 200) ${_RANDOM 5 9}\n~SEQ(i, 50) ${_RANDOM 32000}\n";
  const { texts } = readText(text);
  const values = texts.slice(1, 201).map(Number);
  assert.deepEqual(new Set(values), new Set([5, 6, 7, 8, 9]));
  assert.ok(texts.slice(201).every((value) => Number(value) >= 32_000 && Number(value) <= 32_767));
  assert.deepEqual(readText(text).texts, texts);
});

test("_ENV without a name and _RANDOM without numbers are refused, not passed over", () => {
  const read = readText("${_ENV}\n${_RANDOM x}\n");
  assert.equal(read.diagnostics.length, 2);
});

test("~SEQ counts from 1, from START and in steps, up and down", () => {
  const { texts } = readText(
    "~SEQ(i, 3) a$i\n~SEQ(i, -2) b$i\n~SEQ(i, 5, 4) c$i\n~SEQ(i, 0x10, 010, 040) d${i}\n",
  );
  assert.deepEqual(texts, ["a1", "a2", "a3", "b-1", "b-2", "c5", "c4", "d16", "d24", "d32"]);
});

test("~SEQx counts in hexadecimal and refuses negative numbers", () => {
  assert.deepEqual(readText("~SEQx(i, 9, 11) a$i\n").texts, ["a9", "aa", "ab"]);
  assert.match(messagesOf(readText("~SEQx(i, -3) a$i\n"))[0] ?? "", /no negative numbers/);
});

test("~LST gives values one by one or in sets, missing ones empty", () => {
  const { texts } = readText("~LST(a, x, y) 1$a\n~LST({a, b}, {1,2},{3}) ${a}-${b}\n");
  assert.deepEqual(texts, ["1x", "1y", "1-2", "3-"]);
});

test("generators nest with the innermost varying fastest", () => {
  const { texts } = readText("~LST(a, x, y) ~SEQ(i, 2) ${a}${i}\n");
  assert.deepEqual(texts, ["x1", "x2", "y1", "y2"]);
});

test("the arguments of a generator may be definitions", () => {
  assert.deepEqual(readText("$N=2\n~SEQ(i, $N) a$i\n").texts, ["a1", "a2"]);
});

for (const [text, sentence] of [
  ["~SEQ(i) a", /one to three whole numbers/],
  ["~SEQ(i, 1, 0, 3) a", /steps of 0/],
  ["~SEQ(i, 1, -1, 3) a", /never reaches 3 from 1/],
  ["~SEQ(1i, 3) a", /the name of a variable/],
  ["~SEQ(i, x) a", /whole numbers/],
  ["~SEQ(i, 3 a", /no closing bracket/],
  ["~SEQ(i, 1000000000) a", /makes 1000000000 lines/],
  ["~LST(a) b", /at least one value/],
  ["~LST({a, b}, {1,2,3}) c", /3 values for 2 variables/],
  ["~LST({a, b) c", /without its \}/],
] as const) {
  test(`'${text}' is refused with a sentence`, () => {
    const read = readText(`${text}\nnext\n`);
    assert.deepEqual(read.texts, ["next"]);
    assert.match(messagesOf(read)[0] ?? "", sentence);
  });
}

test("nested sequences that multiply beyond the line bound are refused, and the rest is read", () => {
  const read = readText("~SEQ(a, 100000) ~SEQ(b, 100000) ~SEQ(c, 1) x$a\nnext\n");
  assert.deepEqual(read.texts, ["next"]);
  assert.match(messagesOf(read)[0] ?? "", /inside other generators makes 10000000000 lines/);
});
