/**
 * Everything that is made from the grammar and the tables of the command line: the manual page, the
 * reference, shell completion, the TextMate grammar.
 *
 *   npx tsx tools/docs-reference.ts       writes them (make docs does)
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { renderBash } from "../src/cli/completion/bash.ts";
import { renderFish } from "../src/cli/completion/fish.ts";
import { renderZsh } from "../src/cli/completion/zsh.ts";
import { chapters } from "./reference/entries.ts";
import { renderGenhashManual } from "./reference/genhash-manual.ts";
import { renderManual } from "./reference/manual.ts";
import { renderPages } from "./reference/pages.ts";
import { renderProgramManual } from "./reference/program-manual.ts";
import { renderTextMate } from "./reference/textmate.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** All of this folder is made here; a page that is no longer made is taken away. */
export const REFERENCE_FOLDER = "docs/user/reference";

/** Every generated file by its path in the repository. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const all = chapters();
  return new Map([
    ["man/keepalived.conf.5", renderManual(all)],
    ["man/keepalived.8", renderProgramManual()],
    ["man/genhash.1", renderGenhashManual()],
    ["completions/keepalived.bash", renderBash()],
    ["completions/_keepalived", renderZsh()],
    ["completions/keepalived.fish", renderFish()],
    ["editors/keepalived.tmLanguage.json", renderTextMate()],
    ...[...renderPages(all)].map(([name, text]) => [`${REFERENCE_FOLDER}/${name}`, text] as const),
  ]);
}

function writeAll(): void {
  const files = generatedFiles();
  for (const [path, text] of files) {
    mkdirSync(join(ROOT, dirname(path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
  for (const name of readdirSync(join(ROOT, REFERENCE_FOLDER))) {
    if (!files.has(`${REFERENCE_FOLDER}/${name}`)) rmSync(join(ROOT, REFERENCE_FOLDER, name));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writeAll();
