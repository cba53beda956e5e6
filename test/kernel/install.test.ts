/** `make install` and `make uninstall` into a folder: what is there, what it can do, what is left. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, before, beforeEach, describe, test } from "node:test";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";
import { isInstalled } from "../lab/requirements.ts";

/** What PREFIX=/usr/local puts there beside its library, with the mode of each. */
const INSTALLED: Readonly<Record<string, number>> = {
  "sbin/keepalived": 0o755,
  "share/man/man8/keepalived.8": 0o644,
  "share/man/man5/keepalived.conf.5": 0o644,
  "share/man/man1/genhash.1": 0o644,
  "etc/keepalived/keepalived.conf.sample": 0o644,
  "etc/keepalived/samples/haproxy-pair.conf": 0o644,
  "etc/keepalived/samples/ipv6-pair.conf": 0o644,
  "etc/keepalived/samples/nginx-pair.conf": 0o644,
  "etc/keepalived/samples/nopreempt-pair.conf": 0o644,
  "etc/keepalived/samples/unicast-cloud.conf": 0o644,
  "etc/keepalived/samples/vrrp3-fast.conf": 0o644,
  "etc/sysconfig/keepalived": 0o644,
  "etc/logrotate.d/keepalived": 0o644,
  "etc/init.d/keepalived": 0o755,
  "lib/systemd/system/keepalived.service": 0o644,
  "lib/tmpfiles.d/keepalived.conf": 0o644,
  "lib/sysusers.d/keepalived.conf": 0o644,
  "share/bash-completion/completions/keepalived": 0o644,
  "share/zsh/site-functions/_keepalived": 0o644,
  "share/fish/vendor_completions.d/keepalived.fish": 0o644,
};

let destination = "";
before(() => {
  assert.ok(existsSync(join(PROJECT_DIRECTORY, "dist/keepalived.cjs")), "run `make build` first");
});
beforeEach(() => {
  destination = mkdtempSync(join(tmpdir(), "install-test-"));
});
afterEach(() => {
  rmSync(destination, { recursive: true, force: true });
});

const at = (path: string): string => join(destination, "usr/local", path);

function make(
  action: "install" | "uninstall",
  more: Readonly<Record<string, string>> = {},
): string {
  const done = spawnSync("node", [join(PROJECT_DIRECTORY, "tools/install.mjs"), action], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], DESTDIR: destination, ...more },
  });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

const run = (program: string, ...words: readonly string[]) =>
  spawnSync(program, words, { encoding: "utf8" });

/** Every file, link and folder, with what tells one from another. */
const tree = (): readonly string[] =>
  readdirSync(destination, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const status = statSync(join(destination, name), { throwIfNoEntry: false });
      return `${name} ${status?.mode.toString(8) ?? "link"} ${status?.isFile() ? status.size : ""}`;
    });

