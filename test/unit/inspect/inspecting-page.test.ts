/**
 * docs/user/inspecting.md shows what the program prints: its files are written, its commands are
 * run, and what follows them on the page is compared. `UPDATE=1` writes the page.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const PAGE = fileURLToPath(new URL("../../../docs/user/inspecting.md", import.meta.url));
const MAIN = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");

const FILE_BLOCK = /^```conf (\S+)\n([\s\S]*?)^```$/gm;
const COMMAND_BLOCK = /^```\n\$ keepalived (.*)\n([\s\S]*?)^```$/gm;

function printed(words: readonly string[], directory: string): string {
  const argv = ["--import", TSX, MAIN, ...words];
  const environment = { ...process.env, COLUMNS: "100", NO_COLOR: "1" };
  const done = spawnSync(process.execPath, argv, {
    cwd: directory,
    encoding: "utf8",
    env: environment,
  });
  return `${done.stdout}${done.stderr}`.trimEnd();
}

test("the page about explain, config show and config diff shows what they print", () => {
  const page = readFileSync(PAGE, "utf8");
  const directory = mkdtempSync(join(tmpdir(), "inspecting-"));
  try {
    for (const [, name = "", text = ""] of page.matchAll(FILE_BLOCK)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text, { mode: 0o644 });
    }
    const current = page.replace(COMMAND_BLOCK, (_all, command: string) => {
      const output = printed(command.split(" "), directory);
      return `\`\`\`\n$ keepalived ${command}\n${output}\n\`\`\``;
    });
    if (process.env["UPDATE"] === "1") writeFileSync(PAGE, current);
    else assert.equal(page, current);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
