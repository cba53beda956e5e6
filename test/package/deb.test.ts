/**
 * The Debian package on a small Debian without systemd: takes the place of Debian's Keepalived, is
 * upgraded while it is master, goes without a trace.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CONFIG_FILE, Keepalived } from "../lab/keepalived.ts";
import { run } from "../lab/command.ts";
import { Lan } from "../lab/lan.ts";
import { sleep, staysTrue, waitFor } from "../lab/wait.ts";
import { ARCHIVES, Debian } from "./debian.ts";
import { BUILD_TIMEOUT_MS, twoVersions } from "./two-versions.ts";

const SOON_MS = 15_000;
const ADDRESS = "10.0.0.3";
const ALLOW = "#!/bin/sh\nexit 0\n";
const FORBID = "#!/bin/sh\nexit 101\n";

const config = (priority: number, line = ""): string => `vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    ${line}
    virtual_ipaddress {
        ${ADDRESS}/24
    }
}
`;

const packages = twoVersions("deb", { DEB_COMPRESSION: "gzip" });
const { skip } = packages;

interface Scene extends AsyncDisposable {
  readonly lan: Lan;
  readonly debian: Debian;
}

/** A Debian with both packages in /srv, where services may start. */
async function scene(policy = ALLOW): Promise<Scene> {
  const lan = await Lan.open([
    { name: "lb01", addresses: ["10.0.0.7/24"] },
    { name: "lb02", addresses: ["10.0.0.8/24"] },
  ]);
  const debian = await Debian.boot(lan.host("lb01"));
  await debian.copyIn(packages.first, "/srv/first.deb");
  await debian.copyIn(packages.second, "/srv/second.deb");
  await debian.write("/usr/sbin/policy-rc.d", policy, 0o755);
  return { lan, debian, [Symbol.asyncDispose]: () => lan[Symbol.asyncDispose]() };
}

async function configure(debian: Debian, text: string): Promise<void> {
  await debian.sh("mkdir -p /etc/keepalived");
  await debian.write(CONFIG_FILE, text);
}

const holds = ({ debian }: Scene): boolean => debian.host.holds(ADDRESS);

async function waitForMaster(it: Scene): Promise<void> {
  try {
    await waitFor("the package's daemon to be master", SOON_MS, () => holds(it));
  } catch (error) {
    const said = await it.debian.sh(
      "keepalived status 2>&1; cat /run/keepalived*.pid /run/vrrp.pid 2>&1; cat /var/log/syslog 2>&1 | tail -40; exit 0",
    );
    if (error instanceof Error) error.message += `\n${daemons(it).join("\n")}\n${said}`;
    throw error;
  }
}

const parentOf = async ({ debian }: Scene): Promise<string> =>
  (await debian.sh("cat /run/keepalived.pid")).trim();

const daemons = ({ debian }: Scene): readonly string[] =>
  debian.host
    .processes()
    .filter(({ name, state }) => name.startsWith("keepalived") && state !== "Z")
    .map(({ commandLine }) => commandLine);

