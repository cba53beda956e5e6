/** Arguments, ranges, defaults and versions of a keyword, in words for the manual and the web pages. */
import type { ArgumentDescription } from "../../src/config/grammar/arguments.ts";
import type { KeywordDescription } from "../../src/config/grammar/keyword.ts";
import { argumentInWords } from "../../src/report/keyword-text.ts";
import { IN_PART, NO_EFFECT } from "../docs-compat.ts";

/** Range, unit, default and version, each a sentence. */
export function factsOf(row: KeywordDescription): string {
  const described = row.block === undefined ? row.arguments.map(describeArgument) : [];
  const values = [...new Set(described.filter((fact) => fact !== undefined))];
  const facts = [
    ...(values.length === 0 ? [] : [`Value: ${values.join("; then ")}.`]),
    ...defaultOf(row),
    row.ours === true ? `Since keepalived-ts ${row.since}.` : `Since ${row.since}.`,
  ];
  return facts.join(" ");
}

function describeArgument(argument: ArgumentDescription): string | undefined {
  const words = argumentInWords(argument);
  const isOptional = argument.kind === "boolean" && argument.shape.startsWith("[");
  return isOptional ? `${words ?? ""}; alone it means on` : words;
}

/** The default, unless saying it would say nothing. */
function defaultOf(row: KeywordDescription): readonly string[] {
  const value = row.default;
  if (value === "n/a" || (value === "none" && row.block !== undefined)) return [];
  if (value.startsWith("required")) return [sentence(value)];
  const unit = row.arguments[0]?.unit;
  const isNumber = /^[0-9.]+$/.test(value);
  return [`Default: ${value}${isNumber && unit !== undefined ? ` ${unit}` : ""}.`];
}

/** What is true of a keyword today, when it does not do what it is for. */
export type Standing =
  | { readonly kind: "later"; readonly text: string }
  | { readonly kind: "noEffect"; readonly text: string }
  | { readonly kind: "inPart"; readonly text: string };

export function standingOf(path: string, row: KeywordDescription): Standing | undefined {
  if (row.later !== undefined) return { kind: "later", text: row.later };
  const none = NO_EFFECT[path];
  if (none !== undefined) return { kind: "noEffect", text: none };
  const part = IN_PART[path];
  return part === undefined ? undefined : { kind: "inPart", text: part };
}

export const STANDING_WORDS: Readonly<Record<Standing["kind"], string>> = {
  later: "Accepted, not yet active",
  noEffect: "No effect",
  inPart: "In part",
};

/** The keyword as it is written, without its block. */
export function argumentShapes(row: KeywordDescription): string {
  if (row.block === "items") return "";
  return row.arguments.map(({ shape }) => shape).join(" ");
}

/** A sentence begins with a capital. */
export function sentence(text: string): string {
  const first = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
