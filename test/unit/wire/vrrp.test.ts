import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIpAddress } from "../../../src/base/address.ts";
import type { IpAddress } from "../../../src/base/address.ts";
import { secret } from "../../../src/base/command.ts";
import { centiseconds, seconds } from "../../../src/base/units.ts";
import { encodeIpv4, setIdentification } from "../../../src/wire/ipv4.ts";
import {
  advertChecksum,
  decodeAddresses,
  decodeAdvert,
  encodeAdvert,
  maxAddresses,
} from "../../../src/wire/vrrp.ts";
import type { AdvertContent } from "../../../src/wire/vrrp.ts";

// Packets recorded from Keepalived 2.4: VRID 51, source 10.9.9.1, virtual addresses 10.9.9.9 (.10).

const ip = (text: string): IpAddress => {
  const address = parseIpAddress(text);
  assert.ok(address !== undefined, text);
  return address;
};
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

const V2: AdvertContent = {
  version: 2,
  family: "ipv4",
  vrid: 51,
  priority: 255,
  interval: seconds(1),
  authType: 0,
  password: undefined,
  addresses: [ip("10.9.9.9"), ip("10.9.9.10")],
};
const V3: AdvertContent = {
  ...V2,
  version: 3,
  interval: centiseconds(100),
  addresses: [ip("10.9.9.9")],
};
const MULTICAST = {
  kind: "pseudoHeader",
  source: ip("10.9.9.1"),
  destination: ip("224.0.0.18"),
} as const;

test("encodeAdvert() writes Keepalived's v2 packet, IP header and all", () => {
  const message = encodeAdvert(V2, { kind: "message" });
  const packet = encodeIpv4(
    {
      source: ip("10.9.9.1"),
      destination: ip("224.0.0.18"),
      protocol: 112,
      ttl: 255,
      identification: 1,
    },
    message,
  );
  assert.equal(
    hex(packet),
    "45c0002c00010000ff70c7840a090901e0000012" + "2133ff020001b9a30a0909090a09090a0000000000000000",
  );
});

test("encodeAdvert() writes Keepalived's v2 resignation", () => {
  const message = encodeAdvert({ ...V2, priority: 0 }, { kind: "message" });
  assert.equal(hex(message.subarray(0, 8)), "213300020001b8a4");
});

test("encodeAdvert() writes Keepalived's v2 PASS packet", () => {
  const message = encodeAdvert(
    { ...V2, authType: 1, password: secret("1234"), addresses: [ip("10.9.9.9")] },
    { kind: "message" },
  );
  assert.equal(hex(message), "2133ff01010167510a0909093132333400000000");
});

test("encodeAdvert() writes Keepalived's v3 packets, with and without the pseudo header", () => {
  assert.equal(hex(encodeAdvert(V3, MULTICAST)), "3133ff010064c8bb0a090909");
  assert.equal(hex(encodeAdvert({ ...V3, priority: 0 }, MULTICAST)), "313300010064c7bc0a090909");
  assert.equal(hex(encodeAdvert(V3, { kind: "message" })), "3133ff010064bc540a090909");
  assert.equal(
    hex(encodeAdvert(V3, { ...MULTICAST, destination: ip("10.9.9.2") })),
    "3133ff01006495c30a090909",
  );
});

test("advertChecksum() gives Keepalived's IPv6 checksum, which the kernel computes in life", () => {
  const message = encodeAdvert(
    { ...V3, family: "ipv6", addresses: [ip("fe80::9"), ip("fd00::9")] },
    { kind: "pseudoHeader", source: ip("fe80::ff:fe00:1"), destination: ip("ff02::12") },
  );
  assert.equal(hex(message.subarray(0, 8)), "3133ff020064d6a2");
});

test("advertChecksum() of a right packet is 0, of a damaged one it is not", () => {
  const message = encodeAdvert(V3, MULTICAST);
  assert.equal(advertChecksum(message, MULTICAST), 0);
  message[3] = 9;
  assert.notEqual(advertChecksum(message, MULTICAST), 0);
});

test("setIdentification() keeps the header checksum right", () => {
  const message = encodeAdvert(V2, { kind: "message" });
  const header = { source: ip("10.9.9.1"), destination: ip("224.0.0.18"), protocol: 112, ttl: 255 };
  const packet = encodeIpv4({ ...header, identification: 1 }, message);
  setIdentification(packet, 777);
  assert.deepEqual(packet, encodeIpv4({ ...header, identification: 777 }, message));
});

test("decodeAdvert() reads what encodeAdvert() wrote", () => {
  const decoded = decodeAdvert(
    encodeAdvert({ ...V2, authType: 1, password: secret("1234") }, { kind: "message" }),
    "ipv4",
  );
  assert.ok(decoded.ok);
  assert.equal(decoded.value.version, 2);
  assert.equal(decoded.value.vrid, 51);
  assert.equal(decoded.value.priority, 255);
  assert.equal(decoded.value.interval, seconds(1));
  assert.deepEqual(decodeAddresses(decoded.value.addressData, "ipv4"), ["10.9.9.9", "10.9.9.10"]);
  assert.equal(hex(decoded.value.authData), "3132333400000000");
});

test("decodeAdvert() masks the reserved bits beside the v3 interval", () => {
  const decoded = decodeAdvert(bytes("3133ff01f0640000 0a090909"), "ipv4");
  assert.ok(decoded.ok);
  assert.equal(decoded.value.interval, seconds(1));
});

test("decodeAdvert() refuses a packet shorter than its address count", () => {
  assert.deepEqual(decodeAdvert(bytes("3133ff020064c8bb 0a090909"), "ipv4"), {
    ok: false,
    error: { kind: "truncated", need: 16, have: 12 },
  });
  assert.deepEqual(decodeAdvert(bytes("3133"), "ipv6"), {
    ok: false,
    error: { kind: "truncated", need: 8, have: 2 },
  });
});

test("decodeAdvert() never throws, whatever the bytes", () => {
  let seed = 20_261_122;
  const next = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed >> 8;
  };
  for (let round = 0; round < 20_000; round += 1) {
    const random = Uint8Array.from({ length: next() % 64 }, () => next() & 0xff);
    const family = round % 2 === 0 ? "ipv4" : "ipv6";
    const decoded = decodeAdvert(random, family);
    if (!decoded.ok) continue;
    const addresses = decodeAddresses(decoded.value.addressData, family);
    assert.equal(addresses.length, decoded.value.addressCount);
  }
});

test("maxAddresses() is bounded by the MTU and by the count field", () => {
  assert.equal(maxAddresses(2, "ipv4", 1500), 255);
  assert.equal(maxAddresses(3, "ipv6", 1500), 90);
  assert.equal(maxAddresses(2, "ipv4", 576), 135);
});
