/** The `Interfaces` section of the data dump: every interface of the machine, and who looks at it. */
import type { Model } from "../config/model.ts";
import { NO_TIME } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import { routeInterfaces, ruleInterfaces } from "../vrrp/route-config.ts";
import { virtualLinks } from "../vrrp/vmac-config.ts";
import type { VirtualLink } from "../vrrp/vmac-config.ts";
import { indent } from "./dump-text.ts";
import { spacingGroups } from "./group-dump.ts";
import type { InterfaceSnapshot } from "./state.ts";

/** IFF_* (linux/if.h). */
const Flag = {
  up: 0x1,
  broadcast: 0x2,
  loopback: 0x8,
  pointToPoint: 0x10,
  running: 0x40,
  noArp: 0x80,
  multicast: 0x1000,
} as const;

/** ARPHRD_* (linux/if_arp.h). */
const HARDWARE: ReadonlyMap<number, string> = new Map([
  [1, "ETHERNET"],
  [32, "INFINIBAND"],
  [772, "LOOPBACK"],
]);

export function interfaceLines(
  link: InterfaceSnapshot,
  model: Model,
  all: readonly InterfaceSnapshot[],
): readonly string[] {
  const made = model.instances.flatMap(virtualLinks).find(({ name }) => name === link.name);
  return [
    `Name = ${link.name}`,
    ...[
      `index = ${link.index}`,
      ...addressLines(link, model),
      ...(hasMac(link) ? [`MAC = ${link.mac ?? ""}`] : []),
      ...(hasMac(link) && link.broadcastMac !== undefined
        ? [`MAC broadcast = ${link.broadcastMac}`]
        : []),
      `State = ${renderFlags(link.flags)}`,
      "Seen up = 1",
      "Delayed state change running = false",
      ...delayLines(link, model),
      ...(made === undefined ? [] : madeLines(made, all)),
      `MTU = ${link.mtu}`,
      `HW Type = ${HARDWARE.get(link.hardwareType) ?? "UNKNOWN"}`,
      probeLine(link, model),
      ...spacingLines(link, model),
      ...sysctlLines(link, model),
      ...watcherLines(link, model),
    ].map(indent),
  ];
}

/** None of them is touched for an instance without an interface of its own, but for the last. */
const sysctlLines = ({ name }: InterfaceSnapshot, { instances }: Model): readonly string[] => [
  "Reset ARP config counter 0",
  "Original arp_ignore 0",
  "Original arp_filter 0",
  "Original promote_secondaries 0",
  `Reset promote_secondaries counter ${
    instances.filter((each) => each.interfaceName === name && each.promotesSecondaries).length
  }`,
];

const NO_MAC = "00:00:00:00:00:00";

const hasMac = ({ mac }: InterfaceSnapshot): boolean => mac !== undefined && mac !== NO_MAC;

/** Those adverts can be sent from: the machine's first IPv4 one, and the link-local IPv6 one. */
function addressLines(link: InterfaceSnapshot, model: Model): readonly string[] {
  const ours = new Set(
    model.instances.flatMap(({ addresses, excludedAddresses }) =>
      [...addresses, ...excludedAddresses].map(({ address }) => String(address)),
    ),
  );
  const bare = link.addresses
    .map((address) => address.replace(/\/.*/, ""))
    .filter((address) => !ours.has(address));
  return [
    `IPv4 address = ${bare.find((address) => !address.includes(":")) ?? "(none)"}`,
    `IPv6 address = ${bare.find((address) => address.startsWith("fe80:")) ?? "(none)"}`,
  ];
}

function renderFlags(flags: number): string {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  return [
    has(Flag.up) ? "UP" : "DOWN",
    has(Flag.running) ? "RUNNING" : "not RUNNING",
    ...(has(Flag.broadcast) ? [] : ["no broadcast"]),
    ...(has(Flag.loopback) ? ["loopback"] : []),
    ...(has(Flag.pointToPoint) ? ["point to point"] : []),
    ...(has(Flag.noArp) ? ["no arp"] : []),
    ...(has(Flag.multicast) ? [] : ["no multicast"]),
  ].join(", ");
}

