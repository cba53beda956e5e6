/** The promises of `NeighbourSocket`, whoever implements it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { milliseconds } from "../../src/base/units.ts";
import type { NeighbourSocket } from "../../src/sys/ports.ts";
import { encodeGratuitousArp } from "../../src/wire/arp.ts";
import { encodeUnsolicitedNa } from "../../src/wire/ndp.ts";
import { address } from "../sim/values.ts";
import type { ContractHost, OpenNetwork } from "./network.ts";

const SOON = milliseconds(40);
const VIP = address("10.0.7.1");
const VIP6 = address("fd00::7");

function announce(host: ContractHost): Uint8Array[] {
  const frames = [
    encodeGratuitousArp(host.mac, VIP),
    encodeUnsolicitedNa({ mac: host.mac, address: VIP6, isRouter: false }),
  ];
  using socket = host.ports.openFrameSocket();
  const prepared = socket.prepare(frames.map((bytes) => ({ interfaceIndex: host.index, bytes })));
  assert.deepEqual(socket.send(prepared, 0, 2), { sent: 2, errno: 0 });
  return frames;
}

/** Frames heard that are `wanted`, however padded. */
function countOf(heard: readonly Uint8Array[], wanted: Uint8Array | undefined): number {
  assert.ok(wanted !== undefined);
  const text = Buffer.from(wanted).toString("hex");
  return heard.filter((frame) => Buffer.from(frame).toString("hex").startsWith(text)).length;
}

function collect(socket: NeighbourSocket): Uint8Array[] {
  const frames: Uint8Array[] = [];
  socket.onFrame((frame) => {
    frames.push(frame.slice());
  });
  return frames;
}

export function neighbourSocketContract(name: string, open: OpenNetwork): void {
  describe(`neighbour socket of ${name}`, () => {
    test("claims of the other host for watched addresses are heard, in both families", async () => {
      using network = await open();
      const { a, b } = network;
      const place = { interfaceIndex: b.index };
      using ipv4 = b.ports.openNeighbourSocket({ ...place, family: "ipv4", addresses: [VIP] });
      using ipv6 = b.ports.openNeighbourSocket({ ...place, family: "ipv6", addresses: [VIP6] });
      const [arps, advertisements] = [collect(ipv4), collect(ipv6)];
      const [arp, advertisement] = announce(a);
      await network.pass(SOON);
      assert.equal(countOf(arps, arp), 1);
      assert.equal(countOf(advertisements, advertisement), 1);
    });

    test("our own announcements are not heard", async () => {
      using network = await open();
      const { a } = network;
      const options = { interfaceIndex: a.index, family: "ipv4", addresses: [VIP] } as const;
      using socket = a.ports.openNeighbourSocket(options);
      const heard = collect(socket);
      const [arp] = announce(a);
      await network.pass(SOON);
      assert.equal(countOf(heard, arp), 0);
    });

    test("nothing is heard after it is closed", async () => {
      using network = await open();
      const { a, b } = network;
      const options = { interfaceIndex: b.index, family: "ipv4", addresses: [VIP] } as const;
      const socket = b.ports.openNeighbourSocket(options);
      const heard = collect(socket);
      socket[Symbol.dispose]();
      announce(a);
      await network.pass(SOON);
      assert.deepEqual(heard, []);
    });
  });
}
