/**
 * Which recorded file of test/golden/config uses a keyword: what shows that it is read and checked,
 * for keywords that no test names.
 */
import { readFileSync, readdirSync } from "node:fs";

const FOLDER = new URL("../test/golden/config/", import.meta.url);
/** Files about mistakes show what is refused, not what works. */
const IS_ABOUT_MISTAKES = /wrong|bad|unknown|missing|warn|refused|odd|broken/;

let index: ReadonlyMap<string, string> | undefined;

/** The name of the first file, in alphabetical order, that has `path` such as "vrrp_instance/vrf". */
export function goldenWith(path: string): string | undefined {
  index ??= indexGoldens();
  return index.get(path);
}

function indexGoldens(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".conf") && !IS_ABOUT_MISTAKES.test(name))
    .sort();
  for (const name of names) {
    const text = readFileSync(new URL(name, FOLDER), "utf8");
    for (const path of pathsIn(text)) {
      if (!found.has(path)) found.set(path, name.replace(".conf", ""));
    }
  }
  return found;
}

/** Keywords with their blocks; a word inside a line counts as an option of the line and its block. */
function pathsIn(text: string): ReadonlySet<string> {
  const paths = new Set<string>();
  const blocks: string[] = [];
  for (const line of text.split("\n")) {
    const words = line
      .replace(/[#!].*/, "")
      .split(/\s+/)
      .filter(Boolean);
    const [first, ...rest] = words;
    if (first === undefined) continue;
    if (first === "}") {
      blocks.pop();
      continue;
    }
    const inside = blocks.join("/");
    const path = inside === "" ? first : `${inside}/${first}`;
    paths.add(path);
    for (const word of rest) {
      paths.add(`${path}/${word}`);
      if (inside !== "") paths.add(`${inside}/${word}`);
    }
    if (words.includes("{")) blocks.push(first);
    if (words.includes("}")) blocks.pop();
  }
  return paths;
}
