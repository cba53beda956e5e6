/** Who is to be master: priorities, owners, `state`, `nopreempt` and `preempt_delay` compared. */
import { compareAddresses } from "../base/address.ts";
import { OWNER, toSeconds } from "../base/units.ts";
import type { Diagnostic, Span } from "../config/diagnostics.ts";
import { beside, placeOf } from "./differences.ts";
import type { Member, VirtualRouter } from "./node.ts";
import { listed } from "./node.ts";
import { sourceOf } from "./source.ts";

export function compareStanding(router: VirtualRouter): readonly Diagnostic[] {
  return [
    ...comparePriorities(router),
    ...compareStates(router),
    ...comparePreempt(router),
    ...comparePreemptDelay(router),
  ];
}

const priorityPlace = (member: Member): Span =>
  placeOf(member, member.draft.priority?.at ?? member.draft.state?.at);

function comparePriorities(router: VirtualRouter): readonly Diagnostic[] {
  const seen = new Map<number, Member>();
  return router.members.flatMap((member): readonly Diagnostic[] => {
    const { priority } = member.config;
    const other = seen.get(priority);
    if (other === undefined) {
      seen.set(priority, member);
      return [];
    }
    const isOwner = priority === OWNER;
    const unwritten = [other, member].filter(({ draft }) => draft.priority === undefined);
    const why =
      isOwner && unwritten.length > 0
        ? ` (state MASTER without priority means ${OWNER} on ${listed(unwritten.map((m) => m.node))})`
        : "";
    return [
      {
        severity: isOwner ? "error" : "warning",
        code: "cluster-priority",
        message: isOwner
          ? `(${router.title}) ${other.node} and ${member.node} both have priority ${OWNER}${why}: ` +
            "both take the address at start without asking"
          : `(${router.title}) ${other.node} and ${member.node} both have priority ${priority}: ` +
            tieBreak(router, other, member),
        at: priorityPlace(member),
        because: beside(other, priorityPlace(other)),
        fix: "give every node another priority",
      },
    ];
  });
}

/** RFC 9568 §6.4.3: the higher address wins. */
function tieBreak(router: VirtualRouter, a: Member, b: Member): string {
  const left = sourceOf(a, router);
  const right = sourceOf(b, router);
  if (left === undefined || right === undefined) {
    return "whoever has the higher address wins an election, and who is master stays";
  }
  const [winner, address] = compareAddresses(left, right) > 0 ? [a, left] : [b, right];
  return `${winner.node} wins an election by its higher address ${address}, and who is master stays`;
}

const startsAsMaster = ({ draft }: Member): boolean => draft.state?.value === "master";

function compareStates(router: VirtualRouter): readonly Diagnostic[] {
  const [first, second] = router.members.filter(startsAsMaster);
  const highest = Math.max(...router.members.map(({ config }) => config.priority));
  if (first !== undefined && second !== undefined) {
    return [
      {
        severity: "notice",
        code: "cluster-preempt",
        message:
          `(${router.title}) state MASTER on ${first.node} and ${second.node}: ` +
          "it decides nothing, the priorities do",
        at: placeOf(second, second.draft.state?.at),
        because: beside(first, first.draft.state?.at),
        fix: "write state BACKUP on every node",
      },
    ];
  }
  if (first === undefined || first.config.priority >= highest) return [];
  const winner = router.members.find(({ config }) => config.priority === highest) ?? first;
  return [
    {
      severity: "notice",
      code: "cluster-preempt",
      message:
        `(${router.title}) state MASTER on ${first.node}, but ${winner.node} has the higher ` +
        `priority (${winner.config.priority} against ${first.config.priority}) and will be master`,
      at: placeOf(first, first.draft.state?.at),
      because: beside(winner, priorityPlace(winner)),
      fix: "write state BACKUP on every node; the priorities decide",
    },
  ];
}

const wantsNoPreempt = ({ draft }: Member): boolean => draft.preempt?.value === false;

/** nopreempt counts on the node that comes back, so it must be on all, and all must be BACKUP. */
function comparePreempt(router: VirtualRouter): readonly Diagnostic[] {
  const wanting = router.members.find(wantsNoPreempt);
  if (wanting === undefined) return [];
  return router.members.filter(takesBack).map((member) => {
    const isCleared = wantsNoPreempt(member);
    const what = isCleared
      ? `nopreempt has no effect on ${member.node}, which has ${whyCleared(member)}`
      : `nopreempt is on ${wanting.node} and not on ${member.node}`;
    return {
      severity: "warning",
      code: "cluster-preempt",
      message:
        `(${router.title}) ${what}: ${member.node} takes the address from a node of lower priority ` +
        "whenever it returns",
      at: placeOf(member, isCleared ? member.draft.state?.at : undefined),
      because: beside(wanting, wanting.draft.preempt?.at),
      fix: isCleared
        ? "write state BACKUP and a priority below 255 on every node"
        : `write nopreempt on ${member.node} too, with state BACKUP`,
    };
  });

  /** It preempts, and there is one below it to be preempted. */
  function takesBack(member: Member): boolean {
    const { preempt, priority } = member.config;
    return preempt && router.members.some(({ config }) => config.priority < priority);
  }
}

const whyCleared = ({ config }: Member): string =>
  config.priority === OWNER ? `priority ${OWNER}` : "state MASTER";

/** The delay counts on the node that comes back: one on a lower node alone does nothing. */
function comparePreemptDelay(router: VirtualRouter): readonly Diagnostic[] {
  const delayed = router.members.filter(({ config }) => config.preemptDelay > 0);
  const highest = Math.max(...router.members.map(({ config }) => config.priority));
  const winner = router.members.find(({ config }) => config.priority === highest);
  const [first] = delayed;
  if (first === undefined || winner === undefined || delayed.includes(winner)) return [];
  if (!winner.config.preempt) return [];
  return [
    {
      severity: "warning",
      code: "cluster-preempt",
      message:
        `(${router.title}) preempt_delay ${toSeconds(first.config.preemptDelay)} is on ` +
        `${first.node} and not on ${winner.node}, which has the highest priority: ` +
        `${winner.node} takes the address back without delay`,
      at: placeOf(winner, undefined),
      because: beside(first, first.draft.preemptDelay?.at),
      fix: `write preempt_delay on ${winner.node}, with state BACKUP`,
    },
  ];
}
