/**
 * The tables that keep virtual addresses from answering, laid out as Keepalived's users know them
 * from `nft list ruleset`: a set of addresses for each family, and two chains that drop what goes
 * to them or comes from them. Neighbour discovery is let through, or nobody could send to the
 * router at all. Link-local addresses are an interface's own, so theirs is part of the key.
 */
import { addressBytes, familyOf, isLinkLocal } from "../../base/address.ts";
import type { Family } from "../../base/address.ts";
import type { NftablesConfig } from "../../config/model.ts";
import type { Network } from "../../track/network.ts";
import type { InstanceConfig, VirtualAddress } from "../../vrrp/config.ts";
import {
  ELEMENTS_LIMIT,
  interfaceIndexBytes,
  interfaceNameBytes,
} from "../../wire/netlink/nftables.ts";
import type { NftChange, NftTable, SetKey } from "../../wire/netlink/nftables.ts";
import type { Expression, MetaKey } from "../../wire/netlink/nftables-expressions.ts";
import { allAddresses } from "./address-work.ts";
import { macvlanRules, macvlanSets } from "./firewall-macvlans.ts";
import type { Macvlan } from "./firewall-macvlans.ts";

type SetName = "vips" | "vips_link_local" | "vips_link_local_name";

/** A virtual address as an element of a set. */
export interface Element {
  readonly family: Family;
  readonly set: SetName;
  readonly key: Uint8Array;
  /** Equal for equal elements. */
  readonly id: string;
}

/** What the tables must have; equal text for an equal layout. */
export interface Layout {
  readonly table: string;
  readonly priority: number;
  readonly counters: boolean;
  readonly families: readonly Family[];
  /** Those in which addresses are kept from answering; the rest have macvlans alone. */
  readonly shielded: readonly Family[];
  /** The sets of IPv6 link-local addresses. */
  readonly linkLocalSets: readonly Exclude<SetName, "vips">[];
  readonly macvlans: readonly Macvlan[];
}

/** Whether packets to the addresses of an instance are dropped while it is master. */
export const isShielded = ({ accept }: InstanceConfig): boolean => !accept;

/** The layout for these instances and macvlans, or undefined when none of them needs it. */
export function planLayout(
  instances: readonly InstanceConfig[],
  options: NftablesConfig,
  present: readonly Macvlan[] = [],
): Layout | undefined {
  const macvlans = options.disablesLocalIgmp
    ? present.filter(({ family }) => family === "ipv6")
    : present;
  const wanted = instances.filter(isShielded).flatMap((config) =>
    allAddresses(config).map(({ address }) => ({
      family: familyOf(address),
      set: setOf(address, config, options),
    })),
  );
  if (wanted.length === 0 && macvlans.length === 0) return undefined;
  const isShieldedIn = (family: Family): boolean => wanted.some((each) => each.family === family);
  const has = (set: SetName): boolean => wanted.some((each) => each.set === set);
  return {
    table: options.table,
    priority: options.priority,
    counters: options.counters,
    families: FAMILIES.filter(
      (family) => isShieldedIn(family) || macvlans.some((each) => each.family === family),
    ),
    shielded: FAMILIES.filter(isShieldedIn),
    linkLocalSets: LINK_LOCAL_SETS.filter(has),
    macvlans,
  };
}

/** The addresses of an instance as elements; those of interfaces that do not exist are left out. */
export function elementsOf(
  config: InstanceConfig,
  options: NftablesConfig,
  network: Network,
): readonly Element[] {
  if (!isShielded(config)) return [];
  return allAddresses(config).flatMap((virtual) => {
    const set = setOf(virtual.address, config, options);
    const place = placeBytes(set, virtual, network);
    if (place === undefined) return [];
    const family = familyOf(virtual.address);
    const key = Uint8Array.from([...addressBytes(virtual.address), ...place]);
    return [{ family, set, key, id: `${set} ${key.join(".")}` }];
  });
}

/** Takes away tables of an earlier life and makes new ones, with `elements` in them from the start. */
export function rebuildChanges(layout: Layout, elements: readonly Element[]): readonly NftChange[] {
  return [
    ...layout.families.flatMap((family) => [
      ...removalChanges({ family, name: layout.table }),
      ...(family === "ipv4" ? ipv4Table(layout) : ipv6Table(layout)),
    ]),
    ...elementChanges("addElements", layout, elements),
  ];
}

/** Takes a table away whether it is there or not. */
export const removalChanges = (table: NftTable): readonly NftChange[] => [
  { kind: "addTable", table },
  { kind: "deleteTable", table },
];

