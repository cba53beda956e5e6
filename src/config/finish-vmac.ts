/**
 * Interfaces of their own for instances and addresses: which are to be made, on what, and how they
 * are called. keepalived.conf(5), use_vmac, use_vmac_addr, use_ipvlan.
 */
import { familyOf, parseMac } from "../base/address.ts";
import type { Family, MacAddress } from "../base/address.ts";
import type { Vrid } from "../base/units.ts";
import { NO_VMAC, generatedName, virtualMac } from "../vrrp/vmac-config.ts";
import type { VirtualLink, VirtualLinkKind, VmacConfig } from "../vrrp/vmac-config.ts";
import { related } from "./diagnostics.ts";
import type { Located } from "./diagnostics.ts";
import type { AddressDraft, InstanceDraft, RootDraft } from "./drafts.ts";
import { complain } from "./scope.ts";
import type { Scope } from "./scope.ts";
import type { VmacDraft } from "./vmac-drafts.ts";

/** Names of links that are to be made, each once in a file. */
export interface LinkNames {
  readonly taken: Set<string>;
}

/** Chosen names are nobody else's, wherever in the file they stand. */
export function linkNames(root: RootDraft): LinkNames {
  const taken = new Set<string>();
  for (const { vmac, addresses, excludedAddresses } of root.instances) {
    if (vmac?.name !== undefined) taken.add(vmac.name.value);
    for (const address of [...addresses, ...excludedAddresses]) {
      if (address.vmac?.name !== undefined) taken.add(address.vmac.name.value);
    }
  }
  return { taken };
}

/** What the links of an instance depend on. */
interface Owner {
  readonly draft: InstanceDraft;
  readonly family: Family;
  readonly vrid: Vrid;
  readonly interfaceName: string;
  readonly isUnicast: boolean;
  readonly isStrict: boolean;
}

/** The links of an instance, and for each address line the interface it goes on. */
export interface FinishedVmac {
  readonly vmac: VmacConfig;
  readonly interfaceOf: (address: AddressDraft) => string | undefined;
}

/** An instance without router id or interface has been reported where that is not allowed. */
export function finishVmac(
  given: Omit<Owner, "vrid" | "interfaceName"> & { readonly vrid: Vrid | undefined },
  scope: Scope,
): FinishedVmac {
  const { draft, vrid } = given;
  const interfaceName = draft.interfaceName?.value;
  if (vrid === undefined || interfaceName === undefined) {
    return { vmac: NO_VMAC, interfaceOf: (address) => address.interfaceName?.value };
  }
  const owner = { ...given, vrid, interfaceName };
  const own = draft.vmac === undefined ? undefined : ownLink(draft.vmac, owner, scope);
  const ofAddresses: VirtualLink[] = [];
  const placing = { ...owner, own, ofAddresses };
  /** Of those that are elsewhere, as few are. */
  const places = new Map<AddressDraft, string>();
  for (const address of [...draft.addresses, ...draft.excludedAddresses]) {
    const place = placeOf(address, placing, scope);
    if (place !== undefined && place !== interfaceName) places.set(address, place);
  }
  return {
    vmac:
      own === undefined && ofAddresses.length === 0
        ? NO_VMAC
        : { own, transmitsOnBase: own !== undefined && transmitsOnBase(owner), ofAddresses },
    interfaceOf: (address) => places.get(address) ?? interfaceName,
  };
}

/** Unicast needs it: answers come to the address of the interface itself. */
const transmitsOnBase = ({ draft, isUnicast, isStrict }: Owner): boolean =>
  isUnicast || (draft.transmitsOnBase !== undefined && !isStrict);

const prefixOf = (scope: Scope): string => scope.global.vmac.prefix?.value ?? "vrrp";

function ownLink(written: VmacDraft, owner: Owner, scope: Scope): VirtualLink | undefined {
  const what = kindOf(written, owner, scope);
  if (what === undefined) return undefined;
  const { family, vrid, interfaceName } = owner;
  return {
    ...nameOf(written.name, prefixOf(scope), { family, vrid }, scope),
    vrid,
    parent: interfaceName,
    family,
    group: groupOf(written.group, owner, scope),
    what,
  };
}

