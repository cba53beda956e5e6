/**
 * Rules of the house that lint cannot see: which layer may import which, file sizes and names, and
 * words that do not belong in the project.
 */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const PURE = ["base", "wire", "track", "vrrp", "lvs", "bfd", "config", "cluster", "inspect"];
const LANGUAGE_SERVER_PACKAGES = ["vscode-languageserver", "vscode-languageserver-textdocument"];
/** The arrows between layers: a folder of src may import only these. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  wire: ["base", "node:crypto"],
  track: ["base"],
  vrrp: ["base", "wire", "track"],
  lvs: ["base", "track"],
  bfd: ["base"],
  config: ["base", "vrrp", "track", "lvs", "bfd"],
  cluster: ["base", "wire", "track", "vrrp", "config"],
  inspect: ["base", "track", "vrrp", "lvs", "config"],
  report: PURE,
  sys: ["base", "wire", "node:", "koffi", "nodemailer"],
  daemon: [...PURE, "report", "sys/ports.ts", "sys/telling-ports.ts", "node:"],
  lsp: [...PURE, "report", "node:", ...LANGUAGE_SERVER_PACKAGES],
  cli: [...PURE, "report", "sys", "daemon", "lsp", "node:", ...LANGUAGE_SERVER_PACKAGES],
};
const FORBIDDEN_NAMES = /^(utils?|helpers?|common|misc|types)\.ts$/;
const LONGEST_FILE = 400;

interface Source {
  readonly path: string;
  readonly text: string;
}

const sources = (folder: string): readonly Source[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

const code = sources("src");

test("every import follows the arrows between layers", () => {
  const broken = code.flatMap(({ path, text }) => {
    const layer = path.split("/")[1] ?? "";
    return importsOf(text)
      .map((target) => placeOf(path, target))
      .filter((place) => place !== layer && !place.startsWith(`${layer}/`))
      .filter((place) => !(MAY_IMPORT[layer] ?? []).some((allowed) => matches(place, allowed)))
      .map((place) => `${path} imports ${place}`);
  });
  assert.deepEqual(broken, []);
});

test("the pure layers have no clock, no randomness and no waiting", () => {
  const impure =
    /\b(Math\.random|Date\.now|new Date|process\.(env|pid|exit|hrtime|argv|cwd|on|nextTick)|await |async |setTimeout)\b/;
  const broken = code
    .filter(({ path }) => [...PURE, "report"].includes(path.split("/")[1] ?? ""))
    .flatMap(({ path, text }) =>
      text
        .split("\n")
        .filter((line) => impure.test(stripComment(line)))
        .map((line) => `${path}: ${line.trim()}`),
    );
  assert.deepEqual(broken, []);
});

test("no file is longer than its one idea", () => {
  const long = code
    .filter(
      ({ path, text }) =>
        !path.startsWith("src/config/grammar/") && text.split("\n").length > LONGEST_FILE + 1,
    )
    .map(({ path }) => path);
  assert.deepEqual(long, []);
});

test("no file is named for being nothing in particular, and every one says what it is for", () => {
  const nameless = code.filter(({ path }) => FORBIDDEN_NAMES.test(path.split("/").at(-1) ?? ""));
  const silent = code.filter(({ text }) => !/^(#!.*\n)?\/\*/.test(text));
  assert.deepEqual(
    nameless.concat(silent).map(({ path }) => path),
    [],
  );
});

test("nothing is left half done", () => {
  const left = [...code, ...sources("test"), ...sources("bench"), ...sources("demo")]
    .filter(({ path }) => !path.includes("tidy.test.ts"))
    .flatMap(({ path, text }) =>
      text
        .split("\n")
        .filter((line) => /\b(TODO|FIXME|XXX)\b|\b(test|it|describe)\.only\(/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
  assert.deepEqual(left, []);
});

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/^(?:import|export)[^;]*?from "([^"]+)"|import\("([^"]+)"\)/gm)].map(
    (match) => match[1] ?? match[2] ?? "",
  );
}

/** A layer-relative path such as `vrrp/state.ts`, or the name of a module. */
function placeOf(from: string, target: string): string {
  if (!target.startsWith(".")) return target;
  return relative(join(ROOT, "src"), join(ROOT, dirname(from), target));
}

function matches(place: string, allowed: string): boolean {
  return allowed.endsWith(":")
    ? place.startsWith(allowed)
    : place === allowed || place.startsWith(`${allowed}/`);
}

const stripComment = (line: string): string => line.replace(/(\/\/|^\s*\*|^\s*\/\*).*/, "");
