/** Signed adverts against packets of Keepalived 2.4 and the published vectors of the HMAC trailer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeAh, signAh, spiMatchesSource, verifyAh, wrapInAh } from "../../../src/wire/ah.ts";
import {
  compareSequences,
  decodeHmacTrailer,
  encodeHmacTrailer,
  verifyHmacTrailer,
} from "../../../src/wire/hmac-trailer.ts";
import type { HmacBinding } from "../../../src/wire/hmac-trailer.ts";

const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const IP = "45c0 0040 0001 0000 ff33 0000 0a090901 e0000012";
const AH = "70040000 0a090901 00000001 253a79d625a8e32b93335473";
const ADVERT = "2133ff010201cab7 0a090909 0000000000000000";
const PASSWORD = hex("3132333400000000");

test("an advert in an Authentication Header is Keepalived's, byte for byte", () => {
  const wrapped = wrapInAh(112, hex("0a090901"), hex(ADVERT));
  const packet = Uint8Array.from([...hex(IP), ...wrapped]);
  signAh(packet, PASSWORD, { sequence: 1, isRouted: false });
  assert.equal(text(packet.subarray(20)), text(hex(AH + ADVERT)));
});

test("an Authentication Header is verified over all that may not change on the way", () => {
  const packet = hex(IP + AH + ADVERT);
  assert.equal(verifyAh(packet, PASSWORD, false), true);
  assert.equal(spiMatchesSource(packet), true);
  assert.equal(verifyAh(packet, hex("3132333500000000"), false), false);
  for (const offset of [4, 8, 12, 16, 20, 28, 32, 44, 46, 52]) {
    const changed = packet.slice();
    changed[offset] = (changed[offset] ?? 0) ^ 1;
    assert.equal(verifyAh(changed, PASSWORD, false), false, `byte ${offset}`);
  }
  // TOS, fragment offset and header checksum are the network's to change.
  for (const offset of [1, 6, 10]) {
    const changed = packet.slice();
    changed[offset] = (changed[offset] ?? 0) ^ 1;
    assert.equal(verifyAh(changed, PASSWORD, false), true, `byte ${offset}`);
  }
});

test("on a routed path the TTL may change", () => {
  const packet = hex(IP + AH + ADVERT);
  signAh(packet, PASSWORD, { sequence: 7, isRouted: true });
  packet[8] = 64;
  assert.equal(verifyAh(packet, PASSWORD, true), true);
  assert.equal(verifyAh(packet, PASSWORD, false), false);
});

test("an Authentication Header is read with its length checked", () => {
  const header = decodeAh(hex(AH));
  assert.equal(header?.sequence, 1);
  assert.equal(header.nextHeader, 112);
  assert.equal(header.spi, 0x0a090901);
  for (let length = 0; length < 24; length += 1) {
    assert.equal(decodeAh(hex(AH).subarray(0, length)), undefined);
  }
  assert.equal(decodeAh(hex(AH.replace("7004", "7005"))), undefined);
  assert.equal(verifyAh(hex(IP), PASSWORD, false), false);
});

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const SEQUENCE = { seconds: 0x68000000, fraction: 0x8000, counter: 0 };
const VECTORS: readonly (readonly [string, HmacBinding, string, string])[] = [
  [
    "IPv4",
    { family: "ipv4", version: 3, vrid: 51, source: hex("c633640a") },
    "3133c80100644402 c0000264",
    "010100006800000080000000 1b84bc4e8e43892dc6d98448f8ee2265",
  ],
  [
    "IPv6",
    { family: "ipv6", version: 3, vrid: 51, source: hex("fe800000000000000000000000000010") },
    "3133c8010064a2e9 fe800000000000000000000000000100",
    "010100006800000080000000 c8c56146ebfd66ee10ec4d8186461b78",
  ],
];

for (const [name, binding, message, trailer] of VECTORS) {
  test(`the HMAC trailer of the published ${name} vector`, () => {
    const made = encodeHmacTrailer(hex(message), binding, {
      keyId: 1,
      key: KEY,
      sequence: SEQUENCE,
    });
    assert.equal(text(made), text(hex(trailer)));
    assert.equal(verifyHmacTrailer(hex(message), made, binding, KEY), true);
    assert.deepEqual(decodeHmacTrailer(made)?.sequence, SEQUENCE);
    const other = { ...binding, vrid: 52 };
    assert.equal(verifyHmacTrailer(hex(message), made, other, KEY), false);
    const changed = made.slice();
    changed[5] = 1;
    assert.equal(verifyHmacTrailer(hex(message), changed, binding, KEY), false);
  });
}

test("a malformed HMAC trailer is none", () => {
  const good = hex("010100006800000080000000 1b84bc4e8e43892dc6d98448f8ee2265");
  assert.equal(decodeHmacTrailer(good.subarray(1)), undefined);
  assert.equal(decodeHmacTrailer(Uint8Array.from([2, ...good.subarray(1)])), undefined);
  const reserved = good.slice();
  reserved[2] = 1;
  assert.equal(decodeHmacTrailer(reserved), undefined);
});

test("HMAC sequences are ordered by time, then by counter", () => {
  assert.ok(compareSequences(SEQUENCE, { ...SEQUENCE, counter: 1 }) < 0);
  assert.ok(compareSequences({ ...SEQUENCE, fraction: 0x8001 }, SEQUENCE) > 0);
  assert.ok(compareSequences({ ...SEQUENCE, seconds: 1 }, SEQUENCE) < 0);
  assert.equal(compareSequences(SEQUENCE, { ...SEQUENCE }), 0);
});
