/** What one node hears when another sends an advert: the packet as it would be on the wire. */
import type { IpAddress } from "../base/address.ts";
import { interfaceIndex, NO_TIME } from "../base/units.ts";
import { interfaceOrVrf } from "../vrrp/config.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import { OLD_CHECKSUM_DESTINATION } from "../vrrp/receive.ts";
import type { SystemPacket } from "../vrrp/system.ts";
import type { SystemConfig, SystemState } from "../vrrp/system-state.ts";
import { instanceAt } from "../vrrp/system-state.ts";
import { advertInterface } from "../vrrp/vmac-config.ts";
import { AuthType, encodeAdvert } from "../wire/vrrp.ts";
import type { ChecksumScope } from "../wire/vrrp.ts";

interface Side {
  readonly actor: { readonly system: SystemConfig };
  readonly state: SystemState;
  /** The position of the instance among those of the node; -1 when it has none. */
  readonly index: number;
}

const LOCAL_TTL = 255;

/** Nothing when the other has no part in the router, listens elsewhere, or a link is down. */
export function packetsOf(
  from: Side & { readonly priority: number },
  to: Side,
): readonly SystemPacket[] {
  const config = from.actor.system.routers[from.index]?.config;
  const other = to.actor.system.routers[to.index]?.config;
  const sender = instanceAt(from.state, from.index);
  if (config === undefined || other === undefined || sender === undefined) return [];
  const destination = destinationFor(config, other);
  const { source } = config.delivery;
  if (destination === undefined || source === undefined) return [];
  if (!isUp(config, from.state) || !isUp(other, to.state)) return [];
  const scope = scopeOf(config, destination, sender.oldChecksum);
  return [
    {
      source,
      destination,
      ttl: LOCAL_TTL,
      age: NO_TIME,
      bytes: encodeAdvert({ ...contentOf(config), priority: from.priority }, scope),
      family: config.family,
      interfaceIndex: indexOf(other, to.state) ?? FIRST_INTERFACE,
      vrf: other.vrf === undefined ? undefined : indexOf(other, to.state),
      authenticated: undefined,
    },
  ];
}

const FIRST_INTERFACE = interfaceIndexOne();

function interfaceIndexOne(): NonNullable<ReturnType<typeof interfaceIndex>> {
  const index = interfaceIndex(1);
  if (index === undefined) throw new RangeError("interfaces are counted from 1");
  return index;
}

const indexOf = (config: InstanceConfig, { network }: SystemState) =>
  network.get(advertInterface(config) ?? "")?.index;

const isUp = (config: InstanceConfig, { network }: SystemState): boolean =>
  interfaceOrVrf(config) === undefined || network.get(interfaceOrVrf(config) ?? "")?.up === true;

/** Where an advert goes on its way to the other; undefined when it does not get there. */
function destinationFor(config: InstanceConfig, other: InstanceConfig): IpAddress | undefined {
  const { delivery } = config;
  if (delivery.kind === "multicast") {
    const { group } = delivery;
    return other.delivery.kind === "unicast" || other.delivery.group === group ? group : undefined;
  }
  const addresses = delivery.peers.map(({ address }) => address);
  return addresses.find((address) => address === other.delivery.source);
}

function contentOf(config: InstanceConfig): Omit<Parameters<typeof encodeAdvert>[0], "priority"> {
  const { version, family, vrid, authentication, advertInterval, addresses } = config;
  const hasPassword = authentication.kind === "pass";
  return {
    version,
    family,
    vrid,
    interval: advertInterval,
    authType: hasPassword ? AuthType.pass : AuthType.none,
    password: hasPassword ? authentication.password : undefined,
    addresses: addresses.map(({ address }) => address),
  };
}

function scopeOf(
  { family, version, v3ChecksumAsV2, delivery }: InstanceConfig,
  destination: IpAddress,
  usesOldChecksum: boolean,
): ChecksumScope {
  const { source } = delivery;
  if (family === "ipv6" || source === undefined) return { kind: "kernel" };
  if (version === 2 || v3ChecksumAsV2) return { kind: "message" };
  return {
    kind: "pseudoHeader",
    source,
    destination: usesOldChecksum ? OLD_CHECKSUM_DESTINATION : destination,
  };
}
