/** The documents of the project, and the blocks of code in them with what is declared about each. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Page {
  /** From the root of the project. */
  readonly path: string;
  readonly text: string;
}

export interface Block {
  readonly page: string;
  /** Where its first line of code stands. */
  readonly line: number;
  readonly language: string;
  /** The words after the language. */
  readonly info: readonly string[];
  /** What `<!-- example: … -->` above it says. */
  readonly declared: string;
  readonly text: string;
}

/** Folders that are not ours, or made. */
const NOT_READ = /(^|\/)(node_modules|dist|\.cache|\.git)(\/|$)/;
const FOLDERS = ["docs", "packaging", "editors", "demo", "bench", "test"];

export const pages: readonly Page[] = [
  ...readdirSync(ROOT),
  ...FOLDERS.flatMap((folder) => filesBelow(folder)),
]
  .filter((path) => path.endsWith(".md"))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

/** Files in a folder and those below it, from the root of the project. */
export function filesBelow(folder: string): readonly string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => !NOT_READ.test(path) && statSync(join(ROOT, path)).isFile())
    .sort();
}

const FENCE = /^( *)```(.*)\n([\s\S]*?)^ *```$/gm;
const DECLARATION = /<!-- example: ([^\n]*?) -->\n+ *$/;

export function blocksOf({ path, text }: Page): readonly Block[] {
  return [...text.matchAll(FENCE)].map((match) => {
    const [, indent = "", opening = "", code = ""] = match;
    const before = text.slice(0, match.index);
    const [language = "", ...info] = opening.trim().split(/\s+/);
    return {
      page: path,
      line: before.split("\n").length + 1,
      language,
      info,
      declared: DECLARATION.exec(before)?.[1] ?? "",
      text: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    };
  });
}

/** The commands and words in backticks, outside of blocks. */
export function codeSpansOf({ path, text }: Page): readonly Omit<Block, "info" | "declared">[] {
  const prose = text.replaceAll(FENCE, (block) => block.replaceAll(/[^\n]/g, " "));
  return [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => ({
    page: path,
    line: prose.slice(0, match.index).split("\n").length,
    language: "",
    text: match[1] ?? "",
  }));
}
