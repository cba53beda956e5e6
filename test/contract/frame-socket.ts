/** The promises of `FrameSocket`, whoever implements it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Errno } from "../../src/base/failure.ts";
import { milliseconds } from "../../src/base/units.ts";
import { decodeArp, encodeGratuitousArp } from "../../src/wire/arp.ts";
import { decodeNeighbourAdvertisement, encodeUnsolicitedNa } from "../../src/wire/ndp.ts";
import { address, index } from "../sim/values.ts";
import type { ContractHost, ContractNetwork, OpenNetwork } from "./network.ts";

const SOON = milliseconds(40);

function announcement(
  host: ContractHost,
  text: string,
): {
  readonly interfaceIndex: ContractHost["index"];
  readonly bytes: Uint8Array;
} {
  const vip = address(text);
  const bytes = text.includes(":")
    ? encodeUnsolicitedNa({ mac: host.mac, address: vip, isRouter: false })
    : encodeGratuitousArp(host.mac, vip);
  return { interfaceIndex: host.index, bytes };
}

/** The addresses announced at `b`, in order. */
function announced(network: ContractNetwork): readonly string[] {
  return network.framesAtB().flatMap((frame): string[] => {
    const arp = decodeArp(frame);
    if (arp.ok && arp.value.sender === arp.value.target) return [arp.value.target];
    const advertisement = decodeNeighbourAdvertisement(frame);
    return advertisement.ok && !advertisement.value.isSolicited ? [advertisement.value.target] : [];
  });
}

export function frameSocketContract(name: string, open: OpenNetwork): void {
  describe(`frame socket of ${name}`, () => {
    test("prepared frames arrive as they were, in order", async () => {
      using network = await open();
      using socket = network.a.ports.openFrameSocket();
      const frames = ["10.0.7.1", "fd00::7", "10.0.7.2"].map((text) =>
        announcement(network.a, text),
      );
      const prepared = socket.prepare(frames);
      assert.equal(prepared.count, 3);
      assert.deepEqual(socket.send(prepared, 0, 3), { sent: 3, errno: 0 });
      await network.pass(SOON);
      assert.deepEqual(announced(network), ["10.0.7.1", "fd00::7", "10.0.7.2"]);
      const first = network.framesAtB().find((frame) => decodeArp(frame).ok);
      assert.deepEqual(first?.slice(0, 42), frames[0]?.bytes);
    });

    test("a part of what was prepared can be sent, and again", async () => {
      using network = await open();
      using socket = network.a.ports.openFrameSocket();
      const texts = ["10.0.7.1", "10.0.7.2", "10.0.7.3"];
      const prepared = socket.prepare(texts.map((text) => announcement(network.a, text)));
      assert.deepEqual(socket.send(prepared, 1, 1), { sent: 1, errno: 0 });
      assert.deepEqual(socket.send(prepared, 1, 9), { sent: 2, errno: 0 });
      assert.deepEqual(socket.send(prepared, 0, 0), { sent: 0, errno: 0 });
      await network.pass(SOON);
      assert.deepEqual(announced(network), ["10.0.7.2", "10.0.7.2", "10.0.7.3"]);
    });

    test("sending stops at a frame for an interface that does not exist", async () => {
      using network = await open();
      using socket = network.a.ports.openFrameSocket();
      const lost = { ...announcement(network.a, "10.0.7.2"), interfaceIndex: index(4_000) };
      const prepared = socket.prepare([announcement(network.a, "10.0.7.1"), lost]);
      assert.deepEqual(socket.send(prepared, 0, 2), { sent: 1, errno: Errno.ENXIO });
    });

    test("sending stops at a frame for an interface that is down", async () => {
      using network = await open();
      using socket = network.a.ports.openFrameSocket();
      network.a.setUp(false);
      const prepared = socket.prepare([announcement(network.a, "10.0.7.1")]);
      assert.deepEqual(socket.send(prepared, 0, 1), { sent: 0, errno: Errno.ENETDOWN });
    });

    test("two thousand frames go in one call", async () => {
      using network = await open();
      using socket = network.a.ports.openFrameSocket();
      const frame = announcement(network.a, "10.0.7.1");
      const prepared = socket.prepare(Array.from({ length: 2_000 }, () => frame));
      assert.deepEqual(socket.send(prepared, 0, 2_000), { sent: 2_000, errno: 0 });
      await network.pass(SOON);
    });
  });
}
