/**
 * Checks with a weight, as far as one file tells: whether the weight can change the priority at
 * all, and whether a changed priority can move the address. keepalived.conf(5), track_script.
 */
import { OWNER } from "../../base/units.ts";
import type { Pair } from "../advice.ts";
import { related } from "../diagnostics.ts";
import type { Located, Span } from "../diagnostics.ts";
import type { InstanceDraft, RootDraft, TrackedDraft } from "../drafts.ts";
import { complain } from "../scope.ts";
import type { Scope } from "../scope.ts";

/** A check that adds to the priority in one of its two outcomes. */
interface WeightedCheck {
  readonly kind: TrackedDraft["kind"];
  readonly name: string;
  /** What is written; what is added has the other sign when the check is reversed. */
  readonly weight: number;
  readonly change: number;
  readonly at: Span;
}

export function checkWeights({ draft, config }: Pair, root: RootDraft, scope: Scope): void {
  // A sync group drops the weights of its members, which is said elsewhere.
  const group = scope.syncGroups.get(draft.name.value);
  if (group !== undefined && group.keepsWeights === undefined) return;
  const checks = draft.tracked.flatMap((tracked) => weightedCheck(tracked, root, scope));
  if (config.priority === OWNER) {
    for (const check of checks) refuseForOwner(check, draft, scope);
    return;
  }
  const fruitless = new Set(withoutEffect(config.priority, checks));
  for (const check of checks) {
    if (fruitless.has(check)) reportFruitless(check, { draft, config }, scope);
    else if (!config.preempt) reportStuck(check, draft, scope);
  }
}

interface Weighted {
  readonly weight?: Located<number>;
  readonly isReversed?: boolean;
}

/** The value of a file is its factor times a number nobody knows beforehand. */
const FILE_DEFAULT_WEIGHT = 1;

function weightedCheck(
  tracked: TrackedDraft,
  root: RootDraft,
  scope: Scope,
): readonly WeightedCheck[] {
  const { kind, name } = tracked;
  const object = kind === "interface" ? {} : trackedObject({ kind, name: name.value }, root, scope);
  if (object === undefined || !tracked.isKnown) return [];
  const written = tracked.weight ?? object.weight;
  const weight = written?.value ?? (kind === "file" ? FILE_DEFAULT_WEIGHT : 0);
  if (weight === 0) return [];
  const isReversed = tracked.isReversed ?? object.isReversed === true;
  const change = isReversed ? -weight : weight;
  return [{ kind, name: name.value, weight, change, at: written?.at ?? name.at }];
}

function trackedObject(
  { kind, name }: { readonly kind: "script" | "file" | "process" | "bfd"; readonly name: string },
  root: RootDraft,
  scope: Scope,
): Weighted | undefined {
  const named = (each: { readonly name: Located<string> }): boolean => each.name.value === name;
  switch (kind) {
    case "script":
      return scope.scripts.get(name);
    case "file":
      return scope.trackFiles.get(name);
    case "process":
      return root.trackProcesses.find(named);
    case "bfd":
      return scope.bfdInstances.get(name);
  }
}

const LOWEST = 1;
const HIGHEST = 254;
/** More are not combined with each other: their number would double with every one. */
const MAX_COMBINED = 64;

const clamp = (priority: number): number => Math.min(HIGHEST, Math.max(LOWEST, priority));

/** The checks whose outcome never changes the priority, whatever the others say. */
function withoutEffect(base: number, checks: readonly WeightedCheck[]): readonly WeightedCheck[] {
  // A file may add anything, so that with one every other check may count.
  if (checks.length > MAX_COMBINED || checks.some(({ kind }) => kind === "file")) return [];
  return checks.filter((check) => {
    const others = checks.filter((other) => other !== check);
    let sums = new Set([0]);
    for (const { change } of others) {
      sums = new Set([...sums].flatMap((sum) => [sum, sum + change]));
    }
    return [...sums].every((sum) => clamp(base + sum) === clamp(base + sum + check.change));
  });
}

function refuseForOwner(check: WeightedCheck, draft: InstanceDraft, scope: Scope): void {
  const { kind, name, at } = check;
  complain(scope, draft, {
    severity: "warning",
    code: "weight-for-owner",
    message:
      kind === "interface"
        ? `ignoring ${name} tracked interface due to address owner`
        : `ignoring tracked ${kind} ${name} with weights due to address_owner`,
    at,
    ...related(
      draft.priority?.at ?? draft.state?.at,
      "the owner's priority is 255 and never changes",
    ),
    fix: "lower the priority, or leave the weight out so that a failure means FAULT",
  });
}

function reportFruitless(check: WeightedCheck, { draft, config }: Pair, scope: Scope): void {
  const isMost = check.change > 0;
  const bound = isMost ? `${HIGHEST} is the most` : `${LOWEST} is the least`;
  complain(scope, draft, {
    severity: "warning",
    code: "weight-without-effect",
    message:
      `weight ${check.weight} of ${check.name} never changes anything: the priority is ` +
      `${config.priority} and ${bound} it can be, so the check may fail and the address stays`,
    at: check.at,
    ...related(draft.priority?.at, "the priority it would change"),
    fix: isMost
      ? "lower the priority, or write a negative weight"
      : "raise the priority, or write a positive weight",
  });
}

function reportStuck(check: WeightedCheck, draft: InstanceDraft, scope: Scope): void {
  complain(scope, draft, {
    severity: "warning",
    code: "nopreempt-with-weight",
    message:
      `when ${check.name} fails, its weight only changes the priority, and a router with ` +
      "nopreempt takes nothing from a master that is alive: the address does not move",
    at: check.at,
    ...related(draft.preempt?.at, "nopreempt, which the other routers will have too"),
    fix: "leave the weight out, so that a failure means FAULT and the address moves",
  });
}
