/** The words after a subcommand's name, read as its declaration has them. */
import { parseArgs } from "node:util";
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import type { SubcommandDeclaration } from "./subcommand-table.ts";

export interface SubcommandArguments {
  readonly operands: readonly string[];
  has(long: string): boolean;
  /** The argument of the last use of an option. */
  get(long: string): string | undefined;
  /** The arguments of every use of an option that may be repeated. */
  all(long: string): readonly string[];
}

/** Options and operands, "help" when asked for it, or one sentence about what is wrong. */
export function readSubcommand(
  declaration: SubcommandDeclaration,
  words: readonly string[],
): Result<SubcommandArguments | "help", string> {
  const { name, options, operands } = declaration;
  const types = Object.fromEntries(
    options.map(({ long, short, argument, repeatable }) => [
      long,
      {
        type: argument === undefined ? ("boolean" as const) : ("string" as const),
        ...(short === undefined ? {} : { short }),
        ...(repeatable === true ? { multiple: true } : {}),
      },
    ]),
  );
  try {
    const parsed = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { ...types, help: { type: "boolean", short: "h" } },
    });
    const { positionals } = parsed;
    const values: Readonly<Record<string, unknown>> = parsed.values;
    if (values["help"] === true) return ok("help");
    const wrong = wrongChoice(declaration, values);
    if (wrong !== undefined) return fail(wrong);
    if (positionals.length < operands.minimum) {
      return fail(`keepalived ${name} needs ${operands.shape}`);
    }
    if (positionals.length > operands.maximum) {
      return fail(`keepalived ${name} has no use for '${positionals.at(-1) ?? ""}'`);
    }
    return ok({
      operands: positionals,
      has: (long) => values[long] !== undefined,
      get: (long) => {
        const value = values[long];
        return typeof value === "string" ? value : undefined;
      },
      all: (long) => {
        const value = values[long];
        return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
      },
    });
  } catch (error: unknown) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(reason.split(". ", 1)[0] ?? reason);
  }
}

function wrongChoice(
  { options }: SubcommandDeclaration,
  values: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const { long, choices } of options) {
    const value = values[long];
    if (typeof value !== "string" || choices === undefined || choices.includes(value)) continue;
    return `--${long} takes ${choices.join(" or ")}, not '${value}'`;
  }
  return undefined;
}
