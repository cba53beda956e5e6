import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeNeighbourAdvertisement, encodeUnsolicitedNa } from "../../../src/wire/ndp.ts";
import { seededRandom } from "../../sim/seeded-random.ts";
import { address, mac } from "../../sim/values.ts";

const MAC = mac("02:00:00:00:00:01");
const VIP = address("fd00::9");

/**
 * Written out by hand from RFC 4861 §4.4 in the form Keepalived 2.4 was recorded to use; the
 * checksum is the sum of the words below, done on paper.
 */
const FRAME =
  "333300000001" +
  "020000000001" +
  "86dd" +
  "60000000" +
  "0020" +
  "3aff" +
  "fd000000000000000000000000000009" +
  "ff020000000000000000000000000001" +
  "8800" +
  "@@@@" +
  "20000000" +
  "fd000000000000000000000000000009" +
  "0201" +
  "020000000001";

/**
 * Twice fd00 and 0009 and the destination's ff02 and 0001, the length 0020 and next header 003a;
 * 8800, 2000, 0201, 0200, 0001: their sum is 0x3a571, folded 0xa574, inverted 0x5a8b.
 */
const EXPECTED = FRAME.replace("@@@@", "5a8b");

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("encodeUnsolicitedNa() writes header, override flag, target and option", () => {
  assert.equal(hex(encodeUnsolicitedNa({ mac: MAC, address: VIP, isRouter: false })), EXPECTED);
});

test("encodeUnsolicitedNa() of a router sets the router flag too", () => {
  const frame = encodeUnsolicitedNa({ mac: MAC, address: VIP, isRouter: true });
  assert.equal(frame[14 + 40 + 4], 0xa0);
});

test("decodeNeighbourAdvertisement() undoes encodeUnsolicitedNa()", () => {
  for (const isRouter of [true, false]) {
    const frame = encodeUnsolicitedNa({ mac: MAC, address: VIP, isRouter });
    assert.deepEqual(decodeNeighbourAdvertisement(frame), {
      ok: true,
      value: {
        source: "fd00::9",
        destination: "ff02::1",
        target: "fd00::9",
        targetMac: "02:00:00:00:00:01",
        isRouter,
        isSolicited: false,
        isOverride: true,
      },
    });
  }
});

test("decodeNeighbourAdvertisement() reads past options it does not know", () => {
  const frame = Buffer.from(EXPECTED, "hex");
  frame[14 + 40 + 24] = 14; // A nonce option in the place of the link-layer one.
  frame.writeUInt16BE(0x5a8b - 0x0c00, 14 + 40 + 2);
  const result = decodeNeighbourAdvertisement(frame);
  assert.ok(result.ok);
  assert.equal(result.value.targetMac, undefined);
});

test("decodeNeighbourAdvertisement() refuses a wrong checksum", () => {
  const frame = Buffer.from(EXPECTED, "hex");
  frame[14 + 40 + 5] = 1;
  assert.deepEqual(decodeNeighbourAdvertisement(frame), { ok: false, error: { kind: "checksum" } });
});

test("decodeNeighbourAdvertisement() refuses what has passed a router", () => {
  const frame = Buffer.from(EXPECTED, "hex");
  frame[14 + 7] = 254;
  assert.deepEqual(decodeNeighbourAdvertisement(frame), { ok: false, error: { kind: "format" } });
});

test("decodeNeighbourAdvertisement() refuses every shorter frame and another EtherType", () => {
  const frame = Buffer.from(EXPECTED, "hex");
  for (let length = 0; length < frame.length; length += 1) {
    const result = decodeNeighbourAdvertisement(frame.subarray(0, length));
    assert.ok(!result.ok && result.error.kind === "truncated", `${length} bytes`);
  }
  frame[13] = 0;
  const result = decodeNeighbourAdvertisement(frame);
  assert.deepEqual(result, { ok: false, error: { kind: "type", got: 0x8600 } });
});

test("decodeNeighbourAdvertisement() refuses a packet whose own length cuts the message short", () => {
  const frame = Buffer.from(EXPECTED, "hex");
  frame[14 + 5] = 16;
  const result = decodeNeighbourAdvertisement(frame);
  assert.deepEqual(result, { ok: false, error: { kind: "truncated", need: 94, have: 86 } });
});

test("decodeNeighbourAdvertisement() never throws on any bytes", () => {
  const random = seededRandom(20260802);
  const good = Buffer.from(EXPECTED, "hex");
  for (let i = 0; i < 5_000; i += 1) {
    const frame = Uint8Array.from(good.subarray(0, Math.floor(random() * 90)));
    for (let j = 0; j < 3; j += 1) frame[Math.floor(random() * frame.length)] = random() * 256;
    decodeNeighbourAdvertisement(frame);
  }
});
