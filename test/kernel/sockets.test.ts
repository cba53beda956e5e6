/** What only a real kernel shows: its buffers overflowing, its caches believing our frames. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { milliseconds } from "../../src/base/units.ts";
import { NetlinkNotices } from "../../src/sys/linux/netlink-notices.ts";
import { ReceiveBuffer } from "../../src/sys/linux/receive-buffer.ts";
import { encodeGratuitousArp } from "../../src/wire/arp.ts";
import { encodeEthernet, EtherType } from "../../src/wire/ethernet.ts";
import { encodeIpv4 } from "../../src/wire/ipv4.ts";
import { encodeUnsolicitedNa } from "../../src/wire/ndp.ts";
import type { IncomingAdvert, NetworkNotice } from "../../src/sys/ports.ts";
import type { ContractHost, ContractNetwork } from "../contract/network.ts";
import { address, mac } from "../sim/values.ts";
import { Namespace, openRealNetwork, reasonToSkip } from "./real-network.ts";

const SOON = milliseconds(40);
const skip = reasonToSkip("socket behaviour on the kernel");

function sendFrames(host: ContractHost, frames: readonly Uint8Array[]): void {
  using socket = host.ports.openFrameSocket();
  const prepared = socket.prepare(frames.map((bytes) => ({ interfaceIndex: host.index, bytes })));
  assert.deepEqual(socket.send(prepared, 0, frames.length), { sent: frames.length, errno: 0 });
}

/** Adverts `b` hears while `work` sends something from `a`. */
async function heardAtB(
  network: ContractNetwork,
  work: () => void,
): Promise<readonly IncomingAdvert[]> {
  const { b } = network;
  using socket = b.ports.openAdvertSocket({
    family: "ipv4",
    protocol: "vrrp",
    interfaceIndex: b.index,
    interfaceName: b.interfaceName,
    group: address("224.0.0.18"),
    bindAddress: undefined,
    hopLimit: 255,
    receiveBufferBytes: undefined,
  });
  const packets: IncomingAdvert[] = [];
  socket.onPackets((burst) => {
    packets.push(...burst.map((packet) => ({ ...packet, bytes: packet.bytes.slice() })));
  });
  work();
  await network.pass(SOON);
  return packets;
}

describe("sockets on the kernel", { skip: skip ?? false }, () => {
  test("a gratuitous ARP moves an address in the other host's cache", async () => {
    using network = await openRealNetwork();
    const { a, b } = network;
    const known = `10.0.0.77 lladdr 02:00:00:00:00:99 dev ${b.interfaceName} nud stale`;
    b.run(`ip neighbour replace ${known}`);
    sendFrames(a, [encodeGratuitousArp(a.mac, address("10.0.0.77"))]);
    // The kernel ignores changes within a second of the last one (locktime).
    await network.pass(milliseconds(1_100));
    sendFrames(a, [encodeGratuitousArp(a.mac, address("10.0.0.77"))]);
    await network.pass(SOON);
    assert.match(b.run("ip neighbour show 10.0.0.77"), new RegExp(`lladdr ${a.mac}`));
  });

  test("a neighbour advertisement moves an address: its checksum is right", async () => {
    using network = await openRealNetwork();
    const { a, b } = network;
    const vip = address("fd00::77");
    const known = `${vip} lladdr 02:00:00:00:00:99 dev ${b.interfaceName} nud stale`;
    b.run(`ip neighbour replace ${known}`);
    sendFrames(a, [encodeUnsolicitedNa({ mac: a.mac, address: vip, isRouter: false })]);
    await network.pass(SOON);
    assert.match(b.run(`ip neighbour show ${vip}`), new RegExp(`lladdr ${a.mac}`));
  });

  test("the padding of a short frame is not part of the advert", async () => {
    using network = await openRealNetwork();
    const message = Uint8Array.of(0x31, 51, 100, 0, 0, 100, 0, 0);
    const header = {
      source: network.a.ipv4,
      destination: address("224.0.0.18"),
      protocol: 112,
      ttl: 7,
      identification: 1,
    };
    const payload = new Uint8Array(46);
    payload.set(encodeIpv4(header, message));
    const frame = encodeEthernet({
      destination: mac("01:00:5e:00:00:12"),
      source: network.a.mac,
      type: EtherType.ipv4,
      payload,
    });
    const packets = await heardAtB(network, () => {
      sendFrames(network.a, [frame]);
    });
    assert.deepEqual(
      packets.map((packet) => [packet.ttl, packet.bytes]),
      [[7, message]],
    );
  });

  test("a full notice buffer is one overrun, and notices go on after it", async () => {
    using namespace = await Namespace.open();
    namespace.run("ip link set lo up");
    namespace.enter();
    using notices = new NetlinkNotices(new ReceiveBuffer(), () => 0, { receiveBufferBytes: 4_096 });
    const seen: NetworkNotice[] = [];
    notices.onNotices((batch) => {
      seen.push(...batch);
    });
    // These wait while this process does not read: each is more than a kilobyte in the kernel.
    const changes = Array.from({ length: 40 }, (_, i) => `addr add 10.9.${i}.1/32 dev lo`);
    namespace.run("ip -batch -", changes.join("\n"));
    await sleep(60);
    assert.ok(seen.some((notice) => notice.kind === "overrun"));
    const before = seen.length;
    namespace.run("ip addr add 10.8.0.1/32 dev lo");
    await sleep(60);
    const [last] = seen.slice(before);
    assert.ok(last?.kind === "addressAdded" && last.address.address === "10.8.0.1");
  });
});
