/**
 * The forecast of a cluster in words: who is master, who next, and what each failure does. Routers
 * of which the same is to be said are told together, and so are failures with the same outcome.
 */
import { listed } from "../cluster/node.ts";
import type { VirtualRouter } from "../cluster/node.ts";
import type { Check, CheckKind } from "../cluster/checks.ts";
import type { ClusterReport } from "../cluster/compare.ts";
import { outcomeIndex, sameNamed, signature } from "../cluster/forecast.ts";
import type { Beginning, Forecast, Masters, Outcome } from "../cluster/forecast.ts";
import type { Paint } from "./paint.ts";

/** Combinations that are written out for one group of routers. */
const MAX_LINES = 12;
const MAX_ROUTERS_NAMED = 4;
const MAX_ADDRESSES_NAMED = 3;

export function renderCluster(report: ClusterReport, paint: Paint): string {
  if (report.routers.length === 0) return "There is no vrrp_instance in any of them.\n";
  const told = new Map<string, { readonly forecast: Forecast; titles: string[] }>();
  for (const forecast of report.forecasts) {
    const text = renderForecast(forecast, report.nodes, paint);
    const same = told.get(text);
    const heads = forecast.routers.map((router) => headOf(router, paint));
    if (same === undefined) told.set(text, { forecast, titles: [...heads] });
    else same.titles.push(...heads);
  }
  const parts = [...told].map(([text, { titles }]) => {
    const shown = titles.slice(0, MAX_ROUTERS_NAMED);
    const more = titles.length - shown.length;
    return (
      [...shown, ...(more > 0 ? [`and ${more} more like these`] : [])].join("\n") + `\n${text}`
    );
  });
  return parts.join("\n");
}

/** `VI_1  VRID 51, 10.0.0.3/24`. */
function headOf({ title, members: [{ config }] }: VirtualRouter, paint: Paint): string {
  const addresses = config.addresses.map((each) => `${each.address}/${each.prefixLength}`);
  const shown = addresses.slice(0, MAX_ADDRESSES_NAMED);
  const more = addresses.length - shown.length;
  const rest = more > 0 ? ` and ${more} more` : "";
  return `${paint("bold", title)}  VRID ${config.vrid}${shown.length > 0 ? ", " : ""}${shown.join(", ")}${rest}`;
}

function renderForecast(forecast: Forecast, nodes: readonly string[], paint: Paint): string {
  const lines = successionLines(forecast, paint);
  const bodies = forecast.beginnings.map((beginning) =>
    beginningLines(beginning, { forecast, nodes, paint }),
  );
  const [first = []] = bodies;
  if (bodies.length > 1) lines.push(stayingWords(forecast));
  if (bodies.every((body) => body.join("\n") === first.join("\n"))) lines.push(...first);
  else {
    for (const [i, { masters }] of forecast.beginnings.entries()) {
      lines.push(`while ${listed([...new Set(masters.flat())])} is master`);
      lines.push(...(bodies[i] ?? []).map((line) => `  ${line}`));
    }
  }
  if (!forecast.isComplete) {
    lines.push(
      paint("dim", `of ${forecast.checks.length} checks, single failures and pairs were tried`),
    );
  }
  return lines.map((line) => `  ${line}\n`).join("");
}

/** Why the cluster can stand in more than one way when all is well. */
function stayingWords({ routers }: Forecast): string {
  const members = routers.flatMap((router) => router.members);
  const never = members.some(({ config }) => !config.preempt);
  return never
    ? "who is master stays master (nopreempt)"
    : routers.length > 1
      ? "who is master stays master (the sync group does not agree on another)"
      : "who is master stays master (equal priorities)";
}

function successionLines(forecast: Forecast, paint: Paint): string[] {
  const [{ masters }] = forecast.beginnings;
  const texts = forecast.successions.map((order, i) => {
    const now = masters[i] ?? [];
    const words = order.map(({ node, priority }) => `${node} (${priority})`);
    if (now.length === 0) return paint("red", "nobody can be master");
    if (now.length > 1) {
      return paint("red", `${listed(words.slice(0, now.length))} are master at the same time`);
    }
    if (forecast.isUndecided[i] === true) {
      const tied = listed(words.slice(0, 2), "or");
      return `master ${paint("yellow", tied)}: the higher address decides, which the files do not tell`;
    }
    const [first = "", ...then] = words;
    const after = then.length === 0 ? "then nobody" : `then ${then.join(", then ")}`;
    return `master ${paint("green", first)}, ${after}`;
  });
  if (new Set(texts).size <= 1) return texts.slice(0, 1);
  return texts.map((text, i) => `${forecast.routers[i]?.title ?? ""}: ${text}`);
}

interface Setting {
  readonly forecast: Forecast;
  readonly nodes: readonly string[];
  readonly paint: Paint;
}

