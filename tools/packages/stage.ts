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

/** An empty `stage` with the program as `make install` puts it below /usr. */
export function fillStage(stage: string): void {
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  install("dist/single/keepalived", join(stage, "usr/sbin/keepalived"), 0o755);
  install("dist/single/koffi.node", join(stage, "usr/lib/keepalived/koffi.node"), 0o644);
  install(
    "packaging/common/after-upgrade",
    join(stage, "usr/libexec/keepalived-ts/after-upgrade"),
    0o755,
  );
}

/** Copies a file of the project, with a mode that no umask changes. */
export function install(source: string, target: string, mode: number): void {
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(ROOT, source), target);
  chmodSync(target, mode);
}

/** Runs a program that has to succeed. */
export function must(program: string, words: readonly string[], cwd = ROOT): string {
  const done = spawnSync(program, words, { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (done.status === 0) return done.stdout;
  const reason = done.error?.message ?? `${done.stderr}${done.stdout}`;
  throw new Error(`${program} ${words.join(" ")}: ${reason}`);
}
