/** What the driver did to an instance's addresses, routes and rules, as events for the log. */
import type { InstanceConfig } from "../../vrrp/config.ts";
import type { InstanceEvent } from "../../vrrp/events.ts";
import { allAddresses } from "./address-work.ts";
import { isShielded } from "./firewall-layout.ts";

/** In the order in which it is done. */
export const installedWords = (config: InstanceConfig): readonly InstanceEvent[] => [
  ...firewallWords(config, true),
  ...changeWords(config, "addressesInstalled"),
  ...routingWords(config, "routingInstalled"),
];

export const removedWords = (config: InstanceConfig): readonly InstanceEvent[] => [
  ...routingWords(config, "routingRemoved").toReversed(),
  ...changeWords(config, "addressesRemoved"),
  ...firewallWords(config, false),
];

const firewallWords = (config: InstanceConfig, drops: boolean): readonly InstanceEvent[] =>
  isShielded(config) ? [{ kind: "firewallChanged", drops }] : [];

function routingWords(
  { routes, rules }: InstanceConfig,
  kind: "routingInstalled" | "routingRemoved",
): readonly InstanceEvent[] {
  return [
    ...(routes.length > 0 ? [{ kind, what: "route" } as const] : []),
    ...(rules.length > 0 ? [{ kind, what: "rule" } as const] : []),
  ];
}

/** One for each address: only wanted with -D. */
export const announcingWords = (config: InstanceConfig): readonly InstanceEvent[] =>
  allAddresses(config).map(({ interfaceName, address }) => ({
    kind: "announcing",
    interfaceName,
    address,
  }));

function changeWords(
  config: InstanceConfig,
  kind: "addressesInstalled" | "addressesRemoved",
): readonly InstanceEvent[] {
  return [
    ...(config.addresses.length > 0 ? [{ kind, excluded: false }] : []),
    ...(config.excludedAddresses.length > 0 ? [{ kind, excluded: true }] : []),
  ];
}
