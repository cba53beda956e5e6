/**
 * The documentation is true as far as a machine can see: links lead somewhere, what is named exists,
 * and generated tables are current. Its examples are judged by `examples.test.ts`.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { OPTIONS } from "../../src/cli/option-table.ts";
import type { OptionDeclaration } from "../../src/cli/option-table.ts";
import {
  COMPAT_PAGE,
  IN_PART,
  NO_EFFECT,
  SHOWN_BY,
  keywordRows,
  withTables,
} from "../../tools/docs-compat.ts";
import { pages, ROOT } from "./documents.ts";

test("Chinese pages have the examples and the sections of the English ones", () => {
  const partsOf = (page: string): readonly (string | undefined)[] => {
    const { text = "" } = pages.find(({ path }) => path === page) ?? {};
    return [...text.matchAll(/^```.*\n([\s\S]*?)^```|^(#+) /gm)].map((m) => m[1] ?? m[2]);
  };
  for (const page of ["README", "docs/user/getting-started"]) {
    const english = partsOf(`${page}.md`);
    assert.ok(english.length > 10);
    assert.deepEqual(partsOf(`${page}.zh-CN.md`), english);
  }
});

test("every relative link leads to a file, and to a heading where it names one", () => {
  const dead = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1] ?? "")
      .filter((target) => !/^(https?:|mailto:)/.test(target))
      .filter((target) => !leadsSomewhere(path, target))
      .map((target) => `${path}: ${target}`),
  );
  assert.deepEqual(dead, []);
});

function leadsSomewhere(path: string, link: string): boolean {
  const [file = "", heading] = link.split("#");
  const place = file === "" ? join(ROOT, path) : resolve(ROOT, dirname(path), file);
  if (!existsSync(place)) return false;
  if (heading === undefined) return true;
  const target = readFileSync(place, "utf8");
  if (target.includes(`<a id="${heading}"></a>`)) return true;
  const headings = [...target.matchAll(/^#+ (.*)$/gm)];
  return headings.some((match) => anchorOf(match[1] ?? "") === heading);
}

/** As GitHub makes it: lower case, punctuation out, blanks to dashes. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

test("every path, scenario and make target that is named exists", () => {
  const targets = new Set(
    [...readFileSync(join(ROOT, "Makefile"), "utf8").matchAll(/^([a-z-]+):/gm)].map((m) => m[1]),
  );
  const missing = pages.flatMap(({ path, text }) => [
    ...[...text.matchAll(/`((?:src|test|tools|demo|bench)\/[\w./-]*)`/g)]
      .map((match) => match[1] ?? "")
      .filter((name) => !existsSync(join(ROOT, name)))
      .map((name) => `${path}: ${name}`),
    ...[...text.matchAll(/scenario `([\w-]+)`/g)]
      .map((match) => match[1] ?? "")
      .filter((name) => !existsSync(join(ROOT, `test/scenarios/${name}.txt`)))
      .map((name) => `${path}: scenario ${name}`),
    ...[...text.matchAll(/`make ([a-z-]+)/g)]
      .map((match) => match[1] ?? "")
      .filter((name) => !targets.has(name))
      .map((name) => `${path}: make ${name}`),
  ]);
  assert.deepEqual(missing, []);
});

test("every file that a page of docs/internals names is in its folder", () => {
  const missing = pages
    .filter(({ path }) => path.startsWith("docs/internals/"))
    .flatMap(({ path, text }) => {
      const folder = join(ROOT, "src", basename(path, ".md"));
      return [...text.matchAll(/`([\w/-]+\.ts)`/g)]
        .map((match) => match[1] ?? "")
        .filter((name) => !existsSync(join(ROOT, name)) && !existsSync(join(folder, name)))
        .map((name) => `${path}: ${name}`);
    });
  assert.deepEqual(missing, []);
});

test("every option of the program that is named exists", () => {
  const options: readonly OptionDeclaration[] = OPTIONS;
  const long = new Set([...options.map((option) => option.long), "json", "socket", "signum"]);
  const short = new Set(options.map((option) => option.short));
  const commands = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:^|[`( ])(?:bin\/)?keepalived((?: +-[\w-][^`\n|&;)#]*)+)/gm)].map(
      (match) => ({
        path,
        words: (match[1] ?? "").trim().split(/\s+/),
      }),
    ),
  );
  const unknown = commands.flatMap(({ path, words }) =>
    words
      .filter((word) =>
        word.startsWith("--")
          ? !long.has(word.slice(2).replace(/=.*/, ""))
          : /^-[a-zA-Z]$/.test(word) && !short.has(word.slice(1)),
      )
      .map((word) => `${path}: keepalived ${word}`),
  );
  assert.deepEqual(unknown, []);
});

test("the tables of docs/compat.md are current (npx tsx tools/docs-compat.ts)", () => {
  const page = readFileSync(COMPAT_PAGE, "utf8");
  assert.equal(page, withTables(page));
});

test("what the compatibility tables say by hand is about keywords and files that exist", () => {
  const known = new Map(keywordRows().map(({ path, keyword }) => [path, keyword]));
  const byHand = { ...NO_EFFECT, ...IN_PART, ...SHOWN_BY };
  assert.deepEqual(
    Object.keys(byHand).filter((path) => !known.has(path)),
    [],
  );
  const saidTwice = Object.keys({ ...NO_EFFECT, ...IN_PART });
  assert.deepEqual(
    saidTwice.filter((path) => known.get(path)?.later !== undefined),
    [],
  );
  const files = Object.values(SHOWN_BY).map((evidence) => {
    const [kind, name] = evidence.split(" ");
    if (name === undefined) return evidence;
    return kind === "golden" ? `test/golden/config/${name}.conf` : `test/scenarios/${name}.txt`;
  });
  assert.deepEqual(
    files.filter((file) => !existsSync(join(ROOT, file))),
    [],
  );
});

test("the documentation has no path of this checkout in it", () => {
  const found = pages.filter(({ text }) => text.includes(ROOT));
  assert.deepEqual(
    found.map(({ path }) => path),
    [],
  );
});
