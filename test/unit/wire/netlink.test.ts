import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  decodeAddress,
  encodeAddressDump,
  encodeAddressRequest,
} from "../../../src/wire/netlink/address.ts";
import type { AddressRequest } from "../../../src/wire/netlink/address.ts";
import { decodeLink, encodeLink, encodeLinkDump } from "../../../src/wire/netlink/link.ts";
import {
  decodeAttributes,
  decodeErrno,
  decodeMessages,
  encodeMessage,
  LITTLE,
  MessageType,
  restamp,
} from "../../../src/wire/netlink/message.ts";
import type { NetlinkMessage } from "../../../src/wire/netlink/message.ts";
import {
  decodeRoute,
  encodeRouteDump,
  encodeRouteRequest,
} from "../../../src/wire/netlink/route.ts";
import type { Route, RouteOperation } from "../../../src/wire/netlink/route.ts";
import { seededRandom } from "../../sim/seeded-random.ts";
import { address, index, mac } from "../../sim/values.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function only(bytes: Uint8Array): NetlinkMessage {
  const messages = decodeMessages(bytes);
  const [message] = messages;
  assert.ok(message !== undefined && messages.length === 1);
  return message;
}

/** Byte fixtures are as a little-endian machine writes them. */
const onLittle = { skip: LITTLE ? false : "the bytes are for a little-endian machine" };

const VIP: AddressRequest = {
  operation: "add",
  interfaceIndex: index(7),
  address: address("10.9.9.9"),
  prefixLength: 24,
};

describe("address requests", () => {
  test(
    "encodeAddressRequest() of an addition is struct ifaddrmsg and its attributes",
    onLittle,
    () => {
      const request: AddressRequest = {
        ...VIP,
        label: "eth0:1",
        broadcast: address("10.9.9.255"),
        validLifetime: 4,
        preferredLifetime: 3,
      };
      const expected =
        "58000000" +
        "1400" +
        "0106" +
        "05000000" +
        "00000000" + // REQUEST, CREATE and EXCL
        "02" +
        "18" +
        "00" +
        "00" +
        "07000000" +
        "0800" +
        "0200" +
        "0a090909" + // IFA_LOCAL
        "0800" +
        "0100" +
        "0a090909" + // IFA_ADDRESS
        "0b00" +
        "0300" +
        "657468303a3100" +
        "00" + // IFA_LABEL
        "0500" +
        "0b00" +
        "12" +
        "000000" + // IFA_PROTO
        "0800" +
        "0400" +
        "0a0909ff" + // IFA_BROADCAST
        "1400" +
        "0600" +
        "03000000" +
        "04000000" +
        "0000000000000000"; // IFA_CACHEINFO
      assert.equal(hex(encodeAddressRequest(request, 5)), expected);
    },
  );

  test("encodeAddressRequest() of a removal carries what tells addresses apart", onLittle, () => {
    const request: AddressRequest = { ...VIP, operation: "remove", validLifetime: 4 };
    const expected =
      "28000000" +
      "1500" +
      "0100" +
      "01000000" +
      "00000000" +
      "02" +
      "18" +
      "00" +
      "00" +
      "07000000" +
      "0800" +
      "0200" +
      "0a090909" +
      "0800" +
      "0100" +
      "0a090909";
    assert.equal(hex(encodeAddressRequest(request, 1)), expected);
  });

  test("encodeAddressRequest() of a renewal may replace", () => {
    const message = only(encodeAddressRequest({ ...VIP, operation: "renew" }, 1));
    assert.equal(message.type, MessageType.newAddress);
    assert.equal(message.flags, 0x501);
  });

  test("encodeAddressRequest() puts a peer in IFA_ADDRESS with its prefix", () => {
    const peer = { address: address("192.0.2.1"), prefixLength: 30 };
    const message = only(encodeAddressRequest({ ...VIP, peer }, 1));
    assert.equal(message.payload[1], 30);
    const attributes = decodeAttributes(message.payload, 8);
    assert.deepEqual(attributes[1]?.value, Uint8Array.of(192, 0, 2, 1));
  });

  test("encodeAddressRequest() never asks for a preferred lifetime beyond the valid one", () => {
    const message = only(encodeAddressRequest({ ...VIP, validLifetime: 2 }, 1));
    const info = decodeAttributes(message.payload, 8).find((a) => a.type === 6);
    assert.ok(info !== undefined);
    assert.deepEqual([...info.value.subarray(0, 4)], [...info.value.subarray(4, 8)]);
  });

  test("encodeAddressRequest() gives a link-local address link scope", () => {
    const request = { ...VIP, address: address("fe80::9"), prefixLength: 64 };
    assert.equal(only(encodeAddressRequest(request, 1)).payload[3], 253);
  });

  test("decodeAddress() reads what encodeAddressRequest() wrote", () => {
    const request: AddressRequest = {
      ...VIP,
      address: address("fd00::9"),
      prefixLength: 64,
      scope: 0,
      flags: 0x402,
    };
    assert.deepEqual(decodeAddress(only(encodeAddressRequest(request, 1))), {
      ok: true,
      value: {
        interfaceIndex: 7,
        address: "fd00::9",
        prefixLength: 64,
        scope: 0,
        flags: 0x402,
        label: undefined,
      },
    });
  });
});

