/** `keepalived config show`: the effective configuration, each line with where it comes from. */
import { maskSecrets } from "../config/mask.ts";
import type { Origin, ShownLine } from "../inspect/flatten.ts";
import type { Place } from "../inspect/origin.ts";
import type { Paint } from "./paint.ts";

export interface ShowOptions {
  readonly paint: Paint;
  /** How a file is called: relative to the directory of the main one. */
  readonly nameOf: (file: string) => string;
  readonly mainFile: string;
  /** False only where nobody reads it. */
  readonly masks: boolean;
}

const INDENT = "    ";
/** Comments stand behind the longest line of their block, but no further right than this. */
const FURTHEST_COMMENT = 48;
/** What is longer has its comment above. */
const LONG_LINE = 1_000;

export function renderShown(lines: readonly ShownLine[], options: ShowOptions): string {
  const blocks = byBlock(lines);
  return blocks.map((block) => renderBlock(block, options)).join("");
}

/** Settings of the top level together, and each block by itself. */
function byBlock(lines: readonly ShownLine[]): readonly (readonly ShownLine[])[] {
  const blocks: ShownLine[][] = [];
  let current: ShownLine[] = [];
  for (const line of lines) {
    const isTop = line.depth === 0;
    if (isTop && line.part === "open" && current.length > 0) {
      blocks.push(current);
      current = [];
    }
    current.push(line);
    if (isTop && line.part === "close") {
      blocks.push(current);
      current = [];
    }
  }
  return current.length === 0 ? blocks : [...blocks, current];
}

function renderBlock(block: readonly ShownLine[], options: ShowOptions): string {
  const texts = block.map((line) => textOf(line, options));
  const width = texts.reduce((widest, { length }) => Math.max(widest, length), 0);
  const column = Math.min(width, FURTHEST_COMMENT) + 2;
  const rendered = block.map((line, i) => renderLine(line, texts[i] ?? "", column, options));
  return `${rendered.join("\n")}\n\n`;
}

function textOf({ depth, text, part, counts }: ShownLine, { masks }: ShowOptions): string {
  const indent = text.length > LONG_LINE ? "" : INDENT.repeat(depth);
  const shown = part === "close" ? "}" : masks ? maskSecrets(text) : text;
  const brace = part === "open" && !hasOpenQuote(text) ? " {" : "";
  return `${indent}${counts ? "" : "# "}${shown}${brace}`;
}

function renderLine(line: ShownLine, text: string, column: number, options: ShowOptions): string {
  const { paint } = options;
  const comment = commentOf(line, options);
  // A comment behind an open quote would be part of the value.
  const isApart = hasOpenQuote(line.text) || text.length > LONG_LINE;
  const brace = isApart && line.part === "open" && hasOpenQuote(line.text) ? "\n{" : "";
  if (comment === "") return line.counts ? text : paint("yellow", text);
  if (isApart) return `${paint("dim", `# ${comment}`)}\n${text}${brace}`;
  const padded = `${text}  `.padEnd(column);
  return line.counts
    ? `${padded}${paint("dim", `# ${comment}`)}`
    : paint("yellow", `${padded}# ${comment}`);
}

function hasOpenQuote(text: string): boolean {
  if (!text.includes('"')) return false;
  let isOpen = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (!isOpen && character === "\\") at += 1;
    else if (character === '"') isOpen = !isOpen;
  }
  return isOpen;
}

function commentOf({ origin, remark, counts }: ShownLine, options: ShowOptions): string {
  const parts = origin === undefined ? [] : [originText(origin, options)];
  if (remark !== undefined) {
    const shown = oneLine(remark);
    parts.push(counts ? shown : `passed over: ${shown}`);
  }
  return parts.join("; ");
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ");

function originText(origin: Origin, { nameOf, mainFile }: ShowOptions): string {
  const place = ({ file, line }: Place): string => `${nameOf(file)}:${line}`;
  switch (origin.kind) {
    case "default":
      return "default";
    case "strict":
      return "vrrp_strict";
    case "inherited": {
      const { file, line } = origin.at;
      return `from global_defs, ${file === mainFile ? `line ${line}` : place(origin.at)}`;
    }
    case "written": {
      const parameters = origin.parameters.map(({ name, at }) => `$${name} of ${place(at)}`);
      const generator = origin.generator === undefined ? [] : [origin.generator];
      const asked = origin.askedBy.map((each) =>
        each.how === "include" ? `included on ${place(each)}` : `used on ${place(each)}`,
      );
      return [place(origin), ...generator, ...parameters, ...asked].join(", ");
    }
  }
}

/** The same for programs. */
export function shownJson(lines: readonly ShownLine[], files: readonly string[]): string {
  const blocks: string[] = [];
  const told = lines.flatMap(({ text, part, counts, origin, remark }) => {
    const path = [...blocks];
    const masked = maskSecrets(text);
    if (part === "open") blocks.push(masked);
    if (part === "close") {
      blocks.pop();
      return [];
    }
    return [{ block: path, text: masked, counts, origin, remark }];
  });
  return `${JSON.stringify({ files, lines: told }, undefined, 2)}\n`;
}
