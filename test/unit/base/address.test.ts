/** Addresses as text: one spelling for each, and arithmetic on subnets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressBytes,
  addressFromBytes,
  inSubnet,
  isLinkLocal,
  parseIpAddress,
} from "../../../src/base/address.ts";
import type { IpAddress } from "../../../src/base/address.ts";

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

test("parseIpAddress() takes dotted decimal of four bytes, and its bytes are those", () => {
  for (const text of ["0.0.0.0", "10.0.0.1", "192.168.100.254", "255.255.255.255"]) {
    assert.equal(address(text), text);
    assert.deepEqual([...addressBytes(address(text))], text.split(".").map(Number));
    assert.equal(addressFromBytes(addressBytes(address(text))), text);
  }
});

test("parseIpAddress() refuses anything else that looks like it", () => {
  const wrong = [
    "",
    "1",
    "1.2.3",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "1.2.3.00",
  ];
  const odd = [
    "256.0.0.1",
    "1.2.3.4444",
    "1.2.3.4 ",
    "-1.2.3.4",
    "1.2.3.x",
    "0x1.2.3.4",
    "1,2.3.4",
  ];
  for (const text of [...wrong, ...odd]) assert.equal(parseIpAddress(text), undefined, text);
});

test("inSubnet() compares as many bits as the prefix has", () => {
  const cases: readonly (readonly [string, string, number, boolean])[] = [
    ["10.1.2.3", "10.1.2.0", 24, true],
    ["10.1.3.3", "10.1.2.0", 24, false],
    ["10.1.2.127", "10.1.2.0", 25, true],
    ["10.1.2.128", "10.1.2.0", 25, false],
    ["255.255.255.255", "128.0.0.0", 1, true],
    ["127.255.255.255", "128.0.0.0", 1, false],
    ["1.2.3.4", "5.6.7.8", 0, true],
    ["1.2.3.4", "1.2.3.4", 32, true],
    ["1.2.3.5", "1.2.3.4", 32, false],
    ["fe80::1", "fe80::", 64, true],
    ["fe80:1::1", "fe80::", 64, false],
    ["10.0.0.1", "::", 0, false],
  ];
  for (const [host, network, length, expected] of cases) {
    assert.equal(inSubnet(address(host), address(network), length), expected, `${host} ${length}`);
  }
});

test("isLinkLocal() knows fe80::/10 and nothing beside it", () => {
  for (const text of ["fe80::1", "fe9a::1", "febf::"]) assert.ok(isLinkLocal(address(text)), text);
  for (const text of ["fec0::1", "fe7f::1", "fe8::1", "2001:db8::fe80", "169.254.0.1"]) {
    assert.ok(!isLinkLocal(address(text)), text);
  }
});
