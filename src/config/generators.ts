/** `~SEQ`, `~SEQx` and `~LST`: one line, read once for each value. keepalived.conf(5), Sequence blocks. */
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import { MAX_GENERATED_VALUES } from "./limits.ts";

export interface Generator {
  readonly variables: readonly string[];
  readonly count: number;
  /** The texts of the variables in round `index`. */
  valuesAt(index: number): readonly string[];
}

export interface GeneratorHead {
  readonly kind: "SEQ" | "SEQx" | "LST";
  /** Offsets of the text between the brackets, and of what follows. */
  readonly argumentsAt: number;
  readonly argumentsEnd: number;
  readonly restAt: number;
}

/** The head when the line starts with one; "unclosed" when its bracket never closes. */
export function readGeneratorHead(text: string): GeneratorHead | "unclosed" | undefined {
  if (!text.startsWith("~")) return undefined;
  for (const kind of ["SEQx", "SEQ", "LST"] as const) {
    if (!text.startsWith(`${kind}(`, 1)) continue;
    const argumentsAt = kind.length + 2;
    const argumentsEnd = text.indexOf(")", argumentsAt);
    if (argumentsEnd < 0) return "unclosed";
    return { kind, argumentsAt, argumentsEnd, restAt: argumentsEnd + 1 };
  }
  return undefined;
}

export function parseGenerator(
  kind: GeneratorHead["kind"],
  argumentsText: string,
): Result<Generator, string> {
  const generator =
    kind === "LST" ? parseList(argumentsText) : parseSequence(argumentsText, kind === "SEQx");
  if (generator.ok && generator.value.count > MAX_GENERATED_VALUES) {
    return fail(
      `~${kind} makes ${generator.value.count} lines; at most ${MAX_GENERATED_VALUES} are allowed`,
    );
  }
  return generator;
}

function parseSequence(text: string, inHexadecimal: boolean): Result<Generator, string> {
  const [variable = "", ...parts] = text.split(",").map((part) => part.trim());
  if (!isName(variable)) return fail(`~SEQ needs the name of a variable, not '${variable}'`);
  const numbers = parts.map(parseNumber);
  if (numbers.length < 1 || numbers.length > 3 || numbers.some((n) => n === undefined)) {
    return fail("~SEQ needs one to three whole numbers: END, START END, or START STEP END");
  }
  const [a = 0, b, c] = numbers;
  const end = c ?? b ?? a;
  const start = b === undefined ? (end < 0 ? -1 : 1) : a;
  const step = c === undefined ? (end < start ? -1 : 1) : (b ?? 1);
  if (step === 0) return fail("~SEQ cannot count in steps of 0");
  if (step > 0 !== end >= start && start !== end) {
    return fail(`~SEQ never reaches ${end} from ${start} in steps of ${step}`);
  }
  if (inHexadecimal && (start < 0 || end < 0)) {
    return fail("~SEQx counts from 0 upwards; it has no negative numbers");
  }
  const radix = inHexadecimal ? 16 : 10;
  return ok({
    variables: [variable],
    count: Math.floor((end - start) / step) + 1,
    valuesAt: (index) => [(start + index * step).toString(radix)],
  });
}

/** As strtol(3) with base 0: decimal, 0x hexadecimal, 0 octal. */
function parseNumber(text: string): number | undefined {
  if (!/^[+-]?(0x[0-9a-f]{1,8}|0[0-7]{0,11}|[1-9][0-9]{0,9})$/i.test(text)) return undefined;
  const isNegative = text.startsWith("-");
  const digits = text.replace(/^[+-]/, "").toLowerCase();
  const isHexadecimal = digits.startsWith("0x");
  const radix = isHexadecimal ? 16 : digits.startsWith("0") ? 8 : 10;
  const value = parseInt(isHexadecimal ? digits.slice(2) : digits, radix);
  return isNegative ? -value : value;
}

function parseList(text: string): Result<Generator, string> {
  const items = splitList(text);
  if (items === undefined) return fail("~LST has a { without its }");
  const [head, ...values] = items;
  if (head === undefined || values.length === 0) {
    return fail("~LST needs a variable and at least one value");
  }
  const wrong = head.find((name) => !isName(name));
  if (wrong !== undefined) return fail(`~LST needs the name of a variable, not '${wrong}'`);
  const tooLong = values.find((value) => value.length > head.length);
  if (tooLong !== undefined) {
    return fail(`~LST has ${tooLong.length} values for ${head.length} variables`);
  }
  return ok({
    variables: head,
    count: values.length,
    valuesAt: (index) => head.map((_, i) => values[index]?.[i] ?? ""),
  });
}

/** `a, {b,c}, d` as [[a], [b, c], [d]]; undefined for a brace that is not closed. */
function splitList(text: string): string[][] | undefined {
  const items: string[][] = [];
  let at = 0;
  while (at <= text.length) {
    const open = /^\s*\{/.exec(text.slice(at, at + 200))?.[0].length;
    const from = at + (open ?? 0);
    const end = text.indexOf(open === undefined ? "," : "}", from);
    if (open !== undefined && end < 0) return undefined;
    const inner = text.slice(from, end < 0 ? text.length : end);
    items.push(open === undefined ? [inner.trim()] : inner.split(",").map((part) => part.trim()));
    if (end < 0) break;
    const comma = open === undefined ? end : text.indexOf(",", end);
    if (comma < 0) break;
    at = comma + 1;
  }
  return items;
}

function isName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}
