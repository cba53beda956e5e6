/** Settings that virtual MAC addresses change beyond their own interfaces, and what is left of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { VmacSettings } from "../../../src/daemon/vrrp/vmac-settings.ts";
import { FakeSysctl } from "../../sim/fake-sysctl.ts";

const LINK = { name: "vrrp.51", parent: "eth0", family: "ipv4" } as const;
const NEEDS = { links: [LINK], others: ["eth0", "eth1"], disablesLocalIgmp: false };
const path = (name: string, key: string): string => `net/ipv4/conf/${name}/${key}`;

function settings(sysctl: FakeSysctl): { readonly lines: string[]; readonly work: VmacSettings } {
  const lines: string[] = [];
  const work = new VmacSettings(sysctl, (_, text) => {
    lines.push(text);
  });
  return { lines, work };
}

test("what is held of a parent is put back when its last macvlan goes, and what is stricter is kept", () => {
  const sysctl = new FakeSysctl();
  sysctl.values.set(path("eth0", "arp_ignore"), "2");
  const { work } = settings(sysctl);
  work.hold(NEEDS);
  const held = ["arp_ignore", "arp_filter", "arp_announce"].map((key) =>
    sysctl.read(path("eth0", key)),
  );
  assert.deepEqual(held, ["2", "1", "2"]);
  work.release();
  const after = ["arp_ignore", "arp_filter", "arp_announce"].map((key) =>
    sysctl.read(path("eth0", key)),
  );
  assert.deepEqual(after, ["2", "0", "0"]);
});

test("rp_filter of all becomes that of each which had less, and is put back first", () => {
  const sysctl = new FakeSysctl();
  sysctl.values.set(path("all", "rp_filter"), "1");
  sysctl.values.set(path("eth1", "rp_filter"), "2");
  const { work, lines } = settings(sysctl);
  work.hold(NEEDS);
  const names = ["all", "default", "eth0", "eth1"];
  assert.deepEqual(
    names.map((name) => sysctl.read(path(name, "rp_filter"))),
    ["0", "1", "1", "2"],
  );
  work.hold(NEEDS);
  work.release();
  assert.deepEqual(
    names.map((name) => sysctl.read(path(name, "rp_filter"))),
    ["1", "0", "0", "2"],
  );
  assert.deepEqual(lines, [
    "NOTICE: setting sysctl net.ipv4.conf.default.rp_filter from 0 to 1",
    "NOTICE: setting sysctl net.ipv4.conf.all.rp_filter from 1 to 0",
    "NOTICE: resetting sysctl net.ipv4.conf.all.rp_filter to 1",
    "NOTICE: resetting sysctl net.ipv4.conf.default.rp_filter to 0",
  ]);
});

test("an IPv6 macvlan changes nothing of the rest, and disable_local_igmp is put back", () => {
  const sysctl = new FakeSysctl();
  const igmp = "net/ipv4/igmp_link_local_mcast_reports";
  sysctl.values.set(igmp, "1");
  const { work } = settings(sysctl);
  work.prepareLink({ ...LINK, family: "ipv6" });
  work.hold({ ...NEEDS, links: [{ ...LINK, family: "ipv6" }], disablesLocalIgmp: true });
  assert.deepEqual([...sysctl.values], [[igmp, "0"]]);
  work.release();
  assert.deepEqual([...sysctl.values], [[igmp, "1"]]);
});

test("settings that cannot be written are named in one sentence, once", () => {
  const sysctl = new FakeSysctl();
  sysctl.isReadOnly = true;
  const { work, lines } = settings(sysctl);
  work.hold(NEEDS);
  work.hold(NEEDS);
  assert.deepEqual(lines, [
    "cannot write to /proc/sys (EROFS), so set from outside: net/ipv4/conf/eth0/arp_ignore=1, " +
      "net/ipv4/conf/eth0/arp_filter=1, net/ipv4/conf/eth0/arp_announce=2; until then the virtual " +
      "MAC address may go without answers, or without adverts of others",
  ]);
});
