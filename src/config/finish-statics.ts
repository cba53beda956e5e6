/** Routes and rules of an instance, and what stays on the machine whatever the instances do. */
import type { InstanceConfig } from "../vrrp/config.ts";
import { routeInterfaces, ruleInterfaces } from "../vrrp/route-config.ts";
import type { StaticsConfig, TrackGroupConfig, Watched } from "../vrrp/route-config.ts";
import type { Located } from "./diagnostics.ts";
import type { InstanceDraft, RootDraft } from "./drafts.ts";
import { finishAddress } from "./finish-address.ts";
import { finishRoute } from "./finish-routes.ts";
import { finishRule } from "./finish-rules.ts";
import type { Scope } from "./scope.ts";

/** virtual_routes and virtual_rules, without those that cannot be used. */
export function finishRouting(
  draft: InstanceDraft,
  scope: Scope,
): Pick<InstanceConfig, "routes" | "rules"> {
  return {
    routes: draft.routes
      .map((route) => finishRoute(route, scope))
      .filter((route) => route !== undefined),
    rules: draft.rules.map((rule) => finishRule(rule, scope)).filter((rule) => rule !== undefined),
  };
}

/** Interfaces of static lines with a track_group, by the name of the instance that watches them. */
export type WatchedInterfaces = ReadonlyMap<string, ReadonlySet<string>>;

export interface FinishedStatics {
  readonly statics: StaticsConfig;
  readonly trackGroups: readonly TrackGroupConfig[];
  readonly watched: WatchedInterfaces;
}

export function finishStatics({ statics, trackGroups }: RootDraft, scope: Scope): FinishedStatics {
  const groups = new Map(trackGroups.map((group) => [group.name.value, group.members]));
  const watched = new Map<string, Set<string>>();
  const watch = (group: Located<string> | undefined, interfaces: readonly string[]): void => {
    if (group === undefined) return;
    const members = groups.get(group.value);
    if (members === undefined) {
      scope.report({
        severity: "error",
        code: "unknown-reference",
        message: `track_group ${group.value} not found`,
        at: group.at,
        fix: `define track_group ${group.value} with a group of instances`,
      });
      return;
    }
    for (const { value } of members) {
      const names = watched.get(value) ?? new Set();
      for (const name of interfaces) names.add(name);
      watched.set(value, names);
    }
  };
  const addresses = statics.addresses.map((draft) => {
    const address = finishAddress(draft, undefined, scope);
    watch(draft.trackGroup, [address.interfaceName]);
    return watchedBy(draft, address);
  });
  const routes = statics.routes.flatMap((draft) => {
    const route = finishRoute(draft, scope);
    if (route !== undefined) watch(draft.trackGroup, routeInterfaces(route));
    return route === undefined ? [] : watchedBy(draft, route);
  });
  const rules = statics.rules.flatMap((draft) => {
    const rule = finishRule(draft, scope);
    if (rule !== undefined) watch(draft.trackGroup, ruleInterfaces(rule));
    return rule === undefined ? [] : watchedBy(draft, rule);
  });
  const watching = trackGroups.map(({ name, members }) => ({
    name: name.value,
    members: members.map(({ value }) => value),
  }));
  return { statics: { addresses, routes, rules }, trackGroups: watching, watched };
}

const watchedBy = <Item extends object>(
  { trackGroup }: { readonly trackGroup?: Located<string> },
  item: Item,
): Item & Watched => ({
  ...item,
  ...(trackGroup === undefined ? {} : { trackGroup: trackGroup.value }),
});

/** Keepalived: an instance of a track_group is in FAULT while such an interface is down. */
export function watchingStatics(
  instance: InstanceConfig,
  watched: WatchedInterfaces,
): InstanceConfig {
  const known = new Set(instance.trackedInterfaces.map(({ name }) => name));
  if (instance.interfaceName !== undefined) known.add(instance.interfaceName);
  const names = [...(watched.get(instance.name) ?? [])].filter((name) => !known.has(name));
  if (names.length === 0) return instance;
  const added = names.map((name) => ({ name, weight: 0, reverse: false }));
  return { ...instance, trackedInterfaces: [...instance.trackedInterfaces, ...added] };
}
