/**
 * What people read about one keyword, from its row of the grammar: how it is written, what it may
 * be, its default, since when, and whether the daemon acts on it. For `explain` and for editors.
 */
import type { ArgumentDescription } from "../config/grammar/arguments.ts";
import type { KeywordDescription } from "../config/grammar/keyword.ts";

/** How it is written, without the blocks around it; a word of a line begins with the item. */
export function keywordSynopsis(row: KeywordDescription, parent?: KeywordDescription): string {
  const shapes = row.arguments.map(({ shape }) => shape);
  if (row.block === "items") return `${row.name} { ${shapes.join(" ")} ... }`;
  if (row.block === "keywords") return [row.name, ...shapes, "{ ... }"].join(" ");
  const item = parent?.block === "items" ? (parent.arguments[0]?.shape ?? "") : "";
  const start = item === "" ? [] : [`${item.split(" ", 1)[0] ?? ""} ...`];
  return [...start, row.name, ...shapes].join(" ");
}

/** The largest number that stands for no limit of its own. */
const UNBOUNDED = 2_147_483_647;
/** The longest text that an argument without a limit of its own may be. */
const UNREMARKABLE_LENGTH = 1_000;

/** What may be written for an argument; undefined when its shape says it all. */
export function argumentInWords(argument: ArgumentDescription): string | undefined {
  const { kind, minimum = 0, maximum, choices, unit } = argument;
  const isUnbounded = maximum === undefined || maximum >= UNBOUNDED;
  const range = isUnbounded ? `${minimum} or more` : `${minimum} to ${maximum}`;
  switch (kind) {
    case "integer":
      if (minimum <= -UNBOUNDED) return "a whole number, which may be negative";
      return `a whole number, ${range}${unit === undefined ? "" : ` ${unit}`}`;
    case "seconds":
      return `seconds, ${range}, with up to six decimal places`;
    case "milliseconds":
      return `milliseconds, ${range}, with up to three decimal places`;
    case "whole seconds":
      return `whole seconds, ${range}`;
    case "boolean":
      return "on, true or yes; off, false or no";
    case "address":
      return "an IPv4 or IPv6 address";
    case "prefix":
      return "an address, with the length of its network if need be";
    case "interface":
      return "the name of an interface, at most 15 characters";
    case "command":
      return "a program, in quotes when it has arguments; then its user and group";
    case "number or name":
      return `a number, ${range}, or a name`;
    case "range":
      return `two numbers, each ${range}`;
    case "password":
    case "text":
      if (maximum === undefined || maximum >= UNREMARKABLE_LENGTH) return undefined;
      return `at most ${maximum} characters`;
    default:
      return choices === undefined ? undefined : `one of ${choices.join(", ")}`;
  }
}

/** The Keepalived version it came with; of an extension, ours. */
export function keywordSince({ since, ours }: KeywordDescription): string {
  return ours === true ? `${since}; Keepalived does not know it` : `Keepalived ${since}`;
}

/** Whether the daemon acts on the last of `rows`, given as the blocks around it and itself. */
export function keywordStatus(rows: readonly KeywordDescription[]): string {
  const later = rows.findLast((row) => row.later !== undefined)?.later;
  return later === undefined ? "active" : `accepted, not yet active: ${later}`;
}
