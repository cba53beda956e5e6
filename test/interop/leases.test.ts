/**
 * Addresses that a dead daemon cannot keep: leases, adoption after a crash, and repair, judged from
 * outside beside Debian's keepalived.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Host } from "../lab/host.ts";
import type { Keepalived } from "../lab/keepalived.ts";
import { sleep, waitFor } from "../lab/wait.ts";
import { pairTest, VIRTUAL_ADDRESS } from "./pair.ts";
import type { Pair } from "./pair.ts";

/** What the slowest peer of adverts each second waits, in whole seconds. */
const LEASE_MS = 4_000;
/** How late the kernel ends a lease. */
const KERNEL_MS = 500;
/** A shared machine may be busy elsewhere for that long. */
const NOISE_MS = 700;
const SOON_MS = 15_000;

const config = (priority: number, lines: readonly string[] = []): string =>
  `vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    ${lines.join("\n    ")}
    virtual_ipaddress {
        ${VIRTUAL_ADDRESS}/24
    }
}
`;

const ipv6Config = (priority: number): string => `vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    version 3
    virtual_ipaddress {
        fe80::3/64
        fd00::3/64
    }
}
`;

/** Ours above Debian's. */
const sides = (
  first: string,
  second: string,
): {
  readonly sides: readonly [{ kind: "ours"; config: string }, { kind: "real"; config: string }];
} => ({
  sides: [
    { kind: "ours", config: first },
    { kind: "real", config: second },
  ],
});

/** All processes at once: none may hear of the death of another. */
function kill(host: Host, daemon: Keepalived): void {
  for (const signal of ["SIGSTOP", "SIGKILL"] as const) host.signal(daemon.processes(), signal);
}

/** How long `host` goes on holding an address from now. */
async function heldFor(host: Host, address: string): Promise<number> {
  const from = Date.now();
  await waitFor(`${host.name} to lose ${address}`, SOON_MS, () => !host.holds(address));
  return Date.now() - from;
}

/** When adverts of a host passed, in milliseconds; the longest gap between two. */
function longestGap(pair: Pair, host: Host): number {
  const times = pair.observer.adverts(({ source }) => source === host.address).map(({ at }) => at);
  return times.slice(1).reduce((most, at, i) => Math.max(most, at - (times[i] ?? at)), 0);
}

const mastershipsOf = (daemon: Keepalived): number =>
  daemon.log.text().split("Entering MASTER STATE").length - 1;

describe("leases", { concurrency: 2 }, () => {
  pairTest(
    "kill -9 of every process: the kernel takes the address off, and the peer has it",
    sides(config(150), config(100)),
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      kill(pair.lb01, pair.first);
      const held = await heldFor(pair.lb01, VIRTUAL_ADDRESS);
      assert.ok(held < LEASE_MS + KERNEL_MS + NOISE_MS, `${held} ms`);
      await pair.waitForHolder(pair.lb02, SOON_MS);
    },
  );

  pairTest(
    "frozen: the same, and when it thaws it listens before it speaks",
    sides(config(150), config(100)),
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      const frozen = pair.first.processes();
      pair.lb01.signal(frozen, "SIGSTOP");
      const held = await heldFor(pair.lb01, VIRTUAL_ADDRESS);
      assert.ok(held < LEASE_MS + KERNEL_MS + NOISE_MS, `${held} ms`);
      await pair.waitForHolder(pair.lb02, SOON_MS);
      await sleep(1_500);
      pair.observer.forget();
      const mark = pair.first.log.mark();
      const thawedAt = Date.now();
      pair.lb01.signal(frozen, "SIGCONT");
      await pair.first.log.waitFor(/did not run for .* s: the kernel has taken/, SOON_MS, mark);
      await pair.waitForHolder(pair.lb01, SOON_MS);
      const words = pair.observer.adverts(({ source }) => source === pair.lb01.address);
      const first = words[0]?.at ?? 0;
      assert.ok(first - thawedAt > 900, `its first advert after ${first - thawedAt} ms`);
      const claims = pair.observer.arps(({ senderMac }) => senderMac === pair.lb01.mac);
      const early = claims.filter(({ at, sender }) => sender === VIRTUAL_ADDRESS && at < first);
      assert.deepEqual(early, []);
    },
  );

  pairTest(
    "IPv6 addresses are leased too",
    sides(ipv6Config(150), ipv6Config(100)),
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS, "fd00::3");
      kill(pair.lb01, pair.first);
      await pair.waitForHolder(pair.lb02, SOON_MS, "fd00::3");
      await pair.waitForHolder(pair.lb02, SOON_MS, "fe80::3");
    },
  );

  pairTest(
    "vip_lease off: the address has no end",
    sides(config(150, ["vip_lease off"]), config(100)),
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      const shown = await pair.lb01.must(["ip", "address", "show", "dev", "eth0"]);
      assert.match(shown, /inet 10\.0\.0\.3\/24[^\n]*\n\s+valid_lft forever/);
    },
  );
});

