/** From names to blocks and back, the outline, and files that are half written. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { completionsAt } from "../../../src/lsp/completion.ts";
import { readDocument } from "../../../src/lsp/document.ts";
import { hoverAt } from "../../../src/lsp/hover.ts";
import { definitionAt, referencesAt } from "../../../src/lsp/navigation.ts";
import { foldsOf, symbolsOf } from "../../../src/lsp/structure.ts";
import { withCursor } from "./texts.ts";

const PATH = "/etc/keepalived/keepalived.conf";

/** `line:start-end` of each place, counted from 0. */
function definitions(marked: string): readonly string[] {
  const { document, position } = withCursor(marked);
  const filesOf = (pattern: string): readonly string[] => [`/etc/keepalived/${pattern}`];
  return definitionAt(document, position, [document], filesOf).map(
    ({ path, place: { line, start, end } }) =>
      path === PATH ? `${line}:${start}-${end}` : `${path} ${line}:${start}`,
  );
}

test("a name leads to the block that has it", () => {
  const uses = [
    ["vrrp_script x {\n}\n", "vrrp_instance A {\n track_script {\n  x¦\n }\n}\n", "0:12-13"],
    ["track_file x {\n}\n", "vrrp_instance A {\n track_file {\n  x¦\n }\n}\n", "0:11-12"],
    [
      "vrrp_track_process x {\n}\n",
      "vrrp_instance A {\n track_process {\n  x¦\n }\n}\n",
      "0:19-20",
    ],
    ["bfd_instance x {\n}\n", "vrrp_instance A {\n track_bfd {\n  x¦\n }\n}\n", "0:13-14"],
    ["vrrp_instance x {\n}\n", "vrrp_sync_group G {\n group {\n  a x¦\n }\n}\n", "0:14-15"],
    ["track_group x {\n}\n", "static_ipaddress {\n 10.0.0.1 track_group x¦\n}\n", "0:12-13"],
    ["virtual_server_group x {\n}\n", "virtual_server group x¦ {\n}\n", "0:21-22"],
    ["vrrp_instance x {\n}\n", "global_defs {\n lvs_sync_daemon eth0 inst x¦\n}\n", "0:14-15"],
    ["vrrp_instance x {\n}\n", "global_defs {\n lvs_sync_daemon eth0 x¦\n}\n", "0:14-15"],
    ["$x=5\n", "global_defs {\n router_id ${x¦}\n}\n", "0:1-2"],
    ["~SEQ(x, 2) instance a$x\n", "instance a$x¦\n", "0:5-6"],
  ] as const;
  assert.deepEqual(
    uses.map(([definition, use]) => definitions(definition + use)),
    uses.map(([, , place]) => [place]),
  );
});

test("checkers lead to the files and sessions they watch", () => {
  const inServer = (inner: string): string =>
    `track_file f {\n}\nbfd_instance b {\n}\nvirtual_server 10.0.0.1 80 {\n real_server 10.0.0.2 80 {\n${inner} }\n}\n`;
  assert.deepEqual(definitions(inServer("  FILE_CHECK {\n   track_file f¦\n  }\n")), ["0:11-12"]);
  assert.deepEqual(definitions(inServer("  BFD_CHECK {\n   name b¦\n  }\n")), ["2:13-14"]);
});

test("an include leads to its files", () => {
  assert.deepEqual(definitions("include conf.d/a¦.conf\n"), ["/etc/keepalived/conf.d/a.conf 0:0"]);
});

test("references are every use in every file, and not names of another kind", () => {
  const { document, position } = withCursor("vrrp_script w¦eb {\n}\nvrrp_instance web {\n}\n");
  const other = readDocument("/b", "vrrp_instance B {\n track_script {\n  web weight 2\n }\n}\n");
  const found = referencesAt(document, position, [document, other], false);
  assert.deepEqual(found, [{ path: "/b", place: { text: "web", line: 2, start: 2, end: 5 } }]);
});

test("the outline has the blocks with their names, nested, and the definitions", () => {
  const text = "$A=1\nvrrp_instance VI_1 {\n  track_script {\n    x\n  }\n}\n";
  const { outline } = readDocument(PATH, text);
  const shown = symbolsOf(outline).map(({ name, detail, children }) => ({
    name,
    detail,
    inner: children?.map((child) => child.name),
  }));
  assert.deepEqual(shown, [
    { name: "$A", detail: undefined, inner: undefined },
    { name: "VI_1", detail: "vrrp_instance", inner: ["track_script"] },
  ]);
  assert.deepEqual(foldsOf(outline.entries), [
    { startLine: 1, endLine: 4 },
    { startLine: 2, endLine: 3 },
  ]);
});

/** Prefixes of each file that are looked at. */
const PREFIXES = 8;
const EVERY = 5;

test("no file of the corpus is in the way when it is cut off anywhere", () => {
  const folder = fileURLToPath(new URL("../../golden/config/", import.meta.url));
  const names = readdirSync(folder).filter((name) => name.endsWith(".conf"));
  const sample = names.filter((_, i) => i % EVERY === 0);
  assert.ok(sample.length > 20);
  for (const name of sample) {
    const text = readFileSync(folder + name, "utf8").slice(0, 20_000);
    for (let part = 1; part <= PREFIXES; part += 1) {
      const document = readDocument(
        PATH,
        text.slice(0, Math.ceil((text.length * part) / PREFIXES)),
      );
      const { lines, entries } = document.outline;
      const line = lines.length - 1;
      const position = { line, character: lines[line]?.length ?? 0 };
      const documents = [document];
      hoverAt(document, position, { documents, configId: "a", filesOf: () => [] });
      completionsAt(document, position, { documents, interfaces: [], snippets: true });
      definitionAt(document, position, documents, () => []);
      symbolsOf(document.outline);
      foldsOf(entries);
    }
  }
});