describe("decodeAddress()", () => {
  const message = only(encodeAddressRequest(VIP, 1));

  test("falls back to the eight flags of the header", () => {
    const payload = message.payload.slice();
    payload[2] = 0x80;
    const result = decodeAddress({ ...message, payload });
    assert.ok(result.ok && result.value.flags === 0x80);
  });

  test("refuses another message", () => {
    const result = decodeAddress({ ...message, type: 16 });
    assert.deepEqual(result, { ok: false, error: { kind: "type", got: 16 } });
  });

  test("refuses a message without room for its fixed part", () => {
    const result = decodeAddress({ ...message, payload: message.payload.subarray(0, 7) });
    assert.deepEqual(result, { ok: false, error: { kind: "truncated", need: 8, have: 7 } });
  });

  test("refuses a family that is neither IPv4 nor IPv6", () => {
    const payload = message.payload.slice();
    payload[0] = 28;
    const result = decodeAddress({ ...message, payload });
    assert.deepEqual(result, { ok: false, error: { kind: "family", got: 28 } });
  });

  test("refuses an address of the wrong length", () => {
    const payload = message.payload.slice();
    payload[0] = 10;
    const result = decodeAddress({ ...message, payload });
    assert.deepEqual(result, { ok: false, error: { kind: "missing", attribute: 1 } });
  });
});

const LINK = {
  index: index(3),
  name: "eth0",
  flags: 0x11043,
  mtu: 1500,
  hardwareType: 1,
  mac: mac("02:00:00:00:00:01"),
  broadcastMac: mac("ff:ff:ff:ff:ff:ff"),
  kind: "macvlan",
  parent: index(2),
  master: index(9),
  group: 7,
};

describe("decodeLink()", () => {
  test("undoes encodeLink()", () => {
    assert.deepEqual(decodeLink(only(encodeLink(LINK))), { ok: true, value: LINK });
  });

  test("leaves out what a link does not have", () => {
    const bare = {
      ...LINK,
      mac: undefined,
      broadcastMac: undefined,
      kind: undefined,
      parent: undefined,
      master: undefined,
    };
    assert.deepEqual(decodeLink(only(encodeLink(bare))), { ok: true, value: bare });
  });

  test("does not take a bridge's word about a port for the link's", () => {
    const message = only(encodeLink(LINK));
    const payload = message.payload.slice();
    payload[0] = 7;
    const result = decodeLink({ ...message, type: MessageType.deleteLink, payload });
    assert.deepEqual(result, { ok: false, error: { kind: "family", got: 7 } });
  });

  test("refuses a message without name, without MTU, and of another type", () => {
    const fixed = new Uint8Array(16);
    fixed[LITTLE ? 4 : 7] = 3;
    const header = { type: MessageType.newLink, flags: 0, sequence: 0 };
    const nameless = only(encodeMessage(header, fixed, []));
    const missing = (attribute: number): unknown => ({
      ok: false,
      error: { kind: "missing", attribute },
    });
    assert.deepEqual(decodeLink(nameless), missing(3));
    const name = { type: 3, value: Uint8Array.of(101, 0) };
    assert.deepEqual(decodeLink(only(encodeMessage(header, fixed, [name]))), missing(4));
    const address = decodeLink({ ...nameless, type: 20 });
    assert.deepEqual(address, { ok: false, error: { kind: "type", got: 20 } });
    const short = decodeLink({ ...nameless, payload: new Uint8Array(15) });
    assert.deepEqual(short, { ok: false, error: { kind: "truncated", need: 16, have: 15 } });
  });
});