function delayLines({ name }: InterfaceSnapshot, { links }: Model): readonly string[] {
  const delay = links.delays.find(({ interfaceName }) => interfaceName === name);
  return [
    `Up debounce timer = ${delay?.up ?? NO_TIME}us`,
    `Down debounce timer = ${delay?.down ?? NO_TIME}us`,
  ];
}

function madeLines(made: VirtualLink, all: readonly InterfaceSnapshot[]): readonly string[] {
  const parent = all.find(({ name }) => name === made.parent);
  const state = parent === undefined ? "" : `, state = ${renderFlags(parent.flags)}`;
  const kind = made.what.kind === "macvlan" ? "VMAC type private" : `IPVLAN type ${made.what.flag}`;
  return [`${kind}, underlying interface = ${made.parent}${state}`, "I/f created by keepalived"];
}

const PROBE_WORDS = {
  mii: "NIC support MII",
  ethtool: "NIC support ETHTOOL GLINK interface",
  ioctl: "NIC ioctl refresh polling",
} as const;

/** Only what is used is polled. */
function probeLine({ name }: InterfaceSnapshot, model: Model): string {
  const isUsed = watcherLines({ name }, model).length > 0;
  const polled = model.links.polled.find(({ interfaceName }) => interfaceName === name);
  return polled === undefined || !isUsed ? "NIC netlink status update" : PROBE_WORDS[polled.method];
}

function spacingLines({ name }: InterfaceSnapshot, model: Model): readonly string[] {
  const found = spacingGroups(model).find(({ group }) => group.interfaceNames.includes(name));
  if (found === undefined) return [];
  const { arpGap, naGap } = found.group;
  const inMilliseconds = (gap: Duration): string => `${Math.round(gap / 1_000)}ms`;
  return [
    ...(arpGap === undefined ? [] : [`Gratuitous ARP interval ${inMilliseconds(arpGap)}`]),
    ...(naGap === undefined ? [] : [`Gratuitous NA interval ${inMilliseconds(naGap)}`]),
    ...(found.index === 0 ? [] : [`Gratuitous ARP aggregation group ${found.index}`]),
  ];
}

/** The weight Keepalived shows of an interface that is used and whose fall is no fault. */
const UNTRACKED = 255;

function watcherLines(
  { name }: Pick<InterfaceSnapshot, "name">,
  { instances }: Model,
): readonly string[] {
  const own = instances.flatMap((instance) => ownUse(name, instance));
  const known = new Set(own.map(([user]) => user));
  const tracking = instances.flatMap((instance): readonly (readonly [string, string])[] => {
    const tracked = instance.trackedInterfaces.find((each) => each.name === name);
    if (tracked === undefined || known.has(instance.name)) return [];
    const reverse = tracked.reverse ? " reverse" : "";
    return [[instance.name, `weight ${tracked.weight}${reverse}`]];
  });
  const all = [...own, ...tracking];
  return all.length === 0
    ? []
    : ["Tracking VRRP instances :", ...all.map(([user, how]) => `  ${user}, ${how}`)];
}

function ownUse(name: string, instance: InstanceConfig): readonly (readonly [string, string])[] {
  if (instance.interfaceName === name) {
    return [[instance.name, `weight ${instance.trackPrimary ? 0 : UNTRACKED}`]];
  }
  return usesInterface(name, instance) ? [[instance.name, "weight 0"]] : [];
}

/** By an address, a route or a rule whose loss would end mastership. */
const usesInterface = (name: string, instance: InstanceConfig): boolean =>
  [...instance.addresses, ...instance.excludedAddresses].some(
    ({ interfaceName, track }) => track && interfaceName === name,
  ) ||
  instance.vmac.own?.name === name ||
  instance.routes.some((route) => route.track && routeInterfaces(route).includes(name)) ||
  instance.rules.some((rule) => rule.track && ruleInterfaces(rule).includes(name));
