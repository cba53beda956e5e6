/** nftables of a simulated kernel: tables, chains, sets and rules, changed in batches. */
import { assert, Errno } from "../../src/base/failure.ts";
import type { Firewall, PreparedBatch } from "../../src/sys/ports.ts";
import type { NftChange, NftTable } from "../../src/wire/netlink/nftables.ts";

interface Table {
  readonly table: NftTable;
  readonly chains: Map<string, number>;
  readonly sets: Map<string, Set<string>>;
}

type Tables = Map<string, Table>;

/** The rules of one simulated host. */
export class FakeRules {
  #tables: Tables = new Map();
  /** The errno of every batch from now on; 0 when the kernel does its work. */
  refusal = 0;
  /** Every batch that was made, for tests of the order. */
  readonly onBatch: ((changes: readonly NftChange[]) => void)[] = [];

  get tables(): readonly NftTable[] {
    return [...this.#tables.values()].map(({ table }) => table);
  }

  /** The keys of a set as hexadecimal digits, sorted; undefined without the set. */
  elements(family: NftTable["family"], table: string, set: string): readonly string[] | undefined {
    const found = this.#tables.get(`${family} ${table}`)?.sets.get(set);
    return found === undefined ? undefined : [...found].sort();
  }

  /** As `nft flush ruleset` does. */
  flush(): void {
    this.#tables.clear();
  }

  change(changes: readonly NftChange[]): number {
    if (this.refusal !== 0) return this.refusal;
    const next = copy(this.#tables);
    for (const change of changes) {
      const errno = applyTo(next, change);
      if (errno !== 0) return errno;
    }
    this.#tables = next;
    for (const listener of this.onBatch) listener(changes);
    return 0;
  }
}

class FakeBatch implements PreparedBatch {
  readonly changes: readonly NftChange[];

  constructor(changes: readonly NftChange[]) {
    this.changes = changes;
  }

  get count(): number {
    return this.changes.length;
  }
}

export class FakeFirewall implements Firewall {
  readonly #rules: FakeRules;

  constructor(rules: FakeRules) {
    this.#rules = rules;
  }

  tables(): readonly NftTable[] {
    return this.#rules.tables;
  }

  prepare(changes: readonly NftChange[]): PreparedBatch {
    return new FakeBatch(changes);
  }

  apply(batch: PreparedBatch): number {
    assert(batch instanceof FakeBatch, "a batch prepared here");
    return this.#rules.change(batch.changes);
  }

  [Symbol.dispose](): void {
    // Rules outlive the socket.
  }
}

const copy = (tables: Tables): Tables =>
  new Map(
    [...tables].map(([key, { table, chains, sets }]) => [
      key,
      {
        table,
        chains: new Map(chains),
        sets: new Map([...sets].map(([name, keys]) => [name, new Set(keys)])),
      },
    ]),
  );

function applyTo(tables: Tables, change: NftChange): number {
  const key = `${change.table.family} ${change.table.name}`;
  if (change.kind === "addTable") {
    const fresh = { table: change.table, chains: new Map(), sets: new Map() };
    if (!tables.has(key)) tables.set(key, fresh);
    return 0;
  }
  const table = tables.get(key);
  if (table === undefined) return Errno.ENOENT;
  switch (change.kind) {
    case "deleteTable":
      tables.delete(key);
      return 0;
    case "addChain":
      table.chains.set(change.name, 0);
      return 0;
    case "addSet":
      table.sets.set(change.name, new Set());
      return 0;
    case "addMap":
      table.sets.set(change.name, new Set());
      return 0;
    case "addMappings":
      return changeElements(table, { ...change, kind: "addElements" });
    case "addElements":
    case "deleteElements":
      return changeElements(table, change);
    case "addRule": {
      const rules = table.chains.get(change.chain);
      if (rules === undefined) return Errno.ENOENT;
      table.chains.set(change.chain, rules + 1);
      return 0;
    }
  }
}

function changeElements(
  table: Table,
  change: Extract<NftChange, { kind: "addElements" | "deleteElements" }>,
): number {
  const set = table.sets.get(change.set);
  if (set === undefined) return Errno.ENOENT;
  for (const key of change.keys) {
    const text = Buffer.from(key).toString("hex");
    if (change.kind === "addElements") set.add(text);
    else if (!set.delete(text)) return Errno.ENOENT;
  }
  return 0;
}