function kindOf(written: VmacDraft, owner: Owner, scope: Scope): VirtualLinkKind | undefined {
  const { draft, family, vrid, isStrict } = owner;
  if (written.kind === "macvlan") {
    if (written.mac === undefined) return { kind: "macvlan", mac: virtualMac(family, vrid) };
    if (!isStrict) return { kind: "macvlan", mac: macOf(written.mac, vrid) };
    complain(scope, draft, {
      severity: "warning",
      code: "strict",
      message: "Strict mode does not allow the MAC address of use_vmac to be chosen. Ignoring.",
      at: written.mac.at,
      fix: "remove the MAC address, or turn strict mode off",
    });
    return { kind: "macvlan", mac: virtualMac(family, vrid) };
  }
  const { address, flag = "bridge" } = written;
  if (address === undefined) {
    if (family === "ipv6") return { kind: "ipvlan", flag, address };
    complain(scope, draft, {
      severity: "error",
      code: "incomplete",
      message: "use_ipvlan requires an IP address for an IPv4 instance - ignoring use_ipvlan",
      at: written.at,
      fix: "add an address that no other machine has, such as use_ipvlan 192.0.2.7/24",
    });
    return undefined;
  }
  if (familyOf(address.value.address) !== family) {
    complain(scope, draft, {
      severity: "error",
      code: "other-family",
      message: `the address of use_ipvlan, ${address.value.address}, is not of the family of the instance - ignoring use_ipvlan`,
      at: address.at,
      ...related(draft.family?.at, "the first address decides the family"),
      fix: "write an address of the family of the virtual addresses",
    });
    return undefined;
  }
  const length = address.value.length ?? (family === "ipv4" ? 32 : 128);
  return {
    kind: "ipvlan",
    flag,
    address: { address: address.value.address, prefixLength: length },
  };
}

/** Five octets get the router id as the sixth. */
function macOf({ value }: Located<string>, vrid: Vrid): MacAddress {
  const text = value.split(":").length === 5 ? `${value}:${vrid.toString(16)}` : value;
  return parseMac(text) ?? virtualMac("ipv4", vrid);
}

function groupOf(
  written: Located<string> | undefined,
  { draft }: Owner,
  scope: Scope,
): number | undefined {
  if (written === undefined) return undefined;
  const number = scope.routeNames.numberOf("group", written.value, 0xffff_ffff);
  if (number !== undefined) return number;
  complain(scope, draft, {
    severity: "error",
    code: "unknown-reference",
    message: `unknown group '${written.value}' for use_vmac - ignoring`,
    at: written.at,
    fix: "write a number, or name the group in /etc/iproute2/group",
  });
  return undefined;
}

/** Where an address goes; undefined is the instance's interface. */
function placeOf(
  address: AddressDraft,
  owner: Owner & { readonly own: VirtualLink | undefined; readonly ofAddresses: VirtualLink[] },
  scope: Scope,
): string | undefined {
  const { draft, own, ofAddresses, interfaceName, vrid } = owner;
  const family = familyOf(address.address.value);
  const device = address.interfaceName?.value;
  const parent = device ?? interfaceName;
  const isElsewhere = parent !== interfaceName || family !== owner.family;
  const wantsOwn =
    address.vmac !== undefined || (draft.usesVmacForAddresses !== undefined && isElsewhere);
  if (!wantsOwn) return device ?? (isElsewhere ? undefined : own?.name);
  const mac =
    address.vmac?.mac === undefined ? virtualMac(family, vrid) : macOf(address.vmac.mac, vrid);
  const chosen = address.vmac?.name;
  const fits = (link: VirtualLink): boolean =>
    link.parent === parent &&
    link.what.kind === "macvlan" &&
    link.what.mac === mac &&
    (chosen === undefined || chosen.value === link.name);
  const known = [...(own === undefined ? [] : [own]), ...ofAddresses].find(fits);
  if (known !== undefined) return known.name;
  const prefix = scope.global.vmac.addressPrefix?.value ?? prefixOf(scope);
  const made: VirtualLink = {
    ...nameOf(chosen, prefix, { family, vrid }, scope),
    vrid,
    parent,
    family,
    group: undefined,
    what: { kind: "macvlan", mac },
  };
  ofAddresses.push(made);
  return made.name;
}

function nameOf(
  chosen: Located<string> | undefined,
  prefix: string,
  { family, vrid }: Pick<Owner, "family" | "vrid">,
  scope: Scope,
): Pick<VirtualLink, "name" | "namePrefix"> {
  if (chosen !== undefined) return { name: chosen.value, namePrefix: undefined };
  const { taken } = scope.linkNames;
  const name = generatedName(prefix, { family, vrid }, (candidate) => taken.has(candidate));
  taken.add(name);
  return { name, namePrefix: prefix };
}
