/** bfd_instance: defaults, who is told, which neighbours go together. RFC 5880 §6.8.1. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BfdInstanceConfig } from "../../../src/bfd/config.ts";
import { loadText } from "./reading.ts";

function bfdOf(...instances: readonly (readonly string[])[]): readonly BfdInstanceConfig[] {
  const blocks = instances.map((lines, i) => `bfd_instance b${i} {\n${lines.join("\n")}\n}\n`);
  return loadText(blocks.join("")).bfd;
}

const namesOf = (list: readonly BfdInstanceConfig[]): readonly string[] =>
  list.map(({ name }) => name);

test("a session that says nothing but its neighbour has the defaults of its family", () => {
  const [ipv4, ipv6] = bfdOf(["neighbor_ip 10.0.0.2"], ["neighbour_ip 2001:db8::2"]);
  assert.deepEqual(ipv4, {
    name: "b0",
    neighbor: "10.0.0.2",
    source: undefined,
    requiredMinRx: 10_000,
    desiredMinTx: 10_000,
    idleTx: 1_000_000,
    detectMultiplier: 5,
    passive: false,
    ttl: 255,
    maxHops: 0,
    multihop: false,
    weight: 0,
    reverse: false,
    tellsVrrp: true,
    tellsCheckers: true,
  });
  assert.equal(ipv6?.ttl, 64);
});

test("milliseconds have three decimal places", () => {
  const [fine] = bfdOf(["neighbor_ip 10.0.0.2", "min_rx 3.312", "min_tx .5e3"]);
  assert.equal(fine?.requiredMinRx, 3_312);
  assert.equal(fine.desiredMinTx, 10_000);
});

test("naming one of vrrp and checker leaves the other out", () => {
  const told = bfdOf(
    ["neighbor_ip 10.0.0.2", "vrrp"],
    ["neighbor_ip 10.0.0.3", "checker"],
    ["neighbor_ip 10.0.0.4", "vrrp", "checker"],
  ).map(({ tellsVrrp, tellsCheckers }) => [tellsVrrp, tellsCheckers]);
  assert.deepEqual(told, [
    [true, false],
    [false, true],
    [true, true],
  ]);
});

test("max_hops 255 means any number, and no number above the time to live is kept", () => {
  const hops = bfdOf(
    ["neighbor_ip 10.0.0.2", "max_hops 255"],
    ["neighbor_ip 10.0.0.3", "ttl 10", "max_hops 20"],
  ).map(({ maxHops }) => maxHops);
  assert.deepEqual(hops, [undefined, 10]);
});

test("a neighbour has one session, unless each has its own source or its own number of hops", () => {
  const first = ["neighbor_ip 10.0.0.2", "source_ip 10.0.0.1"];
  assert.deepEqual(namesOf(bfdOf(first, ["neighbor_ip 10.0.0.2"])), ["b0"]);
  assert.deepEqual(namesOf(bfdOf(["neighbor_ip 10.0.0.2"], first)), ["b0"]);
  assert.deepEqual(namesOf(bfdOf(first, first)), ["b0"]);
  const other = ["neighbor_ip 10.0.0.2", "source_ip 10.0.0.5"];
  assert.deepEqual(namesOf(bfdOf(first, other)), ["b0", "b1"]);
  assert.deepEqual(namesOf(bfdOf(first, [...first, "multihop"])), ["b0", "b1"]);
});

test("a session whose addresses do not go together is left out, and the next one is not", () => {
  const list = bfdOf(
    ["neighbor_ip 10.0.0.2", "source_ip 2001:db8::1"],
    ["neighbor_ip nowhere"],
    ["source_ip 10.0.0.1"],
    ["neighbor_ip 10.0.0.2"],
  );
  assert.deepEqual(namesOf(list), ["b3"]);
});
