/** Diagnostics as a picture, as JSON and as SARIF: places stay true, secrets stay secret. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CODES } from "../../../src/config/diagnostic-codes.ts";
import type { Diagnostic } from "../../../src/config/diagnostics.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { renderDiagnostic, sourceLines } from "../../../src/config/render-diagnostics.ts";
import { renderJson } from "../../../src/config/render-json.ts";
import type { CheckedConfiguration } from "../../../src/config/render-json.ts";
import { renderSarif } from "../../../src/config/render-sarif.ts";
import { textSource } from "../../../src/config/source.ts";

/** The line and the caret line of a diagnostic about `word` in `line`. */
function picture(line: string, word: string): readonly string[] {
  const at = { file: "k.conf", line: 1, column: line.indexOf(word) + 1, length: word.length };
  const diagnostic: Diagnostic = { severity: "error", code: "bad-value", message: "m", at };
  const rendered = renderDiagnostic(diagnostic, { sourceLine: () => line, colours: false });
  return rendered.split("\n").slice(1, 3);
}

test("a caret stays under its word behind wide, combining and astral characters", () => {
  assert.deepEqual(picture("label 日本 x bad", "bad"), [
    "  1 | label 日本 x bad",
    "    |              ^~~",
  ]);
  assert.deepEqual(picture("e\u0301e\u0301 bad", "bad"), [
    "  1 | e\u0301e\u0301 bad",
    "    |    ^~~",
  ]);
  assert.deepEqual(picture("\u{1f600} bad", "bad"), ["  1 | \u{1f600} bad", "    |    ^~~"]);
  assert.deepEqual(picture("\tx\tbad", "bad"), ["  1 | \tx\tbad", "    | \t \t^~~"]);
  assert.deepEqual(picture("name 日本", "日本"), ["  1 | name 日本", "    |      ^~~~"]);
});

test("a caret stays under its word behind a masked secret", () => {
  assert.deepEqual(picture("{ auth_pass top secret } bad", "bad"), [
    "  1 | { auth_pass *** ****** } bad",
    "    |                          ^~~",
  ]);
});

test("secrets are masked in quotes, under other names and in definitions", () => {
  for (const line of [
    'auth_pass "top secret" x',
    "auth_pass 'top secret' x",
    "auth-pass secret x",
    "$VRRP_PASS=secret x",
    "$AUTH_KEY = secret x",
    "key 1 hex:secret x",
    "password secret x",
    "authentication { auth_pass secret } x",
  ]) {
    assert.doesNotMatch(picture(line, "x").join("\n"), /secret/, line);
  }
});

test("characters that would turn the line round are shown as question marks", () => {
  assert.equal(picture("a\u202eb\u2066 bad", "bad")[0], "  1 | a?b? bad");
});

test("a file with a byte order mark and carriage returns is quoted without them", () => {
  const source = textSource({ "k.conf": "\ufeffbogus\r\nbogus2\r\n" });
  assert.equal(sourceLines(source)("k.conf", 1), "bogus");
  assert.equal(sourceLines(source)("k.conf", 2), "bogus2");
});

const SECRET_FILE = [
  "vrrp_instance VI_1 {",
  "    interface eth0",
  "    state MASTER",
  "    priority 100",
  "    nopreempt",
  "    virtual_router_id 51",
  "    authentication {",
  "        auth_type PASS auth_pass hunter2hunter2",
  '        auth_pass hunter2hunter2 "and hunter2"',
  "    }",
  "    include missing.conf",
  "    virtual_ipaddress {",
  "        192.0.2.10/24",
  "    }",
  "}",
].join("\n");

function checked(): CheckedConfiguration {
  const path = "/etc/keepalived/two words.conf";
  const { diagnostics, files, verdict } = loadConfig(textSource({ [path]: SECRET_FILE }), { path });
  return { path, files, diagnostics, exitCode: verdict.test };
}

test("renderJson() gives every member of every diagnostic", () => {
  const document = JSON.parse(renderJson([checked()])) as {
    readonly version: number;
    readonly counts: object;
    readonly configurations: readonly {
      readonly path: string;
      readonly files: readonly string[];
      readonly exitCode: number;
      readonly diagnostics: readonly Readonly<Record<string, unknown>>[];
    }[];
  };
  assert.equal(document.version, 1);
  const [first] = document.configurations;
  assert.equal(first?.path, "/etc/keepalived/two words.conf");
  assert.deepEqual(first.files, ["/etc/keepalived/two words.conf"]);
  assert.equal(first.exitCode, 5);
  const file = first.path;
  assert.deepEqual(
    first.diagnostics.find(({ code }) => code === "nopreempt-with-master"),
    {
      code: "nopreempt-with-master",
      severity: "warning",
      message: "(VI_1) Warning - nopreempt will not work with initial state MASTER - clearing",
      place: { file, line: 5, column: 5, length: 9 },
      related: [
        {
          message: "the state that contradicts it",
          place: { file, line: 3, column: 11, length: 6 },
        },
      ],
      fix: "write state BACKUP on every router; the priorities decide who starts as master",
      countsForTest: true,
    },
  );
});

