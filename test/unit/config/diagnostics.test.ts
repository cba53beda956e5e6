/** What diagnostics mean for exit codes, and how they look. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  collectDiagnostics,
  countsForTest,
  runVerdict,
  testVerdict,
} from "../../../src/config/diagnostics.ts";
import type { Diagnostic, DiagnosticCode } from "../../../src/config/diagnostics.ts";
import { nearest } from "../../../src/config/nearest.ts";
import {
  renderDiagnostic,
  renderDiagnostics,
  renderPlain,
} from "../../../src/config/render-diagnostics.ts";

function diagnostic(code: DiagnosticCode, extra: Partial<Diagnostic> = {}): Diagnostic {
  const at = { file: "k.conf", line: 2, column: 5, length: 8 };
  return { severity: "error", code, message: "Unknown keyword 'prioritt'", at, ...extra };
}

test("testVerdict() takes the worst: a missing parameter, then security, config, file", () => {
  const verdict = (...codes: readonly DiagnosticCode[]): number =>
    testVerdict(codes.map((code) => diagnostic(code)));
  assert.equal(verdict(), 0);
  assert.equal(verdict("not-yet-active", "ignored", "strict-consequence", "file-missing"), 0);
  assert.equal(verdict("linkbeat-interface"), 4);
  assert.equal(verdict("linkbeat-interface", "unknown-keyword"), 5);
  assert.equal(verdict("unknown-keyword", "script-security"), 6);
  assert.equal(verdict("script-security", "missing-parameter"), 2);
  assert.equal(verdict("script-security", "interface"), 5);
});

test("runVerdict() ends a start for files, parameters and instances that cannot work", () => {
  const verdict = (...codes: readonly DiagnosticCode[]): number | undefined =>
    runVerdict(codes.map((code) => diagnostic(code)));
  assert.equal(verdict("unknown-keyword", "out-of-range", "script-security"), undefined);
  assert.equal(verdict("file-missing"), 6);
  assert.equal(verdict("include-required", "vrid-missing"), 6);
  assert.equal(verdict("vrid-missing"), 2);
  assert.equal(verdict("interface"), 2);
  assert.equal(verdict("missing-parameter"), 2);
});

test("countsForTest() tells Keepalived's complaints from ours", () => {
  assert.equal(countsForTest(diagnostic("deprecated")), true);
  assert.equal(countsForTest(diagnostic("ignored")), false);
});

test("the same complaint about the same place is kept once, and the number is bounded", () => {
  const list = collectDiagnostics();
  for (let i = 0; i < 3; i += 1) list.report(diagnostic("syntax"));
  for (let i = 0; i < 1_500; i += 1) list.report(diagnostic("syntax", { message: `m${i}` }));
  const kept = list.finish();
  assert.equal(kept.length, 1_001);
  assert.match(kept.at(-1)?.message ?? "", /^501 further problems are not shown/);
});

test("a very long message is cut", () => {
  const list = collectDiagnostics();
  list.report(diagnostic("syntax", { message: "x".repeat(5_000) }));
  assert.equal(list.finish()[0]?.message.length, 403);
});

test("renderPlain() has Keepalived's form", () => {
  assert.equal(renderPlain(diagnostic("syntax")), "(k.conf: Line 2) Unknown keyword 'prioritt'");
  const at = { file: "k.conf", line: 0, column: 0, length: 0 };
  assert.equal(renderPlain(diagnostic("syntax", { at, message: "m" })), "m");
});

const source = { sourceLine: () => "\t  \tprioritt 100", colours: false };

test("renderDiagnostic() shows the line, a caret under the word, the other place and the fix", () => {
  const because = [
    { at: { file: "other.conf", line: 1, column: 4, length: 2 }, message: "first used here" },
  ];
  const rendered = renderDiagnostic(
    diagnostic("unknown-keyword", { because, fix: "did you mean priority?" }),
    source,
  );
  assert.deepEqual(rendered.split("\n"), [
    "k.conf:2:5: error[unknown-keyword]: Unknown keyword 'prioritt'",
    "  2 | \t  \tprioritt 100",
    "    | \t  \t^~~~~~~~",
    "  other.conf:1:4: note: first used here",
    "  1 | \t  \tprioritt 100",
    "    | \t  ^~",
    "  fix: did you mean priority?",
  ]);
});

test("renderDiagnostic() masks passwords in the line it shows", () => {
  const rendered = renderDiagnostic(diagnostic("syntax"), {
    sourceLine: () => "    auth_pass verysecret # x",
    colours: false,
  });
  assert.match(rendered, /auth_pass \*{10} # x/);
  assert.doesNotMatch(rendered, /verysecret/);
});

test("renderDiagnostic() shows a window of a long line and no control characters", () => {
  const at = { file: "k.conf", line: 1, column: 5_001, length: 3 };
  const rendered = renderDiagnostic(diagnostic("syntax", { at }), {
    sourceLine: () => `${"a".repeat(5_000)}bad\x1b[31m${"c".repeat(5_000)}`,
    colours: false,
  });
  const [, line = "", caret = ""] = rendered.split("\n");
  assert.ok(line.length < 140);
  assert.equal(line.slice(caret.indexOf("^"), caret.indexOf("^") + 4), "bad?");
});

test("renderDiagnostics() counts, and colours only when told", () => {
  const list = [diagnostic("syntax"), diagnostic("ignored", { severity: "warning" })];
  const plain = renderDiagnostics(list, source);
  assert.match(plain, /\n1 error, 1 warning\n$/);
  assert.doesNotMatch(plain, /\x1b/);
  assert.match(renderDiagnostics(list, { ...source, colours: true }), /\x1b\[1;31merror/);
});

test("nearest() suggests what is close and nothing else", () => {
  const words = ["priority", "preempt", "nopreempt", "virtual_router_id"];
  assert.equal(nearest("prioirty", words), "priority");
  assert.equal(nearest("Priority", words), "priority");
  assert.equal(nearest("virtual_route_id", words), "virtual_router_id");
  assert.equal(nearest("banana", words), undefined);
  assert.equal(nearest("x", words), undefined);
});
