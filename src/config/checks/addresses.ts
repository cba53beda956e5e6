/** Virtual addresses against each other and against what the interfaces have now. */
import { familyOf, inSubnet, isLinkLocal } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import { OWNER } from "../../base/units.ts";
import type { VirtualAddress } from "../../vrrp/config.ts";
import type { Pair } from "../advice.ts";
import { related } from "../diagnostics.ts";
import type { AddressDraft } from "../drafts.ts";
import { complain } from "../scope.ts";
import type { Scope } from "../scope.ts";
import type { InterfaceAddress } from "../surroundings.ts";

export function checkAddresses(pairs: readonly Pair[], scope: Scope): void {
  // A master that runs has its virtual addresses on the interface: they prove nothing.
  const virtual = new Set(
    pairs.flatMap(({ config }) =>
      [...config.addresses, ...config.excludedAddresses].map(
        ({ address, prefixLength }) => `${address}/${prefixLength}`,
      ),
    ),
  );
  for (const pair of pairs) {
    checkLengths(pair, scope);
    checkOwnership(pair, scope);
    checkSubnets(pair, virtual, scope);
  }
}

const written = ({ draft }: Pair): readonly AddressDraft[] => [
  ...draft.addresses,
  ...draft.excludedAddresses,
];

/** Without a length an address is a host address, which is odd only where its neighbours are not. */
function checkLengths(pair: Pair, scope: Scope): void {
  for (const family of ["ipv4", "ipv6"] as const) {
    const all = written(pair)
      .filter(({ address }) => familyOf(address.value) === family)
      .filter(({ address, peer }) => peer === undefined && !isLinkLocal(address.value));
    const bare = all.find(({ length }) => length === undefined);
    const model = all.find(({ length }) => length !== undefined);
    if (bare === undefined || model?.length === undefined) continue;
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

function checkSubnets(pair: Pair, virtual: ReadonlySet<string>, scope: Scope): void {
  const { draft, config } = pair;
  // The owner's virtual addresses are those of the interface, or it has been told.
  if (config.priority === OWNER) return;
  const places = new Map(written(pair).map(({ address }) => [address.value, address.at]));
  for (const made of [...config.addresses, ...config.excludedAddresses]) {
    if (made.peer !== undefined || isLinkLocal(made.address)) continue;
    const own = addressesOf([made], scope)
      .filter(({ address }) => familyOf(address) === familyOf(made.address))
      .filter(
        ({ address, length }) => !virtual.has(`${address}/${length}`) && !isLinkLocal(address),
      );
    const [first] = own;
    const at = places.get(made.address);
    if (first === undefined || at === undefined) continue;
    if (own.some(({ address, length }) => inSubnet(made.address, address, length))) continue;
    const isHost = made.prefixLength === fullLength(made.address);
    const subnets = own.map(({ address, length }) => `${address}/${length}`).join(", ");
    complain(scope, draft, {
      severity: isHost ? "warning" : "notice",
      code: "address-outside-subnet",
      message:
        `${made.address}/${made.prefixLength} is in no subnet of ${made.interfaceName} (${subnets})` +
        (isHost ? ": no neighbour there will ask for it" : ""),
      at,
      fix: isHost
        ? "correct the address, or write the prefix length of its subnet"
        : "correct the address, unless the link carries that subnet too",
    });
  }
}
