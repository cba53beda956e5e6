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
    readWithoutException(randomText(random));
  }
});

/** Reads and renders, with the places of the diagnostics inside the file. */
function readWithoutException(text: string): void {
  try {
    const { diagnostics, verdict } = loadText(text, { path: "main.conf", configId: "id" });
    const lines = text.split("\n");
    for (const { at } of diagnostics) assert.ok(at.line <= lines.length && at.column >= 0);
    renderDiagnostics(diagnostics, { sourceLine: (_, line) => lines[line - 1], colours: false });
    assert.ok([0, 2, 4, 5, 6].includes(verdict.test));
  } catch (error) {
    throw new Error(JSON.stringify(text), { cause: error });
  }
}

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

const MUTATIONS_EACH = 12;
const CORPUS_TEXTS = corpusNames()
  .map((name) => readFileSync(join(CORPUS_DIRECTORY, `${name}.conf`), "utf8"))
  .filter((text) => !text.includes("1000000000"));

type Random = (minimum: number, maximum: number) => number;

/** What typing, merging and editors do to a file, and what a broken disk does. */
const MUTATIONS: Readonly<Record<string, (text: string, random: Random) => string>> = {
  "a flipped bit": (text, random) => {
    const at = random(0, text.length - 1);
    const flipped = String.fromCharCode(text.charCodeAt(at) ^ (1 << random(0, 7)));
    return text.slice(0, at) + flipped + text.slice(at + 1);
  },
  "two lines swapped": (text, random) => {
    const lines = text.split("\n");
    const [a, b] = [random(0, lines.length - 1), random(0, lines.length - 1)];
    return lines.map((line, i) => (i === a ? lines[b] : i === b ? lines[a] : line)).join("\n");
  },
  "a stretch of lines twice": (text, random) => {
    const lines = text.split("\n");
    const from = random(0, lines.length - 1);
    const copied = lines.slice(from, from + random(1, 12));
    return lines.toSpliced(random(0, lines.length), 0, ...copied).join("\n");
  },
  "the end cut off": (text, random) => text.slice(0, random(0, text.length)),
  "a stretch cut out": (text, random) => {
    const from = random(0, text.length);
    return text.slice(0, from) + text.slice(from + random(1, 60));
  },
  "a word in the place of another": (text, random) => {
    const places = [...text.matchAll(/[^\s{}]+/g)];
    const place = places[random(0, Math.max(0, places.length - 1))];
    if (place === undefined) return text;
    const pool = random(0, 3) === 0 ? PIECES : WORDS;
    const word = pool[random(0, pool.length - 1)] ?? "";
    return text.slice(0, place.index) + word + text.slice(place.index + place[0].length);
  },
  "the middle of another file": (text, random) => {
    const other = CORPUS_TEXTS[random(0, CORPUS_TEXTS.length - 1)] ?? "";
    const from = random(0, other.length);
    const at = random(0, text.length);
    return text.slice(0, at) + other.slice(from, from + random(1, 400)) + text.slice(at);
  },
};

for (const [name, mutate] of Object.entries(MUTATIONS)) {
  test(`every file of the corpus is read with ${name}, ${MUTATIONS_EACH} times (seed ${SEED})`, () => {
    const random = randomSource(SEED);
    for (const original of CORPUS_TEXTS) {
      let text = original;
      for (let round = 0; round < MUTATIONS_EACH; round += 1) {
        text = round % 4 === 0 ? original : text;
        text = mutate(text, random);
        readWithoutException(text);
      }
    }
  });
}
