/**
 * The address a node's adverts come from, as far as the files tell: its own word for it, or else
 * the one that the others list as a peer.
 */
import type { IpAddress } from "../base/address.ts";
import type { Member, VirtualRouter } from "./node.ts";

export function sourceOf(member: Member, router: VirtualRouter): IpAddress | undefined {
  const { delivery } = member.config;
  if (delivery.source !== undefined || delivery.kind === "multicast") return delivery.source;
  const others = router.members.filter((other) => other !== member);
  const taken = new Set([
    ...delivery.peers.map(({ address }) => address),
    ...others.flatMap(({ config }) => config.delivery.source ?? []),
  ]);
  const counts = new Map<IpAddress, number>();
  for (const { config } of others) {
    if (config.delivery.kind === "multicast") continue;
    for (const { address } of config.delivery.peers) {
      if (!taken.has(address)) counts.set(address, (counts.get(address) ?? 0) + 1);
    }
  }
  const most = Math.max(...counts.values());
  return [...counts].find(([, count]) => count === most)?.[0];
}