const ROUTE: Route = {
  family: "ipv4",
  destination: address("198.51.100.0"),
  prefixLength: 24,
  gateway: address("10.9.9.1"),
  interfaceIndex: index(3),
  preferredSource: address("10.9.9.9"),
  priority: 100,
  table: 254,
  protocol: 18,
  scope: 0,
  type: 1,
};

describe("routes", () => {
  test("decodeRoute() undoes encodeRouteRequest()", () => {
    const ipv6: Route = {
      ...ROUTE,
      family: "ipv6",
      destination: address("2001:db8::"),
      prefixLength: 48,
      gateway: address("fe80::1"),
      preferredSource: undefined,
      table: 1000,
    };
    const standard: Route = {
      ...ROUTE,
      destination: undefined,
      prefixLength: 0,
      gateway: undefined,
      interfaceIndex: undefined,
      priority: undefined,
    };
    for (const route of [ROUTE, ipv6, standard]) {
      const message = only(encodeRouteRequest("add", route, 1));
      assert.deepEqual(decodeRoute(message), { ok: true, value: route });
    }
  });

  test("encodeRouteRequest() says how the route goes in", () => {
    const flags: Record<RouteOperation, number> = {
      add: 0x601,
      replace: 0x501,
      prepend: 0x401,
      append: 0xc01,
      remove: 0x001,
    };
    for (const operation of ["add", "replace", "prepend", "append", "remove"] as const) {
      assert.equal(only(encodeRouteRequest(operation, ROUTE, 1)).flags, flags[operation]);
    }
    assert.equal(only(encodeRouteRequest("remove", ROUTE, 1)).type, MessageType.deleteRoute);
  });

  test("decodeRoute() refuses another message, a short one and another family", () => {
    const message = only(encodeRouteRequest("add", ROUTE, 1));
    const type = decodeRoute({ ...message, type: 16 });
    assert.deepEqual(type, { ok: false, error: { kind: "type", got: 16 } });
    const short = decodeRoute({ ...message, payload: message.payload.subarray(0, 11) });
    assert.deepEqual(short, { ok: false, error: { kind: "truncated", need: 12, have: 11 } });
    const payload = message.payload.slice();
    payload[0] = 128;
    const family = decodeRoute({ ...message, payload });
    assert.deepEqual(family, { ok: false, error: { kind: "family", got: 128 } });
  });

  test("decodeRoute() refuses what is noted about a single destination", () => {
    const message = only(encodeRouteRequest("add", ROUTE, 1));
    const payload = message.payload.slice();
    new DataView(payload.buffer).setUint32(8, 0x200, LITTLE);
    const cached = decodeRoute({ ...message, payload });
    assert.deepEqual(cached, { ok: false, error: { kind: "cached" } });
  });
});