/** Adds elements, or takes them away, in the sets the layout has: one change for many of them. */
export function elementChanges(
  kind: "addElements" | "deleteElements",
  { table, shielded, linkLocalSets }: Layout,
  elements: readonly Element[],
): readonly NftChange[] {
  const sets: readonly SetName[] = ["vips", ...linkLocalSets];
  return shielded.flatMap((family) =>
    sets.flatMap((set) => {
      const keys = elements
        .filter((element) => element.family === family && element.set === set)
        .map(({ key }) => key);
      const changes: NftChange[] = [];
      for (let at = 0; at < keys.length; at += ELEMENTS_LIMIT) {
        const some = keys.slice(at, at + ELEMENTS_LIMIT);
        changes.push({ kind, table: { family, name: table }, set, keys: some });
      }
      return changes;
    }),
  );
}

const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];
const LINK_LOCAL_SETS = ["vips_link_local", "vips_link_local_name"] as const;

/**
 * An interface that may go away and come back, under another index, is known by its name; that is
 * what dont_track_primary is for. keepalived.conf(5), nftables_ifindex.
 */
function setOf(
  address: VirtualAddress["address"],
  { trackPrimary }: InstanceConfig,
  options: NftablesConfig,
): SetName {
  if (familyOf(address) === "ipv4" || !isLinkLocal(address)) return "vips";
  return trackPrimary || options.byInterfaceIndex ? "vips_link_local" : "vips_link_local_name";
}

function placeBytes(
  set: SetName,
  { interfaceName }: VirtualAddress,
  network: Network,
): Uint8Array | undefined {
  if (set === "vips") return new Uint8Array();
  if (set === "vips_link_local_name") return interfaceNameBytes(interfaceName);
  const index = network.get(interfaceName)?.index;
  return index === undefined ? undefined : interfaceIndexBytes(index);
}

const KEY_OF_LINK_LOCAL: Readonly<Record<(typeof LINK_LOCAL_SETS)[number], SetKey>> = {
  vips_link_local: "ipv6AndInterfaceIndex",
  vips_link_local_name: "ipv6AndInterfaceName",
};

/** What tells the two directions apart. */
interface Direction {
  readonly chain: "in" | "out";
  readonly hook: "input" | "output";
  /** Where in the header our address is. */
  readonly ipv4Offset: number;
  readonly ipv6Offset: number;
  readonly metaOf: Readonly<Record<(typeof LINK_LOCAL_SETS)[number], MetaKey>>;
}

const OUT: Direction = {
  chain: "out",
  hook: "output",
  ipv4Offset: 12,
  ipv6Offset: 8,
  metaOf: { vips_link_local: "outputInterface", vips_link_local_name: "outputInterfaceName" },
};
const IN: Direction = {
  chain: "in",
  hook: "input",
  ipv4Offset: 16,
  ipv6Offset: 24,
  metaOf: { vips_link_local: "inputInterface", vips_link_local_name: "inputInterfaceName" },
};
/** In the order of Keepalived's listing. */
const DIRECTIONS = [OUT, IN] as const;

function ipv4Table(layout: Layout): readonly NftChange[] {
  const table: NftTable = { family: "ipv4", name: layout.table };
  const macvlans = macvlanChanges(table, layout);
  if (!layout.shielded.includes("ipv4")) return macvlans;
  return [
    ...macvlans,
    ...(macvlans.length > 0
      ? [baseChain(table, IN, layout)]
      : [
          { kind: "addTable", table } as const,
          ...DIRECTIONS.map((direction) => baseChain(table, direction, layout)),
        ]),
    { kind: "addSet", table, name: "vips", key: "ipv4", isConstant: false },
    ...DIRECTIONS.map(({ chain, ipv4Offset }) =>
      rule(table, chain, layout, [...addressIn("vips", ipv4Offset, IPV4_LENGTH), DROP]),
    ),
  ];
}

const NEIGHBOUR_SET = "neighbor-discovery";
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;

