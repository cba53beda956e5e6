/** `$NAME` and `${NAME}` in a line: where they stand, and the lines that define them. */
import type { Position } from "./cursor.ts";
import type { ConfigDocument } from "./document.ts";
import type { DefinitionLine, Outline, PlacedWord } from "./outline.ts";

/** The parameters that are always there. keepalived.conf(5), Pre-defined definitions. */
export const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ["_PWD", "The directory of the file in which it stands."],
  ["_INSTANCE", "The configuration id: `-i`, or the host name up to its first dot."],
  ["_RANDOM", "A random number; `${_RANDOM MIN MAX}` gives its range."],
  ["_ENV", "An environment variable: `${_ENV NAME}`."],
  ["_HASH", "The character `#`."],
  ["_BANG", "The character `!`."],
]);

const PARAMETER = /\$\{?([A-Za-z_][A-Za-z0-9_]*)/g;

/** The parameters that a line uses or defines; the place is that of the name with its `$`. */
export function parametersIn(outline: Outline, line: number): readonly PlacedWord[] {
  const text = outline.lines[line] ?? "";
  const comment = outline.comments.get(line) ?? text.length;
  return [...text.slice(0, comment).matchAll(PARAMETER)].map((found) => ({
    text: found[1] ?? "",
    line,
    start: found.index,
    end: found.index + found[0].length,
  }));
}

export function parameterAt(
  outline: Outline,
  { line, character }: Position,
): PlacedWord | undefined {
  return parametersIn(outline, line).find(
    ({ start, end }) => start <= character && character <= end,
  );
}

export interface FoundDefinition {
  readonly document: ConfigDocument;
  readonly definition: DefinitionLine;
}

/** Every line that defines a parameter. */
export function definitionsOf(
  name: string,
  documents: readonly ConfigDocument[],
): readonly FoundDefinition[] {
  return documents.flatMap((document) =>
    document.outline.definitions
      .filter((definition) => definition.name.text === name)
      .map((definition) => ({ document, definition })),
  );
}
