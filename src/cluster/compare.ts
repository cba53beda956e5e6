/**
 * The way in: several nodes' configurations to the virtual routers they form, what is wrong between
 * them, and what will happen.
 */
import type { Diagnostic } from "../config/diagnostics.ts";
import { compareSettings } from "./differences.ts";
import { forecast, independentGroups } from "./forecast.ts";
import type { Forecast } from "./forecast.ts";
import { compareIdentity } from "./identity.ts";
import { matchRouters } from "./match.ts";
import type { Node, VirtualRouter } from "./node.ts";
import { judge } from "./predictions.ts";
import { compareReach } from "./reach.ts";
import { shapeOf } from "./shape.ts";
import { compareStanding } from "./standing.ts";
import { compareSyncGroups } from "./sync-groups.ts";

export interface ClusterReport {
  readonly nodes: readonly string[];
  readonly routers: readonly VirtualRouter[];
  readonly diagnostics: readonly Diagnostic[];
  /** One for each group of routers that change state together. */
  readonly forecasts: readonly Forecast[];
}

/** What the nodes are to each other; `progress` hears of each forecast that is done. */
export function compareNodes(
  nodes: readonly Node[],
  progress?: (done: number, total: number) => void,
): ClusterReport {
  const routers = matchRouters(nodes);
  const names = nodes.map(({ name }) => name);
  const differences = [
    ...routers.flatMap((router) => compareRouter(router, names)),
    ...compareSyncGroups(routers, nodes),
  ];
  const groups = independentGroups(routers);
  const known = new Map<string, Forecast>();
  const forecasts = groups.map((group, i): Forecast => {
    progress?.(i, groups.length);
    const shape = shapeOf(group);
    const played = known.get(shape) ?? forecast(group, nodes);
    known.set(shape, played);
    return { ...played, routers: group };
  });
  const judgements = forecasts.flatMap((each) => judge(each, nodes, differences));
  return { nodes: names, routers, diagnostics: [...differences, ...judgements], forecasts };
}

function compareRouter(router: VirtualRouter, names: readonly string[]): readonly Diagnostic[] {
  const identity = compareIdentity(router, names);
  // Two families have nothing more to agree on.
  const isOne = new Set(router.members.map(({ config }) => config.family)).size === 1;
  return isOne
    ? [...identity, ...compareSettings(router), ...compareReach(router), ...compareStanding(router)]
    : identity;
}
