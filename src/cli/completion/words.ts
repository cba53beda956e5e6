/**
 * What a shell can complete after `keepalived`, from the tables of options and subcommands and from
 * the grammar. The scripts for the shells are made from it.
 */
import type { KeywordDescription } from "../../config/grammar/keyword.ts";
import { rootGrammar } from "../../config/grammar/root.ts";
import { SIGNALS } from "../command.ts";
import { OPTIONS } from "../option-table.ts";
import type { OptionDeclaration } from "../option-table.ts";
import { SUBCOMMANDS } from "../subcommand-table.ts";
import type { SubcommandDeclaration, SubcommandOption } from "../subcommand-table.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What may stand in one place. */
export type Completion =
  | { readonly kind: "nothing" }
  | { readonly kind: "file" }
  /** Names that the running daemon is asked for. */
  | { readonly kind: "instance" }
  /** Names of network namespaces. */
  | { readonly kind: "namespace" }
  | { readonly kind: "words"; readonly words: readonly string[] };

export interface OptionWords {
  readonly short: string | undefined;
  readonly long: string;
  /** An optional argument is only taken when attached. */
  readonly takes: "nothing" | "required" | "optional";
  readonly argument: string;
  readonly value: Completion;
  readonly help: string;
}

export interface CommandWords {
  /** One word or two. */
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  readonly operand: Completion;
}

const HELP: OptionWords = {
  short: "h",
  long: "help",
  takes: "nothing",
  argument: "",
  value: { kind: "nothing" },
  help: "print help",
};

export function daemonOptions(): readonly OptionWords[] {
  const options: readonly OptionDeclaration[] = OPTIONS;
  return options.map(({ short, long, argument, help }) => ({
    short,
    long,
    takes: argument.kind === "none" ? "nothing" : argument.kind,
    argument: argument.kind === "none" ? "" : argument.name,
    value: argument.kind === "none" ? { kind: "nothing" } : valueOf(argument.name, long),
    help,
  }));
}

export function commands(): readonly CommandWords[] {
  const declarations: readonly SubcommandDeclaration[] = SUBCOMMANDS;
  return declarations.map(({ name, summary, options, operands }) => ({
    name,
    summary,
    options: [...options.map(commandOption), HELP],
    operand: operandOf(operands.kind),
  }));
}

function commandOption({ long, short, argument, choices, help }: SubcommandOption): OptionWords {
  const value: Completion =
    choices !== undefined ? { kind: "words", words: choices } : valueOf(argument ?? "", long);
  return {
    short,
    long,
    takes: argument === undefined ? "nothing" : "required",
    argument: argument ?? "",
    value,
    help,
  };
}

const FILES = /FILE|PATH|SOCKET|DIR/;
const FACILITIES = [...Array(8).keys()].map((number) => `local${number}`);

/** What an option takes, by the name of its argument. */
function valueOf(argument: string, long: string): Completion {
  if (long === "signum") return { kind: "words", words: [...SIGNALS.keys()] };
  if (long === "log-facility") return { kind: "words", words: ["daemon", "user", ...FACILITIES] };
  if (argument === "INSTANCE") return { kind: "instance" };
  if (long === "namespace") return { kind: "namespace" };
  return { kind: FILES.test(argument) ? "file" : "nothing" };
}

function operandOf(kind: SubcommandDeclaration["operands"]["kind"]): Completion {
  switch (kind) {
    case "none":
      return { kind: "nothing" };
    case "file":
    case "instance":
      return { kind };
    case "keyword":
      return { kind: "words", words: keywordNames() };
    case "shell":
      return { kind: "words", words: SHELLS };
    case "onOff":
      return { kind: "words", words: ["on", "off"] };
    case "subcommand":
      return { kind: "words", words: firstWords() };
  }
}

/** The first word of every command, once. */
export function firstWords(): readonly string[] {
  return [...new Set(SUBCOMMANDS.map(({ name }) => name.split(" ", 1)[0] ?? name))];
}

function keywordNames(): readonly string[] {
  const names = new Set<string>();
  const visit = (rows: readonly KeywordDescription[]): void => {
    for (const row of rows) {
      if (/^[a-z]/i.test(row.name)) names.add(row.name);
      visit(row.inside);
    }
  };
  visit(rootGrammar.keywords);
  return [...names].sort();
}
