/** Virtual addresses against each other and against what the interfaces have now. */
import { familyOf, inSubnet, isLinkLocal } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import { OWNER } from "../../base/units.ts";
import type { VirtualAddress } from "../../vrrp/config.ts";
import type { Pair } from "../advice.ts";
import { related } from "../diagnostics.ts";
import type { Diagnostic } from "../diagnostics.ts";
import type { AddressDraft } from "../drafts.ts";
import { complain } from "../scope.ts";
import type { Scope } from "../scope.ts";
import type { InterfaceAddress } from "../surroundings.ts";

export function checkAddresses(pairs: readonly Pair[], scope: Scope): void {
  const subnetsOf = subnetTable(pairs, scope);
  for (const pair of pairs) {
    checkLengths(pair, scope);
    checkOwnership(pair, scope);
    checkSubnets(pair, subnetsOf, scope);
  }
}

type Subnets = (address: VirtualAddress) => readonly InterfaceAddress[];

/** The addresses that prove a subnet, looked up once for each interface and family. */
function subnetTable(pairs: readonly Pair[], scope: Scope): Subnets {
  const known = {
    ipv4: new Map<string, readonly InterfaceAddress[]>(),
    ipv6: new Map<string, readonly InterfaceAddress[]>(),
  };
  return (made) => {
    const family = familyOf(made.address);
    const found =
      known[family].get(made.interfaceName) ??
      addressesOf([made], scope)
        .filter(({ address }) => familyOf(address) === family && !isLinkLocal(address))
        .filter((each) => !isVirtual(each, pairs));
    known[family].set(made.interfaceName, found);
    return found;
  };
}

/** A master that runs has its virtual addresses on the interface: they prove nothing. */
const isVirtual = ({ address, length }: InterfaceAddress, pairs: readonly Pair[]): boolean =>
  pairs.some(({ config }) =>
    [config.addresses, config.excludedAddresses].some((list) =>
      list.some((each) => each.address === address && each.prefixLength === length),
    ),
  );

const written = ({ draft }: Pair): readonly AddressDraft[] => [
  ...draft.addresses,
  ...draft.excludedAddresses,
];

/** Without a length an address is a host address, which is odd only where its neighbours are not. */
function checkLengths(pair: Pair, scope: Scope): void {
  const all = written(pair);
  for (const family of ["ipv4", "ipv6"] as const) {
    const isMeant = ({ address, peer }: AddressDraft): boolean =>
      peer === undefined && familyOf(address.value) === family && !isLinkLocal(address.value);
    const bare = all.find((each) => each.length === undefined && isMeant(each));
    if (bare === undefined) continue;
    const model = all.find((each) => each.length !== undefined && isMeant(each));
    if (model?.length === undefined) continue;
    complain(scope, pair.draft, {
      severity: "notice",
      code: "address-without-length",
      message: `${bare.address.value} has no prefix length and is added as /${fullLength(bare.address.value)}, unlike ${model.address.value}/${model.length}`,
      at: bare.address.at,
      ...related(model.address.at, "this one has a length"),
      fix: `write ${bare.address.value}/${model.length}, or /${fullLength(bare.address.value)} when that is meant`,
    });
  }
}

function fullLength(address: IpAddress): number {
  return familyOf(address) === "ipv4" ? 32 : 128;
}

/** RFC 9568 §4: priority 255 is for the router whose own addresses are the virtual ones. */
function checkOwnership({ draft, config }: Pair, scope: Scope): void {
  const at = draft.priority?.at ?? draft.state?.at;
  if (config.priority !== OWNER || at === undefined || config.addresses.length === 0) return;
  const own = addressesOf(config.addresses, scope);
  if (own.length === 0) return;
  if (config.addresses.some(({ address }) => own.some((each) => each.address === address))) return;
  complain(scope, draft, {
    severity: "warning",
    code: "owner-without-address",
    message:
      `priority 255${draft.priority === undefined ? ", which state MASTER means without priority," : ""} ` +
      "says that this router owns the virtual addresses, and none of them is configured on its " +
      "interface: checks with a weight and nopreempt do not work with it",
    at,
    fix: "write a priority below 255, such as 200",
  });
}

function addressesOf(
  addresses: readonly VirtualAddress[],
  { surroundings }: Scope,
): readonly InterfaceAddress[] {
  const names = new Set(addresses.map(({ interfaceName }) => interfaceName));
  return [...names].flatMap((name) => surroundings.interfaceAddresses?.(name) ?? []);
}

/** Addresses of one interface that no subnet has, all with a prefix length or all without. */
interface Outsiders {
  readonly first: VirtualAddress;
  readonly isHost: boolean;
  readonly subnets: string;
  count: number;
}

/** One complaint for each interface: an instance may have hundreds of addresses of one subnet. */
function checkSubnets(pair: Pair, subnetsOf: Subnets, scope: Scope): void {
  const { draft, config } = pair;
  // The owner's virtual addresses are those of the interface, or it has been told.
  if (config.priority === OWNER) return;
  const found: Outsiders[] = [];
  for (const made of [...config.addresses, ...config.excludedAddresses]) {
    if (made.peer !== undefined || isLinkLocal(made.address)) continue;
    const own = subnetsOf(made);
    if (own.length === 0) continue;
    if (own.some(({ address, length }) => inSubnet(made.address, address, length))) continue;
    const isHost = made.prefixLength === fullLength(made.address);
    const known = found.find((each) => each.isHost === isHost && isBeside(each.first, made));
    if (known !== undefined) known.count += 1;
    else {
      const subnets = own.map(({ address, length }) => `${address}/${length}`).join(", ");
      found.push({ first: made, isHost, subnets, count: 1 });
    }
  }
  for (const outsiders of found) {
    const { address } = outsiders.first;
    const at = written(pair).find((each) => each.address.value === address)?.address.at;
    if (at !== undefined) complain(scope, draft, { ...outsiderWords(outsiders), at });
  }
}

const isBeside = (a: VirtualAddress, b: VirtualAddress): boolean =>
  a.interfaceName === b.interfaceName && familyOf(a.address) === familyOf(b.address);

function outsiderWords({
  first,
  isHost,
  subnets,
  count,
}: Outsiders): Pick<Diagnostic, "severity" | "code" | "message" | "fix"> {
  const more = count === 1 ? " is" : `, and ${count - 1} more of the instance, are`;
  return {
    severity: isHost ? "warning" : "notice",
    code: "address-outside-subnet",
    message:
      `${first.address}/${first.prefixLength}${more} in no subnet of ${first.interfaceName} ` +
      `(${subnets})${isHost ? ": no neighbour there will ask for it" : ""}`,
    fix: isHost
      ? "correct the address, or write the prefix length of its subnet"
      : "correct the address, unless the link carries that subnet too",
  };
}
