/** Where a line of the flattened configuration was written, and what brought it there. */
import { absolutePath, directoryOf } from "../config/source.ts";
import type { FileSource } from "../config/source.ts";
import type { LineText } from "../config/line-text.ts";
import { sourceLines } from "../config/render-diagnostics.ts";

export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface WrittenOrigin extends Place {
  readonly kind: "written";
  /** The parameters that were filled in and have a value of the files, with the place of that. */
  readonly parameters: readonly { readonly name: string; readonly at: Place }[];
  /** `~SEQ` or another that made the line, one of several. */
  readonly generator: string | undefined;
  /** The lines that asked for this one: `$BLOCK`, then `include`, innermost first. */
  readonly askedBy: readonly (Place & { readonly how: "definition" | "include" })[];
}

export type OriginOf = (line: LineText) => WrittenOrigin;

/** Deeper chains are cut; nobody reads them. */
const LONGEST_CHAIN = 8;
/** Files that include each other without end are not read, but a chain could still go round. */
type Includes = ReadonlyMap<string, Place>;

/** Looks raw lines up only where a parameter or generator was at work. */
export function originsIn(
  source: FileSource,
  files: readonly string[],
  includes: Includes,
): OriginOf {
  const rawLine = sourceLines(source);
  const definitions = lazily(() => definitionPlaces(source, files));
  return (line) => {
    const { file, line: number } = line;
    const raw = line.columns === undefined ? undefined : rawLine(file, number);
    return {
      kind: "written",
      file,
      line: number,
      generator: raw === undefined ? undefined : GENERATOR.exec(raw)?.[1],
      parameters: raw === undefined ? [] : parametersIn(raw, { file, line: number }, definitions()),
      askedBy: chainOf(line, includes),
    };
  };
}

function chainOf(line: LineText, includes: Includes): WrittenOrigin["askedBy"] {
  const chain: { file: string; line: number; how: "definition" | "include" }[] = [];
  let asked: LineText | undefined = line.askedBy;
  let { file } = line;
  while (asked !== undefined && chain.length < LONGEST_CHAIN) {
    chain.push({ file: asked.file, line: asked.line, how: "definition" });
    ({ file } = asked);
    asked = asked.askedBy;
  }
  let includer = includes.get(file);
  while (includer !== undefined && chain.length < LONGEST_CHAIN) {
    chain.push({ file: includer.file, line: includer.line, how: "include" });
    includer = includes.get(includer.file);
  }
  return chain;
}

type DefinitionPlaces = ReadonlyMap<string, readonly Place[]>;

const GENERATOR = /^\s*(?:@\S+\s+)?(~[A-Za-z]+)\(/;
const DEFINITION = /^\s*(?:@\S+\s+)?\$([A-Za-z_][A-Za-z0-9_]*)=/;

function definitionPlaces(source: FileSource, files: readonly string[]): DefinitionPlaces {
  const places = new Map<string, Place[]>();
  for (const file of new Set(files)) {
    const content = source.read(file);
    for (const [i, text] of (content.ok ? content.value.split("\n") : []).entries()) {
      const name = DEFINITION.exec(text)?.[1];
      if (name === undefined) continue;
      const known = places.get(name);
      if (known === undefined) places.set(name, [{ file, line: i + 1 }]);
      else known.push({ file, line: i + 1 });
    }
  }
  return places;
}

function parametersIn(
  raw: string,
  { file, line }: Place,
  definitions: DefinitionPlaces,
): WrittenOrigin["parameters"] {
  const names = [...raw.matchAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)].map((match) => match[1] ?? "");
  return [...new Set(names)].flatMap((name) => {
    const places = definitions.get(name) ?? [];
    const before = places.findLast((each) => each.file === file && each.line < line);
    // One that is defined in several places is only certain when the last one stands above.
    const at = places.length === 1 ? places[0] : before;
    return at === undefined ? [] : [{ name, at }];
  });
}

function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The file as seen from the directory of the main one: `conf.d/vips.conf`. */
export function shortName(file: string, main: string, workingDirectory: string): string {
  const directory = `${directoryOf(absolutePath(workingDirectory, main))}/`.replace("//", "/");
  const absolute = absolutePath(workingDirectory, file);
  return absolute.startsWith(directory) ? absolute.slice(directory.length) : file;
}
