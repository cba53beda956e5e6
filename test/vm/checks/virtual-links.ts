/**
 * Interfaces that are made for an instance: an ipvlan on eth0, and a macvlan on eth1, which is in a
 * VRF that the macvlan has to join.
 */
import assert from "node:assert/strict";
import type { Host } from "../../lab/host.ts";
import { waitFor } from "../../lab/wait.ts";
import { act } from "../checks.ts";
import { instance, Scene, SOON_MS } from "./scene.ts";

const ON_IPVLAN = "10.0.0.3";
const ON_MACVLAN = "10.0.1.3";
const IPVLAN = "ipv50";
const MACVLAN = "vrrp.51";

const configuration = (priority: number, last: number): string =>
  [
    instance({
      ...{ name: "IPVLAN", interfaceName: "eth0", vrid: 50, priority },
      addresses: [`${ON_IPVLAN}/24`],
      lines: [`use_ipvlan ${IPVLAN} 10.0.0.${last}/24`],
    }),
    instance({
      ...{ name: "MACVLAN", interfaceName: "eth1", vrid: 51, priority },
      addresses: [`${ON_MACVLAN}/24`],
      lines: [`use_vmac ${MACVLAN}`],
    }),
  ].join("\n");

const links = ["link add red type vrf table 10", "link set red up", "link set eth1 master red"];

const open = (): Promise<Scene> =>
  Scene.open(
    [
      { kind: "ours", config: configuration(200, 17), links },
      { kind: "real", config: configuration(100, 18), links },
    ],
    { segments: 2 },
  );

const describeLink = (host: Host, name: string): Promise<string> =>
  host.must(["ip", "-d", "-o", "link", "show", "dev", name]);

/** The words that tell what kind of link it is, and where it belongs. */
function traits(description: string): readonly string[] {
  return [
    /(ipvlan +mode \S+ \S+)/.exec(description)?.[1] ?? "",
    /(macvlan mode \S+)/.exec(description)?.[1] ?? "",
    /(master \S+)/.exec(description)?.[1] ?? "",
  ];
}

export const VIRTUAL_LINKS = act(open, [
  {
    name: "an ipvlan is made like Debian's Keepalived makes it, and carries the address",
    async run(scene) {
      await scene.moves(ON_IPVLAN, scene.lb01);
      const address = await scene.lb01.must(["ip", "-br", "addr", "show", "dev", IPVLAN]);
      assert.match(address, /10\.0\.0\.17\/24/);
      assert.match(address, /10\.0\.0\.3\/24/);
      const [ours, theirs] = await Promise.all(
        [scene.lb01, scene.lb02].map((host) => describeLink(host, IPVLAN)),
      );
      assert.match(ours ?? "", /ipvlan +mode l2/);
      assert.deepEqual(traits(ours ?? ""), traits(theirs ?? ""));
      return undefined;
    },
  },
  {
    name: "a macvlan on an interface of a VRF joins the VRF",
    async run(scene) {
      await scene.moves(ON_MACVLAN, scene.lb01);
      const [ours, theirs] = await Promise.all(
        [scene.lb01, scene.lb02].map((host) => describeLink(host, MACVLAN)),
      );
      assert.match(ours ?? "", /master red/);
      assert.match(ours ?? "", /00:00:5e:00:01:33/);
      assert.deepEqual(traits(ours ?? ""), traits(theirs ?? ""));
      return undefined;
    },
  },
  {
    name: "interfaces made for instances go with the daemon, and Debian's Keepalived takes over",
    async run(scene) {
      for (const address of [ON_IPVLAN, ON_MACVLAN]) await scene.moves(address, scene.lb01);
      await scene.first.stop();
      for (const address of [ON_IPVLAN, ON_MACVLAN]) await scene.moves(address, scene.lb02);
      await waitFor("the interfaces to be gone", SOON_MS, async () => {
        const all = await scene.lb01.must(["ip", "-br", "link"]);
        return !all.includes(IPVLAN) && !all.includes(MACVLAN);
      });
      return undefined;
    },
  },
]);
