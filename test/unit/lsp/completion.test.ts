/** What an editor offers to write. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CompletionItemTag } from "vscode-languageserver";
import type { CompletionItem } from "vscode-languageserver";
import { completionDocumentation, completionsAt } from "../../../src/lsp/completion.ts";
import { withCursor } from "./texts.ts";

function complete(marked: string): readonly CompletionItem[] {
  const { document, position } = withCursor(marked);
  const context = { documents: [document], interfaces: ["eth0", "lo"], snippets: true };
  return completionsAt(document, position, context);
}
/** In the order in which an editor shows them. */
const labels = (marked: string): readonly string[] =>
  [...complete(marked)]
    .sort((a, b) => ((a.sortText ?? "") < (b.sortText ?? "") ? -1 : 1))
    .map(({ label }) => label);

test("the keywords of the block at the cursor are offered", () => {
  const offered = labels("vrrp_script web {\n  ¦\n}\n");
  assert.ok(offered.includes("interval") && offered.includes("rise"));
  assert.ok(!offered.includes("vrrp_instance"));
});

test("what is given already comes after the rest, what is deprecated last and marked", () => {
  const offered = labels("vrrp_script web {\n  interval 2\n  ¦\n}\n");
  assert.equal(offered.at(-1), "interval");
  const atTop = complete("¦");
  const last = labels("¦").at(-1);
  assert.deepEqual(atTop.find(({ label }) => label === last)?.tags, [CompletionItemTag.Deprecated]);
});

test("a block is offered with its braces and a place for its name", () => {
  const item = complete("vrrp_inst¦\n").find(({ label }) => label === "vrrp_instance");
  assert.deepEqual(item?.textEdit, {
    range: { start: { line: 0, character: 0 }, end: { line: 0, character: 9 } },
    newText: "vrrp_instance ${1:NAME} {\n\t$0\n}",
  });
});

test("the keyword of a block that is there already is offered without braces", () => {
  const item = complete("vrrp_inst¦ A {\n}\n").find(({ label }) => label === "vrrp_instance");
  assert.equal(item?.textEdit?.newText, "vrrp_instance");
});

test("the words that a value may be are offered", () => {
  assert.deepEqual(labels("vrrp_instance A {\n  state ¦\n}\n"), ["MASTER", "BACKUP"]);
  assert.equal(labels("vrrp_instance A {\n  smtp_alert ¦\n}\n")[0], "on");
});

test("interfaces are offered where one is wanted", () => {
  assert.deepEqual(labels("vrrp_instance A {\n  interface ¦\n}\n"), ["eth0", "lo"]);
  assert.deepEqual(
    labels("vrrp_instance A {\n  virtual_ipaddress {\n    10.0.0.1/24 dev ¦\n  }\n}\n"),
    ["eth0", "lo"],
  );
});

test("names of scripts, instances and files are offered where they are used", () => {
  const before = "vrrp_script web {\n}\ntrack_file level {\n}\nvrrp_instance A {\n}\n";
  const group = labels(`${before}vrrp_sync_group G {\n  group {\n    ¦\n  }\n}\n`);
  const script = labels(`${before}vrrp_instance B {\n  track_script {\n    ¦\n  }\n}\n`);
  const file = labels(`${before}vrrp_instance B {\n  track_file {\n    l¦\n  }\n}\n`);
  assert.deepEqual([group[0], script[0], file[0]], ["A", "web", "level"]);
});

test("option words are offered where a line may begin with them, and after the address", () => {
  assert.deepEqual(labels("vrrp_instance A {\n  virtual_ipaddress {\n    ¦\n  }\n}\n"), []);
  assert.deepEqual(labels("vrrp_instance A {\n  track_interface {\n    ¦\n  }\n}\n"), [
    "eth0",
    "lo",
  ]);
  assert.ok(labels("vrrp_instance A {\n  virtual_rules {\n    ¦\n  }\n}\n").includes("from"));
  const offered = labels("vrrp_instance A {\n  virtual_ipaddress {\n    10.0.0.1/24 la¦\n  }\n}\n");
  assert.ok(offered.includes("label") && offered.includes("dev"));
});

test("parameters are offered after a dollar, the ones of the file first", () => {
  const offered = labels("$VRID=51\nvrrp_instance A {\n  virtual_router_id $¦\n}\n");
  assert.equal(offered[0], "$VRID");
  assert.ok(offered.includes("$_PWD"));
});

test("nothing is offered in a comment", () => {
  assert.deepEqual(labels("vrrp_script web { # ¦\n}\n"), []);
});

test("the documentation of a completion is that of its keyword", () => {
  const item = complete("vrrp_script web {\n  ¦\n}\n").find(({ label }) => label === "rise");
  assert.match(completionDocumentation(item?.data) ?? "", /In `vrrp_script`\. Successes needed/);
  assert.equal(completionDocumentation(["no", "such"]), undefined);
  assert.equal(completionDocumentation({ anything: "else" }), undefined);
});
