/**
 * Peers that cannot hear each other, with a real etcd as witness and a real neighbour to ask: who has
 * the address is judged from outside.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allowVrrp, dropVrrp } from "../lab/firewall.ts";
import type { Host, HostProcess } from "../lab/host.ts";
import { Keepalived } from "../lab/keepalived.ts";
import { Lan } from "../lab/lan.ts";
import { sleep, staysTrue, waitFor } from "../lab/wait.ts";
import { requireBuilt, skipUnless } from "./gate.ts";

const VIRTUAL_ADDRESS = "10.0.0.3";
const ETCD = "http://10.0.0.9:2379";
const SOON_MS = 20_000;
/** The lease of the witness. */
const TTL_S = 4;
/** How long a takeover that is put off takes at most: the lease, a question, a timer. */
const BOUND_MS = (TTL_S * 1.25 + 1 + 4) * 1_000;

const config = (priority: number, lines: readonly string[]): string => `global_defs {
    router_id lb${priority}
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    virtual_ipaddress {
        ${VIRTUAL_ADDRESS}/24
    }
    ${lines.join("\n    ")}
}
`;

const witness = (policy: string): readonly string[] => [
  `witness {`,
  `  etcd ${ETCD}`,
  `  ttl ${TTL_S}`,
  `  policy ${policy}`,
  `}`,
];

interface Stage extends AsyncDisposable {
  readonly lan: Lan;
  readonly lb01: Host;
  readonly lb02: Host;
  readonly third: Host;
  readonly first: Keepalived;
  readonly second: Keepalived;
}

async function openStage(lines: readonly string[]): Promise<Stage> {
  const lan = await Lan.open([
    { name: "lb01", addresses: ["10.0.0.7/24"] },
    { name: "lb02", addresses: ["10.0.0.8/24"] },
    { name: "third", addresses: ["10.0.0.9/24"] },
  ]);
  const [lb01, lb02, third] = ["lb01", "lb02", "third"].map((name) => lan.host(name));
  if (lb01 === undefined || lb02 === undefined || third === undefined) throw new Error("no hosts");
  const first = new Keepalived(lb01, { kind: "ours", config: config(150, lines) });
  const second = new Keepalived(lb02, { kind: "ours", config: config(100, lines) });
  return {
    ...{ lan, lb01, lb02, third, first, second },
    [Symbol.asyncDispose]: () => lan[Symbol.asyncDispose](),
  };
}

async function startEtcd(host: Host): Promise<HostProcess> {
  const process = host.start(
    [
      "etcd",
      ...["--data-dir", "/run/etcd", "--listen-peer-urls", "http://127.0.0.1:2380"],
      ...["--listen-client-urls", ETCD, "--advertise-client-urls", ETCD],
    ],
    "etcd",
  );
  await process.log.waitFor(/ready to serve client requests|serving insecure client/, SOON_MS);
  return process;
}

function killEtcd(host: Host): void {
  const etcd = host.processes().filter(({ name }) => name === "etcd");
  host.signal(etcd, "SIGKILL");
}

const holders = ({ lb01, lb02 }: Stage): string =>
  [lb01, lb02]
    .filter((host) => host.holds(VIRTUAL_ADDRESS))
    .map(({ name }) => name)
    .join(",");

const unless = (isRight: boolean, stage: Stage): string | undefined =>
  isRight ? undefined : `the holders are ${holders(stage)}\n${stage.second.log.tail(20)}`;

const transitions = ({ first, second }: Stage): number =>
  [first, second].reduce(
    (sum, { log }) => sum + log.text().split(/Entering [A-Z]+ STATE/).length,
    0,
  );

async function startBoth(stage: Stage): Promise<void> {
  await stage.first.startAndWait();
  await stage.second.startAndWait();
  await waitFor("lb01 to be master", SOON_MS, () => holders(stage) === "lb01");
  await stage.first.log.waitFor(/Entering MASTER STATE/, SOON_MS);
}

const NEEDS = skipUnless("etcd", "nft");

