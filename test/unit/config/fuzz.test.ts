/** Whatever stands in a file, reading it ends, soon and without an exception. The seed is fixed. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { randomSource } from "../../../src/config/definitions.ts";
import { CORPUS_DIRECTORY, corpusNames } from "../../golden/config/corpus.ts";
import { rootGrammar } from "../../../src/config/grammar/root.ts";
import type { KeywordDescription } from "../../../src/config/grammar/keyword.ts";
import { renderDiagnostics } from "../../../src/config/render-diagnostics.ts";
import { loadText } from "./reading.ts";

const SEED = 20_240_601;
const ROUNDS = 1_500;
const SLOWEST_MS = 2_000;

function wordsOf(rows: readonly KeywordDescription[]): string[] {
  return rows.flatMap((row) => [row.name, ...wordsOf(row.inside)]);
}

const WORDS = [...new Set(wordsOf(rootGrammar.keywords))];
const PIECES = [
  "{",
  "}",
  "{\n",
  "}\n",
  "\n",
  "\n",
  "\n",
  '"',
  "'",
  "\\",
  "\\\n",
  "#",
  "!",
  "@id ",
  "@^id ",
  "$A=",
  "$A",
  "${A}",
  "${A",
  "$B= \\\n",
  "$B\n",
  "~SEQ(i,1,3) ",
  "~SEQ(",
  "~LST(a,1,2) ",
  "~LST({a,b},{",
  "include main.conf\n",
  "include *\n",
  "include {a,{b,",
  "0",
  "1",
  "255",
  "-1",
  "1e9",
  "0.01",
  "10.0.0.1",
  "10.0.0.1/24",
  "fe80::1",
  "::",
  "eth0",
  "\t",
  "\0",
  "é",
  "\ud800",
  "a".repeat(300),
];

function randomText(random: (minimum: number, maximum: number) => number): string {
  const parts: string[] = [];
  const count = random(1, 120);
  for (let i = 0; i < count; i += 1) {
    const pool = random(0, 2) === 0 ? PIECES : WORDS;
    parts.push(pool[random(0, pool.length - 1)] ?? "", random(0, 3) === 0 ? "\n" : " ");
    if (random(0, 5) === 0) parts.push("vrrp_instance V {\n");
  }
  return parts.join("");
}

test(`${ROUNDS} random texts of keywords and syntax are read (seed ${SEED})`, () => {
  const random = randomSource(SEED);
  for (let round = 0; round < ROUNDS; round += 1) {
    const text = randomText(random);
    try {
      const { diagnostics, verdict } = loadText(text, { path: "main.conf", configId: "id" });
      renderDiagnostics(diagnostics, { sourceLine: () => text.slice(0, 50), colours: false });
      assert.ok([0, 2, 4, 5, 6].includes(verdict.test));
    } catch (error) {
      throw new Error(`round ${round}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
});

test("every file of the corpus is read with any one line taken out", () => {
  for (const name of corpusNames()) {
    const lines = readFileSync(join(CORPUS_DIRECTORY, `${name}.conf`), "utf8").split("\n");
    if (lines.some((line) => line.includes("1000000000"))) continue;
    for (const i of lines.keys()) {
      const text = lines.toSpliced(i, 1).join("\n");
      assert.doesNotThrow(() => loadText(text), `${name}.conf without line ${i + 1}`);
    }
  }
});

for (const [name, text] of [
  ["a line of a megabyte", "x".repeat(1 << 20)],
  ["a hundred thousand open braces", "a {\n".repeat(100_000)],
  ["a hundred thousand unknown keywords", "vrrp_instanse x\n".repeat(100_000)],
  ["a line of nothing but quotes", '"'.repeat(60_000)],
  ["a line of escaped hashes", "\\#".repeat(30_000)],
  ["a line of open references", "${".repeat(30_000)],
  ["a list of open braces", `~LST(${"{".repeat(60_000)})`],
  ["an include of open braces", `include ${"{a,".repeat(20_000)}`],
  ["a number of sixty thousand digits", `vrrp_instance A {\npriority ${"1".repeat(60_000)}\n}`],
] as const) {
  test(`${name} is read in good time`, () => {
    const started = process.hrtime.bigint();
    loadText(text);
    assert.ok(Number(process.hrtime.bigint() - started) / 1e6 < SLOWEST_MS);
  });
}
