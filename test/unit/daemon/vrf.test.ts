/** VRFs: what the kernel says of them, which packets an instance takes for its own, where routes go. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_TIME, instant, seconds } from "../../../src/base/units.ts";
import type { InterfaceIndex } from "../../../src/base/units.ts";
import { NetworkTable } from "../../../src/daemon/vrrp/network-table.ts";
import { toRouteChange } from "../../../src/daemon/vrrp/route-requests.ts";
import type { LinkInfo } from "../../../src/sys/ports.ts";
import { NO_VERDICTS } from "../../../src/track/verdicts.ts";
import type { InstanceConfig } from "../../../src/vrrp/config.ts";
import { instancesOf } from "../../../src/vrrp/system-state.ts";
import { initialSystem, stepSystem, systemConfig } from "../../../src/vrrp/system.ts";
import { decodeLink, encodeLink } from "../../../src/wire/netlink/link.ts";
import { decodeMessages } from "../../../src/wire/netlink/message.ts";
import { encodeAdvert } from "../../../src/wire/vrrp.ts";
import { instanceFrom, parseWords, virtualRoute } from "../../sim/model.ts";
import { address, index } from "../../sim/values.ts";

const START = instant(1_000_000);
const UP_AND_RUNNING = 0x41;
const RED = index(4);
const BLUE = index(5);
const IN_RED = index(6);
const IN_BLUE = index(7);
const IN_NONE = index(8);

function tableOf(changes: Readonly<Record<string, Partial<LinkInfo>>> = {}): NetworkTable {
  const links: Readonly<Record<string, Partial<LinkInfo>>> = {
    red: { index: RED, kind: "vrf", vrfTable: 10 },
    blue: { index: BLUE, kind: "vrf", vrfTable: 20 },
    eth0: { index: IN_RED, master: RED },
    eth1: { index: IN_BLUE, master: BLUE },
    eth2: { index: IN_NONE },
    ...changes,
  };
  const table = new NetworkTable();
  const infos = Object.entries(links).map(([name, link]) => ({ ...BARE, ...link, name }));
  table.load(infos, []);
  return table;
}

const BARE: LinkInfo = {
  index: index(1),
  name: "",
  flags: UP_AND_RUNNING,
  mtu: 1500,
  hardwareType: 1,
  mac: undefined,
  broadcastMac: undefined,
  kind: undefined,
  parent: undefined,
  master: undefined,
  group: 0,
};

/** Unicast from 10.0.0.7, the same address in each VRF. */
function instance(
  name: string,
  place: Pick<InstanceConfig, "interfaceName" | "vrf">,
): InstanceConfig {
  const words = parseWords([`name=${name}`, "src=10.0.0.7", "peers=10.0.0.8", "dev=eth2"]);
  return { ...instanceFrom(words), ...place };
}

/** How many adverts each instance took of one that arrived so. */
function takers(arrival: { interfaceIndex: InterfaceIndex; vrf?: InterfaceIndex }): unknown {
  const config = systemConfig({
    instances: [
      instance("RED", { interfaceName: undefined, vrf: "red" }),
      instance("BLUE", { interfaceName: undefined, vrf: "blue" }),
      instance("ETH0", { interfaceName: "eth0" }),
      instance("NONE", { interfaceName: undefined }),
    ],
    syncGroups: [],
    startupDelay: NO_TIME,
  });
  const facts = { network: tableOf().network, verdicts: NO_VERDICTS };
  const initial = initialSystem(config, facts, START);
  const { state } = stepSystem(config, initial, { kind: "start" }, START);
  const packet = { ...ADVERT, ...arrival };
  const heard = stepSystem(
    config,
    state,
    { kind: "packets", packets: [packet], wallClock: 0 },
    START,
  ).state;
  return instancesOf(heard).map(({ counters }) => counters.advertsReceived);
}

const ADVERT = {
  family: "ipv4",
  source: address("10.0.0.8"),
  destination: address("10.0.0.7"),
  ttl: 255,
  age: NO_TIME,
  bytes: encodeAdvert(
    {
      version: 2,
      family: "ipv4",
      vrid: instanceFrom(new Map()).vrid,
      priority: 150,
      interval: seconds(1),
      authType: 0,
      password: undefined,
      addresses: [address("10.0.0.3")],
    },
    { kind: "message" },
  ),
  authenticated: undefined,
} as const;

test("an advert is for the instance whose VRF or interface it was heard in", () => {
  assert.deepEqual(takers({ interfaceIndex: IN_RED, vrf: RED }), [1, 0, 0, 0]);
  assert.deepEqual(takers({ interfaceIndex: IN_BLUE, vrf: BLUE }), [0, 1, 0, 0]);
  assert.deepEqual(takers({ interfaceIndex: IN_RED }), [0, 0, 1, 0]);
  assert.deepEqual(takers({ interfaceIndex: IN_NONE }), [0, 0, 0, 1]);
});

test("an instance without interface and VRF takes nothing from a VRF, though its socket hears it", () => {
  assert.deepEqual(takers({ interfaceIndex: IN_BLUE }), [0, 0, 0, 0]);
});

test("a route of a VRF goes into the table the VRF has now, and waits for one", () => {
  const route = { ...virtualRoute("198.51.100.0/24"), vrf: "red" };
  const tableFor = (table: NetworkTable): number | undefined =>
    toRouteChange(route, table.network)?.route.table;
  assert.equal(tableFor(tableOf()), 10);
  assert.equal(tableFor(tableOf({ red: { index: RED, kind: "vrf", vrfTable: 30 } })), 30);
  assert.equal(tableFor(tableOf({ red: { index: RED, kind: "bridge" } })), undefined);
});

test("the kernel's word for a VRF's table is read", () => {
  const link = { ...BARE, name: "red", kind: "vrf", vrfTable: 4_000_000_000 };
  const [message] = decodeMessages(encodeLink(link));
  assert.ok(message);
  assert.deepEqual(decodeLink(message), { ok: true, value: link });
});
