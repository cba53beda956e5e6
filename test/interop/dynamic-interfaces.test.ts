/**
 * Interfaces that come and go under a running daemon: missing at the start, deleted, made anew with
 * another index, renamed. The instance is in FAULT meanwhile, and its adverts leave afterwards.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe } from "node:test";
import type { Host } from "../lab/host.ts";
import { daemonUnderTest } from "../lab/keepalived.ts";
import { Observer } from "../lab/observer.ts";
import { waitFor } from "../lab/wait.ts";
import { soloTest, type Solo } from "./solo.ts";

const SUBJECT = daemonUnderTest();
const ADDRESS = "10.9.0.3";
const SOON_MS = 15_000;

/** Nobody else is on the links of this judge, so that nothing need be heard on them. */
const ALONE = SUBJECT === "ours" ? "receive_proof off" : "";

const config = (globals: string): string => `global_defs {
    router_id judge
    ${ALONE}
    ${globals}
}
vrrp_instance VI_1 {
    version 3
    interface ha0
    virtual_router_id 51
    priority 150
    advert_int 0.2
    virtual_ipaddress {
        ${ADDRESS}/24
    }
}
`;

/** `name`, up and with an address, and its other end, on which one can listen. */
async function makeLink(host: Host, name: string, end = `${name}p`): Promise<void> {
  await host.sh(
    `ip link add ${name} type veth peer name ${end} && ip addr add 10.9.0.1/24 dev ${name} && ` +
      `ip link set ${end} up && ip link set ${name} up`,
  );
}

async function holderOf(host: Host, address: string): Promise<string | undefined> {
  const shown = await host.sh("ip -o -4 addr show");
  const line = shown.split("\n").find((each) => each.includes(` ${address}/`));
  return line?.split(/\s+/)[1];
}

/** The address is on that interface, and adverts come out of it. */
async function servesOn({ host }: Solo, name: string, end = `${name}p`): Promise<void> {
  await waitFor(
    `${ADDRESS} on ${name}`,
    SOON_MS,
    async () => (await holderOf(host, ADDRESS)) === name,
  );
  const directory = mkdtempSync(join(tmpdir(), "dynamic-"));
  try {
    await using observer = await Observer.open(host.machine, {
      ...{
        device: end,
        filter: "ip proto 112",
        file: join(directory, "capture"),
      },
    });
    await observer.waitForAdvert(`out of ${name}`, 5_000, ({ priority }) => priority === 150);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe(`dynamic interfaces (${SUBJECT})`, { concurrency: 3 }, () => {
  soloTest(
    "an interface that is deleted while master and made anew serves again",
    { kind: SUBJECT, config: config("") },
    async (solo) => {
      const { host, daemon } = solo;
      await makeLink(host, "ha0");
      daemon.start();
      await servesOn(solo, "ha0");
      for (let round = 0; round < 2; round += 1) {
        const mark = daemon.log.mark();
        await host.sh("ip link del ha0");
        await daemon.log.waitFor(/Entering FAULT STATE/, SOON_MS, mark);
        await makeLink(host, "ha0");
        await daemon.log.waitFor(/Entering BACKUP STATE/, SOON_MS, mark);
        await servesOn(solo, "ha0");
      }
      await daemon.stop();
      assert.equal(await holderOf(host, ADDRESS), undefined);
    },
  );

  soloTest(
    "with dynamic_interfaces it may be missing at the start",
    { kind: SUBJECT, config: config("dynamic_interfaces") },
    async (solo) => {
      const { host, daemon } = solo;
      daemon.start();
      await daemon.log.waitFor(/Entering FAULT STATE/, SOON_MS);
      await makeLink(host, "ha0");
      await servesOn(solo, "ha0");
    },
  );

  soloTest(
    "without dynamic_interfaces it may not",
    { kind: SUBJECT, config: config("") },
    async ({ daemon }) => {
      const { code, stderr, stdout } = await daemon.invoke(["-n", "-l", "-G"]);
      assert.notEqual(code, 0);
      assert.match(stdout + stderr, /ha0.*doesn't exist/);
    },
  );

  soloTest(
    "one that gets another name is given up, and another that gets the name is taken",
    { kind: SUBJECT, config: config("") },
    async (solo) => {
      const { host, daemon } = solo;
      if (SUBJECT === "real") return;
      await makeLink(host, "ha0");
      await host.sh("ip link add spare type veth peer name sparep && ip link set sparep up");
      daemon.start();
      await servesOn(solo, "ha0");
      const mark = daemon.log.mark();
      await host.sh("ip link set ha0 name ha9");
      await daemon.log.waitFor(/Entering FAULT STATE/, SOON_MS, mark);
      await waitFor(
        `${ADDRESS} off ha9`,
        5_000,
        async () => (await holderOf(host, ADDRESS)) === undefined,
      );
      await host.sh("ip link set spare name ha0 && ip addr add 10.9.0.2/24 dev ha0");
      await host.sh("ip link set ha0 up");
      await servesOn(solo, "ha0", "sparep");
    },
  );
});

describe(`many addresses (${SUBJECT})`, () => {
  const many = Array.from(
    { length: 3_000 },
    (_, index) => `        10.8.${Math.floor(index / 250)}.${(index % 250) + 1}/32`,
  );
  const crowded = config("").replace(
    "virtual_ipaddress {",
    ["virtual_ipaddress_excluded {", ...many, "    }", "    virtual_ipaddress {"].join("\n"),
  );
  soloTest(
    "a new master with 3,000 addresses sends its next adverts in time",
    { kind: SUBJECT, config: crowded },
    async ({ host, daemon }) => {
      await makeLink(host, "ha0");
      const directory = mkdtempSync(join(tmpdir(), "dynamic-"));
      await using observer = await Observer.open(host.machine, {
        ...{
          device: "ha0p",
          filter: "ip proto 112",
          file: join(directory, "capture"),
        },
      });
      try {
        daemon.start();
        await waitFor("the last address", SOON_MS, () => host.holds("10.8.11.250"));
        await waitFor("ten adverts", SOON_MS, () => observer.adverts(() => true).length >= 10);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
      const times = observer.adverts(() => true).map(({ at }) => at);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
      // Twice the interval: nobody's timer would run out, and a busy machine may be late.
      assert.ok(Math.max(...gaps) < 2 * 200, `between adverts, in ms: ${gaps.join(", ")}`);
    },
  );
});
