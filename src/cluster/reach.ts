/**
 * Whether the members hear each other, as far as the files tell: multicast or unicast, the group,
 * peers that name each other, and addresses that lie in one subnet.
 */
import { inSubnet } from "../base/address.ts";
import type { IpAddress } from "../base/address.ts";
import type { Diagnostic, Span } from "../config/diagnostics.ts";
import { beside, placeOf, usual } from "./differences.ts";
import type { Member, VirtualRouter } from "./node.ts";
import { listed } from "./node.ts";
import { sourceOf } from "./source.ts";

export function compareReach(router: VirtualRouter): readonly Diagnostic[] {
  const kinds = new Set(router.members.map(({ config }) => config.delivery.kind));
  if (kinds.size > 1) return compareDelivery(router);
  const specific = kinds.has("multicast") ? compareGroups(router) : comparePeers(router);
  return [...specific, ...compareSources(router), ...compareSubnets(router)];
}

const deliveryPlace = ({ draft }: Member): Span | undefined =>
  draft.peers?.at ?? draft.multicastGroup?.at;

function compareDelivery(router: VirtualRouter): readonly Diagnostic[] {
  const value = ({ config }: Member): string => config.delivery.kind;
  const reference = usual(router.members, value);
  if (reference === undefined) return [];
  return router.members
    .filter((member) => value(member) !== value(reference))
    .map((member) => ({
      severity: "error",
      code: "cluster-delivery",
      message:
        `(${router.title}) ${reference.node} sends ${value(reference)} and ${member.node} ` +
        `${value(member)}: they do not hear each other and will both be master`,
      at: placeOf(member, deliveryPlace(member)),
      because: beside(reference, deliveryPlace(reference)),
      fix: "list the other nodes in unicast_peer on every node, or on none",
    }));
}

function compareGroups(router: VirtualRouter): readonly Diagnostic[] {
  const value = ({ config: { delivery } }: Member): string =>
    delivery.kind === "multicast" ? delivery.group : "";
  const place = ({ draft, global, config }: Member): Span | undefined =>
    draft.multicastGroup?.at ??
    (config.family === "ipv4" ? global.multicastGroupIpv4 : global.multicastGroupIpv6)?.at;
  const reference = usual(router.members, value);
  if (reference === undefined) return [];
  return router.members
    .filter((member) => value(member) !== value(reference))
    .map((member) => ({
      severity: "error",
      code: "cluster-delivery",
      message:
        `(${router.title}) sends to multicast group ${value(reference)} on ${reference.node} and ` +
        `${value(member)} on ${member.node}: they do not hear each other and will both be master`,
      at: placeOf(member, place(member)),
      because: beside(reference, place(reference)),
      fix: `use the group ${value(reference)} on every node`,
    }));
}

/** Each must list every other one, by the address that one sends from. */
function comparePeers(router: VirtualRouter): readonly Diagnostic[] {
  return [...missingPeers(router), ...unknownNodes(router)];
}

/** A node that no address in the lists of the others can be: often a list that was copied. */
function unknownNodes(router: VirtualRouter): readonly Diagnostic[] {
  const unknown = router.members.find(
    (member) => router.members.length > 1 && sourceOf(member, router) === undefined,
  );
  if (unknown === undefined) return [];
  const others = router.members.filter((member) => member !== unknown);
  const [first] = others;
  return [
    {
      severity: "error",
      code: "cluster-peers",
      message:
        `(${router.title}) no address in unicast_peer of ${listed(others.map(({ node }) => node))} ` +
        `can be ${unknown.node}, which lists the same: they do not hear each other`,
      at: placeOf(unknown, unknown.draft.peers?.at),
      ...(first === undefined ? {} : { because: beside(first, first.draft.peers?.at) }),
      fix: "list on each node the addresses of the others, not its own, and write unicast_src_ip",
    },
  ];
}

function missingPeers(router: VirtualRouter): readonly Diagnostic[] {
  return router.members.flatMap((member) => {
    const { delivery } = member.config;
    if (delivery.kind !== "unicast") return [];
    const peers = delivery.peers.map(({ address }) => address);
    return router.members.flatMap((other): readonly Diagnostic[] => {
      const source = other === member ? undefined : sourceOf(other, router);
      if (source === undefined || peers.includes(source)) return [];
      return [
        {
          severity: "error",
          code: "cluster-peers",
          message:
            `(${router.title}) unicast_peer of ${member.node} has ${listed(peers)}, ` +
            `not ${source}, from which ${other.node} sends: ${other.node} does not hear ` +
            `${member.node} and will be master beside it`,
          at: placeOf(member, member.draft.peers?.at),
          because: beside(other, other.draft.unicastSource?.at ?? other.draft.multicastSource?.at),
          fix: `list ${source} in unicast_peer of ${member.node}`,
        },
      ];
    });
  });
}

const sourcePlace = ({ draft }: Member): Span | undefined =>
  draft.unicastSource?.at ?? draft.multicastSource?.at;

/** A file that was copied with its source address. */
function compareSources(router: VirtualRouter): readonly Diagnostic[] {
  const owners = new Map<IpAddress, Member>();
  return router.members.flatMap((member): readonly Diagnostic[] => {
    const { source } = member.config.delivery;
    const other = source === undefined ? undefined : owners.get(source);
    if (source !== undefined && other === undefined) owners.set(source, member);
    if (source === undefined || other === undefined) return [];
    return [
      {
        severity: "error",
        code: "cluster-peers",
        message: `(${router.title}) ${other.node} and ${member.node} both send from ${source}`,
        at: placeOf(member, sourcePlace(member)),
        because: beside(other, sourcePlace(other)),
        fix: "write each node's own address",
      },
    ];
  });
}

/** A prefix length that says how far the local subnet goes. */
const HOST_PREFIX = { ipv4: 32, ipv6: 128 } as const;

/** A virtual address whose subnet has one node's source and not another's. */
function compareSubnets(router: VirtualRouter): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const home of router.members) {
    const { family, addresses } = home.config;
    const inside = sourceOf(home, router);
    const subnet = addresses.find(
      ({ address, prefixLength }) =>
        prefixLength < HOST_PREFIX[family] &&
        inside !== undefined &&
        inSubnet(inside, address, prefixLength),
    );
    if (subnet === undefined) continue;
    const { address, prefixLength } = subnet;
    for (const other of router.members) {
      const source = sourceOf(other, router);
      if (source === undefined || inSubnet(source, address, prefixLength)) continue;
      found.push({
        severity: "warning",
        code: "cluster-subnet",
        message:
          `(${router.title}) ${address}/${prefixLength} lies in the subnet of ${home.node} ` +
          `(${inside ?? ""}) and not in that of ${other.node} (${source}): hosts do not find the ` +
          `address while ${other.node} is master`,
        at: placeOf(other, sourcePlace(other)),
        because: beside(home, sourcePlace(home)),
        fix: "put the nodes into one subnet, or route the address to the master",
      });
    }
    return found;
  }
  return found;
}
