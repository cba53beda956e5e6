/** The cluster report for programs. Within one version of the document members are only added. */
import type { Check } from "../cluster/checks.ts";
import type { ClusterReport } from "../cluster/compare.ts";
import type { Beginning, Forecast, Masters } from "../cluster/forecast.ts";
import type { VirtualRouter } from "../cluster/node.ts";

/** Without the diagnostics, which are written like those of files. */
export function clusterValue({ nodes, forecasts }: ClusterReport): object {
  return { nodes, groups: forecasts.map(forecastValue) };
}

function forecastValue(forecast: Forecast): object {
  const { routers, successions, isUndecided, beginnings, checks, isComplete } = forecast;
  return {
    routers: routers.map((router, i) => ({
      ...routerValue(router),
      /** Master first, then who follows when that one is gone. */
      succession: successions[i] ?? [],
      /** Whether the first two are equal, and their addresses unknown. */
      isUndecided: isUndecided[i] ?? false,
    })),
    checks: checks.map(checkValue),
    /** Whether every combination of failing checks is among the outcomes. */
    isComplete,
    beginnings: beginnings.map((beginning) => beginningValue(beginning, routers)),
  };
}

function routerValue({ title, members }: VirtualRouter): object {
  const [{ config }] = members;
  return {
    name: title,
    vrid: config.vrid,
    family: config.family,
    addresses: config.addresses.map((each) => `${each.address}/${each.prefixLength}`),
    members: members.map(({ node, config: own }) => ({
      node,
      instance: own.name,
      interface: own.interfaceName ?? null,
      priority: own.priority,
      preempt: own.preempt,
      syncGroup: own.syncGroup ?? null,
    })),
  };
}

function beginningValue(
  { masters, outcomes }: Beginning,
  routers: readonly VirtualRouter[],
): object {
  return {
    masters: mastersValue(masters, routers),
    outcomes: outcomes.map(({ failing, masters: then }) => ({
      failing: failing.map(checkValue),
      masters: mastersValue(then, routers),
    })),
  };
}

/** By the name of the router, every node that is master: one, if all is well. */
const mastersValue = (masters: Masters, routers: readonly VirtualRouter[]): object =>
  Object.fromEntries(routers.map(({ title }, i) => [title, masters[i] ?? []]));

const checkValue = ({ kind, name, node }: Check): object => ({ kind, name, node });
