/**
 * What the pages of docs/user show, for the judges that play it.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";

/** The blocks of a language below a heading of a page, to the next heading of its kind. */
export function blocksUnder(page: string, heading: string, language = "conf"): readonly string[] {
  const text = readFileSync(join(PROJECT_DIRECTORY, "docs/user", page), "utf8");
  const section = text.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`));
  assert.ok(section !== undefined, `${page} has no section "${heading}"`);
  const blocks = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm");
  return [...section.matchAll(blocks)].map((match) => match[1] ?? "");
}

/** A block with some words exchanged, as a page says that the other node has it. */
export function changed(config: string, words: Readonly<Record<string, string>>): string {
  const pattern = new RegExp(Object.keys(words).join("|").replaceAll(".", "\\."), "g");
  const result = config.replace(pattern, (word) => words[word] ?? word);
  assert.notEqual(result, config);
  return result;
}
