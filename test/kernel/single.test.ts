/**
 * The one executable: runs without Node.js on a system with an old C library, is called what it
 * should be, and its parts stay of one version when an upgrade replaces the file.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { soloTest } from "../interop/solo.ts";
import { vrrpConfig } from "../interop/vrrp-config.ts";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";
import { privilege } from "../lab/privilege.ts";
import { waitFor } from "../lab/wait.ts";

const EXECUTABLE = join(PROJECT_DIRECTORY, "dist/single/keepalived");
/** Debian 10, Ubuntu 18.10, RHEL 8. */
const OLDEST_GLIBC = [2, 28] as const;
const CONFIG = vrrpConfig({
  version: 3,
  priority: 100,
  intervalMs: 200,
  addresses: ["10.0.0.3/24"],
});

// Where hosts of the lab can see it, and where it can be replaced.
mkdirSync(join(PROJECT_DIRECTORY, ".cache"), { recursive: true });
const scratch = mkdtempSync(join(PROJECT_DIRECTORY, ".cache/single-"));
const program = join(scratch, "keepalived");
process.env["KEEPALIVED_PROGRAM"] = program;

before(() => {
  execFileSync("node", [join(PROJECT_DIRECTORY, "tools/single.mjs")], { stdio: "pipe" });
  copyFileSync(EXECUTABLE, program);
});

after(() => {
  rmSync(scratch, { recursive: true, force: true });
});

test("it asks for no newer C library than that of Debian 10", () => {
  const versions = [program, join(dirname(EXECUTABLE), "koffi.node")].flatMap((file) =>
    [...readFileSync(file, "latin1").matchAll(/GLIBC_(\d+)\.(\d+)\0/g)].map(
      ([, major, minor]) => [Number(major), Number(minor)] as const,
    ),
  );
  assert.ok(versions.length > 0);
  const [major, minor] = OLDEST_GLIBC;
  const newer = versions.filter(([a, b]) => a > major || (a === major && b > minor));
  assert.deepEqual(newer, []);
});

const needsRoot = privilege().kind === "root" ? false : "needs root: run the suite with sudo";

test("it runs where there is nothing but the C and C++ libraries", { skip: needsRoot }, () => {
  const root = join(scratch, "root");
  const libraries = execFileSync("ldd", [program, join(dirname(EXECUTABLE), "koffi.node")], {
    encoding: "utf8",
  }).matchAll(/(\/\S+\.so\S*)/g);
  for (const path of new Set([...libraries].map(([, found = ""]) => found))) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    copyFileSync(path, join(root, path));
  }
  for (const directory of ["run", "etc/keepalived"]) {
    mkdirSync(join(root, directory), { recursive: true });
  }
  copyFileSync(program, join(root, "keepalived"));
  writeFileSync(
    join(root, "etc/keepalived/keepalived.conf"),
    "global_defs {\n  router_id bare\n}\n",
  );
  const inside = (...words: readonly string[]): ReturnType<typeof spawnSync> =>
    spawnSync("chroot", [root, "/keepalived", ...words], {
      encoding: "utf8",
      env: { PATH: "/usr/sbin:/usr/bin" },
    });
  const version = inside("--version");
  assert.equal(version.status, 0, String(version.stderr));
  assert.match(String(version.stderr), /keepalived-ts/);
  const checked = inside("-t");
  assert.equal(checked.status, 0, String(checked.stderr));
});

soloTest(
  "its processes are called keepalived, and it does not take NODE_OPTIONS along",
  { kind: "ours", config: CONFIG, env: { NODE_OPTIONS: "--stack-trace-limit=7" } },
  async ({ daemon, host }) => {
    await daemon.startAndWait();
    await waitFor("the address", 10_000, () => host.holds("10.0.0.3"));
    const processes = daemon.processes();
    assert.deepEqual(
      processes.map(({ name }) => name),
      ["keepalived", "keepalived"],
    );
    const [, child] = processes;
    const environment = await host.must(["cat", `/proc/${child?.hostPid ?? 0}/environ`]);
    const names = environment.split("\0").map((one) => one.split("=", 1)[0]);
    assert.ok(names.includes("KEEPALIVED_SET_ASIDE_NODE_OPTIONS"));
    assert.ok(!names.includes("NODE_OPTIONS"));
    await daemon.stop();
    assert.equal(daemon.exitCode, 0);
    assert.equal(host.holds("10.0.0.3"), false);
  },
);

soloTest(
  "a process that dies after an upgrade comes back from the file that runs",
  { kind: "ours", config: CONFIG },
  async ({ daemon, host }) => {
    await daemon.startAndWait();
    await waitFor("the address", 10_000, () => host.holds("10.0.0.3"));
    const [, child] = daemon.processes();
    const other = join(scratch, "other");
    writeFileSync(other, "#!/bin/sh\necho another version >&2\nexit 9\n", { mode: 0o755 });
    renameSync(program, join(scratch, "kept"));
    renameSync(other, program);
    try {
      assert.ok(child !== undefined);
      const mark = daemon.log.mark();
      host.signal([child], "SIGKILL");
      await daemon.log.waitFor(/Entering MASTER STATE/, 10_000, mark);
      assert.equal(daemon.processes().length, 2);
    } finally {
      renameSync(join(scratch, "kept"), program);
    }
  },
);

soloTest(
  "without a directory for its library it says what to mount",
  { kind: "ours", config: CONFIG },
  async ({ host }) => {
    const run = await host.run([
      "sh",
      "-c",
      'for one in /run /tmp /var/tmp /dev/shm; do mount -t tmpfs -o noexec none "$one" || exit 99; done; exec "$0" -n -l -f /etc/keepalived/keepalived.conf',
      program,
    ]);
    assert.match(run.stderr, /Mount one of \/run, \/tmp, \/var\/tmp, \/dev\/shm writable/);
    assert.equal(run.code, 1);
  },
);