describe("make install", () => {
  test("puts every file where the standards want it, with its mode", () => {
    make("install");
    for (const [path, mode] of Object.entries(INSTALLED)) {
      assert.equal(statSync(at(path)).mode & 0o777, mode, path);
    }
    const library = at("lib/keepalived");
    const own = readdirSync(at("."), { recursive: true, encoding: "utf8" })
      .filter((name) => !join(at("."), name).startsWith(library))
      .filter((name) => !statSync(join(at("."), name)).isDirectory());
    assert.deepEqual(own.sort(), [...Object.keys(INSTALLED), "bin/genhash"].sort());
    assert.equal(readlinkSync(at("bin/genhash")), "../sbin/keepalived");
    const packages = readdirSync(join(library, "node_modules"));
    assert.deepEqual(packages, ["@koromix", "koffi"]);
  });

  test("what was installed runs from there, with the C library", () => {
    make("install");
    assert.match(run(at("sbin/keepalived"), "--version").stderr, /keepalived-ts/);
    assert.match(run(at("bin/genhash"), "--help").stderr, /genhash/);
    const file = join(destination, "none.conf");
    const pidFile = join(destination, "keepalived.pid");
    writeFileSync(file, "global_defs {\n}\n");
    // It locks the pid file by way of the C library.
    const done = run(at("sbin/keepalived"), "release", "--", "-f", file, "-p", pidFile);
    assert.deepEqual([done.status, done.stderr], [0, ""]);
  });

  test("a copy of the start script, as tutorials make one, finds the library", () => {
    const prefix = join(destination, "opt/keepalived");
    make("install", { DESTDIR: "", PREFIX: prefix });
    const copy = join(destination, "copy");
    copyFileSync(join(prefix, "sbin/keepalived"), copy);
    assert.match(run(copy, "--version").stderr, /keepalived-ts/);
  });

  test("the unit passes systemd's own check", { skip: !isInstalled("systemd-analyze") }, () => {
    const prefix = join(destination, "prefix");
    make("install", { DESTDIR: "", PREFIX: prefix });
    const unit = join(prefix, "lib/systemd/system/keepalived.service");
    const done = run("systemd-analyze", "verify", "--man=no", unit);
    const about = done.stderr.split("\n").filter((line) => line.includes("keepalived.service"));
    assert.deepEqual([done.status, about], [0, []]);
  });

  test("PREFIX=/usr has its configuration in /etc", () => {
    make("install", { PREFIX: "/usr" });
    assert.ok(existsSync(join(destination, "etc/sysconfig/keepalived")));
    const unit = readFileSync(
      join(destination, "usr/lib/systemd/system/keepalived.service"),
      "utf8",
    );
    assert.match(unit, /^ExecStart=\/usr\/sbin\/keepalived /m);
  });

  test("a configuration is not made, and what was edited stays, at the next install too", () => {
    make("install");
    assert.ok(!existsSync(at("etc/keepalived/keepalived.conf")));
    appendFileSync(at("etc/sysconfig/keepalived"), "# mine\n");
    assert.match(make("install"), /etc\/sysconfig\/keepalived was edited: it stays as it is/);
    assert.match(readFileSync(at("etc/sysconfig/keepalived"), "utf8"), /# mine\n$/);
  });
});

describe("make uninstall", () => {
  test("leaves the tree as it was", () => {
    mkdirSync(at("lib/systemd"), { recursive: true });
    writeFileSync(at("lib/systemd/other"), "");
    const before = tree();
    make("install");
    assert.equal(make("uninstall"), "");
    assert.deepEqual(tree(), before);
  });

  test("takes what an earlier version had put there, too", () => {
    const before = tree();
    make("install");
    const record = at("lib/keepalived/installed.json");
    const old = "/usr/local/lib/keepalived/keepalived.0123456789abcdef.js";
    writeFileSync(join(destination, old), "");
    writeFileSync(
      record,
      readFileSync(record, "utf8").replace('"files": [', `"files": ["${old}",`),
    );
    make("uninstall");
    assert.deepEqual(tree(), before);
  });

  test("leaves what was edited, and says so", () => {
    make("install");
    appendFileSync(at("etc/sysconfig/keepalived"), "# mine\n");
    writeFileSync(at("etc/keepalived/keepalived.conf"), "# mine, too\n");
    assert.match(make("uninstall"), /etc\/sysconfig\/keepalived was edited: it stays\n/);
    const files = tree().filter((line) => line.includes(" 100"));
    assert.deepEqual(
      files.map((line) => line.split(" ")[0]),
      ["usr/local/etc/keepalived/keepalived.conf", "usr/local/etc/sysconfig/keepalived"],
    );
  });
});

describe("samples", () => {
  const folder = join(PROJECT_DIRECTORY, "packaging/samples");
  const network =
    "ip link add eth0 type veth peer name other && ip link set eth0 up && " +
    "ip address add 192.0.2.7/24 dev eth0 && ip address add 2001:db8::7/64 dev eth0 nodad";
  for (const name of readdirSync(folder)) {
    test(`${name} has no complaints, and says what to change and how to verify`, () => {
      const program = join(PROJECT_DIRECTORY, "bin/keepalived");
      const line = `${network} && exec "$0" check --strict "$1"`;
      const done = run("unshare", "--net", "sh", "-c", line, program, join(folder, name));
      assert.equal(done.stdout, `${join(folder, name)}: no complaints\n`);
      assert.equal(done.status, 0);
      const text = readFileSync(join(folder, name), "utf8");
      for (const word of ["Change:", "Check:", "Verify:"]) assert.ok(text.includes(`# ${word}`));
    });
  }
});
