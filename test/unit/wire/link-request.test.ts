/** Links made over rtnetlink: the bytes, after linux/rtnetlink.h and linux/if_link.h. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeLinkRequest } from "../../../src/wire/netlink/link-request.ts";
import type { NewLink } from "../../../src/wire/netlink/link-request.ts";
import { index, mac } from "../../sim/values.ts";

const LINK: Omit<NewLink, "what"> = {
  name: "vrrp.51",
  parent: index(2),
  group: 7,
  master: undefined,
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** RTM_NEWLINK, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, number 1, and an empty ifinfomsg. */
const newLink = (length: string): string =>
  `${length}000000 1000 0106 01000000 00000000 ${"00".repeat(16)}`;
const NAME_PARENT_GROUP = `
  0c00 0300 767272702e353100
  0800 0500 02000000
  0800 1b00 07000000`;

const flat = (text: string): string => text.replaceAll(/\s/g, "");

test("a macvlan is private and has its MAC address from the start", () => {
  const what = { kind: "macvlan", mac: mac("00:00:5e:00:01:33") } as const;
  const request = { operation: "create", link: { ...LINK, what } } as const;
  assert.equal(
    hex(encodeLinkRequest(request, 1)),
    flat(`${newLink("64")} ${NAME_PARENT_GROUP}
      0a00 0100 00005e0001330000
      1c00 1200
        0c00 0100 6d6163766c616e00
        0c00 0200
          0800 0100 01000000`),
  );
});

test("an ipvlan is of layer 2, with its flag in 16 bits", () => {
  const what = { kind: "ipvlan", flag: "vepa" } as const;
  const request = { operation: "create", link: { ...LINK, what } } as const;
  assert.equal(
    hex(encodeLinkRequest(request, 1)),
    flat(`${newLink("60")} ${NAME_PARENT_GROUP}
      2400 1200
        0b00 0100 6970766c616e0000
        1400 0200
          0600 0100 0000 0000
          0600 0200 0200 0000`),
  );
});

test("a link of a VRF is made in it", () => {
  const what = { kind: "ipvlan", flag: "bridge" } as const;
  const link = { ...LINK, what, master: index(9) };
  const bytes = hex(encodeLinkRequest({ operation: "create", link }, 1));
  assert.ok(bytes.includes(flat("0800 0a00 09000000")), bytes);
});

test("an existing link gets no IPv6 address by itself, comes up, and goes", () => {
  const place = { linkIndex: index(4) };
  const header = (type: string, length: string, flags: string, mask: string): string =>
    flat(`${length}000000 ${type} 0100 01000000 00000000 0000 0000 04000000 ${flags} ${mask}`);
  assert.equal(
    hex(encodeLinkRequest({ operation: "generateNoAddress", ...place }, 1)),
    header("1000", "30", "00000000", "00000000") +
      flat(`1000 1a00
        0c00 0a00
          0500 0800 01000000`),
  );
  assert.equal(
    hex(encodeLinkRequest({ operation: "bringUp", ...place }, 1)),
    header("1000", "20", "01000000", "01000000"),
  );
  assert.equal(
    hex(encodeLinkRequest({ operation: "delete", ...place }, 1)),
    header("1100", "20", "00000000", "00000000"),
  );
});
