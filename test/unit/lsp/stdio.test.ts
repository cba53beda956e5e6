/** The language server as an editor meets it: a program on standard input and output. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Editor } from "./client.ts";

/** A server that does not answer is a failure, not a test without end. */
const PATIENCE = { timeout: 60_000 };
const URI = "file:///etc/keepalived/not-there.conf";
const BROKEN = `vrrp_script web {
  script "/usr/bin/true"
}
vrrp_instance VI_1 {
\tinterface eth0   # a tab in front; café ☕ behind
  virtual_router_id 51
  prioritty 100
  track_script {
    web
  }
}
`;
const at = (line: number, character: number): unknown => ({
  textDocument: { uri: URI },
  position: { line, character },
});

test("an editor opens a broken file, mends it, and leaves", PATIENCE, async (t) => {
  using editor = new Editor();
  await t.test("the server says what it can do, with columns in UTF-16", async () => {
    const { capabilities } = (await editor.initialize()) as { capabilities: object };
    const { positionEncoding, hoverProvider } = capabilities as Record<string, unknown>;
    assert.deepEqual(
      { positionEncoding, hoverProvider },
      { positionEncoding: "utf-16", hoverProvider: true },
    );
  });
  await t.test("the mistake is shown at its word", async () => {
    editor.openFile(URI, BROKEN);
    const { diagnostics } = await editor.diagnostics(URI);
    const found = diagnostics.find(({ code }) => code === "unknown-keyword");
    assert.equal(
      found?.message,
      "Unknown keyword 'prioritty' in vrrp_instance\ndid you mean priority?",
    );
    assert.deepEqual(found.range.start, { line: 6, character: 2 });
  });
  await t.test("the quick fix writes the word that was meant", async () => {
    const range = { start: { line: 6, character: 4 }, end: { line: 6, character: 4 } };
    const actions = await editor.request("textDocument/codeAction", {
      textDocument: { uri: URI },
      range,
      context: { diagnostics: [] },
    });
    const [action] = actions as { edit: { changes: Record<string, { newText: string }[]> } }[];
    assert.deepEqual(action?.edit.changes[URI], [
      {
        range: { start: { line: 6, character: 2 }, end: { line: 6, character: 11 } },
        newText: "priority",
      },
    ]);
  });
  await t.test("a word is explained", async () => {
    const hover = (await editor.request("textDocument/hover", at(5, 5))) as {
      contents: { value: string };
    };
    assert.match(hover.contents.value, /virtual_router_id 1-255/);
  });
  await t.test("names are completed", async () => {
    const items = (await editor.request("textDocument/completion", at(8, 5))) as {
      label: string;
    }[];
    assert.ok(items.some(({ label }) => label === "web"));
  });
  await t.test("a name leads to its block", async () => {
    assert.deepEqual(await editor.request("textDocument/definition", at(8, 5)), [
      { uri: URI, range: { start: { line: 0, character: 12 }, end: { line: 0, character: 15 } } },
    ]);
  });
  await t.test("the mistake goes away when it is mended", async () => {
    editor.notify("textDocument/didChange", {
      textDocument: { uri: URI, version: 2 },
      contentChanges: [
        {
          range: { start: { line: 6, character: 8 }, end: { line: 6, character: 9 } },
          text: "",
        },
      ],
    });
    const isMended = ({ diagnostics }: { diagnostics: readonly { code: string }[] }): boolean =>
      diagnostics.every(({ code }) => code !== "unknown-keyword");
    assert.ok(await editor.diagnostics(URI, isMended));
  });
  await t.test("shutdown and exit end the server with 0", async () => {
    assert.equal(await editor.request("shutdown", undefined), null);
    editor.notify("exit", undefined);
    assert.equal(await editor.ended(), 0);
  });
});

test("mistakes of an included file are shown there, as the editor has it", PATIENCE, async () => {
  const directory = mkdtempSync(join(tmpdir(), "keepalived-lsp-"));
  try {
    const main = join(directory, "main.conf");
    const part = join(directory, "part.conf");
    writeFileSync(main, "include part.conf\n");
    writeFileSync(part, "# nothing wrong on the disk\n");
    using editor = new Editor();
    await editor.initialize({ mainFile: main });
    editor.openFile(pathToFileURL(part).href, "vrrp_scriptt x {\n}\n");
    const { diagnostics } = await editor.diagnostics(pathToFileURL(part).href);
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ["unknown-keyword"],
    );
    // That the main file was the one that was checked shows in its own list.
    const ofMain = await editor.diagnostics(pathToFileURL(main).href);
    assert.deepEqual(ofMain.diagnostics, []);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("an exit that no shutdown announced ends the server with 1", PATIENCE, async () => {
  using editor = new Editor();
  await editor.initialize();
  editor.notify("exit", undefined);
  assert.equal(await editor.ended(), 1);
});

test("the server ends when its editor has gone", PATIENCE, async () => {
  const gone = spawnSync("true").pid;
  using editor = new Editor();
  await editor.initialize(undefined, gone);
  assert.equal(await editor.ended(), 1);
});

test("the server ends when its input does", PATIENCE, async () => {
  using editor = new Editor();
  await editor.initialize();
  editor.hangUp();
  assert.equal(await editor.ended(), 1);
});
