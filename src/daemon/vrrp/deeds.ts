/** What the driver did to an instance's addresses, as events for the log. */
import type { InstanceConfig } from "../../vrrp/config.ts";
import type { InstanceEvent } from "../../vrrp/events.ts";
import { allAddresses } from "./address-work.ts";

export const installedWords = (config: InstanceConfig): readonly InstanceEvent[] =>
  changeWords(config, "addressesInstalled");

export const removedWords = (config: InstanceConfig): readonly InstanceEvent[] =>
  changeWords(config, "addressesRemoved");

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
