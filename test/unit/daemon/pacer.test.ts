/** Announcements with gaps between them. keepalived.conf(5), garp_group and vrrp_garp_interval. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Family } from "../../../src/base/address.ts";
import { NO_TIME, after, instant, seconds } from "../../../src/base/units.ts";
import { Pacer } from "../../../src/daemon/vrrp/pacer.ts";
import type { PacedFrames } from "../../../src/daemon/vrrp/pacer.ts";
import type { GarpGroupConfig } from "../../../src/vrrp/config.ts";

const START = instant(1_000_000);
const at = (s: number) => after(START, seconds(s));

function pacerWith(...groups: readonly GarpGroupConfig[]) {
  const pacer = new Pacer();
  pacer.configure(groups);
  const sent: string[] = [];
  const frames = (interfaceName: string, family: Family = "ipv4", count = 2): PacedFrames => ({
    ...{ router: 0, interfaceName, family, count },
    send: (position) => sent.push(`${family} ${interfaceName} ${position}`),
  });
  const announce = (each: PacedFrames, globalGap = seconds(1)): void => {
    pacer.add(pacer.paceOf(each, globalGap), { frames: each, rounds: 1 }, START);
  };
  return { pacer, sent, frames, announce };
}

test("each interface has its own gap, and so have ARP and neighbour advertisements", () => {
  const { pacer, sent, frames, announce } = pacerWith();
  announce(frames("eth0"));
  announce(frames("eth1"));
  announce(frames("eth0", "ipv6"));
  assert.deepEqual(sent, ["ipv4 eth0 0", "ipv4 eth1 0", "ipv6 eth0 0"]);
  pacer.run(at(0.9));
  assert.equal(sent.length, 3);
  pacer.run(at(1));
  assert.equal(sent.length, 6);
  assert.equal(pacer.deadline, undefined);
});

test("the interfaces of a group wait for each other", () => {
  const group = { interfaceNames: ["eth0", "eth1"], arpGap: seconds(2), naGap: undefined };
  const { pacer, sent, frames, announce } = pacerWith(group);
  announce(frames("eth0", "ipv4", 1));
  announce(frames("eth1", "ipv4", 1));
  assert.deepEqual(sent, ["ipv4 eth0 0"]);
  assert.equal(pacer.deadline, at(2));
  pacer.run(at(2));
  assert.deepEqual(sent, ["ipv4 eth0 0", "ipv4 eth1 0"]);
});

test("a group that says nothing of a family leaves it the global gap", () => {
  const group = { interfaceNames: ["eth0"], arpGap: seconds(2), naGap: undefined };
  const { pacer, frames } = pacerWith(group);
  assert.equal(pacer.paceOf(frames("eth0", "ipv4"), seconds(1)).gap, seconds(2));
  assert.equal(pacer.paceOf(frames("eth0", "ipv6"), seconds(1)).gap, seconds(1));
  assert.equal(pacer.paceOf(frames("eth1", "ipv4"), NO_TIME).gap, NO_TIME);
});

test("without a gap a few frames go at a time, so that nothing waits long for them", () => {
  const { pacer, sent, frames, announce } = pacerWith();
  announce(frames("eth0", "ipv4", 100), NO_TIME);
  assert.equal(sent.length, 64);
  assert.equal(pacer.deadline, START);
  pacer.run(START);
  assert.equal(sent.length, 100);
});

test("what waits for an instance is dropped when it is master no more", () => {
  const { pacer, sent, frames, announce } = pacerWith();
  announce(frames("eth0"));
  announce({ ...frames("eth1"), router: 1 });
  pacer.cancel(0);
  pacer.run(at(1));
  assert.deepEqual(sent, ["ipv4 eth0 0", "ipv4 eth1 0", "ipv4 eth1 1"]);
});