describe("messages", () => {
  test("dumps ask for everything", () => {
    assert.equal(only(encodeLinkDump(1)).flags, 0x301);
    assert.equal(only(encodeAddressDump(1)).flags, 0x301);
    assert.equal(only(encodeRouteDump("ipv6", 1)).payload[0], 10);
  });

  test("decodeMessages() walks a datagram and stops where lengths stop making sense", () => {
    const one = encodeAddressRequest(VIP, 1);
    const two = encodeAddressRequest(VIP, 2);
    const both = new Uint8Array([...one, ...two]);
    assert.deepEqual(
      decodeMessages(both).map((m) => m.sequence),
      [1, 2],
    );
    assert.equal(decodeMessages(both.subarray(0, both.length - 1)).length, 1);
    both[one.length + (LITTLE ? 0 : 3)] = 15;
    assert.equal(decodeMessages(both).length, 1);
  });

  test("restamp() changes flags and sequence and nothing else", () => {
    const bytes = new Uint8Array([...encodeLinkDump(1), ...encodeAddressRequest(VIP, 1)]);
    const offset = encodeLinkDump(1).length;
    restamp(bytes, offset, { flags: 0x605, sequence: 77 });
    const [first, second] = decodeMessages(bytes);
    assert.deepEqual([first?.flags, first?.sequence], [0x301, 1]);
    assert.deepEqual([second?.flags, second?.sequence], [0x605, 77]);
    assert.deepEqual(second?.payload, only(encodeAddressRequest(VIP, 1)).payload);
  });

  test("decodeErrno() reads refusals, acknowledgements, ends of dumps and overruns", () => {
    const message = (type: number, payload: Uint8Array): NetlinkMessage => ({
      type,
      flags: 0,
      sequence: 1,
      portId: 0,
      payload,
    });
    const number = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value, 0).buffer);
    assert.deepEqual(decodeErrno(message(2, number(-17))), { ok: true, value: 17 });
    assert.deepEqual(decodeErrno(message(2, number(0))), { ok: true, value: 0 });
    assert.deepEqual(decodeErrno(message(3, number(-105))), { ok: true, value: 105 });
    assert.deepEqual(decodeErrno(message(3, new Uint8Array())), { ok: true, value: 0 });
    assert.deepEqual(decodeErrno(message(4, new Uint8Array())), { ok: true, value: 105 });
    const short = decodeErrno(message(2, new Uint8Array(3)));
    assert.deepEqual(short, { ok: false, error: { kind: "truncated", need: 4, have: 3 } });
    const other = decodeErrno(message(16, new Uint8Array()));
    assert.deepEqual(other, { ok: false, error: { kind: "type", got: 16 } });
  });

  test("attributes that claim more or less than is there end the walk", () => {
    const good = new Uint8Array(Uint16Array.of(8, 5, 1, 1, 3, 6).buffer);
    assert.deepEqual(
      decodeAttributes(good, 0).map((a) => a.type),
      [5],
    );
    const long = new Uint8Array(Uint16Array.of(9, 5, 1, 1).buffer);
    assert.deepEqual(decodeAttributes(long, 0), []);
  });
});

/** Whole datagrams, and good ones with bytes changed, cut anywhere. */
test("nothing throws on any bytes, and what decodes, decodes to checked values", () => {
  const random = seededRandom(20260803);
  const seeds = [
    encodeLink(LINK),
    encodeAddressRequest({ ...VIP, label: "eth0", validLifetime: 3 }, 1),
    encodeRouteRequest("add", ROUTE, 1),
  ];
  for (let i = 0; i < 20_000; i += 1) {
    const seed = seeds[i % seeds.length] ?? new Uint8Array();
    const bytes = seed.slice(0, random() < 0.7 ? seed.length : Math.floor(random() * seed.length));
    const changes = 1 + Math.floor(random() * 6);
    for (let j = 0; j < changes; j += 1) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    const whole = { type: 16, flags: 0, sequence: 0, portId: 0, payload: bytes };
    for (const message of [...decodeMessages(bytes), whole]) {
      for (const type of [2, 3, 16, 17, 20, 21, 24, 25]) {
        decodeErrno({ ...message, type });
        const link = decodeLink({ ...message, type });
        assert.ok(!link.ok || link.value.index > 0);
        const found = decodeAddress({ ...message, type });
        assert.ok(!found.ok || address(found.value.address) === found.value.address);
        decodeRoute({ ...message, type });
      }
    }
  }
});
