/** Keywords are found by what people type, and what is told of them is true. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import { textSource } from "../../../src/config/source.ts";
import { exampleOf } from "../../../src/inspect/example.ts";
import { everyPlace, findKeyword } from "../../../src/inspect/keywords.ts";
import { renderMeanings, renderNotFound } from "../../../src/report/explain.ts";
import type { Page } from "../../../src/report/explain.ts";
import { paintWith } from "../../../src/report/paint.ts";

const PAGE: Page = { paint: paintWith(false), width: 80, height: undefined };

function paths(...question: string[]): readonly string[] {
  const found = findKeyword(question);
  return found.kind === "unknown"
    ? []
    : found.meanings.flatMap(({ places }) => places.map(({ path }) => path.join(".")));
}

function explained(question: readonly string[], page: Page = PAGE): string {
  const found = findKeyword(question);
  if (found.kind !== "found") return renderNotFound(question.join(" "), found);
  return renderMeanings(found.meanings, page);
}

test("a keyword is found by its name, by blocks and name, and whatever the case", () => {
  const wanted = ["vrrp_instance.advert_int"];
  assert.deepEqual(paths("advert_int"), wanted);
  assert.deepEqual(paths("vrrp_instance.advert_int"), wanted);
  assert.deepEqual(paths("vrrp_instance advert_int"), wanted);
  assert.deepEqual(paths("vrrp_instance", "ADVERT_INT"), wanted);
  assert.equal(paths("nodad")[0], "static_ipaddress.-nodad");
  assert.deepEqual(paths("vrrp_instance", "label"), [
    "vrrp_instance.virtual_ipaddress.label",
    "vrrp_instance.virtual_ipaddress_excluded.label",
  ]);
});

test("a keyword that means different things is told first where its path is shortest", () => {
  const [first, ...others] = paths("priority");
  assert.equal(first, "vrrp_instance.priority");
  assert.ok(others.includes("static_rules.priority"));
  assert.match(
    explained(["priority"]),
    /^priority, in vrrp_instance\n[^]*\n {2}static_rules\.priority, /,
  );
});

test("a value is found, and the example has it", () => {
  const text = explained(["permissive"]);
  assert.match(text, /^permissive, a value of mode, in vrrp_instance auth_hmac\n/);
  assert.match(text, /\n {10}mode permissive\n/);
});

test("what stands in a block that is not yet active is not called active", () => {
  const text = explained(["anti_replay"]);
  const places = everyPlace().filter(({ row }) => row.name === "anti_replay");
  const block = places[0]?.parent;
  assert.equal(/Here +active/.test(text), block?.later === undefined);
});

test("the language is found by what is written, whatever its names and values are", () => {
  assert.match(explained(["$PRIO="]), /^\$NAME=, anywhere in a file\n/);
  assert.match(explained(["@lb1"]), /^@ID, anywhere in a file\n/);
  assert.match(explained(["~SEQ(n,2)"]), /^~SEQ, anywhere in a file\n/);
});

test("what the configuration check says of a keyword is named", () => {
  assert.match(explained(["nopreempt"]), /\n {2}Checks {4}nopreempt-with-master, /);
});

test("a mistyped word gets the nearest, a misplaced one its place", () => {
  assert.equal(
    explained(["advert_itn"]),
    "No keyword or value is called advert_itn; did you mean advert_int?\n",
  );
  assert.match(explained(["noprefixrout"]), /did you mean noprefixroute\?/);
  assert.equal(
    explained(["vrrp_script", "advert_int"]),
    "There is no vrrp_script advert_int; advert_int is known as vrrp_instance.advert_int\n",
  );
});

test("no line is wider than the terminal", () => {
  const lines = ["advert_int", "vrrp_instance", "weight"].flatMap((name) =>
    explained([name], { ...PAGE, width: 60 }).split("\n"),
  );
  assert.deepEqual(
    lines.filter((line) => line.length > 60),
    [],
  );
});

test("on a small screen the keywords of a long block are names alone", () => {
  const text = explained(["vrrp_instance"], { ...PAGE, height: 50 });
  assert.ok(text.split("\n").length <= 50, `${text.split("\n").length} lines`);
  assert.match(text, /nopreempt/);
});

test("every example is taken by the loader as it stands", () => {
  const faults = new Set([
    "unknown-keyword",
    "bad-value",
    "out-of-range",
    "missing-parameter",
    "missing-block",
    "unexpected-block",
    "syntax",
  ]);
  const texts = new Set(everyPlace().map((place) => exampleOf(place).join("\n")));
  const refused = [...texts].flatMap((text) => {
    const { diagnostics } = loadConfig(textSource({ "e.conf": `${text}\n` }), { path: "e.conf" });
    return diagnostics
      .filter(({ code }) => faults.has(code))
      .map(({ message }) => `${message} in\n${text}`);
  });
  assert.deepEqual(refused, []);
});
