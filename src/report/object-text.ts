/** Addresses and commands as Keepalived's dumps and JSON write them. */
import { familyOf } from "../base/address.ts";
import type { Command } from "../base/command.ts";
import type { VirtualAddress } from "../vrrp/config.ts";

/** rtnetlink scopes (linux/rtnetlink.h). */
const SCOPES: ReadonlyMap<number, string> = new Map([
  [0, "global"],
  [200, "site"],
  [253, "link"],
  [254, "host"],
  [255, "nowhere"],
]);

/** `A[/len] dev IF scope S [label L] [deprecated|preferred_lft forever] [set]`. */
export function renderVirtualAddress(vip: VirtualAddress, isSet: boolean): string {
  const isIpv6 = familyOf(vip.address) === "ipv6";
  const isHost = vip.prefixLength === (isIpv6 ? 128 : 32);
  const { scope = 0 } = vip;
  const words = [
    isHost ? vip.address : `${vip.address}/${vip.prefixLength}`,
    ...(vip.peer === undefined ? [] : [`peer ${vip.peer.address}/${vip.peer.prefixLength}`]),
    ...(vip.broadcast === undefined ? [] : [`brd ${vip.broadcast}`]),
    `dev ${vip.interfaceName}`,
    `scope ${SCOPES.get(scope) ?? String(scope)}`,
    ...(vip.label === undefined ? [] : [`label ${vip.label}`]),
    ...(isIpv6 ? [renderLifetime(vip.preferredLifetime)] : []),
    ...(isSet ? ["set"] : []),
  ];
  return words.join(" ");
}

function renderLifetime(lifetime: VirtualAddress["preferredLifetime"]): string {
  return lifetime === 0 ? "deprecated" : `preferred_lft ${lifetime}`;
}

/** `'/bin/script' 'argument'`. */
export const renderCommandWords = (command: Command): string =>
  command.argv.map((word) => `'${word}'`).join(" ");
