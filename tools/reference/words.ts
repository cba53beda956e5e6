/** Arguments, ranges, defaults and versions of a keyword, in words for the manual and the web pages. */
import type { ArgumentDescription } from "../../src/config/grammar/arguments.ts";
import { COUNT_MAXIMUM } from "../../src/config/grammar/arguments.ts";
import type { KeywordDescription } from "../../src/config/grammar/keyword.ts";
import { IN_PART, NO_EFFECT } from "../docs-compat.ts";

const UNITS: Readonly<Record<string, string>> = {
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  bytes: "bytes",
};

/** What an argument may be; empty where its shape says all. */
export function describeArgument(argument: ArgumentDescription): string {
  const { kind, choices, unit } = argument;
  const amount = unit === undefined ? "a whole number" : (UNITS[unit] ?? unit);
  switch (kind) {
    case "integer":
      return `${amount} ${rangeOf(argument)}`;
    case "seconds":
      return `seconds ${rangeOf(argument)}, decimals allowed`;
    case "whole seconds":
      return `whole seconds ${rangeOf(argument)}`;
    case "boolean":
      return argument.shape.startsWith("[")
        ? "on or off (also true, yes, false, no); alone it means on"
        : "on or off (also true, yes, false, no)";
    case "address":
      return "an IPv4 or IPv6 address";
    case "interface":
      return "the name of an interface";
    case "number or name":
      return `a number ${rangeOf(argument)}, or a name`;
    case "range":
      return `from and to, ${rangeOf(argument)}`;
    case "lifetime":
      return "seconds, or forever";
    case "command":
      return "a program with its arguments in quotes, and the user and group it runs as";
    default:
      return choices === undefined ? "" : orList(choices);
  }
}

function rangeOf({ minimum, maximum }: ArgumentDescription): string {
  const from = minimum ?? 0;
  if (maximum === undefined || maximum >= COUNT_MAXIMUM) {
    return from < -1 ? "of either sign" : from === 0 ? "from 0 up" : `from ${from} up`;
  }
  return `from ${from} to ${maximum}`;
}

export function orList(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

/** Range, unit, default and version, each a sentence. */
export function factsOf(row: KeywordDescription): string {
  const described = row.block === undefined ? row.arguments.map(describeArgument) : [];
  const values = [...new Set(described.filter((fact) => fact !== ""))];
  const facts = [
    ...(values.length === 0 ? [] : [`Value: ${values.join("; then ")}.`]),
    ...defaultOf(row),
    row.ours === true ? `Since keepalived-ts ${row.since}.` : `Since ${row.since}.`,
  ];
  return facts.join(" ");
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
