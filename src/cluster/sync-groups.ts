/** Sync groups: which virtual routers are bound together must be the same on every node. */
import type { Diagnostic } from "../config/diagnostics.ts";
import type { SyncGroupDraft } from "../config/drafts.ts";
import { beside } from "./differences.ts";
import type { Member, Node, VirtualRouter } from "./node.ts";
import { listed } from "./node.ts";

/** A finding for each router whose companions on a node are not those on the first. */
export function compareSyncGroups(
  routers: readonly VirtualRouter[],
  nodes: readonly Node[],
): readonly Diagnostic[] {
  const companions = companionsByNode(routers, nodes);
  const told = new Set<string>();
  return routers.flatMap((router) => {
    const [reference, ...others] = router.members;
    return others.flatMap((member): readonly Diagnostic[] => {
      const mine = companions(member, router);
      const theirs = companions(reference, router);
      if (sameTitles(mine, theirs)) return [];
      const at = groupOf(member, nodes);
      const because = groupOf(reference, nodes);
      // Every member of a group would say the same.
      const key = `${member.node} ${at?.name.value ?? ""} ${because?.name.value ?? ""}`;
      if (told.has(key)) return [];
      told.add(key);
      return [
        {
          severity: "warning",
          code: "cluster-sync-group",
          message:
            `(${router.title}) moves ${words(theirs)} on ${reference.node} and ` +
            `${words(mine)} on ${member.node}: after a failure they may be master of one each`,
          at: at?.name.at ?? member.draft.name.at,
          because: beside(reference, because?.name.at),
          fix: "list the same instances in vrrp_sync_group on every node",
        },
      ];
    });
  });
}

const words = (titles: readonly string[]): string =>
  titles.length === 0 ? "alone" : `with ${listed(titles)}`;

const sameTitles = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((title) => b.includes(title));

/** The titles of the routers in the sync group of a member, without its own. */
function companionsByNode(
  routers: readonly VirtualRouter[],
  nodes: readonly Node[],
): (member: Member, router: VirtualRouter) => readonly string[] {
  const titles = new Map<string, string>();
  for (const { title, members } of routers) {
    for (const { nodeIndex, config } of members) titles.set(`${nodeIndex} ${config.name}`, title);
  }
  return (member, router) =>
    (groupOf(member, nodes)?.members ?? [])
      .flatMap(({ value }) => titles.get(`${member.nodeIndex} ${value}`) ?? [])
      .filter((title) => title !== router.title);
}

function groupOf(
  { nodeIndex, config }: Member,
  nodes: readonly Node[],
): SyncGroupDraft | undefined {
  return nodes[nodeIndex]?.loaded.drafts.syncGroups.find(({ members }) =>
    members.some(({ value }) => value === config.name),
  );
}
