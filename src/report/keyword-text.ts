/**
 * What people read about one keyword, from its row of the grammar: how it is written, what it may
 * be, its default, since when, and whether the daemon acts on it. For `explain` and for editors.
 */
import type { ArgumentDescription } from "../config/grammar/arguments.ts";
import type { KeywordDescription } from "../config/grammar/keyword.ts";

/** How a keyword is written: `weight -253-253 [reverse]`, `track_script { NAME [weight N] ... }`. */
export function keywordSynopsis(row: KeywordDescription): string {
  const shapes = row.arguments.map(({ shape }) => shape).join(" ");
  const head = shapes === "" || row.block === "items" ? row.name : `${row.name} ${shapes}`;
  if (row.block === undefined) return head;
  return row.block === "items" ? `${head} { ${shapes} ... }` : `${head} { ... }`;
}

/** What an argument may be, beyond its shape: `whole number from 1 to 255`. */
export function argumentRange(argument: ArgumentDescription): string | undefined {
  const { kind, minimum, maximum, choices, unit } = argument;
  if (choices !== undefined) return choices.join(", ");
  if (maximum === undefined) return undefined;
  switch (kind) {
    case "text":
    case "interface":
    case "password":
      return maximum < UNREMARKABLE_LENGTH ? `at most ${maximum} characters` : undefined;
    default: {
      const noun = kind === "integer" ? "whole number" : kind;
      const unitWord = unit === undefined || kind.includes("seconds") ? "" : ` (${unit})`;
      return minimum === undefined
        ? `${noun} up to ${maximum}${unitWord}`
        : `${noun} from ${minimum} to ${maximum}${unitWord}`;
    }
  }
}

/** The longest text that an argument without a limit of its own may be. */
const UNREMARKABLE_LENGTH = 1_000;

export interface KeywordFact {
  readonly label: "Range" | "Default" | "Since" | "Deprecated" | "Status";
  readonly text: string;
}

/** What is known of a keyword, in the order people ask for it. */
export function keywordFacts(row: KeywordDescription): readonly KeywordFact[] {
  const facts: KeywordFact[] = [];
  for (const argument of row.arguments) {
    const range = argumentRange(argument);
    if (range !== undefined) facts.push({ label: "Range", text: range });
  }
  facts.push({ label: "Default", text: row.default });
  const product = row.ours === true ? "an extension of keepalived-ts" : "Keepalived";
  facts.push({ label: "Since", text: `${product} ${row.since}` });
  if (row.instead !== undefined) facts.push({ label: "Deprecated", text: `use ${row.instead}` });
  facts.push({ label: "Status", text: keywordStatus(row) });
  return facts;
}

/** Whether the daemon acts on it here, in a few words. */
export function keywordStatus({ later }: KeywordDescription): string {
  return later === undefined ? "active" : `accepted, not active yet: ${later}`;
}
