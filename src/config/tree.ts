/**
 * Lines to statements: what `{` and `}` enclose. Knows no keyword; a statement is its line and,
 * when a brace follows on the same or the next line, the statements inside.
 */
import type { Report, Span } from "./diagnostics.ts";
import { MAX_BLOCK_DEPTH } from "./limits.ts";
import { spanIn, trimmedPart } from "./line-text.ts";
import type { LineText } from "./line-text.ts";
import { bareWordEnd } from "./words.ts";

export interface Statement {
  readonly line: LineText;
  /** Where its first word ends, when that is not in quotes. */
  readonly keywordEnd: number;
  block: Block | undefined;
}

export interface Block {
  readonly open: Span;
  readonly statements: readonly Statement[];
}

interface OpenBlock {
  readonly open: Span | undefined;
  readonly statements: Statement[];
}

export interface TreeBuilder {
  /** A bare line, without quotes and braces, is text as a whole. */
  add(line: LineText, isBare?: boolean): void;
  /** The statements at the top that have not been handed over. */
  finish(): readonly Statement[];
}

const QUOTE = 0x22;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * A builder of the tree. With `take`, each statement at the top is handed over once the next one
 * begins, so that of a long file only one block is in memory.
 */
export function createTreeBuilder(
  report: Report,
  take?: (statement: Statement) => void,
): TreeBuilder {
  const root: OpenBlock = { open: undefined, statements: [] };
  const stack: OpenBlock[] = [root];
  // Blocks beyond the depth bound are counted, so that their ends match, and not kept.
  const tooDeep = { count: 0 };
  const top = (): OpenBlock => stack.at(-1) ?? root;

  const open = (at: Span): void => {
    if (tooDeep.count > 0 || stack.length > MAX_BLOCK_DEPTH) {
      if (tooDeep.count === 0) report(tooDeepDiagnostic(at));
      tooDeep.count += 1;
      return;
    }
    const owner = top().statements.at(-1);
    if (owner === undefined || owner.block !== undefined) {
      const message = "Unexpected '{' - ignoring";
      report({ severity: "error", code: "syntax", message, at });
      // Its content is read as if the brace were not there.
      stack.push({ open: at, statements: top().statements });
      return;
    }
    const block = { open: at, statements: [] };
    owner.block = block;
    stack.push(block);
  };

  const close = (line: LineText, offset: number): void => {
    if (tooDeep.count > 0) tooDeep.count -= 1;
    else if (stack.length > 1) stack.pop();
    else {
      const at = spanIn(line, offset, offset + 1);
      report({ severity: "error", code: "syntax", message: "Extra '}' found", at });
    }
  };

  const addText = (line: LineText): void => {
    if (line.text === "" || tooDeep.count > 0) return;
    const { statements } = top();
    if (take !== undefined && statements === root.statements) statements.splice(0).forEach(take);
    statements.push({ line, keywordEnd: bareWordEnd(line.text, 0), block: undefined });
  };

  return {
    add: (line, isBare = false) => {
      if (isBare) addText(line);
      else splitAtBraces(line, addText, open, close);
    },
    finish: () => {
      reportUnclosed(stack, report);
      return root.statements;
    },
  };
}

function tooDeepDiagnostic(at: Span): Parameters<Report>[0] {
  const message = `blocks are more than ${MAX_BLOCK_DEPTH} deep - what is inside is ignored`;
  return { severity: "error", code: "limit", message, at };
}

function reportUnclosed(stack: readonly OpenBlock[], report: Report): void {
  const innermost = stack.at(-1)?.open;
  if (innermost === undefined) return;
  report({
    severity: "error",
    code: "syntax",
    message: `There are ${stack.length - 1} missing '}'s or extra '{'s`,
    at: innermost,
    fix: "close the block that opens here",
  });
}

/** Text, `{` and `}` in order; braces inside double quotes are text. */
function splitAtBraces(
  line: LineText,
  text: (part: LineText) => void,
  open: (at: Span) => void,
  close: (line: LineText, offset: number) => void,
): void {
  const { length } = line.text;
  let isQuoted = false;
  let from = 0;
  for (let at = 0; at < length; at += 1) {
    const code = line.text.charCodeAt(at);
    if (code === QUOTE) isQuoted = !isQuoted;
    else if (!isQuoted && (code === OPEN || code === CLOSE)) {
      if (at > from) text(trimmedPart(line, from, at));
      if (code === OPEN) open(spanIn(line, at, at + 1));
      else close(line, at);
      from = at + 1;
    }
  }
  if (from < length) text(trimmedPart(line, from, length));
}
