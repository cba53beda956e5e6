/** The setting that keeps addresses of a subnet. keepalived.conf(5), promote_secondaries. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Secondaries } from "../../../src/daemon/vrrp/secondaries.ts";
import type { Network } from "../../../src/track/network.ts";
import { FakeSysctl } from "../../sim/fake-sysctl.ts";
import { instanceFrom, parseWords } from "../../sim/model.ts";
import { index } from "../../sim/values.ts";

const PATH = "net/ipv4/conf/eth0/promote_secondaries";
const PROMOTING = [instanceFrom(parseWords(["promote"]))];
const networkWith = (number: number): Network =>
  new Map([["eth0", { name: "eth0", index: index(number), up: true, mtu: 1500, addresses: [] }]]);

test("it is set while an instance asks for it, and put back when none does", () => {
  const sysctl = new FakeSysctl();
  const secondaries = new Secondaries(sysctl, () => undefined);
  secondaries.hold(PROMOTING, networkWith(2));
  assert.equal(sysctl.read(PATH), "1");
  secondaries.hold([instanceFrom(parseWords([]))], networkWith(2));
  assert.equal(sysctl.read(PATH), "0");
});

test("what was set by others stays set", () => {
  const sysctl = new FakeSysctl();
  sysctl.write(PATH, "1");
  const secondaries = new Secondaries(sysctl, () => undefined);
  secondaries.hold(PROMOTING, networkWith(2));
  secondaries.release();
  assert.equal(sysctl.read(PATH), "1");
});

test("an interface that comes anew gets it anew", () => {
  const sysctl = new FakeSysctl();
  const secondaries = new Secondaries(sysctl, () => undefined);
  secondaries.hold(PROMOTING, networkWith(2));
  sysctl.write(PATH, "0");
  secondaries.hold(PROMOTING, networkWith(3));
  assert.equal(sysctl.read(PATH), "1");
});

test("a kernel that refuses is told of once", () => {
  const lines: string[] = [];
  const sysctl = new FakeSysctl();
  sysctl.isReadOnly = true;
  const secondaries = new Secondaries(sysctl, (_level, text) => lines.push(text));
  secondaries.hold(PROMOTING, networkWith(2));
  secondaries.hold(PROMOTING, networkWith(2));
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^promote_secondaries cannot be set for eth0 \(EROFS\)/);
});
