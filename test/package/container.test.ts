/**
 * The daemon as process 1 of a container with exactly the rights that the recipes of the image give.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { must } from "../lab/command.ts";
import { Lan } from "../lab/lan.ts";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";
import { waitFor } from "../lab/wait.ts";
import { Container, userOf, wordsOf } from "./container.ts";
import { prepareDebian } from "./debian.ts";
import { skipPackages } from "./gate.ts";

const SOON_MS = 15_000;
const BUILD_TIMEOUT_MS = 300_000;
const ADDRESS = "10.0.0.3";
const SECOND = "10.0.0.4";
/** As Compose file and DaemonSet have them (test/package/recipes.test.ts). */
const CAPABILITIES = ["NET_ADMIN", "NET_RAW"];
const skip = skipPackages("container");

const config = (addresses: readonly string[]): string => `global_defs {
    enable_script_security
}
vrrp_script leaves_an_orphan {
    script "/bin/sh -c 'sleep 0.2 >/dev/null & exit 0'"
    interval 1
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 150
    track_script {
        leaves_an_orphan
    }
    virtual_ipaddress {
${addresses.map((address) => `        ${address}/24\n`).join("")}    }
}
`;

describe("the daemon as process 1 of a container", { skip }, () => {
  before(
    async () => {
      if (skip !== false) return;
      await must([process.execPath, join(PROJECT_DIRECTORY, "tools/single.mjs")], {
        timeoutMs: BUILD_TIMEOUT_MS,
      });
      await prepareDebian();
    },
    { timeout: BUILD_TIMEOUT_MS },
  );

  const open = (): Promise<Lan> => Lan.open([{ name: "lb01", addresses: ["10.0.0.7/24"] }]);

  test("it is master, healthy, leaves no zombies, reloads, and resigns when it is stopped", async () => {
    await using lan = await open();
    const host = lan.host("lb01");
    const observer = await lan.observe();
    const container = await Container.create(host, config([ADDRESS]));
    const { child, log } = container.start(CAPABILITIES);
    await waitFor("the address", SOON_MS, () => host.holds(ADDRESS));
    assert.equal((await container.exec(wordsOf("HEALTHCHECK"))).code, 0);
    const identity = await container.exec(["grep", "-E", "^(Uid|NoNewPrivs)", "/proc/1/status"]);
    assert.match(identity.stdout, new RegExp(`^Uid:\\t${userOf()}\\t`));
    const zombies = ["sh", "-c", "grep -l '^State:.Z' /proc/[0-9]*/status || true"];
    await waitFor("a look without zombies", SOON_MS, async () => {
      const { stdout } = await container.exec(zombies);
      return stdout.trim() === "";
    });
    await container.configure(config([ADDRESS, SECOND]));
    await container.signal("HUP");
    await waitFor("the second address", SOON_MS, () => host.holds(SECOND));
    await container.signal("TERM");
    await waitFor("the end", SOON_MS, () => child.exitCode !== null);
    assert.equal(child.exitCode, 0, log.text());
    assert.ok(!host.holds(ADDRESS) && !host.holds(SECOND));
    assert.equal(observer.adverts(({ priority }) => priority === 0).length, 1);
  });

  test("a router in FAULT is healthy; a daemon that was killed starts again beside what it left", async () => {
    await using lan = await open();
    const host = lan.host("lb01");
    const container = await Container.create(host, config([ADDRESS]));
    const first = container.start(CAPABILITIES);
    await waitFor("the address", SOON_MS, () => host.holds(ADDRESS));
    await lan.cable(host, false);
    await first.log.waitFor(/Entering FAULT STATE/, SOON_MS);
    assert.equal((await container.exec(wordsOf("HEALTHCHECK"))).code, 0);
    await container.signal("KILL");
    await waitFor("the end", SOON_MS, () => first.child.exitCode !== null);
    assert.notEqual((await container.exec(wordsOf("HEALTHCHECK"))).code, 0);
    assert.ok(host.readFile("/run/pod/keepalived.pid").startsWith("1"));
    const mark = first.log.mark();
    container.start(CAPABILITIES);
    await first.log.waitFor(/Startup complete/, SOON_MS, mark);
    assert.equal((await container.exec(wordsOf("HEALTHCHECK"))).code, 0);
  });

  test("without NET_ADMIN it does not begin at all", async () => {
    await using lan = await open();
    const container = await Container.create(lan.host("lb01"), config([ADDRESS]));
    const { child, log } = container.start(["NET_RAW"]);
    await waitFor("the end", SOON_MS, () => child.exitCode !== null);
    assert.match(log.text(), /[Oo]peration not permitted/);
  });
});
