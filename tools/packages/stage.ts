/**
 * A directory filled as the packages want it: `make install` with the one executable, then what
 * packages have beside it.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

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
