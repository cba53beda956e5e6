/**
 * A directory filled as the packages want it: `make install` with the one executable, then what
 * packages have beside it.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The version of package.json, or that of VERSION in the environment. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly version: string;
  };
  const wanted = process.env["VERSION"] ?? "";
  return wanted === "" ? version : wanted;
}

/** Who answers for a package built here, as Debian's tools ask for it. */
export function maintainer(): string {
  const name = process.env["DEBFULLNAME"] ?? "keepalived-ts maintainers";
  return `${name} <${process.env["DEBEMAIL"] ?? "maintainers@keepalived-ts.invalid"}>`;
}

/** Of the build, or what SOURCE_DATE_EPOCH says, so that a build can be repeated to the byte. */
export function buildSeconds(): number {
  return Number(process.env["SOURCE_DATE_EPOCH"] ?? Math.floor(Date.now() / 1000));
}

/** An empty `stage` with what `make install` has for /usr, and what packages run after an upgrade. */
export function fillStage(stage: string, places: Readonly<Record<string, string>>): void {
  rmSync(stage, { recursive: true, force: true });
  must(process.execPath, [join(ROOT, "tools/install.mjs"), "install"], {
    ...{ DESTDIR: stage, PREFIX: "/usr", SINGLE: "1", RECORD: "0" },
    ...places,
  });
  const target = join(stage, "usr/libexec/keepalived-ts/after-upgrade");
  install("packaging/common/after-upgrade", target, 0o755);
}

/** Manual pages are compressed in packages. */
export function compressManual(stage: string): void {
  const manual = join(stage, "usr/share/man");
  for (const page of filesBelow(manual)) {
    put(join(manual, `${page}.gz`), packed(readFileSync(join(manual, page), "utf8")));
    rmSync(join(manual, page));
  }
}

/** Without a name and a time inside, so that a build can be repeated to the byte. */
export const packed = (text: string): Uint8Array => gzipSync(text, { level: 9 });

export function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}

/** Writes a file with a mode that no umask changes. */
export function put(path: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}

/** Copies a file of the project, with a mode that no umask changes. */
export function install(source: string, target: string, mode: number): void {
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(ROOT, source), target);
  chmodSync(target, mode);
}

/** Runs a program that has to succeed. */
export function must(
  program: string,
  words: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): string {
  const env = { ...process.env, ...settings };
  const done = spawnSync(program, words, { cwd: ROOT, env, encoding: "utf8" });
  if (done.status === 0) return done.stdout;
  const reason = done.error?.message ?? `${done.stderr}${done.stdout}`;
  throw new Error(`${program} ${words.join(" ")}: ${reason}`);
}
