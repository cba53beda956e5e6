/** Virtual addresses: defaults, family and duplicates. keepalived.conf(5), virtual_ipaddress. */
import { addressBytes, addressFromBytes, familyOf } from "../base/address.ts";
import type { Family, IpAddress } from "../base/address.ts";
import type { VirtualAddress } from "../vrrp/config.ts";
import { related } from "./diagnostics.ts";
import type { Span } from "./diagnostics.ts";
import type { AddressDraft, InstanceDraft } from "./drafts.ts";
import { complain, isMissing, missingInterfaceFix } from "./scope.ts";
import type { Scope } from "./scope.ts";

/**
 * How many addresses one advert holds: its counter ends at 255 (RFC 9568 §5.2.5), and an Ethernet
 * frame has room for 89 IPv6 addresses.
 */
const MAX_ADVERTISED: Readonly<Record<Family, number>> = { ipv4: 255, ipv6: 89 };

export interface FinishedAddresses {
  readonly addresses: readonly VirtualAddress[];
  readonly excludedAddresses: readonly VirtualAddress[];
}

/** The family of an instance, and where each of its addresses goes. */
interface AddressPlaces {
  readonly family: Family;
  readonly interfaceOf: (address: AddressDraft) => string | undefined;
}

export function finishAddresses(
  draft: InstanceDraft,
  { family, interfaceOf }: AddressPlaces,
  scope: Scope,
): FinishedAddresses {
  const seen = new Map<string, Span>();
  const finish = (drafts: readonly AddressDraft[]): VirtualAddress[] =>
    drafts
      .filter((address) => isNew(address, seen, draft, scope))
      .map((address) => finishAddress(address, interfaceOf(address), scope));
  const fitting = draft.addresses.filter((address) => hasFamily(address, family, draft, scope));
  const advertised = finish(fitting);
  const excluded = finish(draft.excludedAddresses);
  const most = MAX_ADVERTISED[family];
  const surplus = advertised.splice(most);
  if (surplus.length > 0) {
    complain(scope, draft, {
      severity: "warning",
      code: "too-many-addresses",
      message:
        `Number of VIPs (${most + surplus.length}) exceeds maximum/space available in packet ` +
        `(max ${most} addresses) - excess moved to eVIPs`,
      at: fitting[most]?.address.at ?? draft.name.at,
      fix: `move the last ${surplus.length} to virtual_ipaddress_excluded, on every router alike`,
    });
  }
  return { addresses: advertised, excludedAddresses: [...surplus, ...excluded] };
}

function hasFamily(
  { address }: AddressDraft,
  family: Family,
  draft: InstanceDraft,
  scope: Scope,
): boolean {
  if (familyOf(address.value) === family) return true;
  complain(scope, draft, {
    severity: "error",
    code: "other-family",
    message: `address family must match VRRP instance [${address.value}] - ignoring`,
    at: address.at,
    ...related(draft.family?.at, "the first address decides the family"),
    fix: "put it into virtual_ipaddress_excluded, or into an instance of its own",
  });
  return false;
}

/** The same address on the same interface counts once. */
function isNew(
  { address, interfaceName }: AddressDraft,
  seen: Map<string, Span>,
  draft: InstanceDraft,
  scope: Scope,
): boolean {
  const key = `${address.value} ${interfaceName?.value ?? ""}`;
  const earlier = seen.get(key);
  if (earlier === undefined) {
    seen.set(key, address.at);
    return true;
  }
  complain(scope, draft, {
    severity: "error",
    code: "address-twice",
    message: `address ${address.value} is given twice - ignoring the second one`,
    at: address.at,
    ...related(earlier, "first listed here"),
    fix: "remove one of the two",
  });
  return false;
}

/** One line; `place` is the interface it goes on, where there is an instance to say. */
export function finishAddress(
  made: AddressDraft,
  place: string | undefined,
  scope: Scope,
): VirtualAddress {
  const address = made.address.value;
  const isIpv6 = familyOf(address) === "ipv6";
  const full = isIpv6 ? 128 : 32;
  const prefixLength = made.length ?? full;
  const device = made.interfaceName;
  if (device !== undefined && isMissing(scope, device.value)) {
    scope.report({
      severity: "error",
      code: "interface",
      message: `WARNING - interface ${device.value} for ip address ${address} doesn't exist`,
      at: device.at,
      fix: missingInterfaceFix(scope, device.value),
    });
  }
  return {
    address,
    prefixLength,
    interfaceName: place ?? device?.value ?? defaultInterface(scope),
    scope: made.scope,
    label: made.label?.value,
    broadcast: broadcastOf(made, prefixLength, scope),
    peer: made.peer && {
      address: made.peer.address.value,
      prefixLength: made.peer.length ?? full,
    },
    nodad: made.detectsDuplicates !== true,
    home: made.home === true,
    mngtmpaddr: made.mngtmpaddr === true,
    noprefixroute: made.noprefixroute === true,
    autojoin: made.autojoin === true,
    preferredLifetime: made.preferredLifetime ?? (isIpv6 && prefixLength === 128 ? 0 : "forever"),
    track: made.ignoresLoss !== true,
  };
}

const DEFAULT_INTERFACE = "eth0";

function defaultInterface(scope: Scope): string {
  return scope.global.defaultInterface?.value ?? DEFAULT_INTERFACE;
}

const MAX_BROADCAST_PREFIX = 30;

/** `+` sets the host bits and `-` clears them, where there are any to speak of. */
function broadcastOf(
  { address, broadcast }: AddressDraft,
  length: number,
  { report }: Scope,
): IpAddress | undefined {
  if (broadcast === undefined) return undefined;
  const { value: wanted } = broadcast;
  if (wanted !== "+" && wanted !== "-") return wanted;
  const bytes = addressBytes(address.value);
  if (bytes.length !== 4 || length > MAX_BROADCAST_PREFIX) {
    report({
      severity: "warning",
      code: "conflict",
      message: `Address prefix length ${length} too long for broadcast`,
      at: broadcast.at,
      ...related(address.at, "the address and its prefix length"),
      fix: `write a prefix length of at most ${MAX_BROADCAST_PREFIX}, or remove broadcast`,
    });
    return undefined;
  }
  const made = bytes.map((byte, i) => {
    const hostBits = Math.min(8, Math.max(0, (i + 1) * 8 - length));
    const hostMask = (1 << hostBits) - 1;
    return wanted === "+" ? byte | hostMask : byte & ~hostMask;
  });
  return addressFromBytes(made);
}