test("of a file as a whole JSON and SARIF give the path alone", () => {
  const { diagnostics, files } = loadConfig(textSource({}), { path: "none.conf" });
  const result = { path: "none.conf", files, diagnostics, exitCode: 0 };
  assert.match(renderJson([result]), /"line": null/);
  const { results } = sarifOf([result]);
  assert.deepEqual(results[0]?.locations, [
    { physicalLocation: { artifactLocation: { uri: "none.conf" } } },
  ]);
});

interface Location {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region?: {
      readonly startLine: number;
      readonly startColumn: number;
      readonly endColumn: number;
    };
  };
}

interface SarifRun {
  readonly tool: {
    readonly driver: {
      readonly name: string;
      readonly rules: readonly {
        readonly id: string;
        readonly shortDescription: { readonly text: string };
        readonly helpUri?: string;
      }[];
    };
  };
  readonly columnKind: string;
  readonly artifacts: readonly { readonly location: { readonly uri: string } }[];
  readonly results: readonly {
    readonly ruleId: string;
    readonly ruleIndex: number;
    readonly level: string;
    readonly message: { readonly text: string };
    readonly locations: readonly Location[];
    readonly relatedLocations?: readonly (Location & { readonly message: object })[];
  }[];
}

function sarifOf(results: readonly CheckedConfiguration[]): SarifRun {
  const documentation = "https://example.org/diagnostics.md";
  const log = JSON.parse(renderSarif(results, { version: "1.2.3", documentation })) as {
    readonly $schema: string;
    readonly version: string;
    readonly runs: readonly SarifRun[];
  };
  assert.equal(log.version, "2.1.0");
  assert.equal(log.runs.length, 1);
  const [run] = log.runs;
  assert.ok(run);
  return run;
}

test("renderSarif() has a rule for every code, with a description and a page (SARIF §3.49)", () => {
  const { tool } = sarifOf([]);
  const { rules } = tool.driver;
  assert.ok(tool.driver.name);
  assert.deepEqual(
    rules.map(({ id }) => id),
    Object.keys(CODES),
  );
  assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
  for (const { id, shortDescription, helpUri } of rules) {
    assert.match(shortDescription.text, /^[A-Za-z].*\.$/, id);
    assert.equal(new URL(helpUri ?? "").hash, `#${id}`);
  }
});

test("renderSarif() has results that refer to their rules and places (SARIF §3.27, §3.30)", () => {
  const run = sarifOf([checked()]);
  assert.equal(run.columnKind, "utf16CodeUnits");
  assert.ok(run.results.length > 2);
  const uris = new Set(run.artifacts.map(({ location }) => location.uri));
  for (const { ruleId, ruleIndex, level, message, locations, relatedLocations } of run.results) {
    assert.equal(run.tool.driver.rules[ruleIndex]?.id, ruleId);
    assert.ok(["error", "warning", "note", "none"].includes(level));
    assert.ok(message.text);
    for (const { physicalLocation } of [...locations, ...(relatedLocations ?? [])]) {
      const { artifactLocation, region } = physicalLocation;
      assert.ok(uris.has(artifactLocation.uri));
      assert.equal(new URL(artifactLocation.uri).pathname, "/etc/keepalived/two%20words.conf");
      assert.ok(region);
      assert.ok(region.startLine >= 1 && region.startColumn >= 1);
      assert.ok(region.endColumn > region.startColumn);
    }
    for (const { message: other } of relatedLocations ?? []) assert.ok("text" in other);
  }
  const found = run.results.find(({ ruleId }) => ruleId === "nopreempt-with-master");
  assert.deepEqual(found?.locations[0]?.physicalLocation.region, {
    startLine: 5,
    startColumn: 5,
    endColumn: 14,
  });
  assert.match(found.message.text, / Fix: write state BACKUP/);
  assert.equal(found.relatedLocations?.length, 1);
});

test("no format shows a secret of the file", () => {
  const result = checked();
  const sourceLine = sourceLines(textSource({ [result.path]: SECRET_FILE }));
  const picture = result.diagnostics.map((each) =>
    renderDiagnostic(each, { sourceLine, colours: false }),
  );
  const texts = [...picture, renderJson([result]), renderSarif([result], { version: "1" })];
  for (const text of texts) assert.doesNotMatch(text, /hunter/);
});
