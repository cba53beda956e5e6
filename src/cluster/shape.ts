/**
 * What a forecast depends on, as text: groups of routers of one shape have one forecast, and large
 * configurations are mostly copies of one instance.
 */
import type { Member, VirtualRouter } from "./node.ts";
import { sourceOf } from "./source.ts";

export function shapeOf(group: readonly VirtualRouter[]): string {
  return JSON.stringify(
    group.map((router) => router.members.map((member) => memberShape(member, router))),
  );
}

/** Without names, and with the router id only where it differs from that of the first member. */
function memberShape(member: Member, router: VirtualRouter): object {
  const { config, draft, nodeIndex } = member;
  const [first] = router.members;
  const interfaces = [...config.addresses, ...config.excludedAddresses].map((address) => [
    address.interfaceName,
    address.track,
  ]);
  return {
    ...config,
    name: "",
    vrid: config.vrid - first.config.vrid,
    addresses: [...new Set(interfaces.map((each) => JSON.stringify(each)))],
    excludedAddresses: [],
    notify: undefined,
    syncGroup: config.syncGroup !== undefined,
    nodeIndex,
    source: sourceOf(member, router),
    tracked: draft.tracked.map(({ kind, name, weight, isReversed }) => [
      kind,
      name.value,
      weight?.value,
      isReversed,
    ]),
  };
}