describe("witness and isolation", { concurrency: 2, skip: NEEDS }, () => {
  test("split between two routers: who has the key keeps the address, alone; healing changes nothing", async () => {
    requireBuilt(["ours"]);
    await using stage = await openStage(witness("prefer-single-owner"));
    await startEtcd(stage.third);
    await startBoth(stage);
    await stage.first.log.waitFor(/witness: this router holds the key/, SOON_MS);
    for (const host of [stage.lb01, stage.lb02]) await dropVrrp(host);
    await staysTrue("the key decides", 2 * BOUND_MS, () =>
      unless(holders(stage) === "lb01", stage),
    );
    assert.match(
      stage.second.log.text(),
      /entering FAULT state: the witness knows 10\.0\.0\.7 \(lb150\)/,
    );
    for (const host of [stage.lb01, stage.lb02]) await allowVrrp(host);
    await stage.second.log.waitFor(/Entering BACKUP STATE[\s\S]*Entering BACKUP STATE/, SOON_MS);
    assert.equal(holders(stage), "lb01");
  });

  test("routers that start apart: one has the address, whoever was first with the key", async () => {
    requireBuilt(["ours"]);
    await using stage = await openStage(witness("prefer-single-owner"));
    await startEtcd(stage.third);
    for (const host of [stage.lb01, stage.lb02]) await dropVrrp(host);
    await stage.first.startAndWait();
    await stage.second.startAndWait();
    await waitFor("a master", SOON_MS, () => holders(stage) !== "");
    await sleep(BOUND_MS);
    await staysTrue("one has it", BOUND_MS, () => unless(/^lb0[12]$/.test(holders(stage)), stage));
  });

  test("a master that is powered off is followed within its lease, one that stops at once", async () => {
    requireBuilt(["ours"]);
    await using stage = await openStage(witness("prefer-single-owner"));
    await startEtcd(stage.third);
    await startBoth(stage);
    await stage.first.stop();
    await waitFor("lb02 to follow", 3_000, () => holders(stage) === "lb02");
    await stage.first.startAndWait();
    await waitFor("lb01 to preempt", SOON_MS, () => holders(stage) === "lb01");
    await stage.first.log.waitFor(/holds the key[\s\S]*holds the key/, SOON_MS);
    await stage.lan.powerOff(stage.lb01);
    await waitFor("lb02 to follow", BOUND_MS, () => stage.lb02.holds(VIRTUAL_ADDRESS));
  });

  test("etcd is killed: nothing changes, and a failover is VRRP's as ever", async () => {
    requireBuilt(["ours"]);
    await using stage = await openStage(witness("prefer-single-owner"));
    await startEtcd(stage.third);
    await startBoth(stage);
    const before = transitions(stage);
    killEtcd(stage.third);
    await stage.first.log.waitFor(/witness does not answer/, SOON_MS);
    await sleep(3 * TTL_S * 1_000);
    assert.equal(transitions(stage), before);
    assert.equal(holders(stage), "lb01");
    await stage.lan.powerOff(stage.lb01);
    await waitFor("lb02 to follow", 8_000, () => stage.lb02.holds(VIRTUAL_ADDRESS));
  });

  test("a gateway that dies ends the service where a single owner is preferred, and brings it back", async () => {
    requireBuilt(["ours"]);
    await using stage = await openStage([
      "isolation_check {",
      "  gateway 10.0.0.9",
      "  interval 0.5",
      "  policy prefer-single-owner",
      "}",
    ]);
    await startBoth(stage);
    await stage.lan.powerOff(stage.third);
    await waitFor("nobody to have the address", 8_000, () => holders(stage) === "");
    await sleep(1_000);
    const { stdout } = await stage.first.invoke(["status"]);
    assert.match(stdout, /isolated: 10\.0\.0\.9 does not answer on the link/);
    await stage.lan.powerOn(stage.third);
    await waitFor("lb01 to be master", SOON_MS, () => holders(stage) === "lb01");
  });
});
