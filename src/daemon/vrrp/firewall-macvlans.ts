/**
 * What keeps the MAC address of a virtual router out of packets that are about the host. A macvlan
 * joins multicast groups and asks for routers like any interface; with the shared MAC address as
 * their source, such packets would teach switches another way to the master. Reports of groups leave
 * through the parent instead, and the rest stays here.
 */
import { addressBytes } from "../../base/address.ts";
import type { Family, IpAddress } from "../../base/address.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import { interfaceIndexBytes } from "../../wire/netlink/nftables.ts";
import type { NftChange, NftTable } from "../../wire/netlink/nftables.ts";
import { interfaceKindBytes } from "../../wire/netlink/nftables-expressions.ts";
import type { Expression } from "../../wire/netlink/nftables-expressions.ts";

/** A macvlan of ours. */
export interface Macvlan {
  readonly family: Family;
  readonly index: InterfaceIndex;
  readonly parent: InterfaceIndex;
  /** Addresses it has in common with its parent, which alone answers for them. */
  readonly shared: readonly IpAddress[];
}

const MAP = "vmac_map";
const SET = "vmac_set";
const REPORTS = "mld-report";
const SHARED = "parent_link_local";

/** Sets and maps, with everything in them. */
export function macvlanSets(table: NftTable, macvlans: readonly Macvlan[]): readonly NftChange[] {
  const indexes = macvlans.map(({ index }) => interfaceIndexBytes(index));
  const parents = macvlans.map(({ parent }) => interfaceIndexBytes(parent));
  const map: readonly NftChange[] = [
    { kind: "addMap", table, name: MAP },
    { kind: "addMappings", table, set: MAP, keys: indexes, values: parents },
  ];
  if (table.family === "ipv4") return map;
  const shared = macvlans.flatMap(({ index, shared: addresses }) =>
    addresses.map((address) =>
      Uint8Array.from([...addressBytes(address), ...interfaceIndexBytes(index)]),
    ),
  );
  return [
    ...map,
    { kind: "addSet", table, name: SET, key: "interfaceIndex", isConstant: false },
    { kind: "addElements", table, set: SET, keys: indexes },
    { kind: "addSet", table, name: REPORTS, key: "icmpv6Type", isConstant: true },
    {
      kind: "addElements",
      table,
      set: REPORTS,
      keys: [LISTENER_REPORT_2, LISTENER_REPORT].map((type) => Uint8Array.of(type)),
    },
    ...(shared.length === 0
      ? []
      : ([
          { kind: "addSet", table, name: SHARED, key: "ipv6AndInterfaceIndex", isConstant: false },
          { kind: "addElements", table, set: SHARED, keys: shared },
        ] as const)),
  ];
}

/** Rules for packets that leave, each ending in a verdict. */
export function macvlanRules(
  family: Family,
  macvlans: readonly Macvlan[],
): readonly (readonly Expression[])[] {
  if (family === "ipv4") {
    return [
      [
        { kind: "payload", base: "network", offset: IPV4_PROTOCOL, length: 1, register: 1 },
        { kind: "equals", register: 1, value: Uint8Array.of(IGMP) },
        { kind: "payload", base: "network", offset: IPV4_DESTINATION, length: 4, register: 1 },
        ...THROUGH_THE_PARENT,
      ],
    ];
  }
  const reports: readonly Expression[] = [
    ...IS_ICMPV6,
    { kind: "lookup", register: 1, set: REPORTS },
    { kind: "payload", base: "network", offset: IPV6_DESTINATION, length: 16, register: 1 },
    ...THROUGH_THE_PARENT,
  ];
  const solicitations: readonly Expression[] = [
    ...IS_ICMPV6,
    { kind: "equals", register: 1, value: Uint8Array.of(ROUTER_SOLICITATION) },
    { kind: "meta", key: "outputInterfaceKind", register: 2 },
    { kind: "equals", register: 2, value: interfaceKindBytes("macvlan") },
    { kind: "meta", key: "outputInterface", register: 2 },
    { kind: "lookup", register: 2, set: SET },
    DROP,
  ];
  const hasShared = macvlans.some(({ shared }) => shared.length > 0);
  return [...(hasShared ? [ADVERTISEMENTS_OF_SHARED] : []), reports, solicitations];
}

/** IPPROTO_IGMP, IPPROTO_ICMPV6. */
const IGMP = 2;
const ICMPV6 = 58;
const IPV4_PROTOCOL = 9;
const IPV4_DESTINATION = 16;
const IPV6_SOURCE = 8;
const IPV6_DESTINATION = 24;
/** RFC 4861 §4.1, §4.4; RFC 2710 §3.1, RFC 3810 §5.2. */
const ROUTER_SOLICITATION = 133;
const NEIGHBOUR_ADVERTISEMENT = 136;
const LISTENER_REPORT = 131;
const LISTENER_REPORT_2 = 143;

const DROP: Expression = { kind: "verdict", verdict: { kind: "drop" } };

/** The type is in register 1 then. Reports have a header of options before them. */
const IS_ICMPV6: readonly Expression[] = [
  { kind: "meta", key: "layer4Protocol", register: 1 },
  { kind: "equals", register: 1, value: Uint8Array.of(ICMPV6) },
  { kind: "payload", base: "transport", offset: 0, length: 1, register: 1 },
];

/** Sent once more from the parent, to the address in register 1, and not from here. */
const THROUGH_THE_PARENT: readonly Expression[] = [
  { kind: "meta", key: "outputInterfaceKind", register: 2 },
  { kind: "equals", register: 2, value: interfaceKindBytes("macvlan") },
  { kind: "meta", key: "outputInterface", register: 2 },
  { kind: "lookup", register: 2, set: MAP, into: 2 },
  { kind: "duplicate", address: 1, device: 2 },
  DROP,
];

/** Two answers with two MAC addresses would make neighbours waver. */
const ADVERTISEMENTS_OF_SHARED: readonly Expression[] = [
  ...IS_ICMPV6,
  { kind: "equals", register: 1, value: Uint8Array.of(NEIGHBOUR_ADVERTISEMENT) },
  { kind: "payload", base: "network", offset: IPV6_SOURCE, length: 16, register: 1 },
  { kind: "meta", key: "outputInterface", register: 2 },
  { kind: "lookup", register: 1, set: SHARED },
  DROP,
];
