/** What can be said of a PCRE2 pattern without PCRE2. pcre2pattern(3). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { patternProblem } from "../../../src/config/pattern.ts";

const RIGHT = [
  "",
  "up",
  "a|b|",
  "(a|(b))c",
  "[]a]",
  "[^]a]",
  "[[:alpha:]]+",
  "[\\]]",
  "[(]",
  "\\(",
  "a++b*?c{2,}+",
  "(?i)up(?-i:x)",
  "(?<name>a)\\k<name>",
  "(?P<name>a)(?P=name)",
  "(?'name'a)",
  "(?>a+)b",
  "(?=a)(?!b)(?<=c)(?<!d)",
  "(?|a|b)",
  "(?(1)a|b)",
  "(?R)?",
  "(?1)",
  "(*UTF8)a",
  "(?# a ( comment)a",
  "\\Q(*\\E",
  "(a)?(?(1)a|b)",
  "(?i:a)",
];

test("what PCRE2 takes is taken", () => {
  const refused = RIGHT.filter((text) => patternProblem(text, false) !== undefined);
  assert.deepEqual(refused, []);
});

test("what is left open, closes nothing or repeats nothing is named", () => {
  assert.equal(patternProblem("a(b", false), "a ( is not closed");
  assert.equal(patternProblem("(?=a", false), "a ( is not closed");
  assert.equal(patternProblem("a)b", false), "a ) closes nothing");
  assert.equal(patternProblem("[a-z", false), "a [ is not closed");
  assert.equal(patternProblem("[]", false), "a [ is not closed");
  assert.equal(patternProblem("*up", false), "'*' repeats nothing");
  assert.equal(patternProblem("a|+", false), "'+' repeats nothing");
  assert.equal(patternProblem("^*", false), "'*' repeats nothing");
  assert.equal(patternProblem("up\\", false), "it ends with a backslash");
});

test("a comment of an extended pattern may hold anything", () => {
  assert.equal(patternProblem("up # (\n", true), undefined);
  assert.equal(patternProblem("up # (\n", false), "a ( is not closed");
});
