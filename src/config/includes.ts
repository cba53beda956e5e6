/**
 * The include line and its variants: what is included, and which missing files are errors.
 * keepalived.conf(5), DESCRIPTION and include_check.
 */
import { skipBlanks, skipWord } from "./line-text.ts";

export type IncludeCheck = "read" | "match" | "wildcard_match" | "brace_match";
export const ALL_INCLUDE_CHECKS = ["read", "match", "wildcard_match", "brace_match"] as const;

const CHECKS_OF_KEYWORD: Readonly<Record<string, readonly IncludeCheck[]>> = {
  include: [],
  includer: ["read"],
  includem: ["match"],
  includew: ["wildcard_match"],
  includeb: ["brace_match"],
  includea: ALL_INCLUDE_CHECKS,
};

export interface IncludeLine {
  readonly keyword: string;
  readonly checks: readonly IncludeCheck[];
  readonly pattern: string;
  readonly patternAt: number;
}

/** The include on this line, if there is one; its pattern is empty when it names nothing. */
export function readInclude(text: string): IncludeLine | undefined {
  if (!text.startsWith("include")) return undefined;
  const end = skipWord(text, 0);
  const keyword = text.slice(0, end);
  const checks = Object.hasOwn(CHECKS_OF_KEYWORD, keyword) ? CHECKS_OF_KEYWORD[keyword] : undefined;
  if (checks === undefined) return undefined;
  const patternAt = skipBlanks(text, end);
  return { keyword, checks, pattern: text.slice(patternAt).replace(/^"(.*)"$/, "$1"), patternAt };
}

/** The words of `include_check`: alone they set the level, with `+` or `-` they change it. */
export function applyIncludeCheck(
  current: ReadonlySet<IncludeCheck>,
  words: readonly string[],
): ReadonlySet<IncludeCheck> {
  if (words.length === 0) return new Set(ALL_INCLUDE_CHECKS);
  const isChange = words.every((word) => word.startsWith("+") || word.startsWith("-"));
  const level = new Set<IncludeCheck>(isChange ? current : []);
  for (const word of words) {
    const check = ALL_INCLUDE_CHECKS.find((name) => name === word.replace(/^[+-]/, ""));
    if (check === undefined) continue;
    if (word.startsWith("-")) level.delete(check);
    else level.add(check);
  }
  return level;
}

export function hasWildcard(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

const MAX_BRACE_ALTERNATIVES = 1_000;

/** csh braces: `{foo/{,cat},bar}`. Undefined when there are more alternatives than anyone means. */
export function expandBraces(pattern: string): readonly string[] | undefined {
  const done: string[] = [];
  const open = [pattern];
  while (open.length > 0) {
    if (open.length + done.length > MAX_BRACE_ALTERNATIVES) return undefined;
    const next = open.pop() ?? "";
    const group = firstGroup(next);
    if (group === undefined) done.push(next);
    else {
      const { start, end, parts } = group;
      const made = parts.map((part) => next.slice(0, start) + part + next.slice(end));
      open.push(...made.reverse());
    }
  }
  return done;
}

function firstGroup(
  text: string,
): { readonly start: number; readonly end: number; readonly parts: readonly string[] } | undefined {
  const start = text.indexOf("{");
  if (start < 0) return undefined;
  const parts: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    if (depth === 0 || (depth === 1 && character === ",")) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
    if (depth === 0) return { start, end: at + 1, parts };
  }
  return undefined;
}
