import assert from "node:assert/strict";
import { NO_VERDICTS } from "../../../src/track/verdicts.ts";
import type { Verdict } from "../../../src/track/verdicts.ts";
import { test } from "node:test";
import { interfaceIndex } from "../../../src/base/units.ts";
import type { Link, Network } from "../../../src/track/network.ts";
import { assess } from "../../../src/vrrp/assess.ts";
import type { Assessment } from "../../../src/vrrp/state.ts";
import { address, instanceFrom, parseWords } from "../../sim/model.ts";

function link(name: string, index: number, up = true, addresses = ["10.0.0.11"]): Link {
  const checked = interfaceIndex(index);
  assert.ok(checked !== undefined);
  return {
    name,
    index: checked,
    up,
    mtu: 1500,
    addresses: addresses.map((text) => ({
      address: address(text),
      prefixLength: 24,
      usable: true,
    })),
  };
}

function assessed(
  words: string,
  links: readonly Link[],
  scripts: Readonly<Record<string, Verdict>> = {},
): Assessment {
  const network: Network = new Map(links.map((each) => [each.name, each]));
  const config = instanceFrom(parseWords(words.split(" ").filter(Boolean)));
  return assess(config, {
    network,
    verdicts: { ...NO_VERDICTS, scripts: new Map(Object.entries(scripts)) },
    virtualAddresses: new Set([address("10.0.0.3")]),
  });
}

const ETH0 = link("eth0", 2);

test("assess() finds nothing wrong with an interface that is up and has an address", () => {
  assert.deepEqual(assessed("prio=150", [ETH0]), {
    faults: [],
    effectivePriority: 150,
    source: "10.0.0.11",
    interfaceIndex: 2,
    unprovenUntil: undefined,
  });
});

test("assess() faults a missing interface, a down one, and one without an address", () => {
  assert.deepEqual(assessed("", []).faults, [{ kind: "interfaceMissing", interfaceName: "eth0" }]);
  assert.deepEqual(assessed("", [link("eth0", 2, false)]).faults, [
    { kind: "interfaceDown", interfaceName: "eth0" },
  ]);
  assert.deepEqual(assessed("", [link("eth0", 2, true, [])]).faults, [
    { kind: "noSourceAddress", family: "IPv4", interfaceName: "eth0" },
  ]);
});

test("assess() never takes a virtual address as the source", () => {
  assert.equal(
    assessed("", [link("eth0", 2, true, ["10.0.0.3", "10.0.0.12"])]).source,
    "10.0.0.12",
  );
  assert.equal(assessed("", [link("eth0", 2, true, ["10.0.0.3"])]).source, undefined);
});

test("assess() takes a link-local source for IPv6", () => {
  const both = link("eth0", 2, true, ["fd00::1", "fe80::1"]);
  assert.equal(assessed("family=ipv6", [both]).source, "fe80::1");
});

test("assess() does not use an address whose duplicate detection is unfinished", () => {
  const tentative = {
    ...ETH0,
    addresses: ETH0.addresses.map((each) => ({ ...each, usable: false })),
  };
  assert.equal(assessed("", [tentative]).source, undefined);
});

test("assess() needs no interface for unicast with a source", () => {
  const config = { ...instanceFrom(parseWords(["peers=10.0.0.12", "src=10.0.0.11"])) };
  const result = assess(
    { ...config, interfaceName: undefined },
    { network: new Map([["eth0", ETH0]]), verdicts: NO_VERDICTS, virtualAddresses: new Set() },
  );
  assert.deepEqual(result.faults, []);
});

test("assess() adds a positive weight while good and a negative one while bad", () => {
  const priorityWith = (words: string, verdict?: Verdict): number =>
    assessed(`prio=100 ${words}`, [ETH0], verdict === undefined ? {} : { check: verdict })
      .effectivePriority;
  assert.equal(priorityWith("script=check:30", "good"), 130);
  assert.equal(priorityWith("script=check:30", "bad"), 100);
  assert.equal(priorityWith("script=check:-30", "good"), 100);
  assert.equal(priorityWith("script=check:-30", "bad"), 70);
  assert.equal(priorityWith("script=check:30"), 100);
});

test("assess() reverses a weight", () => {
  const of = (weight: number, verdict: Verdict): number =>
    assessed(`prio=100 script=check:${weight} rtrack`, [ETH0], { check: verdict })
      .effectivePriority;
  // As measured with Keepalived 2.2.7.
  assert.deepEqual([of(30, "good"), of(30, "bad")], [70, 100]);
  assert.deepEqual([of(-30, "good"), of(-30, "bad")], [100, 130]);
});

test("assess() keeps the effective priority within 1 and 254, and leaves an owner alone", () => {
  const of = (words: string): number => assessed(words, [ETH0], { check: "bad" }).effectivePriority;
  assert.equal(of("prio=10 script=check:-250"), 1);
  assert.equal(of("prio=50 script=check:-250 rtrack"), 254);
  assert.equal(of("prio=255 script=check:-100"), 255);
  assert.equal(
    assessed("prio=200 script=check:100", [ETH0], { check: "good" }).effectivePriority,
    254,
  );
});

test("assess() waits for an unweighted script and then obeys it", () => {
  assert.deepEqual(assessed("script=check", [ETH0]).faults, [
    { kind: "scriptPending", script: "check" },
  ]);
  assert.deepEqual(assessed("script=check", [ETH0], { check: "bad" }).faults, [
    { kind: "scriptFailed", script: "check" },
  ]);
  assert.deepEqual(assessed("script=check", [ETH0], { check: "good" }).faults, []);
});

test("assess() tracks other interfaces, with and without a weight", () => {
  const down = link("eth1", 3, false);
  assert.deepEqual(assessed("track=eth1", [ETH0, down]).faults, [
    { kind: "interfaceDown", interfaceName: "eth1" },
  ]);
  assert.deepEqual(assessed("track=eth1", [ETH0]).faults, [
    { kind: "interfaceMissing", interfaceName: "eth1" },
  ]);
  assert.equal(assessed("prio=100 track=eth1:-30", [ETH0, down]).effectivePriority, 70);
  assert.equal(assessed("prio=100 track=eth1:30", [ETH0, link("eth1", 3)]).effectivePriority, 130);
});

test("track_src_ip faults a configured source that the interface does not have", () => {
  const words = "src=10.0.0.77 track_src";
  assert.deepEqual(assessed(words, [ETH0]).faults, [{ kind: "sourceLost", address: "10.0.0.77" }]);
  assert.deepEqual(assessed("src=10.0.0.77", [ETH0]).faults, []);
  assert.deepEqual(assessed(words, [link("eth0", 2, true, ["10.0.0.77"])]).faults, []);
});

test("a BFD session counts as up until it is known to be down", () => {
  const faultsWith = (bfds: ReadonlyMap<string, Verdict>, words: string) =>
    assess(instanceFrom(parseWords(words.split(" "))), {
      network: new Map([["eth0", ETH0]]),
      verdicts: { ...NO_VERDICTS, bfds },
      virtualAddresses: new Set(),
    });
  assert.deepEqual(faultsWith(new Map(), "bfd=up").faults, []);
  assert.deepEqual(faultsWith(new Map([["up", "bad"]]), "bfd=up").faults, [
    { kind: "bfdFault", bfd: "up" },
  ]);
  assert.equal(faultsWith(new Map(), "prio=100 bfd=up:20").effectivePriority, 120);
  assert.equal(faultsWith(new Map([["up", "bad"]]), "prio=100 bfd=up:20").effectivePriority, 100);
});