describe("a crash", { concurrency: 2 }, () => {
  pairTest(
    "the VRRP process alone is killed: its successor goes on, and the peer notices nothing",
    sides(config(150), config(100)),
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await sleep(1_500);
      const before = mastershipsOf(pair.second);
      const [, child] = pair.first.processes();
      assert.ok(child !== undefined);
      const mark = pair.first.log.mark();
      pair.lb01.signal([child], "SIGKILL");
      await pair.first.log.waitFor(/Entering MASTER STATE/, SOON_MS, mark);
      await sleep(4_000);
      assert.equal(mastershipsOf(pair.second), before);
      assert.ok(pair.lb01.holds(VIRTUAL_ADDRESS) && !pair.lb02.holds(VIRTUAL_ADDRESS));
      const gap = longestGap(pair, pair.lb01);
      assert.ok(gap < 3_000, `no advert for ${gap} ms`);
    },
  );

  pairTest(
    "everything is killed and started again at once: the new daemon finds its addresses and goes on",
    sides(config(150), config(100)),
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await sleep(1_500);
      const before = mastershipsOf(pair.second);
      kill(pair.lb01, pair.first);
      await waitFor("the end", SOON_MS, () => pair.first.processes().length === 0);
      pair.first.start();
      await sleep(4_000);
      assert.equal(mastershipsOf(pair.second), before);
      assert.ok(pair.lb01.holds(VIRTUAL_ADDRESS) && !pair.lb02.holds(VIRTUAL_ADDRESS));
    },
  );

  pairTest(
    "killed again and again: somebody resigns for it, and the peer takes over at once",
    sides(config(150), config(100)),
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      const killChild = async (): Promise<void> => {
        const mark = pair.first.log.mark();
        const [, child] = pair.first.processes();
        assert.ok(child !== undefined);
        pair.lb01.signal([child], "SIGKILL");
        await pair.first.log.waitFor(/Restart of VRRP process delayed/, SOON_MS, mark);
      };
      await killChild();
      await waitFor("its successor", SOON_MS, () => mastershipsOf(pair.first) === 2);
      pair.observer.forget();
      await killChild();
      const resignation = await pair.observer.waitForAdvert(
        "with priority 0",
        SOON_MS,
        ({ source, priority }) => source === pair.lb01.address && priority === 0,
      );
      assert.equal(resignation.vrid, 51);
      await waitFor("the peer", SOON_MS, () => pair.lb02.holds(VIRTUAL_ADDRESS));
    },
  );
});

describe("repair", { concurrency: 2 }, () => {
  pairTest(
    "an address that someone deletes is put back, and nobody else notices",
    sides(config(150), config(100)),
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      const before = mastershipsOf(pair.second);
      const mark = pair.first.log.mark();
      await pair.lb01.must(["ip", "address", "delete", `${VIRTUAL_ADDRESS}/24`, "dev", "eth0"]);
      await pair.first.log.waitFor(
        /IP 10\.0\.0\.3 removed from eth0 by .* \(pid \d+\)/,
        SOON_MS,
        mark,
      );
      await waitFor("the address", SOON_MS, () => pair.lb01.holds(VIRTUAL_ADDRESS));
      await sleep(1_500);
      assert.equal(mastershipsOf(pair.second), before);
      assert.equal(mastershipsOf(pair.first), 1);
      const zeros = pair.observer.adverts(({ priority }) => priority === 0);
      assert.deepEqual(zeros, []);
    },
  );

  pairTest(
    "vip_repair off: as with Keepalived it resigns, and is master again after the skew",
    sides(config(150, ["vip_repair off"]), config(100)),
    async (pair) => {
      await pair.waitForHolder(pair.lb01, SOON_MS);
      await pair.lb01.must(["ip", "address", "delete", `${VIRTUAL_ADDRESS}/24`, "dev", "eth0"]);
      await pair.observer.waitForAdvert(
        "with priority 0",
        SOON_MS,
        ({ priority }) => priority === 0,
      );
      await waitFor("it to be master again", SOON_MS, () => mastershipsOf(pair.first) === 2);
    },
  );
});
