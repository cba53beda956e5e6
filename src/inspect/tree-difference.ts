/**
 * What differs between two flattened configurations, block by block and line by line, with no
 * knowledge of what the keywords mean.
 */
import { maskSecrets } from "../config/mask.ts";
import type { ShownLine } from "./flatten.ts";

export interface SettingNode {
  readonly text: string;
  /** What it holds, when it is a block. */
  readonly inside: SettingNode[] | undefined;
}

export interface LineChange {
  /** The blocks it stands in, from the top: `virtual_server 10.0.0.1 80`. */
  readonly path: readonly string[];
  readonly kind: "added" | "removed" | "changed";
  /** The keyword or the whole line; of a changed one the keyword. */
  readonly what: string;
  /** What followed the keyword, of a changed one that is no secret. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The lines that count, as a tree. */
export function settingTree(lines: readonly ShownLine[]): readonly SettingNode[] {
  const top: SettingNode[] = [];
  const open: SettingNode[][] = [top];
  for (const { part, text, counts } of lines) {
    if (!counts) continue;
    if (part === "close") {
      open.pop();
      continue;
    }
    const node = { text, inside: part === "open" ? [] : undefined };
    (open.at(-1) ?? top).push(node);
    if (node.inside !== undefined) open.push(node.inside);
  }
  return top;
}

/** Every line and block that came, went or changed. */
export function treeDifference(
  before: readonly SettingNode[],
  after: readonly SettingNode[],
  path: readonly string[] = [],
): readonly LineChange[] {
  const old = byKey(before);
  const current = byKey(after);
  const keys = new Set([...old.keys(), ...current.keys()]);
  return [...keys].flatMap((key) => compared(old.get(key) ?? [], current.get(key) ?? [], path));
}

/** Blocks are known by their keyword and title, lines by their first word. */
function byKey(nodes: readonly SettingNode[]): ReadonlyMap<string, readonly SettingNode[]> {
  const groups = new Map<string, SettingNode[]>();
  for (const node of nodes) {
    const key = node.inside === undefined ? firstWord(node.text) : `{ ${node.text}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  return groups;
}

function compared(
  before: readonly SettingNode[],
  after: readonly SettingNode[],
  path: readonly string[],
): readonly LineChange[] {
  const isBlock = (before[0] ?? after[0])?.inside !== undefined;
  if (isBlock) {
    const longer = before.length > after.length ? before : after;
    return longer.flatMap((_, i) => comparedBlock(before[i], after[i], path));
  }
  const old = without(before, after);
  const current = without(after, before);
  const [removed] = old;
  const [added] = current;
  if (old.length === 1 && current.length === 1 && removed !== undefined && added !== undefined) {
    return [changed(removed.text, added.text, path)];
  }
  return [
    ...old.map(({ text }) => whole("removed", text, path)),
    ...current.map(({ text }) => whole("added", text, path)),
  ];
}

function comparedBlock(
  before: SettingNode | undefined,
  after: SettingNode | undefined,
  path: readonly string[],
): readonly LineChange[] {
  const title = (before ?? after)?.text ?? "";
  if (before === undefined) return [whole("added", title, path)];
  if (after === undefined) return [whole("removed", title, path)];
  return treeDifference(before.inside ?? [], after.inside ?? [], [...path, title]);
}

/** The lines of `nodes` that `others` do not have as often. */
function without(
  nodes: readonly SettingNode[],
  others: readonly SettingNode[],
): readonly SettingNode[] {
  const counts = new Map<string, number>();
  for (const { text } of others) counts.set(text, (counts.get(text) ?? 0) + 1);
  return nodes.filter(({ text }) => {
    const left = counts.get(text) ?? 0;
    counts.set(text, left - 1);
    return left <= 0;
  });
}

const firstWord = (text: string): string => text.split(" ", 1)[0] ?? "";

function whole(kind: "added" | "removed", text: string, path: readonly string[]): LineChange {
  return { path, kind, what: maskSecrets(text), before: undefined, after: undefined };
}

function changed(before: string, after: string, path: readonly string[]): LineChange {
  const what = firstWord(before);
  const isSecret = maskSecrets(before) !== before || maskSecrets(after) !== after;
  const rest = (text: string): string => text.slice(what.length).trim();
  return {
    path,
    kind: "changed",
    what,
    before: isSecret ? undefined : rest(before),
    after: isSecret ? undefined : rest(after),
  };
}
