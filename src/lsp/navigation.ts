/** From a name to its block, from a parameter to its definition, from an include to its files; and back. */
import { cursorAt, isInComment, touches } from "./cursor.ts";
import type { Position } from "./cursor.ts";
import type { ConfigDocument, DocumentPlace } from "./document.ts";
import { nameAt, namesIn } from "./names.ts";
import type { NameKind } from "./names.ts";
import type { Place } from "./outline.ts";
import { definitionsOf, parameterAt, parametersIn } from "./references.ts";

const FIRST_LINE: Place = { line: 0, start: 0, end: 0 };

/** Where what is at the position is defined; several places when it is defined several times. */
export function definitionAt(
  document: ConfigDocument,
  position: Position,
  documents: readonly ConfigDocument[],
  filesOf: (pattern: string) => readonly string[],
): readonly DocumentPlace[] {
  const { outline } = document;
  const include = outline.includes.find(({ place }) => touches(place, position));
  if (include !== undefined) {
    return filesOf(include.pattern).map((path) => ({ path, place: FIRST_LINE }));
  }
  const target = targetAt(document, position);
  if (target === undefined) return [];
  if (target.kind === "parameter") {
    return definitionsOf(target.name, documents).map(({ document: { path }, definition }) => ({
      path,
      place: definition.name,
    }));
  }
  return documents.flatMap(({ path, outline: other }) =>
    namesIn(other)
      .filter(({ role, kind, word }) => role === "definition" && isTarget(target, kind, word.text))
      .map(({ word }) => ({ path, place: word })),
  );
}

/** Every place that mentions what is at the position, its definition among them when asked for. */
export function referencesAt(
  document: ConfigDocument,
  position: Position,
  documents: readonly ConfigDocument[],
  includesDefinition: boolean,
): readonly DocumentPlace[] {
  const target = targetAt(document, position);
  if (target === undefined) return [];
  return documents.flatMap((other) =>
    mentionsIn(other, target)
      .filter(({ isDefinition }) => includesDefinition || !isDefinition)
      .map(({ place }) => ({ path: other.path, place })),
  );
}

/** A name of a kind of block, or a parameter. */
interface Target {
  readonly kind: NameKind | "parameter";
  readonly name: string;
}

function targetAt({ outline }: ConfigDocument, position: Position): Target | undefined {
  if (isInComment(outline, position)) return undefined;
  const parameter = parameterAt(outline, position);
  if (parameter !== undefined) return { kind: "parameter", name: parameter.text };
  const { path, entry, index, word } = cursorAt(outline, position);
  if (word === undefined) return undefined;
  const keywords = path.map(({ words }) => words[0].text);
  const use = nameAt(keywords, entry?.words ?? [], index);
  return use === undefined ? undefined : { kind: use.kind, name: word.text };
}

const isTarget = (target: Target, kind: NameKind, name: string): boolean =>
  target.kind === kind && target.name === name;

function mentionsIn(
  { outline }: ConfigDocument,
  target: Target,
): readonly { readonly place: Place; readonly isDefinition: boolean }[] {
  if (target.kind !== "parameter") {
    return namesIn(outline)
      .filter(({ kind, word }) => isTarget(target, kind, word.text))
      .map(({ word, role }) => ({ place: word, isDefinition: role === "definition" }));
  }
  const defined = new Set(
    outline.definitions.map(({ name: { line, start } }) => `${line} ${start}`),
  );
  return outline.lines
    .flatMap((_, line) => parametersIn(outline, line))
    .filter(({ text }) => text === target.name)
    .map((place) => ({ place, isDefinition: defined.has(`${place.line} ${place.start + 1}`) }));
}
