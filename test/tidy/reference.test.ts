/**
 * What is made from the grammar is current, the examples in it are accepted, and the manual page is
 * one that mandoc and man have nothing to say about.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { SIGNALS } from "../../src/cli/command.ts";
import { NOTED_PATHS, noteOf } from "../../src/config/grammar/notes.ts";
import { loadConfig } from "../../src/config/load.ts";
import { textSource } from "../../src/config/source.ts";
import { generatedFiles, REFERENCE_FOLDER } from "../../tools/docs-reference.ts";
import { allEntries, chapters } from "../../tools/reference/entries.ts";
import { exampleNames, readExample } from "../../tools/reference/examples.ts";
import { SIGNAL_MEANINGS } from "../../tools/reference/program-manual.ts";
import { LANGUAGE } from "../../tools/reference/language-text.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Each manual page, and a word that it must have. */
const MANUALS = [
  ["man/keepalived.conf.5", /advert_int/],
  ["man/genhash.1", /--use-ssl/],
  ["man/keepalived.8", /--use-file/],
] as const;
const files = generatedFiles();

function has(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

test("generated files are current: if not, run `make docs`", () => {
  const stale = [...files].filter(
    ([path, text]) =>
      !existsSync(join(ROOT, path)) || readFileSync(join(ROOT, path), "utf8") !== text,
  );
  assert.deepEqual(
    stale.map(([path]) => path),
    [],
    "out of date: run `make docs`",
  );
  const pages = readdirSync(join(ROOT, REFERENCE_FOLDER)).map(
    (name) => `${REFERENCE_FOLDER}/${name}`,
  );
  assert.deepEqual(
    pages.filter((path) => !files.has(path)),
    [],
    "no longer made: run `make docs`",
  );
});

const complaintsAbout = (text: string): readonly string[] => {
  const { diagnostics, verdict } = loadConfig(textSource({ "example.conf": text }), {
    path: "example.conf",
  });
  const wrong = diagnostics.filter(({ severity }) => severity !== "notice");
  return [
    ...wrong.map(({ at, message }) => `${at.line}: ${message}`),
    ...(verdict.run === undefined ? [] : ["cannot be run"]),
  ];
};

test("every example and every sample of the language is accepted without a complaint", () => {
  const samples = LANGUAGE.flatMap(({ title, passages }) =>
    passages.flatMap((passage) =>
      passage.kind === "sample" ? [[title, passage.text] as const] : [],
    ),
  );
  const examples = exampleNames().map((name) => [name, readExample(name)] as const);
  const refused = [...samples, ...examples].flatMap(([name, text]) =>
    complaintsAbout(text).map((complaint) => `${name}: ${complaint}`),
  );
  assert.ok(samples.length > 0 && examples.length > 0);
  assert.deepEqual(refused, []);
});

test("every keyword is described in the manual and has one anchor", () => {
  const all = chapters();
  const entries = all.flatMap(({ block, entries: inner }) => [
    ...(block === undefined ? [] : [block]),
    ...allEntries(inner),
  ]);
  const anchors = entries.map(({ anchor }) => anchor);
  assert.equal(new Set(anchors).size, anchors.length);
  const pages = [...files].filter(([path]) => path.startsWith(REFERENCE_FOLDER));
  const text = pages.map(([, page]) => page).join("\n");
  assert.deepEqual(
    anchors.filter((anchor) => !text.includes(`<a id="${anchor}"></a>`)),
    [],
  );
});

test("every note is about a keyword, in two to four sentences", () => {
  const paths = new Set(
    chapters().flatMap(({ block, entries }) =>
      [...(block === undefined ? [] : [block]), ...allEntries(entries)].map(({ path }) => path),
    ),
  );
  assert.deepEqual(
    NOTED_PATHS.filter((path) => !paths.has(path)),
    [],
  );
  const lengths = NOTED_PATHS.map((path) => ({
    path,
    sentences: (noteOf(path) ?? "").split(/(?<=[.])\s+/).length,
  }));
  assert.deepEqual(
    lengths.filter(({ sentences }) => sentences > 4),
    [],
  );
});

test("the manual has every signal that has a name", () => {
  assert.deepEqual([...SIGNAL_MEANINGS.keys()].sort(), [...SIGNALS.keys()].sort());
});

test("mandoc has nothing to say about the manual pages", { skip: !has("mandoc") }, () => {
  for (const [path] of MANUALS) {
    const words = ["-T", "lint", "-W", "warning", join(ROOT, path)];
    const { stdout, stderr } = spawnSync("mandoc", words, { encoding: "utf8" });
    assert.equal(stdout + stderr, "");
  }
});

test(
  "man renders the manual pages without a warning",
  { skip: !has("man") || !has("groff") },
  () => {
    for (const [path, word] of MANUALS) {
      const { stdout, stderr, status } = spawnSync("man", ["--warnings", "-l", join(ROOT, path)], {
        encoding: "utf8",
        env: { ...process.env, MANWIDTH: "80", MANPAGER: "cat", LC_ALL: "C.UTF-8" },
      });
      assert.deepEqual([path, status, stderr], [path, 0, ""]);
      assert.match(stdout, word);
    }
  },
);
