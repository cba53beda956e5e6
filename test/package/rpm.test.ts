/**
 * The RPM, put by rpm itself into a system of its own: its files, its account, an upgrade that keeps
 * the addresses. No distribution of RPMs runs here, and no systemd: a stand-in notes what is asked.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { CONFIG_FILE } from "../lab/keepalived.ts";
import { must, run } from "../lab/command.ts";
import { Lan } from "../lab/lan.ts";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";
import { waitFor } from "../lab/wait.ts";
import { Debian } from "./debian.ts";
import { BUILD_TIMEOUT_MS, twoVersions } from "./two-versions.ts";

const SOON_MS = 15_000;
const ADDRESS = "10.0.0.3";
const CONFIG = `vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress {
        ${ADDRESS}/24
    }
}
`;
const SYSTEMCTL = '#!/bin/sh\necho "$*" >>/run/asked\n';

const packages = twoVersions("rpm");
const { skip } = packages;

describe("the RPM", { skip }, () => {
  test("rpmlint has no errors", async () => {
    const rules = join(PROJECT_DIRECTORY, "packaging/rpm/rpmlint.toml");
    const spec = join(PROJECT_DIRECTORY, "packaging/rpm/keepalived-ts.spec");
    const { stdout } = await run(["rpmlint", "-c", rules, packages.first, spec]);
    assert.match(stdout, / 0 errors/, stdout);
  });

  test("it takes the place of keepalived and asks for an old C library only", async () => {
    const about = async (what: string): Promise<string> =>
      must(["rpm", "-qp", `--${what}`, packages.first]);
    assert.match(await about("provides"), /^keepalived = 2\./m);
    assert.match(await about("conflicts"), /^keepalived$/m);
    const versions = [...(await about("requires")).matchAll(/\(GLIBC_2\.(\d+)/g)].map(([, minor]) =>
      Number(minor),
    );
    assert.ok(Math.max(...versions) <= 28);
    assert.match(await about("configfiles"), /^\/etc\/sysconfig\/keepalived$/m);
  });

  test("it is installed, upgraded without a failover, and removed", async () => {
    await using lan = await Lan.open([{ name: "lb01", addresses: ["10.0.0.7/24"] }]);
    const host = lan.host("lb01");
    const debian = await Debian.boot(host);
    await debian.write("/usr/bin/systemctl", SYSTEMCTL, 0o755);
    await debian.sh("mkdir -p /run/systemd/system /etc/keepalived /usr/share/zsh");
    await debian.write(CONFIG_FILE, CONFIG);
    const earlier = await debian.files();
    // Its libraries are Debian's here, which rpm does not know of.
    const rpm = (...words: readonly string[]): Promise<string> =>
      host.must(["rpm", "--root", Debian.root, "--nodeps", ...words], {
        timeoutMs: BUILD_TIMEOUT_MS,
      });
    const asked = async (): Promise<string> => debian.sh("cat /run/asked && : >/run/asked");
    await rpm("-i", packages.first);
    assert.match(await asked(), /preset keepalived\.service/);
    assert.match(await debian.sh("getent passwd keepalived_script"), /nologin$/m);
    await debian.sh("keepalived");
    await waitFor("the address", SOON_MS, () => host.holds(ADDRESS));
    const pid = await debian.sh("cat /run/keepalived.pid");
    assert.match(await rpm("-U", packages.second), /MASTER throughout: VI_1/);
    assert.ok(host.holds(ADDRESS));
    assert.equal(await debian.sh("cat /run/keepalived.pid"), pid);
    assert.doesNotMatch(await asked(), /restart|disable|stop/);
    await debian.sh("kill $(cat /run/keepalived.pid)");
    await rpm("-e", "keepalived-ts");
    assert.match(await asked(), /disable --now keepalived\.service/);
    assert.equal(await debian.sh(`cat ${CONFIG_FILE}`), CONFIG);
    // Directories that a system of RPMs has by itself are left here.
    const isNew = (file: string): boolean =>
      file.includes("keepalived") && !earlier.includes(file) && !/^\/(run|var\/lib)\//.test(file);
    assert.deepEqual((await debian.files()).filter(isNew), []);
  });
});
