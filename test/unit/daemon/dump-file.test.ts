import assert from "node:assert/strict";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
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
import type { GlobalConfig } from "../../../src/config/model.ts";
import {
  dumpDirectory,
  dumpNames,
  dumpPath,
  writeDumpFile,
} from "../../../src/daemon/dump-file.ts";
import type { DumpNames } from "../../../src/daemon/dump-file.ts";
import { model } from "../report/values.ts";

let directory = "";
before(() => {
  directory = mkdtempSync(join(tmpdir(), "dump-"));
});
after(() => {
  rmSync(directory, { recursive: true });
});

test("the file creation mask is what a dump has; it replaces the one before and leaves nothing else", async () => {
  const path = join(directory, "keepalived.data");
  writeFileSync(path, "old", { mode: 0o644 });
  const mask = process.umask(0o177);
  await writeDumpFile(path, "new\n", "9").finally(() => process.umask(mask));
  assert.equal(readFileSync(path, "utf8"), "new\n");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(directory), ["keepalived.data"]);
});

test("a symbolic link where everybody may write is replaced, not followed", async () => {
  const shared = join(directory, "shared");
  mkdirSync(shared);
  chmodSync(shared, 0o1777);
  const victim = join(directory, "victim");
  const path = join(shared, "keepalived.stats");
  writeFileSync(victim, "precious");
  symlinkSync(victim, path);
  symlinkSync(victim, `${path}.9`);
  await writeDumpFile(path, "stats\n", "9");
  assert.equal(readFileSync(victim, "utf8"), "precious");
  assert.equal(readFileSync(path, "utf8"), "stats\n");
});

test("what is no file of ours is left alone: a link of the machine's, a FIFO, a directory", async () => {
  const link = join(directory, "link");
  symlinkSync("/dev/null", link);
  await assert.rejects(writeDumpFile(link, "x", "9"), /it is a symbolic link/);
  assert.ok(lstatSync(link).isSymbolicLink());
  const taken = join(directory, "taken");
  mkdirSync(taken);
  await assert.rejects(writeDumpFile(taken, "x", "9"), /it is not a regular file/);
  await assert.rejects(writeDumpFile("/dev/null", "x", "9"), /it is not a regular file/);
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

const GLOBAL = model([]).global;
const named = (
  dumps: Partial<GlobalConfig["dumps"]>,
  more: Partial<GlobalConfig> = {},
): DumpNames => dumpNames({ ...GLOBAL, ...more, dumps: { ...GLOBAL.dumps, ...dumps } });

test("files have Keepalived's names, in the directory for dumps or where the configuration says", () => {
  assert.deepEqual(named({}), {
    data: "keepalived.data",
    parent: "keepalived_parent.data",
    statistics: "keepalived.stats",
    json: "keepalived.json",
  });
  assert.deepEqual(
    named({ stateFile: "mine.dump", statisticsFile: "/run/x/", jsonFile: "/srv/v.1/state" }),
    {
      data: "mine.dump",
      parent: "mine_parent.dump",
      statistics: "/run/x/keepalived.stats",
      json: "/srv/v.1/state",
    },
  );
  assert.equal(named({ stateFile: "/srv/v.1/state" }).parent, "/srv/v.1/state_parent");
  assert.equal(dumpPath("/tmp", "mine.dump"), "/tmp/mine.dump");
  assert.equal(dumpPath("/tmp", "/run/x/keepalived.stats"), "/run/x/keepalived.stats");
});

test("the instance's name is in the names of the data alone, as Keepalived has it", () => {
  const ours = { instanceName: "foo", netNamespace: "net" };
  assert.equal(named({}, ours).data, "keepalived.data");
  assert.deepEqual(named({ usesInstanceName: true }, ours), {
    data: "keepalived.net_foo.data",
    parent: "keepalived_parent.net_foo.data",
    statistics: "keepalived.stats",
    json: "keepalived.json",
  });
});
