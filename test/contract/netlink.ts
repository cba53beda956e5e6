/** The promises of `Netlink`, whoever implements it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Errno } from "../../src/base/failure.ts";
import { milliseconds, seconds } from "../../src/base/units.ts";
import type { AddressChange, AddressInfo, NetworkNotice } from "../../src/sys/ports.ts";
import { address, index } from "../sim/values.ts";
import type { ContractHost, OpenNetwork } from "./network.ts";

const SOON = milliseconds(30);
const NO_DAD = 0x02;
const IFF_UP = 0x1;

function addition(host: ContractHost, text: string): AddressChange {
  const isIpv6 = text.includes(":");
  return {
    operation: "add",
    interfaceIndex: host.index,
    address: address(text),
    prefixLength: isIpv6 ? 128 : 32,
    flags: isIpv6 ? NO_DAD : undefined,
  };
}

const removal = (change: AddressChange): AddressChange => ({ ...change, operation: "remove" });
const renewal = (change: AddressChange): AddressChange => ({ ...change, operation: "renew" });

/** What was told about `text`, shortest form. */
function told(notices: readonly NetworkNotice[], text: string): readonly string[] {
  return notices.flatMap((notice) => {
    if (notice.kind !== "addressAdded" && notice.kind !== "addressRemoved") return [];
    if (notice.address.address !== text) return [];
    const isOwn = notice.kind === "addressRemoved" && notice.own === true;
    return [`${notice.kind}${isOwn ? " by us" : ""}`];
  });
}

