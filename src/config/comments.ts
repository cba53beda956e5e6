/** Comments and line ends: what is left of a physical line. keepalived.conf(5), DESCRIPTION. */
import { removeFromLine, sliceLine, trimLine } from "./line-text.ts";
import type { LineText } from "./line-text.ts";

const QUOTE = 0x22;
const HASH = 0x23;
const BANG = 0x21;
const BACKSLASH = 0x5c;

/** The line without its comment and outer blanks; `\#` and `\!` outside quotes stay as characters. */
export function stripComment(line: LineText): LineText {
  const { text } = line;
  const escapes: number[] = [];
  let isQuoted = false;
  let end = text.length;
  for (let at = 0; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (code === HASH || code === BANG) end = at;
    else if (code === BACKSLASH) {
      const next = text.charCodeAt(at + 1);
      if (next === HASH || next === BANG) escapes.push(at);
      if (next === HASH || next === BANG || next === QUOTE) at += 1;
    }
  }
  return trimLine(removeFromLine(sliceLine(line, 0, end), escapes));
}

/** The line without the backslash that continues it, or undefined when nothing continues it. */
export function withoutContinuation(line: LineText): LineText | undefined {
  if (!line.text.endsWith("\\")) return undefined;
  return trimLine(sliceLine(line, 0, line.text.length - 1));
}