/** One line for each outcome, the failures that lead to it behind it; what moves nothing comes last. */
function beginningLines(beginning: Beginning, { forecast, nodes, paint }: Setting): string[] {
  const groups = new Map<string, string[]>();
  const idle: Check[] = [];
  const told = tellable(beginning, forecast);
  let written = 0;
  let left = 0;
  for (const outcome of told) {
    const words = outcomeWords(beginning.masters, outcome, forecast);
    if (words === NOTHING) idle.push(...outcome.failing);
    else if (written === MAX_LINES) left += 1;
    else {
      written += 1;
      groups.set(words, [...(groups.get(words) ?? []), failureWords(outcome.failing, nodes)]);
    }
  }
  if (idle.length > 0) {
    const anywhere = [...sameNamed(idle).values()].map((checks) =>
      failureWords(checks, nodes, "or"),
    );
    groups.set(NOTHING, anywhere);
  }
  const width = Math.max(0, ...[...groups.keys()].map((words) => words.length));
  const lines = [...groups].map(
    ([words, failures]) =>
      `${paintOutcome(words, paint)}${" ".repeat(width - words.length)}  ${failures.join("; ")}`,
  );
  if (left > 0) lines.push(paint("dim", `and ${left} more; --format json has all`));
  return lines;
}

const NOTHING = "moves nothing";

function paintOutcome(words: string, paint: Paint): string {
  if (words === NOTHING) return paint("dim", words);
  return /nobody| and /.test(words) ? paint("red", words) : words;
}

/**
 * Single failures; one check on all its nodes, where it moves anything on one; and what no smaller
 * combination leads to already.
 */
function tellable(beginning: Beginning, { checks }: Forecast): readonly Outcome[] {
  const outcomeOf = outcomeIndex(beginning);
  const normal = signature(beginning.masters);
  const everywhere = [...sameNamed(checks).values()];
  return beginning.outcomes.filter(({ failing, masters }) => {
    if (failing.length === 1) return true;
    const isEverywhere = everywhere.some(
      (all) => all.length === failing.length && all.every((check) => failing.includes(check)),
    );
    if (isEverywhere && failing.some((check) => outcomeOf([check]) !== normal)) return true;
    const isNew = failing.every((check) => {
      const smaller = outcomeOf(failing.filter((other) => other !== check));
      return smaller !== undefined && smaller !== signature(masters);
    });
    return isNew && !isMixed(failing, everywhere, (same) => outcomeOf(same) === signature(masters));
  });
}

/** Different checks on different nodes, each of which does the same when it fails on all of those. */
function isMixed(
  failing: readonly Check[],
  everywhere: readonly (readonly Check[])[],
  doesTheSame: (checks: readonly Check[]) => boolean,
): boolean {
  const nodes = new Set(failing.map(({ node }) => node));
  const kinds = everywhere.filter((all) => all.some((check) => failing.includes(check)));
  return (
    kinds.length > 1 &&
    kinds.every((all) => {
      const same = all.filter(({ node }) => nodes.has(node));
      return same.length === nodes.size && doesTheSame(same);
    })
  );
}

function outcomeWords(before: Masters, { failing, masters }: Outcome, forecast: Forecast): string {
  const isUnmoved = signature(before) === signature(masters);
  if (isUnmoved && failing.length === 1) return NOTHING;
  const texts = masters.map((now, i) => movement(before[i] ?? [], now));
  if (new Set(texts).size === 1) return texts[0] ?? NOTHING;
  return texts.map((text, i) => `${forecast.routers[i]?.title ?? ""} ${text}`).join(", ");
}

function movement(before: readonly string[], now: readonly string[]): string {
  if (now.length === 0) return "nobody is master";
  if (now.length > 1) return `${listed(now)} are both master`;
  return before.join() === now.join() ? `stays on ${now.join()}` : `moves to ${now.join()}`;
}

const VERB: Readonly<Record<CheckKind, string>> = {
  script: "fails",
  interface: "is down",
  file: "is not 0",
  process: "is gone",
  bfd: "is down",
};

const REVERSED_VERB: Readonly<Record<CheckKind, string>> = {
  script: "succeeds",
  interface: "is up",
  file: "is 0",
  process: "is there",
  bfd: "is up",
};

/** `chk_nginx fails on lb1 and lb2`. */
function failureWords(
  failing: readonly Check[],
  nodes: readonly string[],
  conjunction: "and" | "or" = "and",
): string {
  return listed(
    [...sameNamed(failing).values()].map((checks) => {
      const [check] = checks;
      const where = checks.map(({ node }) => node);
      const isEverywhere = where.length === nodes.length && nodes.length > 1;
      const all = nodes.length === 2 ? "both" : "all nodes";
      const place = isEverywhere && conjunction === "and" ? all : listed(where, conjunction);
      return check === undefined ? "" : `${check.name} ${verbOf(check)} on ${place}`;
    }),
  );
}

const verbOf = ({ kind, isReversed }: Check): string =>
  isReversed ? REVERSED_VERB[kind] : VERB[kind];
