/** Checked values from literals, for tests. */
import { parseIpAddress, parseMac } from "../../src/base/address.ts";
import type { IpAddress, MacAddress } from "../../src/base/address.ts";
import { assert } from "../../src/base/failure.ts";
import { interfaceIndex } from "../../src/base/units.ts";
import type { InterfaceIndex } from "../../src/base/units.ts";

export function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  assert(parsed !== undefined, `an address: ${text}`);
  return parsed;
}

export function mac(text: string): MacAddress {
  const parsed = parseMac(text);
  assert(parsed !== undefined, `a MAC address: ${text}`);
  return parsed;
}

export function index(number: number): InterfaceIndex {
  const checked = interfaceIndex(number);
  assert(checked !== undefined, `an interface index: ${number}`);
  return checked;
}
