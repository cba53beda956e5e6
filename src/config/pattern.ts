/**
 * What is plainly wrong with a PCRE2 pattern: what is opened and not closed, a backslash at the end,
 * a repetition of nothing. Everything else is PCRE2's to judge (pcre2pattern(3)).
 */

/** What is wrong with a pattern, or undefined; `isExtended` is PCRE2's option of that name. */
export function patternProblem(text: string, isExtended: boolean): string | undefined {
  let open = 0;
  let at = 0;
  // Whether there is something that a repetition could be of.
  let hasAtom = false;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === "\\") {
      if (at + 1 === text.length) return "it ends with a backslash";
      at = afterEscape(text, at);
      hasAtom = true;
    } else if (character === "[") {
      const end = endOfClass(text, at);
      if (end === undefined) return "a [ is not closed";
      at = end;
      hasAtom = true;
    } else if (character === "(") {
      const start = groupStart(text, at);
      if (start === undefined) return "a ( is not closed";
      if (start.isOpen) open += 1;
      at = start.end;
      hasAtom = false;
    } else if (character === ")") {
      if (open === 0) return "a ) closes nothing";
      open -= 1;
      at += 1;
      hasAtom = true;
    } else if (isExtended && character === "#") {
      const newline = text.indexOf("\n", at);
      at = newline < 0 ? text.length : newline + 1;
    } else {
      if ("*+?".includes(character) && !hasAtom) return `'${character}' repeats nothing`;
      // After a repetition, + and ? say how eager it is.
      hasAtom = !"|^$".includes(character);
      at += 1;
    }
  }
  return open > 0 ? "a ( is not closed" : undefined;
}

/** After `\x`, or after the whole of `\Q...\E`. */
function afterEscape(text: string, at: number): number {
  if (text.charAt(at + 1) !== "Q") return at + 2;
  const end = text.indexOf("\\E", at + 2);
  return end < 0 ? text.length : end + 2;
}

interface GroupStart {
  readonly end: number;
  /** False for what only looks like a group: comments, verbs, option settings. */
  readonly isOpen: boolean;
}

const START = /\((?:\?(?:[a-zA-Z^-]*:|[|>=!*&]|<[=!*]|P?[<'&=>]\w*[>']?|\([^)]*\)|[+-]?\d+|R))?/y;

/** `(` and what belongs to it, or undefined when it cannot end. */
function groupStart(text: string, at: number): GroupStart | undefined {
  if (text.startsWith("(?#", at) || text.startsWith("(*", at)) {
    const end = text.indexOf(")", at);
    return end < 0 ? undefined : { end: end + 1, isOpen: false };
  }
  const setting = /\(\?[imsxnJUa^-]+\)/y;
  setting.lastIndex = at;
  if (setting.test(text)) return { end: setting.lastIndex, isOpen: false };
  const start = new RegExp(START);
  start.lastIndex = at;
  return { end: start.test(text) ? start.lastIndex : at + 1, isOpen: true };
}

/** After the `]` that ends a class; one that comes first is a character of the class. */
function endOfClass(text: string, at: number): number | undefined {
  let next = at + 1;
  if (text.charAt(next) === "^") next += 1;
  if (text.charAt(next) === "]") next += 1;
  while (next < text.length) {
    const character = text.charAt(next);
    if (character === "]") return next + 1;
    const named = character === "[" ? /\[([:.=])[a-z^]*\1\]/y : undefined;
    if (named !== undefined) named.lastIndex = next;
    if (character === "\\") next = afterEscape(text, next);
    else next = named?.test(text) === true ? named.lastIndex : next + 1;
  }
  return undefined;
}