describe("the Debian package", { skip }, () => {
  test("lintian has no errors", async () => {
    const { code, stdout, stderr } = await run(["lintian", "--fail-on", "error", packages.first], {
      timeoutMs: BUILD_TIMEOUT_MS,
    });
    assert.equal(code, 0, stdout + stderr);
  });

  test("Debian's Keepalived is replaced without a question, and what an administrator set stays", async () => {
    await using it = await scene();
    const { debian } = it;
    await configure(debian, config(150));
    await debian.sh(`dpkg -i ${ARCHIVES}/*.deb`);
    await waitForMaster(it);
    await debian.sh(`sed -i 's/""/"-D -S 3"/' /etc/default/keepalived`);
    await debian.sh("apt-get install -y /srv/first.deb </dev/null");
    await waitForMaster(it);
    assert.match(await debian.sh("dpkg-query -W -f '${Status}' keepalived-ts"), /installed$/);
    assert.match(
      await debian.sh("readlink /proc/$(cat /run/keepalived.pid)/exe"),
      /sbin\/keepalived\n$/,
    );
    assert.match(daemons(it)[0] ?? "", /keepalived.* -D -S 3$/);
    // What is left of Debian's package takes nothing along.
    await debian.sh("dpkg --purge keepalived");
    assert.match(await debian.sh("cat /etc/default/keepalived"), /-D -S 3/);
    await debian.sh("ls /etc/rc2.d/S*keepalived /etc/systemd/system/*.wants/keepalived.service");
    assert.ok(holds(it));
  });

  test("an upgrade of a master keeps its addresses, its process and its peace", async () => {
    await using it = await scene();
    const { debian, lan } = it;
    await configure(debian, config(150));
    await debian.sh("dpkg -i /srv/first.deb");
    await waitForMaster(it);
    const peer = new Keepalived(lan.host("lb02"), { kind: "ours", config: config(100) });
    await peer.startAndWait();
    const pid = await parentOf(it);
    const observer = await lan.observe();
    const upgrade = debian.sh("dpkg -i /srv/second.deb");
    let isDone = false;
    const watch = waitFor("the upgrade", 2 * SOON_MS, () => {
      if (!holds(it)) throw new Error(`${ADDRESS} was away during the upgrade`);
      return isDone;
    });
    assert.match(await upgrade, /MASTER throughout: VI_1/);
    isDone = true;
    await watch;
    await staysTrue("after the upgrade", 4_000, () => (holds(it) ? undefined : "no address"));
    assert.equal(await parentOf(it), pid);
    assert.match(await debian.sh("keepalived status --json"), /"restarts": ?1/);
    assert.deepEqual(
      observer.adverts(({ source, priority }) => source !== "10.0.0.7" || priority === 0),
      [],
    );
    await peer.stop();
  });

  test("where the addresses cannot be kept it is restarted, and that is said", async () => {
    await using it = await scene();
    const { debian } = it;
    await configure(debian, config(150, "vip_lease off"));
    await debian.sh("dpkg -i /srv/first.deb");
    await waitForMaster(it);
    const pid = await parentOf(it);
    const said = await debian.sh("dpkg -i /srv/second.deb");
    assert.match(said, /could not be kept.*vip_lease off/);
    assert.match(said, /restarted in the ordinary way/);
    await waitForMaster(it);
    assert.notEqual(await parentOf(it), pid);
  });

  test("a file that a new program could not use is no reason for an outage", async () => {
    await using it = await scene();
    const { debian } = it;
    await configure(debian, config(150));
    await debian.sh("dpkg -i /srv/first.deb");
    await waitForMaster(it);
    const pid = await parentOf(it);
    await configure(debian, config(150, "virtual_router_id"));
    assert.match(await debian.sh("dpkg -i /srv/second.deb"), /the old program goes on/);
    assert.equal(await parentOf(it), pid);
    assert.ok(holds(it));
  });

  test("it goes without a trace: addresses and process at once, files with the purge", async () => {
    await using it = await scene();
    const { debian } = it;
    await configure(debian, config(150));
    const earlier = await debian.files();
    await debian.sh("dpkg -i /srv/first.deb");
    await waitForMaster(it);
    await debian.sh("keepalived maintenance on && keepalived maintenance off");
    await debian.sh("dpkg -r keepalived-ts");
    assert.deepEqual([holds(it), daemons(it)], [false, []]);
    assert.match(await debian.sh("cat /etc/default/keepalived"), /DAEMON_ARGS/);
    await debian.sh("dpkg -P keepalived-ts");
    assert.match(await debian.sh(`cat ${CONFIG_FILE}`), /VI_1/);
    // The account stays, as Debian's do: its number may own files.
    const later = (await debian.files()).filter(
      (file) => !/^\/etc\/g?shadow-$|adduser$/.test(file),
    );
    assert.deepEqual(
      later,
      earlier.filter((file) => !/^\/etc\/g?shadow-$|adduser$/.test(file)),
    );
  });

  test("nothing starts without a configuration, or where policy-rc.d forbids it", async () => {
    await using bare = await scene();
    assert.match(await bare.debian.sh("dpkg -i /srv/first.deb"), /not started/);
    assert.deepEqual(daemons(bare), []);
    assert.match(await bare.debian.sh("getent passwd keepalived_script"), /nologin$/m);
    await using it = await scene(FORBID);
    await configure(it.debian, config(150));
    await it.debian.sh("dpkg -i /srv/first.deb");
    await sleep(500);
    assert.deepEqual(daemons(it), []);
    // Started by hand, it is not replaced either.
    await it.debian.sh("keepalived");
    await waitForMaster(it);
    assert.match(await it.debian.sh("dpkg -i /srv/second.deb"), /policy-rc.d forbids/);
    assert.ok(holds(it));
  });

  test("the way back to Debian's Keepalived is one command", async () => {
    await using it = await scene();
    const { debian } = it;
    await configure(debian, config(150));
    await debian.sh("dpkg -i /srv/first.deb");
    await waitForMaster(it);
    await debian.sh(`apt-get install -y ${ARCHIVES}/*.deb </dev/null`);
    await waitForMaster(it);
    assert.match(await debian.sh("keepalived --version 2>&1"), /2\.2\.7/);
    await debian.sh("dpkg --purge keepalived-ts");
    await debian.sh("ls /etc/rc2.d/S*keepalived /etc/systemd/system/*.wants/keepalived.service");
    await debian.sh("ls /etc/default/keepalived /etc/init.d/keepalived");
    assert.ok(holds(it));
  });
});
