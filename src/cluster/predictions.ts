/** What a forecast shows to be wrong: two masters, none, and checks that never move the address. */
import { OWNER } from "../base/units.ts";
import type { Diagnostic, Span } from "../config/diagnostics.ts";
import type { Check } from "./checks.ts";
import { beside, placeOf } from "./differences.ts";
import type { Forecast, Standing } from "./forecast.ts";
import { gapOf, influenceOf, sameNamed } from "./forecast.ts";
import type { Member, Node, VirtualRouter } from "./node.ts";
import { listed } from "./node.ts";

/** `told` are the findings about the same routers: a cause that is known is not told as an effect. */
export function judge(
  forecast: Forecast,
  nodes: readonly Node[],
  told: readonly Diagnostic[],
): readonly Diagnostic[] {
  return [
    ...judgeMasters(forecast, told),
    ...judgePreferences(forecast),
    ...judgeChecks(forecast, nodes),
  ];
}

/** The members of a sync group must want the same node, or none of them moves. */
function judgePreferences({ routers }: Forecast): readonly Diagnostic[] {
  const preferred = routers.map((router) => ({ router, member: highest(router) }));
  const [first] = preferred;
  const other = preferred.find(({ member }) => member.node !== first?.member.node);
  if (first === undefined || other === undefined) return [];
  return [
    {
      severity: "warning",
      code: "cluster-sync-group",
      message:
        `(${first.router.title}) moves together with ${other.router.title}, but the priorities ` +
        `want ${first.member.node} for the one and ${other.member.node} for the other: ` +
        "who is master stays, whatever the priorities say",
      at: placeOf(other.member, other.member.draft.priority?.at),
      because: beside(first.member, first.member.draft.priority?.at),
      fix: "give the members of a sync group the same order of priorities on the nodes",
    },
  ];
}

function highest({ members }: VirtualRouter): Member {
  return members.reduce((best, member) =>
    member.config.priority > best.config.priority ? member : best,
  );
}

function judgeMasters(forecast: Forecast, told: readonly Diagnostic[]): readonly Diagnostic[] {
  const [{ masters }] = forecast.beginnings;
  return forecast.routers.flatMap((router, i): readonly Diagnostic[] => {
    const now = masters[i] ?? [];
    if (now.length === 1) return [];
    const start = `(${router.title}) `;
    const isExplained = told.some(
      ({ severity, message }) => severity === "error" && message.startsWith(start),
    );
    if (isExplained) return [];
    return [
      {
        severity: "error",
        code: "cluster-masters",
        message:
          now.length === 0
            ? `${start}no node can be master, even when all is well`
            : `${start}${listed(now)} are both master when all is well`,
        at: router.members[0].draft.name.at,
        fix: "read the other complaints about this instance first",
      },
    ];
  });
}

/** A weighted check whose failure on the master moves nothing, said once for all nodes. */
function judgeChecks(forecast: Forecast, nodes: readonly Node[]): readonly Diagnostic[] {
  return [...sameNamed(forecast.checks).values()].flatMap((checks) =>
    forecast.routers
      .flatMap((router, i) =>
        // Where there is no one master, no weight is to blame for it.
        forecast.beginnings[0].masters[i]?.length === 1
          ? explain(forecast, { router, order: forecast.successions[i] ?? [], checks }, nodes)
          : [],
      )
      .slice(0, 1),
  );
}

interface Suspect {
  readonly router: VirtualRouter;
  readonly order: readonly Standing[];
  /** The check on every node that has it. */
  readonly checks: readonly Check[];
}

function explain(
  forecast: Forecast,
  { router, order, checks }: Suspect,
  nodes: readonly Node[],
): readonly Diagnostic[] {
  const gap = gapOf(order);
  const winner = router.members.find(({ node }) => node === order[0]?.node);
  if (gap === undefined || gap < 0 || winner === undefined) return [];
  // What these do to weights is told of each file by itself.
  if (winner.config.priority === OWNER) return [];
  if (router.members.some((member) => member !== winner && !member.config.preempt)) return [];
  const tracked = checks.find(({ node }) => node === winner.node);
  if (tracked === undefined) {
    const isIdle = checks.every((check) => influenceOf(forecast, check) === "never");
    return isIdle ? checks.slice(0, 1).map((it) => onlyElsewhere(router, winner, it, nodes)) : [];
  }
  const weight = weightOf(winner, tracked, nodes);
  const influence = influenceOf(forecast, tracked);
  if (weight === undefined || weight === 0 || influence === "alone") return [];
  // A weight that is large enough fails for another reason, such as a priority at its limit.
  if (Math.abs(weight) > gap) return [];
  const [first, second] = order;
  return [
    {
      severity: "warning",
      code: "cluster-check",
      message:
        `(${router.title}) ${tracked.name} ${influence === "never" ? "never" : "by itself never"} ` +
        `moves the address: its weight ${weight} is not above the gap of ${gap} between ` +
        `${winner.node} (${first?.priority ?? 0}) and ${second?.node ?? ""} (${second?.priority ?? 0})`,
      at: trackedPlace(winner, tracked, nodes),
      fix: `write a weight of at least ${weight < 0 ? "-" : ""}${gap + 1}, or bring the priorities closer together`,
    },
  ];
}

function onlyElsewhere(
  router: VirtualRouter,
  winner: Member,
  check: Check,
  nodes: readonly Node[],
): Diagnostic {
  const member = router.members.find(({ node }) => node === check.node) ?? winner;
  return {
    severity: "warning",
    code: "cluster-check",
    message:
      `(${router.title}) ${check.name} never moves the address: it is tracked on ` +
      `${check.node} and not on ${winner.node}, which is master`,
    at: trackedPlace(member, check, nodes),
    fix: `track it on ${winner.node} too`,
  };
}

/** The weight as the member has it; of files and the like, as it was written. */
function weightOf(
  member: Member,
  { kind, name }: Check,
  nodes: readonly Node[],
): number | undefined {
  const { trackedScripts, trackedInterfaces } = member.config;
  const objects = kind === "interface" ? trackedInterfaces : trackedScripts;
  return (
    objects.find((object) => object.name === name)?.weight ??
    draftOf(member, { kind, name }, nodes)?.weight?.value
  );
}

/** Where the weight is written: with the tracking line, or in the script. */
function trackedPlace(
  member: Member,
  check: Pick<Check, "kind" | "name">,
  nodes: readonly Node[],
): Span {
  const tracked = draftOf(member, check, nodes);
  const { scripts = [] } = nodes[member.nodeIndex]?.loaded.drafts ?? {};
  const script =
    check.kind === "script" ? scripts.find(({ name }) => name.value === check.name) : undefined;
  return placeOf(member, (tracked?.weight ?? script?.weight ?? tracked?.name)?.at);
}

function draftOf(
  { draft, config, nodeIndex }: Member,
  check: Pick<Check, "kind" | "name">,
  nodes: readonly Node[],
): Member["draft"]["tracked"][number] | undefined {
  const groups = nodes[nodeIndex]?.loaded.drafts.syncGroups ?? [];
  const group = groups.find(({ name }) => name.value === config.syncGroup);
  return [...draft.tracked, ...(group?.tracked ?? [])].find(
    ({ kind, name }) => kind === check.kind && name.value === check.name,
  );
}
