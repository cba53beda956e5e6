/**
 * The command line as getopt_long(3) reads it: clustered short options, attached or separate
 * arguments, long names that may be shortened as long as they stay unambiguous.
 */
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import type { OptionArgument } from "./option-table.ts";

/** An option as the reader needs it. */
export interface ReadableOption<Name extends string> {
  readonly short: string | undefined;
  readonly long: Name;
  readonly argument: OptionArgument;
}

/** One option as it was given; `argument` is empty where none was. */
export interface GivenOption<Name extends string> {
  readonly name: Name;
  readonly argument: string | undefined;
}

export interface ParsedArguments<Name extends string> {
  readonly options: readonly GivenOption<Name>[];
  /** Words that are no options. */
  readonly words: readonly string[];
}

export type ArgumentError =
  | { readonly kind: "unknown"; readonly option: string }
  | { readonly kind: "missing"; readonly option: string };

export function parseArguments<Name extends string>(
  argv: readonly string[],
  known: readonly ReadableOption<Name>[],
): Result<ParsedArguments<Name>, ArgumentError> {
  const options: GivenOption<Name>[] = [];
  const words: string[] = [];
  let position = 0;
  const next = (): string | undefined => argv[position++];
  for (let word = next(); word !== undefined; word = next()) {
    if (word === "--") {
      words.push(...argv.slice(position));
      break;
    }
    const given = word.startsWith("--")
      ? parseLong(word, known, next)
      : word.startsWith("-") && word !== "-"
        ? parseCluster(word, known, next)
        : undefined;
    if (given === undefined) words.push(word);
    else if (given.ok) options.push(...given.value);
    else return given;
  }
  return ok({ options, words });
}

type Given<Name extends string> = Result<readonly GivenOption<Name>[], ArgumentError>;

function parseLong<Name extends string>(
  word: string,
  known: readonly ReadableOption<Name>[],
  next: () => string | undefined,
): Given<Name> {
  const equals = word.indexOf("=");
  const name = word.slice(2, equals < 0 ? undefined : equals);
  const attached = equals < 0 ? undefined : word.slice(equals + 1);
  const declaration = findLong(name, known);
  if (declaration === undefined) return fail({ kind: "unknown", option: word });
  switch (declaration.argument.kind) {
    case "none":
      return attached === undefined
        ? ok([{ name: declaration.long, argument: undefined }])
        : fail({ kind: "unknown", option: word });
    case "optional":
      return ok([{ name: declaration.long, argument: attached }]);
    case "required": {
      const argument = attached ?? next();
      return argument === undefined
        ? fail({ kind: "missing", option: `--${declaration.long}` })
        : ok([{ name: declaration.long, argument }]);
    }
  }
}

function findLong<Name extends string>(
  name: string,
  known: readonly ReadableOption<Name>[],
): ReadableOption<Name> | undefined {
  const exact = known.find((d) => d.long === name);
  if (exact !== undefined) return exact;
  const candidates = known.filter((d) => d.long.startsWith(name));
  return candidates.length === 1 && name !== "" ? candidates[0] : undefined;
}

function parseCluster<Name extends string>(
  word: string,
  known: readonly ReadableOption<Name>[],
  next: () => string | undefined,
): Given<Name> {
  const given: GivenOption<Name>[] = [];
  for (let i = 1; i < word.length; i += 1) {
    const letter = word.charAt(i);
    const declaration = known.find((d) => d.short === letter);
    if (declaration === undefined) return fail({ kind: "unknown", option: `-${letter}` });
    if (declaration.argument.kind === "none") {
      given.push({ name: declaration.long, argument: undefined });
      continue;
    }
    const attached = word.slice(i + 1).replace(/^=/, "");
    const argument =
      attached === "" && declaration.argument.kind === "required" ? next() : attached;
    if (argument === undefined) return fail({ kind: "missing", option: `-${letter}` });
    given.push({ name: declaration.long, argument: argument === "" ? undefined : argument });
    break;
  }
  return ok(given);
}
