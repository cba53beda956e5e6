/** Whether the members are one virtual router at all: router id, family, addresses, and company. */
import type { Diagnostic } from "../config/diagnostics.ts";
import type { AddressDraft } from "../config/drafts.ts";
import type { VirtualAddress } from "../vrrp/config.ts";
import { beside, placeOf, usual } from "./differences.ts";
import type { Member, VirtualRouter } from "./node.ts";
import { listed } from "./node.ts";

/** The findings, and whether the members can be compared further. */
export function compareIdentity(
  router: VirtualRouter,
  nodes: readonly string[],
): readonly Diagnostic[] {
  return [
    ...compareFamily(router),
    ...compareRouterId(router),
    ...compareAddresses(router, "addresses"),
    ...compareAddresses(router, "excludedAddresses"),
    ...missingNodes(router, nodes),
  ];
}

function compareFamily(router: VirtualRouter): readonly Diagnostic[] {
  const value = ({ config }: Member): string => (config.family === "ipv4" ? "IPv4" : "IPv6");
  const reference = usual(router.members, value);
  if (reference === undefined) return [];
  return router.members
    .filter((member) => value(member) !== value(reference))
    .map((member) => ({
      severity: "error",
      code: "cluster-family",
      message:
        `(${router.title}) is ${value(reference)} on ${reference.node} and ` +
        `${value(member)} on ${member.node}: they are two routers, and both will be master`,
      at: placeOf(member, member.draft.family?.at),
      because: beside(reference, reference.draft.family?.at),
      fix: "write addresses of one family first in virtual_ipaddress, and the others in virtual_ipaddress_excluded",
    }));
}

function compareRouterId(router: VirtualRouter): readonly Diagnostic[] {
  const value = ({ config }: Member): string => String(config.vrid);
  const reference = usual(router.members, value);
  if (reference === undefined) return [];
  return router.members
    .filter((member) => value(member) !== value(reference))
    .map((member) => {
      const shared = sharedAddresses(reference, member);
      const what = shared.length > 0 ? "the same addresses" : "the same name";
      return {
        severity: shared.length > 0 ? "error" : "warning",
        code: "cluster-router-id",
        message:
          `(${router.title}) ${what}, but virtual_router_id ${value(reference)} on ` +
          `${reference.node} and ${value(member)} on ${member.node}: ` +
          "they do not hear each other and will both be master",
        at: placeOf(member, member.draft.vrid?.at),
        because: beside(reference, reference.draft.vrid?.at),
        fix:
          shared.length > 0
            ? `write virtual_router_id ${value(reference)} on every node`
            : "write the same virtual_router_id on every node, or another name where it is another router",
      };
    });
}

function sharedAddresses(a: Member, b: Member): readonly string[] {
  const mine = new Set(a.config.addresses.map(({ address }) => address));
  return b.config.addresses.map(({ address }) => address).filter((address) => mine.has(address));
}

type AddressList = "addresses" | "excludedAddresses";

const KEYWORD: Readonly<Record<AddressList, string>> = {
  addresses: "virtual_ipaddress",
  excludedAddresses: "virtual_ipaddress_excluded",
};

const CONSEQUENCE: Readonly<Record<AddressList, string>> = {
  addresses: "; and Keepalived before 2.3.3 drops adverts with another list",
  excludedAddresses: "",
};

/** Names that are told; a list of hundreds is told by its first ones. */
const MAX_NAMED = 8;

function compareAddresses(router: VirtualRouter, list: AddressList): readonly Diagnostic[] {
  const everywhere = new Map<string, Member>();
  for (const member of router.members) {
    for (const { address } of member.config[list]) {
      if (!everywhere.has(address)) everywhere.set(address, member);
    }
  }
  return router.members.flatMap((member) => {
    const own = new Set<string>(member.config[list].map(({ address }) => address));
    const missing = [...everywhere].filter(([address]) => !own.has(address));
    const [first] = missing;
    if (first === undefined) return comparePrefixes(router, member, list);
    const [firstAddress, other] = first;
    const names = missing.map(([address]) => address);
    const shown = names.slice(0, MAX_NAMED);
    const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
    return [
      {
        severity: "warning",
        code: "cluster-addresses",
        message:
          `(${router.title}) ${KEYWORD[list]} of ${member.node} lacks ` +
          `${more === "" ? listed(shown) : `${shown.join(", ")}${more}`}, which ${other.node} has: ` +
          `gone while ${member.node} is master${CONSEQUENCE[list]}`,
        at: placeOf(member, member.draft[list][0]?.address.at),
        because: beside(other, addressPlace(other, list, firstAddress)?.address.at),
        fix: `write the same ${KEYWORD[list]} on every node`,
      },
    ];
  });
}

/** The same address with another prefix length. */
function comparePrefixes(
  router: VirtualRouter,
  member: Member,
  list: AddressList,
): readonly Diagnostic[] {
  const reference = router.members[0];
  if (reference === member) return [];
  const lengths = new Map(reference.config[list].map((each) => [each.address, each.prefixLength]));
  const differs = ({ address, prefixLength }: VirtualAddress): boolean =>
    (lengths.get(address) ?? prefixLength) !== prefixLength;
  return member.config[list].filter(differs).map(({ address, prefixLength }) => ({
    severity: "warning",
    code: "cluster-addresses",
    message:
      `(${router.title}) ${address} has prefix length ${lengths.get(address) ?? ""} on ` +
      `${reference.node} and ${prefixLength} on ${member.node}: ` +
      "what is taken for the local subnet changes with the master",
    at: placeOf(member, addressPlace(member, list, address)?.address.at),
    because: beside(reference, addressPlace(reference, list, address)?.address.at),
    fix: "write the same prefix length on every node",
  }));
}

const addressPlace = (
  { draft }: Member,
  list: AddressList,
  wanted: string,
): AddressDraft | undefined => draft[list].find(({ address }) => address.value === wanted);

function missingNodes(router: VirtualRouter, nodes: readonly string[]): readonly Diagnostic[] {
  const present = new Set(router.members.map(({ nodeIndex }) => nodeIndex));
  const missing = nodes.filter((_, index) => !present.has(index));
  if (missing.length === 0) return [];
  const [first] = router.members;
  const alone = router.members.length === 1;
  return [
    {
      severity: "warning",
      code: "cluster-alone",
      message:
        `(${router.title}) is not on ${listed(missing)}` +
        (alone ? `: nobody takes over when ${first.node} is down` : ""),
      at: first.draft.name.at,
      fix: `add it to ${listed(missing)}, with the same virtual_router_id and addresses`,
    },
  ];
}
