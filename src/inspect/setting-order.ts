/** The order of statements in a block: that of the grammar, and of the file for what repeats. */
import { firstWord } from "../config/grammar/keyword.ts";
import type { KeywordDescription } from "../config/grammar/keyword.ts";
import type { Statement } from "../config/tree.ts";

export interface Placed {
  readonly statement: Statement;
  readonly row: KeywordDescription | undefined;
  /** The setting it writes: `preempt` for `nopreempt` too. */
  readonly slot: string;
  readonly rank: number;
}

/** Blocks of the top level that others refer to stand above them; the rest as in the grammar. */
const FIRST_BLOCKS: readonly string[] = [
  "global_defs",
  "linkbeat_interfaces",
  "vrrp_script",
  "track_file",
  "vrrp_track_process",
  "bfd_instance",
  "vrrp_sync_group",
  "vrrp_instance",
  "SSL",
  "virtual_server_group",
  "virtual_server",
];

export interface BlockOrder {
  /** Each with its row, in the order of the file. */
  placed(statements: readonly Statement[]): readonly Placed[];
  rankOf(keyword: string): number;
}

const orders = new WeakMap<readonly KeywordDescription[], BlockOrder>();

/** The order of a block's keywords, made once for each block of the grammar. */
export function orderOf(rows: readonly KeywordDescription[]): BlockOrder {
  const known = orders.get(rows);
  if (known !== undefined) return known;
  const made = createOrder(rows);
  orders.set(rows, made);
  return made;
}

function createOrder(rows: readonly KeywordDescription[]): BlockOrder {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const positions = new Map(rows.map((row, i) => [row.name, i]));
  const rankOf = (keyword: string): number => {
    const { block, instead = "", group } = byName.get(keyword) ?? {};
    const shown = positions.has(instead) ? instead : keyword;
    // Checks are told apart by their place, so they stay as they are written.
    const position =
      group === "checker" && block !== undefined ? rows.length : positions.get(shown);
    const first = block === undefined ? -1 : FIRST_BLOCKS.indexOf(shown);
    const after = block === undefined ? 0 : FIRST_BLOCKS.length;
    // Settings, then the blocks named above, then other blocks; what is unknown comes last.
    if (position === undefined) return Number.MAX_SAFE_INTEGER;
    return block === undefined
      ? position
      : rows.length * (1 + (first < 0 ? after : first)) + position;
  };
  const slotOf = (name: string): string => {
    const opposite = [name.replace(/^no_/, ""), name.replace(/^no/, "")].find(
      (base) => base !== name && byName.get(base)?.block === undefined && byName.has(base),
    );
    return opposite ?? name;
  };
  const places = new Map<string, Omit<Placed, "statement">>();
  const placeOf = (name: string): Omit<Placed, "statement"> => {
    const known = places.get(name);
    if (known !== undefined) return known;
    const slot = slotOf(name);
    const made = { row: byName.get(name), slot, rank: rankOf(slot) };
    // Garbage in a file must not fill the memory.
    if (byName.has(name)) places.set(name, made);
    return made;
  };
  return {
    placed: (statements) =>
      statements.map((statement) => ({ statement, ...placeOf(firstWord(statement)) })),
    rankOf,
  };
}

/** Settings of a single value that a later line takes the place of, with that line. */
export function replacedIn(
  placed: readonly Placed[],
  counts: (statement: Statement) => boolean,
): ReadonlyMap<Statement, Statement> {
  const last = new Map<string, Statement>();
  const replaced = new Map<Statement, Statement>();
  for (const { statement, row, slot } of placed) {
    if (row === undefined || !hasOneValue(row) || !counts(statement)) continue;
    const before = last.get(slot);
    if (before !== undefined) replaced.set(before, statement);
    last.set(slot, statement);
  }
  return replaced;
}

/** Whether a second line of the keyword takes the place of the first. */
function hasOneValue(row: KeywordDescription): boolean {
  const { block, group, arguments: words, inside, addsUp } = row;
  if (addsUp === true || group === "checker") return false;
  return block === undefined && words.length <= 1 && inside.length === 0;
}
