/** A table of options as a list of mdoc(7). */
import type { OptionArgument } from "../../src/cli/option-table.ts";
import { argument, escapeRoff, prose } from "./mdoc.ts";
import { sentence } from "./words.ts";

export interface ListedOption {
  readonly short?: string | undefined;
  readonly long: string;
  readonly argument: OptionArgument;
  readonly help: string;
}

export function renderOptionList(options: readonly ListedOption[]): string {
  const items = options.map(({ short, long, argument: value, help }) =>
    [`.It ${renderNames(short, long, value)}`, prose(sentence(help))].join("\n"),
  );
  return [".Bl -tag -width Ds", ...items, ".El"].join("\n");
}

/** `-f FILE, --use-file=FILE`, as macros. */
function renderNames(short: string | undefined, long: string, value: OptionArgument): string {
  const name = `Fl \\-${escapeRoff(long)}`;
  const first = short === undefined ? "" : `Fl ${short} , `;
  switch (value.kind) {
    case "none":
      return `${first}${name}`;
    case "required":
      return `${first}${name} Ns = Ns Ar ${argument(value.name)}`;
    case "optional":
      return `${first}${name} Ns Oo = Ns Ar ${argument(value.name)} Oc`;
  }
}
