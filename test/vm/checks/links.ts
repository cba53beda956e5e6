/**
 * Instances on the kinds of interface servers have: VLANs, bonds, bridges, with addresses on a dummy.
 * The bond's slaves lie in two segments, which a bridge on the other router makes one.
 */
import assert from "node:assert/strict";
import { act } from "../checks.ts";
import { instance, ip, Scene, SOON_MS, type InstancePlan } from "./scene.ts";

const ON_VLAN = "10.10.0.3";
const ON_BOND = "10.11.0.3";
const ON_BRIDGE = "10.13.0.3";
const ON_DUMMY = "10.20.0.3";

const vlan = (last: number): readonly string[] => [
  "link add link eth0 name eth0.10 type vlan id 10",
  "link set eth0.10 up",
  `addr add 10.10.0.${last}/24 dev eth0.10`,
];

const bridge = (name: string, ports: readonly string[], address: string): readonly string[] => [
  `link add ${name} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
  ...ports.map((port) => `link set ${port} master ${name}`),
  `link set ${name} up`,
  `addr add ${address} dev ${name}`,
];

const bond = [
  "link add bond0 type bond mode active-backup miimon 100",
  "link set eth1 down",
  "link set eth2 down",
  "link set eth1 master bond0",
  "link set eth2 master bond0",
  "link set bond0 up",
  "addr add 10.11.0.7/24 dev bond0",
];

const dummy = ["link add dummy0 type dummy", "link set dummy0 up"];

function configuration(priority: number, names: { readonly bond: string }): string {
  const plans: readonly Omit<InstancePlan, "priority">[] = [
    { name: "VLAN", interfaceName: "eth0.10", vrid: 10, addresses: [`${ON_VLAN}/24`] },
    { name: "BOND", interfaceName: names.bond, vrid: 11, addresses: [`${ON_BOND}/24`] },
    {
      name: "BRIDGE",
      interfaceName: "br0",
      vrid: 13,
      addresses: [`${ON_BRIDGE}/24`, `${ON_DUMMY}/32 dev dummy0`],
    },
  ];
  return plans.map((plan) => instance({ ...plan, priority })).join("\n");
}

function open(): Promise<Scene> {
  return Scene.open(
    [
      {
        kind: "ours",
        config: configuration(200, { bond: "bond0" }),
        links: [...vlan(7), ...bond, ...bridge("br0", ["eth3"], "10.13.0.7/24"), ...dummy],
      },
      {
        kind: "real",
        config: configuration(100, { bond: "br12" }),
        links: [
          ...vlan(8),
          ...bridge("br12", ["eth1", "eth2"], "10.11.0.8/24"),
          ...bridge("br0", ["eth3"], "10.13.0.8/24"),
          ...dummy,
        ],
      },
    ],
    { segments: 4 },
  );
}

export const LINKS = act(open, [
  {
    name: "instances on a VLAN, a bond and a bridge win against Debian's Keepalived",
    async run(scene) {
      for (const address of [ON_VLAN, ON_BOND, ON_BRIDGE]) await scene.moves(address, scene.lb01);
      return undefined;
    },
  },
  {
    name: "a virtual address on a dummy interface goes with its instance",
    async run(scene) {
      await scene.moves(ON_DUMMY, scene.lb01);
      const text = await scene.lb01.must(["ip", "-br", "addr", "show", "dev", "dummy0"]);
      assert.match(text, /10\.20\.0\.3\/32/);
      await ip(scene.lb01, ["link set br0 down"]);
      await scene.moves(ON_DUMMY, scene.lb02);
      await ip(scene.lb01, ["link set br0 up"]);
      await scene.moves(ON_DUMMY, scene.lb01);
      return undefined;
    },
  },
  {
    name: "a VLAN that is deleted is a fault, and one that is made again is used",
    async run(scene) {
      await scene.moves(ON_VLAN, scene.lb01);
      const mark = scene.first.log.mark();
      await ip(scene.lb01, ["link del eth0.10"]);
      await scene.first.log.waitFor(/\(VLAN\) Entering FAULT STATE/, SOON_MS, mark);
      await scene.moves(ON_VLAN, scene.lb02);
      await ip(scene.lb01, vlan(7));
      await scene.moves(ON_VLAN, scene.lb01);
      return undefined;
    },
  },
  {
    name: "a bond that fails over keeps its state, one without slaves is a fault",
    async run(scene) {
      await scene.moves(ON_BOND, scene.lb01);
      await scene.lb01.sh("sleep 1");
      const mark = scene.first.log.mark();
      await ip(scene.lb01, ["link set eth1 down"]);
      await scene.lb01.sh(
        "while ! grep -q 'Active Slave: eth2' /proc/net/bonding/bond0; do sleep 0.2; done",
      );
      // Longer than the other side's patience.
      await scene.lb01.sh("sleep 4");
      assert.ok(scene.lb01.holds(ON_BOND) && !scene.lb02.holds(ON_BOND));
      assert.equal(scene.first.log.has(/\(BOND\) Entering/, mark), false);
      await ip(scene.lb01, ["link set eth2 down"]);
      await scene.first.log.waitFor(/\(BOND\) Entering FAULT STATE/, SOON_MS, mark);
      await scene.moves(ON_BOND, scene.lb02);
      await ip(scene.lb01, ["link set eth1 up"]);
      await scene.moves(ON_BOND, scene.lb01);
      return undefined;
    },
  },
]);
