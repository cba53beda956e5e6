/**
 * Names of the interfaces that are made for instances, on the machine as it is: one that was made
 * before keeps its name, and a generated name that somebody else's interface has gives way to
 * another.
 */
import type { LinkInfo } from "../../sys/ports.ts";
import type { InstanceConfig, VirtualAddress } from "../../vrrp/config.ts";
import { generatedName, virtualLinks } from "../../vrrp/vmac-config.ts";
import type { VirtualLink } from "../../vrrp/vmac-config.ts";

/** The instances with names that can be used; the same ones where nothing stands in the way. */
export function nameLinks(
  instances: readonly InstanceConfig[],
  links: readonly LinkInfo[],
): readonly InstanceConfig[] {
  const all = instances.flatMap(virtualLinks);
  if (all.length === 0) return instances;
  const byName = new Map(links.map((link) => [link.name, link]));
  const parents = new Map(links.map((link) => [link.name, link.index]));
  const suits = (link: VirtualLink, candidate: LinkInfo): boolean =>
    isSameLink(link, candidate, parents.get(link.parent));
  const names = new Map<string, string>();
  const claimed = new Set(
    all.filter(({ namePrefix }) => namePrefix === undefined).map(({ name }) => name),
  );
  for (const link of all) {
    const { namePrefix } = link;
    if (namePrefix === undefined) continue;
    const known = links.find(
      (each) =>
        isGenerated(each.name, namePrefix, link) && suits(link, each) && !claimed.has(each.name),
    );
    const isTaken = (name: string): boolean => claimed.has(name) || byName.has(name);
    const name =
      known?.name ?? (isTaken(link.name) ? generatedName(namePrefix, link, isTaken) : link.name);
    claimed.add(name);
    if (name !== link.name) names.set(link.name, name);
  }
  return names.size === 0 ? instances : instances.map((config) => renamed(config, names));
}

/** Whether a link of the machine is the one that is wanted, whatever it is called. */
export function isSameLink(
  { what }: VirtualLink,
  link: LinkInfo,
  parent: LinkInfo["parent"],
): boolean {
  if (link.kind !== what.kind || parent === undefined || link.parent !== parent) return false;
  return what.kind === "ipvlan" || link.mac === what.mac;
}

/** Whether a name may be one that was made up earlier. */
function isGenerated(name: string, prefix: string, { vrid }: VirtualLink): boolean {
  return (
    name.endsWith(`.${vrid}`) && prefix.startsWith(name.slice(0, 1)) && /[0-9]*\.[0-9]+$/.test(name)
  );
}

function renamed(config: InstanceConfig, names: ReadonlyMap<string, string>): InstanceConfig {
  const rename = (link: VirtualLink): VirtualLink => ({
    ...link,
    name: names.get(link.name) ?? link.name,
  });
  const move = (address: VirtualAddress): VirtualAddress => ({
    ...address,
    interfaceName: names.get(address.interfaceName) ?? address.interfaceName,
  });
  const { own, ofAddresses } = config.vmac;
  return {
    ...config,
    vmac: {
      ...config.vmac,
      own: own === undefined ? undefined : rename(own),
      ofAddresses: ofAddresses.map(rename),
    },
    addresses: config.addresses.map(move),
    excludedAddresses: config.excludedAddresses.map(move),
  };
}
