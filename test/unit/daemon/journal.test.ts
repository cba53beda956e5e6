import assert from "node:assert/strict";
import { test } from "node:test";
import { JOURNAL_ENTRIES, Journal } from "../../../src/daemon/journal.ts";

test("the journal keeps the last entries, newest last", () => {
  const journal = new Journal();
  for (let i = 0; i < 5 * JOURNAL_ENTRIES + 3; i += 1) {
    journal.add({ at: i, entry: { text: `entry ${i}` } });
  }
  const entries = journal.entries();
  assert.equal(entries.length, JOURNAL_ENTRIES);
  assert.equal(entries[0]?.at, 4 * JOURNAL_ENTRIES + 3);
  assert.equal(entries.at(-1)?.at, 5 * JOURNAL_ENTRIES + 2);
});
