/** Which files are checked together, and how what is wrong reaches the editor. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { textSource } from "../../../src/config/source.ts";
import { assess, diagnosticsByFile } from "../../../src/lsp/assessment.ts";
import type { Configuration } from "../../../src/lsp/assessment.ts";
import { MAX_DOCUMENT_LENGTH, readDocument } from "../../../src/lsp/document.ts";
import { overlaySource } from "../../../src/lsp/overlay.ts";
import { lspDiagnostic } from "../../../src/lsp/published-diagnostics.ts";
import { quickFixes } from "../../../src/lsp/quick-fixes.ts";
import { DEFAULT_SETTINGS, readSettings } from "../../../src/lsp/settings.ts";

const MACHINE = { interfaces: () => ["lo"], programExists: () => true };
const PRESENTATION = {
  uriOf: (path: string) => `file://${path}`,
  pageOf: (code: string) => `page#${code}`,
};

function check(
  files: Readonly<Record<string, string>>,
  open: readonly string[],
  settings = DEFAULT_SETTINGS,
): readonly Configuration[] {
  return assess(textSource(files), open, settings, MACHINE);
}
const said = (configurations: readonly Configuration[]): Readonly<Record<string, string[]>> =>
  Object.fromEntries(
    [...diagnosticsByFile(configurations)].map(([file, list]) => [file, list.map((d) => d.code)]),
  );

const PART = "static_ipadress {\n}\n";

test("an included file is checked with the open file that includes it, in any order", () => {
  const files = { "/a/main.conf": "include part.conf\n", "/a/part.conf": PART };
  const expected = { "/a/main.conf": [], "/a/part.conf": ["unknown-keyword"] };
  assert.deepEqual(said(check(files, ["/a/main.conf", "/a/part.conf"])), expected);
  const reversed = check(files, ["/a/part.conf", "/a/main.conf"]);
  assert.deepEqual(said(reversed), expected);
  assert.equal(reversed.length, 1);
});

test("an included file alone is checked as the file it is, unless a main file is named", () => {
  const files = {
    "/a/main.conf": "vrrp_instance A {\n  include inner.conf\n}\n",
    "/a/inner.conf": "virtual_router_id 51\ninterface eth0\n",
  };
  const alone = said(check(files, ["/a/inner.conf"]));
  assert.deepEqual(alone["/a/inner.conf"], ["unknown-keyword", "unknown-keyword"]);
  const settings = { ...DEFAULT_SETTINGS, mainFile: "/a/main.conf" };
  const within = said(check(files, ["/a/inner.conf"], settings));
  assert.deepEqual(within["/a/inner.conf"], []);
});

test("a file that the main file does not read is checked by itself", () => {
  const files = { "/a/main.conf": "instance a\n", "/b/other.conf": PART };
  const settings = { ...DEFAULT_SETTINGS, mainFile: "/a/main.conf" };
  assert.deepEqual(said(check(files, ["/b/other.conf"], settings)), {
    "/b/other.conf": ["unknown-keyword"],
  });
});

test("interfaces are looked for only when the file is for this machine", () => {
  const text = "vrrp_instance A {\n  interface eth7\n  virtual_router_id 1\n}\n";
  const codes = (isForThisMachine: boolean): readonly string[] =>
    said(check({ "/a": text }, ["/a"], { ...DEFAULT_SETTINGS, isForThisMachine }))["/a"] ?? [];
  assert.ok(!codes(false).includes("interface"));
  assert.ok(codes(true).includes("interface"));
});

test("a file beyond the bound is refused with a sentence", () => {
  const text = "#".repeat(MAX_DOCUMENT_LENGTH + 1);
  const [configuration] = check({ "/a": text }, ["/a"]);
  assert.deepEqual(
    configuration?.diagnostics.map(({ code, message }) => [code, message]),
    [
      [
        "limit",
        "the file has more than 4 million characters and is not checked while it is edited; " +
          "use `keepalived check`",
      ],
    ],
  );
});

test("columns count UTF-16 code units, tabs being one", () => {
  const text = "global_defs {\n\trouter_id ☕😀 extra\n}\n";
  const [configuration] = check({ "/a": text }, ["/a"]);
  const [diagnostic] = configuration?.diagnostics ?? [];
  assert.ok(diagnostic !== undefined);
  assert.deepEqual(lspDiagnostic(diagnostic, PRESENTATION).range, {
    start: { line: 1, character: 15 },
    end: { line: 1, character: 20 },
  });
});

test("a diagnostic carries its code, its page, what to do, and the other place", () => {
  const at = (line: number) => ({ file: "/a", line, column: 3, length: 4 });
  const diagnostic = lspDiagnostic(
    {
      severity: "error",
      code: "duplicate",
      message: "twice",
      at: at(9),
      because: [{ at: at(2), message: "the first is here" }],
      fix: "take one away",
    },
    PRESENTATION,
  );
  assert.deepEqual(diagnostic, {
    range: { start: { line: 8, character: 2 }, end: { line: 8, character: 6 } },
    severity: 1,
    code: "duplicate",
    source: "keepalived",
    message: "twice\ntake one away",
    codeDescription: { href: "page#duplicate" },
    relatedInformation: [
      {
        location: {
          uri: "file:///a",
          range: { start: { line: 1, character: 2 }, end: { line: 1, character: 6 } },
        },
        message: "the first is here",
      },
    ],
  });
});

const WHOLE = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };

function fixes(checked: string, now = checked): readonly (string | undefined)[] {
  const [configuration] = check({ "/a": checked }, ["/a"]);
  const { outline } = readDocument("/a", now);
  const uri = "file:///a";
  return quickFixes(outline, configuration?.diagnostics ?? [], WHOLE, { ...PRESENTATION, uri }).map(
    ({ edit }) => edit?.changes?.[uri]?.map(({ newText }) => newText).join(),
  );
}

test("a quick fix replaces a mistyped keyword, a mistyped choice and a deprecated keyword", () => {
  const text =
    "vrrp_track_file f {\n  file /f\n}\nvrrp_instance A {\n  statt MASTER\n  state MASTRE\n}\n";
  assert.deepEqual(fixes(text), ["track_file", "state", "MASTER"]);
});

test("a quick fix adds a missing setting to global_defs", () => {
  const text = 'global_defs {\n  router_id a\n}\nvrrp_script x {\n  script "/bin/true"\n}\n';
  assert.deepEqual(fixes(text), ["\n  enable_script_security"]);
});

test("no quick fix when the text has changed since, or comes from a parameter", () => {
  assert.deepEqual(fixes(PART, "\nstatic_ipadress {\n}\n"), []);
  assert.deepEqual(fixes("$K=static_ipadress\n$K {\n}\n"), []);
});

test("an open file is read as it is edited, under any spelling of its path", () => {
  const disk = textSource({ "/etc/keepalived/a.conf": "old" });
  const source = overlaySource(disk, (path) =>
    path === "/etc/keepalived/a.conf" ? "new" : undefined,
  );
  assert.deepEqual(source.read("x/../a.conf"), { ok: true, value: "new" });
});

test("settings may come bare or under their name, and anything else changes nothing", () => {
  const before = { ...DEFAULT_SETTINGS, configId: "r1" };
  assert.deepEqual(readSettings({ mainFile: "m.conf" }, "/w", before), {
    mainFile: "/w/m.conf",
    configId: "r1",
    isForThisMachine: false,
  });
  const nested = { keepalived: { checkThisMachine: true, configId: "r2" } };
  assert.deepEqual(readSettings(nested, "/w", before), {
    mainFile: undefined,
    configId: "r2",
    isForThisMachine: true,
  });
  for (const nonsense of [null, 5, [], "x", { mainFile: 7 }]) {
    assert.deepEqual(readSettings(nonsense, "/w", before), before);
  }
});
