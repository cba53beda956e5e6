/** Addresses and commands as Keepalived's dumps and JSON write them. */
import { familyOf } from "../base/address.ts";
import type { Command } from "../base/command.ts";
import type { VirtualAddress } from "../vrrp/config.ts";
import type { Watched } from "../vrrp/route-config.ts";

/** rtnetlink scopes (linux/rtnetlink.h). */
const SCOPES: ReadonlyMap<number, string> = new Map([
  [0, "global"],
  [200, "site"],
  [253, "link"],
  [254, "host"],
  [255, "nowhere"],
]);

/** Whether an address is on its interface, and whether a firewall keeps packets from it. */
export interface AddressState {
  readonly isSet: boolean;
  readonly isShielded: boolean;
  /** The interface below the one it is on, where that was made for the instance. */
  readonly baseOf?: (interfaceName: string) => string | undefined;
}

/** `A[/len] [brd B] dev IF[@BASE] scope S [label L] [deprecated|preferred_lft forever] … [set]`. */
export function renderVirtualAddress(vip: VirtualAddress & Watched, state: AddressState): string {
  const isIpv6 = familyOf(vip.address) === "ipv6";
  const isHost = vip.prefixLength === (isIpv6 ? 128 : 32);
  const { scope = 0, peer, interfaceName } = vip;
  const base = state.baseOf?.(interfaceName);
  const words = [
    isHost || peer !== undefined ? vip.address : `${vip.address}/${vip.prefixLength}`,
    ...(vip.broadcast === undefined ? [] : [`brd ${vip.broadcast}`]),
    `dev ${interfaceName}${base === undefined ? "" : `@${base}`}`,
    `scope ${SCOPES.get(scope) ?? String(scope)}`,
    ...(vip.label === undefined ? [] : [`label ${vip.label}`]),
    ...(isIpv6 ? [renderLifetime(vip.preferredLifetime)] : []),
    ...(peer === undefined ? [] : [`peer ${peer.address}/${peer.prefixLength}`]),
    ...(["home", "mngtmpaddr", "noprefixroute", "autojoin"] as const).filter((flag) => vip[flag]),
    ...(vip.track ? [] : ["no_track"]),
    ...(vip.trackGroup === undefined ? [] : [`track_group ${vip.trackGroup}`]),
    ...(state.isSet ? ["set"] : []),
    ...(state.isShielded ? ["nftable_set"] : []),
  ];
  return words.join(" ");
}

function renderLifetime(lifetime: VirtualAddress["preferredLifetime"]): string {
  return lifetime === 0 ? "deprecated" : `preferred_lft ${lifetime}`;
}

/** `'/bin/script' 'argument'`. */
export const renderCommandWords = (command: Command): string =>
  command.argv.map((word) => `'${word}'`).join(" ");
