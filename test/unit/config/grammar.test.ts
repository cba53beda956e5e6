/** The grammar table is complete: every row can be explained, and every documented keyword has one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rootGrammar } from "../../../src/config/grammar/root.ts";
import type { KeywordDescription } from "../../../src/config/grammar/keyword.ts";

function allRows(
  rows: readonly KeywordDescription[],
  path: string,
): readonly (readonly [string, KeywordDescription])[] {
  return rows.flatMap((row) => [
    [`${path} ${row.name}`.trim(), row] as const,
    ...allRows(row.inside, `${path} ${row.name}`.trim()),
  ]);
}

const ROWS = allRows(rootGrammar.keywords, "");

test("every keyword has a sentence of help, a version, a default and a group", () => {
  for (const [path, row] of ROWS) {
    assert.match(row.help, /^[A-Z0-9].*\.$/, path);
    assert.match(row.since, /^[0-9]+\.[0-9]+\.[0-9]+$/, path);
    assert.notEqual(row.default, "", path);
    assert.notEqual(row.group, "", path);
  }
});

test("a keyword that is not active yet says what happens instead, in one clause", () => {
  for (const [path, row] of ROWS) {
    if (row.later !== undefined) assert.match(row.later, /^[a-zA-Z].*[^.]$/, path);
  }
});

test("no block has two rows of one name", () => {
  const paths = ROWS.map(([path]) => path);
  assert.equal(new Set(paths).size, paths.length);
});

const BLOCKS = {
  "": 25,
  global_defs: 147,
  vrrp_instance: 75,
  "vrrp_instance authentication": 2,
  "vrrp_instance auth_hmac": 5,
  "vrrp_instance virtual_ipaddress": 14,
  "vrrp_instance virtual_routes": 61,
  "vrrp_instance virtual_rules": 35,
  vrrp_sync_group: 15,
  vrrp_script: 8,
  vrrp_track_process: 9,
  track_file: 3,
  garp_group: 4,
} as const;

for (const [block, count] of Object.entries(BLOCKS)) {
  test(`${block === "" ? "the top level" : block} has its ${count} keywords`, () => {
    const names = ROWS.filter(([path]) => {
      const parent = path.includes(" ") ? path.slice(0, path.lastIndexOf(" ")) : "";
      return parent === block;
    });
    assert.equal(names.length, count);
  });
}
