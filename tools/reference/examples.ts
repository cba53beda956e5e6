/** Example files of the manual and the reference; a test loads each of them. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const EXAMPLES = fileURLToPath(new URL("examples/", import.meta.url));

export function exampleNames(): readonly string[] {
  return readdirSync(EXAMPLES)
    .filter((name) => name.endsWith(".conf"))
    .sort();
}

export function readExample(name: string): string {
  return readFileSync(`${EXAMPLES}${name}`, "utf8");
}

/** The example of a chapter, when there is one. */
export function exampleFor(chapter: string): string | undefined {
  const name = `${chapter}.conf`;
  return existsSync(`${EXAMPLES}${name}`) ? readExample(name) : undefined;
}
