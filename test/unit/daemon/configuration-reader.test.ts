/** What goes with the reading of a configuration: a file that marks it, a check, copies. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SyscallError } from "../../../src/base/failure.ts";
import type { Model } from "../../../src/config/model.ts";
import type { ReloadConfig } from "../../../src/config/process-config.ts";
import { ConfigurationReader } from "../../../src/daemon/configuration-reader.ts";
import type { LoadedConfiguration } from "../../../src/daemon/supervisor-parts.ts";
import { warning } from "../../../src/report/log-line.ts";
import { model } from "../report/values.ts";
import { FakeFiles, ManualTimers, recordingLogger } from "./fakes.ts";

const OLD: ReloadConfig = { check: undefined, marker: undefined, schedule: undefined };
const CONFIG_FILE = "/etc/k.conf";

function modelWith(reload: Partial<ReloadConfig>, saveDirectory?: string): Model {
  const base = model([]);
  const { process } = base.global;
  const changed = { ...process, reload: { ...OLD, ...reload }, saveDirectory };
  return { ...base, global: { ...base.global, process: changed } };
}

const good = (wanted: Model): LoadedConfiguration => ({
  model: wanted,
  lines: [],
  startVerdict: undefined,
  errors: 0,
  testVerdict: 0,
});

function setUp(first: LoadedConfiguration) {
  const { logger, lines } = recordingLogger(new ManualTimers());
  const files = new FakeFiles();
  const copies: string[] = [];
  const seen: string[] = [];
  let loaded = first;
  let diskIsFull = false;
  const reader = new ConfigurationReader({
    ...{ logger, files, pid: 100 },
    options: {
      configFile: CONFIG_FILE,
      pidFiles: { parent: "/run/k.pid", vrrp: "v", checkers: "c", bfd: "b" },
      ...{ runsVrrp: true, runsAll: false, respawns: true, keepAddresses: false },
      ...{ detail: true, dumpsConfiguration: false },
    },
    scripts: {
      accounts: { user: () => undefined, group: () => undefined, supplementary: () => [] },
      self: { uid: 0, gid: 0 },
      searchPath: "/bin",
    },
    load: () => {
      seen.push([...files.contents.keys()].join());
      return loaded;
    },
    saveConfiguration: (directory, name) => {
      if (diskIsFull) throw new SyscallError("write", 28, `write ${directory}/${name}`);
      copies.push(`${directory}/${name}`);
    },
  });
  return {
    ...{ reader, lines, files, copies, seen },
    setLoaded: (next: LoadedConfiguration) => (loaded = next),
    fillDisk: () => (diskIsFull = true),
  };
}

test("reload_file is there while the file is read, and empty", () => {
  const running = modelWith({ marker: { path: "/run/busy" } });
  const { reader, files, seen } = setUp(good(running));
  files.put("/run/busy", "touched by whoever waits");
  assert.equal(reader.first().model, running);
  assert.equal(files.read("/run/busy").kind, "missing");
  assert.equal(reader.again(running), running);
  assert.deepEqual(seen, ["/run/busy", "/run/busy"]);
  assert.equal(files.contents.size, 0);
});

test("reload_file without a name is beside the pid file; the configuration is never taken for it", () => {
  const running = modelWith({ marker: { path: undefined } });
  const { reader, seen, lines } = setUp(good(running));
  reader.again(running);
  assert.deepEqual(seen, ["/run/keepalived.reload"]);
  reader.again(modelWith({ marker: { path: CONFIG_FILE } }));
  assert.deepEqual(seen[1], "");
  assert.ok(lines.some((line) => /reload_file .* is the configuration itself/.test(line)));
});

test("reload_check_config refuses what -t complains of, and writes down what that is", () => {
  const running = modelWith({ check: { logFile: "/tmp/check.log" } });
  const { reader, lines, files, setLoaded } = setUp(good(running));
  setLoaded({ ...good(running), lines: [warning("(k.conf: Line 3) hm")], testVerdict: 5 });
  assert.equal(reader.again(running), undefined);
  assert.deepEqual(files.read("/tmp/check.log"), { kind: "text", text: "(k.conf: Line 3) hm\n" });
  assert.equal(lines[0], "validate conf before Reload");
  assert.match(
    lines.at(-1) ?? "",
    /^New config failed validation, see \/tmp\/check.log for details/,
  );
  setLoaded(good(running));
  assert.equal(reader.again(running), running);
  assert.deepEqual(files.read("/tmp/check.log"), { kind: "text", text: "" });
});

test("without reload_check_config a complaint that is no error does not keep a reload back", () => {
  const running = modelWith({});
  const { reader, setLoaded } = setUp(good(running));
  setLoaded({ ...good(running), testVerdict: 5 });
  assert.equal(reader.again(running), running);
});

test("config_save_dir has a copy of every configuration that was read, numbered", () => {
  const running = modelWith({}, "/var/saved");
  const { reader, copies, setLoaded } = setUp(good(running));
  reader.first();
  setLoaded({ ...good(running), errors: 1 });
  assert.equal(reader.again(running), undefined);
  assert.deepEqual(copies, [
    "/var/saved/keepalived.conf.100.0",
    "/var/saved/keepalived.conf.100.1",
  ]);
});

test("the hundred last copies are kept", () => {
  const running = modelWith({}, "/var/saved");
  const { reader, files } = setUp(good(running));
  files.put("/var/saved/keepalived.conf.100.0", "first");
  files.put("/var/saved/keepalived.conf.100.1", "second");
  reader.first();
  for (let i = 0; i < 100; i += 1) reader.again(running);
  assert.deepEqual([...files.contents.keys()], ["/var/saved/keepalived.conf.100.1"]);
});

test("a full disk costs a line, and the reload goes on", () => {
  const running = modelWith({}, "/var/saved");
  const { reader, lines, fillDisk } = setUp(good(running));
  fillDisk();
  assert.equal(reader.again(running), running);
  assert.ok(lines.some((line) => line.startsWith("No copy of the configuration is kept")));
});
