import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeArp, encodeArp, encodeGratuitousArp } from "../../../src/wire/arp.ts";
import { seededRandom } from "../../sim/seeded-random.ts";
import { address, mac } from "../../sim/values.ts";

const MAC = mac("02:00:00:00:00:01");
const VIP = address("10.9.9.1");

/** As Keepalived 2.4 sends it, recorded on a bridge. */
const RECORDED =
  "ffffffffffff" +
  "020000000001" +
  "0806" +
  "0001080006040001" +
  "020000000001" +
  "0a090901" +
  "ffffffffffff" +
  "0a090901";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("encodeGratuitousArp() writes the recorded frame", () => {
  assert.equal(hex(encodeGratuitousArp(MAC, VIP)), RECORDED);
});

test("decodeArp() reads the recorded frame, with and without padding", () => {
  const frame = Buffer.from(RECORDED, "hex");
  const expected = {
    operation: 1,
    senderMac: "02:00:00:00:00:01",
    sender: "10.9.9.1",
    targetMac: "ff:ff:ff:ff:ff:ff",
    target: "10.9.9.1",
  };
  assert.deepEqual(decodeArp(frame), { ok: true, value: expected });
  const padded = new Uint8Array(60);
  padded.set(frame);
  assert.deepEqual(decodeArp(padded), { ok: true, value: expected });
});

test("decodeArp() undoes encodeArp()", () => {
  const packet = {
    operation: 2,
    senderMac: MAC,
    sender: VIP,
    targetMac: mac("02:00:00:00:00:02"),
    target: address("192.0.2.7"),
  };
  assert.deepEqual(decodeArp(encodeArp(packet)), { ok: true, value: packet });
});

test("decodeArp() refuses every shorter frame", () => {
  const frame = Buffer.from(RECORDED, "hex");
  for (let length = 0; length < frame.length; length += 1) {
    const result = decodeArp(frame.subarray(0, length));
    assert.ok(!result.ok && result.error.kind === "truncated", `${length} bytes`);
  }
});

test("decodeArp() refuses another EtherType and another hardware", () => {
  const ipv4 = Buffer.from(RECORDED, "hex");
  ipv4[12] = 0x08;
  ipv4[13] = 0x00;
  assert.deepEqual(decodeArp(ipv4), { ok: false, error: { kind: "type", got: 0x0800 } });
  for (const offset of [15, 16, 18, 19]) {
    const odd = Buffer.from(RECORDED, "hex");
    odd[offset] = 0x77;
    assert.deepEqual(decodeArp(odd), { ok: false, error: { kind: "format" } });
  }
});

test("decodeArp() never throws on any bytes", () => {
  const random = seededRandom(20260801);
  for (let i = 0; i < 5_000; i += 1) {
    const frame = Uint8Array.from({ length: Math.floor(random() * 70) }, () => random() * 256);
    if (random() < 0.5 && frame.length > 20) frame.set([0x08, 0x06, 0, 1, 8, 0, 6, 4], 12);
    decodeArp(frame);
  }
});
