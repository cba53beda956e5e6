/**
 * Instances in VRFs: multicast and unicast on an interface that belongs to one, and unicast for all
 * of one. The second VRF has the addresses of the first.
 */
import assert from "node:assert/strict";
import type { Host } from "../../lab/host.ts";
import type { DaemonKind } from "../../lab/keepalived.ts";
import { waitFor } from "../../lab/wait.ts";
import { act } from "../checks.ts";
import { instance, ip, Scene, SOON_MS, type InstancePlan } from "./scene.ts";

const MULTICAST = "10.0.0.3";
const MULTICAST_IPV6 = "fd00::3";
const ON_INTERFACE = "10.0.0.4";
const IN_RED = "10.0.0.5";
const IN_BLUE = "10.0.0.6";
const OURS = [MULTICAST, MULTICAST_IPV6, ON_INTERFACE, IN_RED, IN_BLUE];
/** Where Debian's is to be master, and ours to listen. */
const OF_THE_OTHER = "10.0.0.13";
const OF_THE_OTHER_TOO = "10.0.0.14";
const ROUTES = [
  "198.51.100.0/24 dev eth0 vrf red",
  "198.51.101.0/24 via 10.0.0.99 dev eth0 vrf red",
];

const links = (last: number): readonly string[] => [
  "link add red type vrf table 10",
  "link add blue type vrf table 20",
  "link set red up",
  "link set blue up",
  "link set eth0 master red",
  "link set eth1 master blue",
  `addr add 10.0.0.${last}/24 dev eth1`,
];

const unicast = (own: number, peer: number): readonly string[] => [
  `unicast_src_ip 10.0.0.${own}`,
  "unicast_peer {",
  `    10.0.0.${peer}`,
  "}",
];

/** Debian's version 2.2.7 insists on an interface, and is in the VRF by that. */
function configuration(kind: DaemonKind): string {
  const isOurs = kind === "ours";
  const priority = isOurs ? 200 : 100;
  const peers = isOurs ? unicast(7, 8) : unicast(8, 7);
  const plans: readonly InstancePlan[] = [
    { name: "MULTI", interfaceName: "eth0", vrid: 20, priority, addresses: [`${MULTICAST}/24`] },
    {
      name: "MULTI6",
      interfaceName: "eth0",
      vrid: 20,
      priority,
      addresses: ["fe80::3/64", `${MULTICAST_IPV6}/64`],
      lines: ["version 3"],
    },
    {
      name: "UNI",
      interfaceName: "eth0",
      vrid: 21,
      priority,
      addresses: [`${ON_INTERFACE}/24`],
      lines: peers,
    },
    {
      name: "RED",
      interfaceName: isOurs ? undefined : "eth0",
      vrid: 22,
      priority,
      addresses: [`${IN_RED}/24 dev eth0`],
      lines: [...(isOurs ? ["vrf red"] : []), ...peers, "virtual_routes {", ...ROUTES, "}"],
    },
    {
      name: "BLUE",
      interfaceName: isOurs ? undefined : "eth1",
      vrid: 23,
      priority,
      addresses: [`${IN_BLUE}/24 dev eth1`],
      lines: [...(isOurs ? ["vrf blue"] : []), ...peers],
    },
    {
      name: "LISTEN",
      interfaceName: "eth0",
      vrid: 24,
      priority: isOurs ? 50 : 150,
      addresses: [`${OF_THE_OTHER}/24`],
    },
    {
      name: "LISTENUNI",
      interfaceName: "eth0",
      vrid: 25,
      priority: isOurs ? 50 : 150,
      addresses: [`${OF_THE_OTHER_TOO}/24`],
      lines: peers,
    },
  ];
  return plans.map((plan) => instance(plan)).join("\n");
}

const open = (): Promise<Scene> =>
  Scene.open(
    [
      { kind: "ours", config: configuration("ours"), links: links(7) },
      { kind: "real", config: configuration("real"), links: links(8) },
    ],
    { segments: 2 },
  );

/** The routes of the red VRF that a daemon has put in. */
async function routesOf(host: Host): Promise<readonly string[]> {
  const text = await host.must(["ip", "-d", "route", "show", "vrf", "red", "proto", "keepalived"]);
  return text.split("\n").filter(Boolean);
}

export const VRFS = act(open, [
  {
    name: "in a VRF, instances by multicast and unicast win against Debian's Keepalived",
    async run(scene) {
      for (const address of OURS) {
        await scene.moves(address, scene.lb01);
      }
      for (const address of [OF_THE_OTHER, OF_THE_OTHER_TOO]) {
        await scene.moves(address, scene.lb02);
      }
      return undefined;
    },
  },
  {
    name: "routes of a VRF are in its table, and go with the instance to Debian's Keepalived",
    async run(scene) {
      await scene.moves(IN_RED, scene.lb01);
      await waitFor("two routes", SOON_MS, async () => (await routesOf(scene.lb01)).length === 2);
      const ours = await routesOf(scene.lb01);
      await scene.first.stop();
      for (const address of OURS) {
        await scene.moves(address, scene.lb02);
      }
      await waitFor("two routes", SOON_MS, async () => (await routesOf(scene.lb02)).length === 2);
      assert.deepEqual(ours, await routesOf(scene.lb02));
      assert.deepEqual(await routesOf(scene.lb01), []);
      scene.first.start();
      return undefined;
    },
  },
  {
    name: "an interface that leaves its VRF and comes back goes on sending and listening",
    async run(scene) {
      for (const address of OURS) await scene.moves(address, scene.lb01);
      // What was said of that is written by then.
      await scene.lb01.sh("sleep 1");
      for (const change of ["link set eth0 nomaster", "link set eth0 master red"]) {
        const mark = [scene.first.log.mark(), scene.second.log.mark()] as const;
        await ip(scene.lb01, [change]);
        // Longer than the patience of either side.
        await scene.lb01.sh("sleep 5");
        const turned = /\((MULTI|UNI|LISTEN|LISTENUNI)\) Entering/;
        assert.equal(scene.first.log.has(turned, mark[0]), false, change);
        assert.equal(scene.second.log.has(turned, mark[1]), false, change);
      }
      await scene.moves(IN_RED, scene.lb01);
      await scene.moves(MULTICAST_IPV6, scene.lb01);
      await waitFor("two routes", SOON_MS, async () => (await routesOf(scene.lb01)).length === 2);
      return undefined;
    },
  },
  {
    name: "a VRF that is deleted is a fault, and one that is made again is used",
    async run(scene) {
      await scene.moves(IN_BLUE, scene.lb01);
      await ip(scene.lb01, ["link del blue"]);
      await scene.moves(IN_BLUE, scene.lb02);
      await ip(scene.lb01, [
        "link add blue type vrf table 21",
        "link set blue up",
        "link set eth1 master blue",
      ]);
      await scene.moves(IN_BLUE, scene.lb01);
      return undefined;
    },
  },
]);
