/** Arguments, ranges, defaults and versions of a keyword, in words for the manual and the web pages. */
import type { ArgumentDescription } from "../../src/config/grammar/arguments.ts";
import { COUNT_MAXIMUM } from "../../src/config/grammar/arguments.ts";
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

/** What its shape does not say already; `on|off` and `IF` are explained once for all. */
function describeArgument(argument: ArgumentDescription): string | undefined {
  const { kind, shape, choices = [], minimum, maximum, unit } = argument;
  const bare = shape.replace(/^\[(.*)\]$/, "$1");
  if (kind === "boolean" || kind === "interface" || kind === "address") return undefined;
  if (choices.length > 0 && bare === choices.join("|")) return undefined;
  if (unit === undefined && bare === `${minimum ?? ""}-${maximum ?? ""}`) return undefined;
  // A range as wide as the integers of C says nothing.
  if (kind === "integer" && minimum === -COUNT_MAXIMUM) return "a whole number, may be negative";
  return argumentInWords(argument);
}

/** Values that have a meaning of their own to tell. */
export function choicesOf(row: KeywordDescription): readonly (readonly [string, string])[] {
  return row.arguments.flatMap(({ choiceHelp = {} }) =>
    Object.entries(choiceHelp).map(([word, help]) => [word, sentence(help)] as const),
  );
}

/** The default, unless saying it would say nothing. */
function defaultOf(row: KeywordDescription): readonly string[] {
  const value = row.default.replace(/^global\b/, "as in global_defs");
  const isBlock = row.block !== undefined || row.group === "syntax";
  if (value === "n/a" || (value === "none" && isBlock)) return [];
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

/** What follows a keyword; of a block of items, what stands before its brace. */
export function argumentShapes(row: KeywordDescription): string {
  const shapes = row.arguments.map(({ shape }) => shape);
  return (row.block === "items" ? shapes.slice(0, -1) : shapes).join(" ");
}

/** What a line of a block of items is; empty for other keywords. */
export function itemShape(row: KeywordDescription): string {
  return row.block === "items" ? (row.arguments.at(-1)?.shape ?? "") : "";
}

/** A sentence begins with a capital. */
export function sentence(text: string): string {
  const first = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
