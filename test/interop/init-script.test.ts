/** The SysV init script with each kind of function library: its actions, its exit codes (LSB). */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Finished } from "../lab/command.ts";
import { daemonProgram } from "../lab/keepalived.ts";
import { Lan } from "../lab/lan.ts";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";
import { isInstalled } from "../lab/requirements.ts";
import { requireBuilt, skipUnless } from "./gate.ts";

const TEMPLATE = join(PROJECT_DIRECTORY, "packaging/sysv/keepalived.in");
const SCRIPT = "/run/lab/init-script";
const TIMEOUT_MS = 90_000;

const Code = { ok: 0, deadWithPidFile: 1, usage: 2, notRunning: 3, noFile: 6, notUp: 7 } as const;

const CONFIG = `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        10.0.0.3
    }
}
`;

/** What Red Hat's library offers a script to tell success with. */
const RED_HAT_FUNCTIONS = `
success() { printf '[  OK  ]'; return 0; }
failure() { printf '[FAILED]'; return 1; }
`;

interface Library {
  readonly name: string;
  /** Run on the host before anything else. */
  readonly setUp: string;
  readonly started: RegExp;
}

/** Where files can be put into /etc without those of this machine. */
const OWN_ETC = `mkdir -p /run/etc/upper /run/etc/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work /etc
mkdir -p /etc/keepalived /etc/sysconfig
rm -f /etc/keepalived/*
printf 'KEEPALIVED_OPTIONS="-D -G"\\n' > /etc/sysconfig/keepalived
`;

const LIBRARIES: readonly Library[] = [
  {
    name: "functions",
    setUp: `mkdir -p /etc/rc.d/init.d; cat > /etc/rc.d/init.d/functions <<'END'${RED_HAT_FUNCTIONS}END`,
    started: /^Starting keepalived: \[ {2}OK {2}\]$/m,
  },
  { name: "lsb", setUp: "true", started: /Starting keepalived/ },
  { name: "none", setUp: "mount -t tmpfs tmpfs /lib/lsb", started: /^Starting keepalived: ok$/m },
];

const skip = skipUnless();

describe("the init script", { skip, timeout: TIMEOUT_MS * LIBRARIES.length }, () => {
  for (const library of LIBRARIES) {
    const needsLsb = library.name !== "functions" && !isInstalled("/lib/lsb/init-functions");
    const reason = needsLsb && "needs /lib/lsb: apt-get install sysvinit-utils";
    test(`with ${library.name}`, { skip: reason, timeout: TIMEOUT_MS }, async () => {
      requireBuilt(["ours"]);
      await using lan = await Lan.open([{ name: "lb01", addresses: ["10.0.0.7/24"] }]);
      const host = lan.host("lb01");
      await host.sh(OWN_ETC + library.setUp);
      const text = readFileSync(TEMPLATE, "utf8")
        .replaceAll("@SBINDIR@/keepalived", daemonProgram("ours"))
        .replaceAll("@SYSCONFDIR@", "/run/lab/etc");
      host.writeFile(SCRIPT, text, 0o755);
      const act = (word: string): Promise<Finished> => host.run([SCRIPT, word]);
      const expect = async (word: string, code: number): Promise<string> => {
        const done = await act(word);
        assert.equal(done.code, code, `${word}: ${done.stdout}${done.stderr}`);
        return done.stdout;
      };
      const pid = async (): Promise<string> => (await host.sh("cat /run/keepalived.pid")).trim();

      await expect("status", Code.notRunning);
      await expect("start", Code.noFile);
      await host.sh(`cat > /etc/keepalived/keepalived.conf <<'END'\n${CONFIG}END`);
      await expect("reload", Code.notUp);
      await expect("condrestart", Code.ok);
      await expect("status", Code.notRunning);
      assert.match(await expect("start", Code.ok), library.started);
      const first = await pid();
      assert.equal(await expect("status", Code.ok), `keepalived (pid ${first}) is running...\n`);
      await expect("start", Code.ok);
      await expect("reload", Code.ok);
      assert.equal(await pid(), first);
      await expect("restart", Code.ok);
      const second = await pid();
      assert.notEqual(second, first);
      await expect("condrestart", Code.ok);
      assert.notEqual(await pid(), second);
      const killed = await pid();
      await host.sh(`kill -9 ${killed}; while kill -0 ${killed} 2>/dev/null; do sleep 0.05; done`);
      await expect("status", Code.deadWithPidFile);
      await expect("start", Code.ok);
      await expect("stop", Code.ok);
      await expect("status", Code.notRunning);
      await expect("stop", Code.ok);
      await expect("nonsense", Code.usage);
    });
  }

  test("a pid file that names another program ends nobody", { timeout: TIMEOUT_MS }, async () => {
    await using lan = await Lan.open([{ name: "lb01", addresses: ["10.0.0.7/24"] }]);
    const host = lan.host("lb01");
    host.writeFile(SCRIPT, readFileSync(TEMPLATE, "utf8"), 0o755);
    // One with the right name.
    const innocent = (
      await host.sh(
        "cp /bin/sleep /run/lab/keepalived; /run/lab/keepalived 60 >/dev/null 2>&1 & echo $!",
      )
    ).trim();
    await host.sh(`echo ${innocent} > /run/keepalived.pid`);
    assert.equal((await host.run([SCRIPT, "stop"])).code, Code.ok);
    assert.equal((await host.run(["kill", "-0", innocent])).code, 0);
  });
});

for (const file of ["packaging/sysv/keepalived.in", "bin/keepalived"]) {
  const hasNone = !isInstalled("shellcheck") && "needs shellcheck: apt-get install shellcheck";
  test(`shellcheck has nothing to say of ${file}`, { skip: hasNone }, () => {
    const done = spawnSync("shellcheck", ["-s", "sh", join(PROJECT_DIRECTORY, file)]);
    assert.equal(done.stdout.toString(), "");
  });
}