export function netlinkContract(name: string, open: OpenNetwork): void {
  describe(`netlink of ${name}`, () => {
    test("links() has loopback and the interface as it is", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const links = netlink.links();
      assert.equal(links.find((link) => link.name === "lo")?.hardwareType, 772);
      const link = links.find(({ name: linkName }) => linkName === network.a.interfaceName);
      assert.equal(link?.index, network.a.index);
      assert.equal(link.mac, network.a.mac);
      assert.equal(link.broadcastMac, "ff:ff:ff:ff:ff:ff");
      assert.equal(link.mtu, 1500);
      assert.equal(link.kind, "veth");
      assert.equal(link.flags & IFF_UP, IFF_UP);
    });

    test("addresses() has both families", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const mine = netlink.addresses().filter((info) => info.interfaceIndex === network.a.index);
      const found = mine.map((info) => `${info.address}/${info.prefixLength}`);
      assert.deepEqual(found.sort(), [`${network.a.ipv4}/24`, `${network.a.ipv6}/64`].sort());
    });

    test("apply() adds and removes, and says nothing of what went well", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const changes = ["10.0.7.1", "10.0.7.2", "fd00::7"].map((text) => addition(network.a, text));
      const has = (): number =>
        changes.filter((c) => netlink.addresses().some((info) => info.address === c.address))
          .length;
      assert.deepEqual(netlink.apply(netlink.prepare(changes), 0, 3), []);
      assert.equal(has(), 3);
      assert.deepEqual(netlink.apply(netlink.prepare(changes.map(removal)), 0, 3), []);
      assert.equal(has(), 0);
    });

    test("apply() reports refusals by position and does the rest", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const [one, two, three] = ["10.0.7.1", "10.0.7.2", "10.0.7.3"].map((text) =>
        addition(network.a, text),
      );
      assert.ok(one !== undefined && two !== undefined && three !== undefined);
      netlink.apply(netlink.prepare([two]), 0, 1);
      const mixed = netlink.prepare([one, two, removal(addition(network.a, "10.0.9.9")), three]);
      assert.deepEqual(netlink.apply(mixed, 0, mixed.count), [
        { index: 1, errno: Errno.EEXIST },
        { index: 2, errno: Errno.EADDRNOTAVAIL },
      ]);
      const texts = netlink.addresses().map((info) => info.address);
      assert.ok(texts.includes(one.address) && texts.includes(three.address));
    });

    test("apply() refuses an interface that does not exist", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const change = { ...addition(network.a, "10.0.7.1"), interfaceIndex: index(4_000) };
      const failures = netlink.apply(netlink.prepare([change]), 0, 1);
      assert.deepEqual(failures, [{ index: 0, errno: Errno.ENODEV }]);
    });

    test("apply() takes a part of what was prepared, and again", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const texts = ["10.0.7.1", "10.0.7.2", "10.0.7.3"];
      const prepared = netlink.prepare(texts.map((text) => addition(network.a, text)));
      const present = (): readonly string[] =>
        netlink
          .addresses()
          .map((info): string => info.address)
          .filter((text) => texts.includes(text));
      assert.equal(prepared.count, 3);
      assert.deepEqual(netlink.apply(prepared, 1, 1), []);
      assert.deepEqual(present(), ["10.0.7.2"]);
      assert.deepEqual(netlink.apply(prepared, 1, 5), [{ index: 1, errno: Errno.EEXIST }]);
      assert.deepEqual(present(), ["10.0.7.2", "10.0.7.3"]);
      assert.deepEqual(netlink.apply(prepared, 0, 0), []);
    });

    test("apply() of thousands keeps positions right", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const changes = Array.from({ length: 3_000 }, (_, i) =>
        removal(addition(network.a, `10.1.${i >> 8}.${i & 255}`)),
      );
      changes[2_500] = addition(network.a, "10.1.200.200");
      const failures = netlink.apply(netlink.prepare(changes), 0, changes.length);
      assert.equal(failures.length, 2_999);
      assert.ok(failures.every(({ errno }) => errno === Errno.EADDRNOTAVAIL));
      assert.equal(failures[2_499]?.index, 2_499);
      assert.equal(failures[2_500]?.index, 2_501);
    });

    test("renewing adds what is missing and keeps what is there", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const change = renewal({ ...addition(network.a, "10.0.7.1"), validLifetime: 60 });
      const prepared = netlink.prepare([change]);
      assert.deepEqual(netlink.apply(prepared, 0, 1), []);
      assert.deepEqual(netlink.apply(prepared, 0, 1), []);
      const found = netlink.addresses().filter((info) => info.address === change.address);
      assert.equal(found.length, 1);
    });

    test("a lease ends by itself unless it is renewed", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const kept = { ...addition(network.a, "10.0.7.1"), validLifetime: 1, preferredLifetime: 1 };
      const left = { ...addition(network.a, "fd00::7"), validLifetime: 1, preferredLifetime: 0 };
      assert.deepEqual(netlink.apply(netlink.prepare([kept, left]), 0, 2), []);
      const longer = renewal({ ...kept, validLifetime: 60, preferredLifetime: 60 });
      assert.deepEqual(netlink.apply(netlink.prepare([longer]), 0, 1), []);
      await network.pass(seconds(2.5));
      const texts = netlink.addresses().map((info) => info.address);
      assert.ok(texts.includes(kept.address));
      assert.ok(!texts.includes(left.address));
    });

    test("label, scope and flags come back as they were given", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const label = `${network.a.interfaceName}:7`;
      const change = { ...addition(network.a, "10.0.7.1"), label, scope: 253 };
      netlink.apply(netlink.prepare([change]), 0, 1);
      const found = netlink.addresses().find((info) => info.address === change.address);
      const expected: AddressInfo = {
        interfaceIndex: network.a.index,
        address: change.address,
        prefixLength: 32,
        scope: 253,
        flags: 0x80,
        label,
      };
      assert.deepEqual(found, expected);
    });

    test("notices tell what we did from what others did", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const notices: NetworkNotice[] = [];
      netlink.onNotices((batch) => {
        notices.push(...batch);
      });
      netlink.apply(netlink.prepare([addition(network.a, "10.0.7.1")]), 0, 1);
      await network.pass(SOON);
      assert.deepEqual(told(notices, "10.0.7.1"), []);
      network.a.removeAddress("10.0.7.1/32");
      network.a.addAddress("10.0.7.2/32");
      await network.pass(SOON);
      assert.deepEqual(told(notices, "10.0.7.1"), ["addressRemoved"]);
      assert.deepEqual(told(notices, "10.0.7.2"), ["addressAdded"]);
    });

    test("notices tell of a link that goes down and comes up", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const states: boolean[] = [];
      netlink.onNotices((batch) => {
        for (const notice of batch) {
          if (notice.kind !== "linkChanged" || notice.link.index !== network.a.index) continue;
          states.push((notice.link.flags & IFF_UP) !== 0);
        }
      });
      network.a.setUp(false);
      await network.pass(SOON);
      assert.deepEqual([...new Set(states)], [false]);
      network.a.setUp(true);
      await network.pass(SOON);
      assert.equal(states.at(-1), true);
    });

    test("a link that goes down loses its IPv6 addresses and keeps its IPv4 ones", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const changes = ["10.0.7.1", "fd00::7"].map((text) => addition(network.a, text));
      netlink.apply(netlink.prepare(changes), 0, 2);
      network.a.setUp(false);
      const texts = netlink.addresses().map((info): string => info.address);
      assert.ok(texts.includes("10.0.7.1"));
      assert.ok(!texts.includes("fd00::7") && !texts.includes(network.a.ipv6));
    });

    test("nothing is told after it is closed", async () => {
      using network = await open();
      const netlink = network.a.ports.openNetlink();
      let count = 0;
      netlink.onNotices(() => {
        count += 1;
      });
      netlink[Symbol.dispose]();
      netlink[Symbol.dispose]();
      network.a.addAddress("10.0.7.2/32");
      await network.pass(SOON);
      assert.equal(count, 0);
    });
  });
}
