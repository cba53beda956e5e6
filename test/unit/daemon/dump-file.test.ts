import assert from "node:assert/strict";
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { dumpDirectory, writeDumpFile } from "../../../src/daemon/dump-file.ts";

let directory = "";
before(() => {
  directory = mkdtempSync(join(tmpdir(), "dump-"));
});
after(() => {
  rmSync(directory, { recursive: true });
});

test("a dump is for its owner only and replaces the one before", async () => {
  const path = join(directory, "keepalived.data");
  writeFileSync(path, "old", { mode: 0o644 });
  await writeDumpFile(path, "new\n", "9");
  assert.equal(readFileSync(path, "utf8"), "new\n");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(directory), ["keepalived.data"]);
});

test("a symbolic link in the way is replaced, not followed", async () => {
  const victim = join(directory, "victim");
  const path = join(directory, "keepalived.stats");
  writeFileSync(victim, "precious");
  symlinkSync(victim, path);
  symlinkSync(victim, `${path}.9`);
  await writeDumpFile(path, "stats\n", "9");
  assert.equal(readFileSync(victim, "utf8"), "precious");
  assert.equal(readFileSync(path, "utf8"), "stats\n");
});

test("a directory that is not there is an error with its reason", async () => {
  await assert.rejects(writeDumpFile(join(directory, "no", "x"), "", "9"), /ENOENT/);
});

test("TMPDIR counts when it is a directory", async () => {
  assert.equal(await dumpDirectory(`${directory}/`), directory);
  assert.equal(await dumpDirectory(join(directory, "victim")), "/tmp");
  assert.equal(await dumpDirectory(undefined), "/tmp");
  assert.equal(await dumpDirectory(""), "/tmp");
});
