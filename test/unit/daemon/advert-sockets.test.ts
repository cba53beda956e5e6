/** The room of advert sockets, as Debian's Keepalived 2.2.7 asks for it where it is not too little. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { interfaceIndex } from "../../../src/base/units.ts";
import { AdvertSockets, socketOptions } from "../../../src/daemon/vrrp/advert-sockets.ts";
import type { AdvertSocket, AdvertSocketOptions } from "../../../src/sys/ports.ts";
import type { ReceiveRoom } from "../../../src/vrrp/receive-room.ts";
import { instanceFrom, parseWords } from "../../sim/model.ts";

/** The room that the one socket of instances with these wishes gets. */
function roomFor(...wishes: readonly (ReceiveRoom | undefined)[]): number | undefined {
  const rooms: (number | undefined)[] = [];
  const openAdvertSocket = (options: AdvertSocketOptions): AdvertSocket => {
    rooms.push(options.receiveBufferBytes);
    return {
      ...{ send: () => [], poll: () => undefined, onPackets: () => undefined },
      ...{ descriptors: [3, 4], [Symbol.dispose]: () => undefined },
    };
  };
  const config = instanceFrom(parseWords(["prio=100"]));
  const wanted = wishes.map((receiveRoom) =>
    socketOptions({ ...config, receiveRoom }, interfaceIndex(2), 9_000),
  );
  using sockets = new AdvertSockets({ openAdvertSocket }, () => undefined);
  sockets.sync(wanted);
  assert.equal(rooms.length, 1);
  return rooms[0];
}

test("without a wish the kernel decides", () => {
  assert.equal(roomFor(undefined, undefined), undefined);
});

test("a socket has room for all instances that use it", () => {
  const bytes = (n: number): ReceiveRoom => ({ kind: "bytes", bytes: n });
  assert.equal(roomFor(bytes(50_000), bytes(50_000)), 100_000);
  assert.equal(roomFor(bytes(60_000), undefined), 60_000);
  assert.equal(roomFor({ kind: "mtu", packets: 3 }, { kind: "mtu", packets: 3 }), 54_000);
});

test("a small advert counts with what the kernel needs for it", () => {
  assert.equal(roomFor({ kind: "advert", packets: 3 }), 3_072);
});
