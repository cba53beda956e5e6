/** The installed unit under the real systemd: what it sees of a start, a reload, a crash, a hang. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";
import { must } from "../lab/command.ts";
import { obstacleToSystemd, SystemdMachine } from "../lab/systemd-machine.ts";
import { waitFor } from "../lab/wait.ts";
import { requireBuilt, skipUnless } from "./gate.ts";

const UNIT = "keepalived.service";
const FILE = "/etc/keepalived/keepalived.conf";
const ADDRESS = "10.0.0.3";
const SOON_MS = 20_000;
const WATCHDOG_S = 4;

const config = (...lines: readonly string[]): string => `vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 1
    ${lines.join("\n    ")}
    virtual_ipaddress {
        ${ADDRESS}/24
    }
}
`;

const PAGE = readFileSync(join(PROJECT_DIRECTORY, "docs/user/installing.md"), "utf8");

const skip = skipUnless() || (obstacleToSystemd() ?? false);

describe("the unit under systemd", { skip, timeout: 180_000 }, () => {
  let machine: SystemdMachine;

  before(async () => {
    requireBuilt(["ours"]);
    machine = await SystemdMachine.boot();
    await must(["node", `${PROJECT_DIRECTORY}/tools/install.mjs`, "install"], {
      env: { PATH: process.env["PATH"] ?? "", DESTDIR: machine.path(""), PREFIX: "/usr" },
    });
    machine.writeFile(FILE, config());
    await systemctl("daemon-reload");
  });

  after(async () => {
    await machine[Symbol.asyncDispose]();
  });

  const systemctl = (...words: readonly string[]): Promise<string> =>
    machine.must(["systemctl", ...words]);
  const state = (): Promise<string> => machine.show(UNIT, "ActiveState");
  const status = (): Promise<string> => machine.show(UNIT, "StatusText");
  const mainPid = (): Promise<string> => machine.show(UNIT, "MainPID");
  const hasAddress = async (): Promise<boolean> =>
    (await machine.must(["ip", "-o", "address"])).includes(` ${ADDRESS}/`);
  const isMaster = (): Promise<true> =>
    waitFor("status to say MASTER", SOON_MS, async () => {
      const text = await status();
      return text.endsWith("1 instance: 1 MASTER") && (await hasAddress());
    });
  /** Processes of the unit, as the machine numbers them; the daemon itself first. */
  const processes = (): readonly string[] =>
    readFileSync(machine.path(`/sys/fs/cgroup/system.slice/${UNIT}/cgroup.procs`), "utf8")
      .trim()
      .split("\n")
      .map((outer) => /^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${outer}/status`, "utf8"))?.[1])
      .filter((pid) => pid !== undefined)
      .sort((a, b) => Number(a) - Number(b));
  const signal = (name: string, pids: readonly string[]): Promise<string> =>
    machine.must(["kill", `-${name}`, ...pids]);
  /** One after the other, as pkill does: none may act on the death of another. */
  const kill = (): Promise<string> => signal("KILL", processes());
  /** Lines of a drop-in, and a fresh start with them. */
  const restartWith = async (unitLines: string, configuration: string): Promise<void> => {
    machine.writeFile(`/etc/systemd/system/${UNIT}.d/lab.conf`, `[Service]\n${unitLines}\n`);
    machine.writeFile(FILE, configuration);
    await systemctl("daemon-reload");
    await systemctl("restart", UNIT);
    await isMaster();
  };

  test("a start is over when the daemon runs, and the status line tells its state", async () => {
    await systemctl("start", UNIT);
    assert.equal(await state(), "active");
    assert.equal((await machine.run(["keepalived", "status"])).code, 0);
    await isMaster();
    assert.match(await systemctl("status", UNIT), /Status: "1 instance: 1 MASTER"/);
  });

  test("a reload is under way until the VRRP process has it", async () => {
    const [, vrrp = ""] = processes();
    await signal("STOP", [vrrp]);
    await systemctl("reload", "--no-block", UNIT);
    await waitFor("reloading", SOON_MS, async () => (await state()) === "reloading");
    await signal("CONT", [vrrp]);
    await waitFor("active", SOON_MS, async () => (await state()) === "active");
  });

  test("a refused reload is over, too, and says that it was refused", async () => {
    machine.writeFile(FILE, `${config()}rubbish {\n`);
    await systemctl("reload", UNIT);
    await waitFor("the refusal", SOON_MS, async () =>
      (await status()).startsWith("the last reload was refused"),
    );
    assert.equal(await state(), "active");
    machine.writeFile(FILE, config());
    await systemctl("reload", UNIT);
    await isMaster();
    await waitFor("no refusal", SOON_MS, async () => !(await status()).includes("refused"));
  });

  test("restart --keep: the same process, active all the time, still told of", async () => {
    const pid = await mainPid();
    const done = await machine.run(["keepalived", "restart", "--keep"]);
    assert.equal(done.code, 0, done.stderr);
    assert.equal(await mainPid(), pid);
    assert.equal(await state(), "active");
    await systemctl("reload", UNIT);
    await isMaster();
    assert.equal(await machine.show(UNIT, "NRestarts"), "0");
  });

  test("kill -9 of everything: started again at once, master with its addresses on all the time", async () => {
    const before = await mainPid();
    await kill();
    await waitFor("the restart", SOON_MS, async () => {
      assert.ok(await hasAddress());
      return (await mainPid()) !== before && (await state()) === "active";
    });
    await isMaster();
    assert.match(
      await machine.must(["keepalived", "why", "VI_1"]),
      /took over from the daemon that ran here before/,
    );
  });

  test("a VRRP process that hangs: the watchdog hears nothing, and systemd starts all anew", async () => {
    await restartWith(`WatchdogSec=${String(WATCHDOG_S)}`, config());
    const [parent, vrrp = ""] = processes();
    await signal("STOP", [vrrp]);
    await waitFor("another daemon", SOON_MS, async () => {
      const now = await mainPid();
      return now !== "0" && now !== parent && (await state()) === "active";
    });
    await isMaster();
    assert.ok(!processes().includes(vrrp), "the one that hung is gone");
  });

  test("kill -9 of everything, no restart, no lease: the address is taken off at once", async () => {
    await restartWith("Restart=no", config("vip_lease off"));
    await kill();
    await waitFor("failed", SOON_MS, async () => (await state()) === "failed");
    assert.ok(!(await hasAddress()));
  });

  test("the stricter settings of the page for users are borne: master, reload, maintenance", async () => {
    const [, settings = ""] = /```ini\n\[Service\]\n(ProtectSystem[^`]+)```/.exec(PAGE) ?? [];
    assert.notEqual(settings, "");
    await restartWith(settings, config());
    await systemctl("reload", UNIT);
    for (const word of ["on", "off"]) {
      const done = await machine.run(["keepalived", "maintenance", word]);
      assert.equal(done.code, 0, done.stderr);
    }
    await isMaster();
  });

  test("an ordinary stop ends in good order", async () => {
    await restartWith("", config());
    await systemctl("stop", UNIT);
    assert.equal(await state(), "inactive");
    assert.equal(await machine.show(UNIT, "Result"), "success");
    assert.ok(!(await hasAddress()));
    assert.ok(!readdirSync(machine.path("/run")).includes("keepalived.pid"));
  });
});
