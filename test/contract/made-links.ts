/** The promises of `Netlink` about links made on others, and of `Sysctl`, whoever implements them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Errno } from "../../src/base/failure.ts";
import type { LinkChange, LinkInfo, Netlink } from "../../src/sys/ports.ts";
import { mac } from "../sim/values.ts";
import type { ContractHost, OpenNetwork } from "./network.ts";

const UP = 0x1;
const VIRTUAL = mac("00:00:5e:00:01:33");

const creation = (host: ContractHost, name: string): LinkChange => ({
  operation: "create",
  link: {
    name,
    parent: host.index,
    what: { kind: "macvlan", mac: VIRTUAL },
    group: 7,
    master: undefined,
  },
});

/** The errno of each change, 0 for what was done. */
function perform(netlink: Netlink, ...changes: readonly LinkChange[]): readonly number[] {
  const failures = netlink.apply(netlink.prepare(changes), 0, changes.length);
  return changes.map((_, i) => failures.find(({ index }) => index === i)?.errno ?? 0);
}

const find = (netlink: Netlink, name: string): LinkInfo | undefined =>
  netlink.links().find((link) => link.name === name);

function made(netlink: Netlink, host: ContractHost, name: string): LinkInfo {
  assert.deepEqual(perform(netlink, creation(host, name)), [0]);
  const link = find(netlink, name);
  assert.ok(link !== undefined);
  return link;
}

export function madeLinksContract(name: string, open: OpenNetwork): void {
  describe(`links made on others, in ${name}`, () => {
    test("a macvlan is what was asked for, and down until it is brought up", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const {
        index,
        kind,
        parent,
        mac: address,
        group,
        flags,
      } = made(netlink, network.a, "vrrp.51");
      assert.deepEqual([kind, parent, address, group], ["macvlan", network.a.index, VIRTUAL, 7]);
      assert.equal(flags & UP, 0);
      assert.deepEqual(perform(netlink, { operation: "bringUp", linkIndex: index }), [0]);
      assert.equal((find(netlink, "vrrp.51")?.flags ?? 0) & UP, UP);
    });

    test("a name that is in use is refused, and a second one of that MAC address cannot come up", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const first = made(netlink, network.a, "vrrp.51");
      assert.deepEqual(perform(netlink, creation(network.a, "vrrp.51")), [Errno.EEXIST]);
      const second = made(netlink, network.a, "vrrp1.51");
      const ups = [first, second].map(({ index }) => {
        return { operation: "bringUp", linkIndex: index } as const;
      });
      assert.deepEqual(perform(netlink, ...ups), [0, Errno.EADDRINUSE]);
    });

    test("takeNotices() has what was changed when apply() returns, once", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      netlink.takeNotices();
      const { index } = made(netlink, network.a, "vrrp.51");
      const told = netlink.takeNotices();
      assert.ok(told.some((each) => each.kind === "linkChanged" && each.link.index === index));
      assert.deepEqual(netlink.takeNotices(), []);
    });

    test("a group is deleted as a whole, and nothing else is", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const { index } = made(netlink, network.a, "vrrp.51");
      made(netlink, network.a, "vrrp1.51");
      const changes: readonly LinkChange[] = [
        { operation: "setGroup", linkIndex: index, group: 77 },
        { operation: "deleteGroup", linkGroup: 77 },
      ];
      assert.deepEqual(perform(netlink, ...changes), [0, 0]);
      assert.equal(find(netlink, "vrrp.51"), undefined);
      assert.ok(find(netlink, "vrrp1.51") !== undefined);
    });

    test("a setting that was written is read, until somebody writes another", async () => {
      using network = await open();
      const { sysctl } = network.a.ports;
      const path = `net/ipv4/conf/${network.a.interfaceName}/arp_ignore`;
      assert.equal(sysctl.read(path), "0");
      assert.equal(sysctl.write(path, "1"), 0);
      assert.equal(sysctl.read(path), "1");
    });
  });
}