function ipv6Table(layout: Layout): readonly NftChange[] {
  const table: NftTable = { family: "ipv6", name: layout.table };
  const linkLocal = (chain: "in" | "out"): string => `${chain}_link_local`;
  const macvlans = macvlanChanges(table, layout);
  if (!layout.shielded.includes("ipv6")) return macvlans;
  return [
    ...macvlans,
    ...(macvlans.length > 0
      ? [baseChain(table, IN, layout)]
      : [
          { kind: "addTable", table } as const,
          ...DIRECTIONS.map((direction) => baseChain(table, direction, layout)),
        ]),
    ...[IN, OUT].map(({ chain }): NftChange => {
      return { kind: "addChain", table, name: linkLocal(chain), hook: undefined };
    }),
    { kind: "addSet", table, name: "vips", key: "ipv6", isConstant: false },
    { kind: "addSet", table, name: NEIGHBOUR_SET, key: "icmpv6Type", isConstant: true },
    {
      kind: "addElements",
      table,
      set: NEIGHBOUR_SET,
      keys: [NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT].map((type) => Uint8Array.of(type)),
    },
    ...DIRECTIONS.flatMap(({ chain, ipv6Offset }) => [
      rule(table, chain, layout, [...IS_NEIGHBOUR_DISCOVERY, verdict({ kind: "accept" })]),
      rule(table, chain, layout, [
        ...isLinkLocalAt(ipv6Offset),
        verdict({ kind: "goto", chain: linkLocal(chain) }),
      ]),
      rule(table, chain, layout, [...addressIn("vips", ipv6Offset, IPV6_LENGTH), DROP]),
    ]),
    ...layout.linkLocalSets.flatMap((name): readonly NftChange[] => [
      { kind: "addSet", table, name, key: KEY_OF_LINK_LOCAL[name], isConstant: false },
      ...DIRECTIONS.map(({ chain, ipv6Offset, metaOf }) =>
        rule(table, linkLocal(chain), layout, [
          { kind: "payload", ...NETWORK, offset: ipv6Offset, length: IPV6_LENGTH, register: 1 },
          { kind: "meta", key: metaOf[name], register: 2 },
          { kind: "lookup", register: 1, set: name },
          DROP,
        ]),
      ),
    ]),
  ];
}

/** The rules of macvlans come first: nobody else speaks of their packets. */
function macvlanChanges(table: NftTable, layout: Layout): readonly NftChange[] {
  const macvlans = layout.macvlans.filter(({ family }) => family === table.family);
  if (macvlans.length === 0) return [];
  return [
    { kind: "addTable", table },
    ...macvlanSets(table, macvlans),
    baseChain(table, OUT, layout),
    ...macvlanRules(table.family, macvlans).map((expressions) =>
      rule(table, OUT.chain, layout, expressions),
    ),
  ];
}

function baseChain(table: NftTable, { chain, hook }: Direction, { priority }: Layout): NftChange {
  return { kind: "addChain", table, name: chain, hook: { name: hook, priority } };
}

/** With a counter in front of the verdict, where counters are wanted. */
function rule(
  table: NftTable,
  chain: string,
  { counters }: Layout,
  expressions: readonly Expression[],
): NftChange {
  const counter: readonly Expression[] = counters ? [{ kind: "counter" }] : [];
  const all = [...expressions.slice(0, -1), ...counter, ...expressions.slice(-1)];
  return { kind: "addRule", table, chain, expressions: all };
}

const IPV4_LENGTH = 4;
const IPV6_LENGTH = 16;
const NETWORK = { base: "network" } as const;
/** Where the IPv6 header says what follows it. */
const NEXT_HEADER_OFFSET = 6;
const ICMPV6 = 58;
/** fe80::/10 */
const LINK_LOCAL_MASK = Uint8Array.of(0xff, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const LINK_LOCAL_PREFIX = Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

const verdict = (
  value: Extract<Expression, { kind: "verdict" }>["verdict"],
): Extract<Expression, { kind: "verdict" }> => ({ kind: "verdict", verdict: value });
const DROP = verdict({ kind: "drop" });

const addressIn = (set: string, offset: number, length: number): readonly Expression[] => [
  { kind: "payload", ...NETWORK, offset, length, register: 1 },
  { kind: "lookup", register: 1, set },
];

const IS_NEIGHBOUR_DISCOVERY: readonly Expression[] = [
  { kind: "payload", ...NETWORK, offset: NEXT_HEADER_OFFSET, length: 1, register: 1 },
  { kind: "equals", register: 1, value: Uint8Array.of(ICMPV6) },
  { kind: "payload", base: "transport", offset: 0, length: 1, register: 1 },
  { kind: "lookup", register: 1, set: NEIGHBOUR_SET },
];

const isLinkLocalAt = (offset: number): readonly Expression[] => [
  { kind: "payload", ...NETWORK, offset, length: IPV6_LENGTH, register: 1 },
  { kind: "mask", register: 1, mask: LINK_LOCAL_MASK },
  { kind: "equals", register: 1, value: LINK_LOCAL_PREFIX },
];
