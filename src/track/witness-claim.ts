/**
 * The claim of one virtual router with its witness, as a function of what happens and when: what to
 * ask next, and the verdict. Who is master claims the key and renews its lease, who is not looks
 * whose it is, who was gives it back. One question at a time; all waits are bounded.
 */
import { after, before, earliest, milliseconds, times } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import { NO_WITNESS_VERDICT, questionPeriod } from "./witness.ts";
import type { WitnessConfig, WitnessHolder, WitnessVerdict } from "./witness.ts";

/** `absent`: no process speaks for the router; its lease is left to run out. */
export type ClaimRole = "master" | "other" | "absent";

export type ClaimRequest =
  | { readonly kind: "look" }
  /** With a lease it is renewed first. */
  | { readonly kind: "claim"; readonly lease: string | undefined }
  | { readonly kind: "release"; readonly lease: string };

export type ClaimAnswer =
  | { readonly kind: "free" }
  | { readonly kind: "held"; readonly lease: string }
  | {
      readonly kind: "elsewhere";
      readonly holder: WitnessHolder;
      /** A lease of ours, without the key. */
      readonly lease: string | undefined;
    }
  | { readonly kind: "released" }
  | { readonly kind: "failed"; readonly reason: string; readonly lease: string | undefined };

export interface Claim {
  readonly role: ClaimRole;
  readonly verdict: WitnessVerdict;
  /** Ours, and until when it lasts at least. */
  readonly lease: { readonly id: string; readonly until: Instant } | undefined;
  readonly underWay: { readonly request: ClaimRequest; readonly since: Instant } | undefined;
  readonly askAt: Instant | undefined;
  /** Questions in a row without an answer. */
  readonly failures: number;
  readonly answeredAt: Instant | undefined;
  /** Why the last question had no answer. */
  readonly trouble: string | undefined;
}

export type ClaimInput =
  | { readonly kind: "role"; readonly role: ClaimRole }
  | { readonly kind: "timer" }
  | { readonly kind: "answer"; readonly answer: ClaimAnswer };

export interface ClaimStep {
  readonly claim: Claim;
  /** To be asked now; its answer must come, if only as a failure. */
  readonly request: ClaimRequest | undefined;
}

/** Time and chance, which are not the claim's to have; `random` is from 0 to 1. */
export interface Moment {
  readonly now: Instant;
  readonly random: number;
}

type Settings = Pick<WitnessConfig, "ttl" | "urls">;

/** Another address of the witness is tried soon. */
const NEXT_ADDRESS: Duration = milliseconds(100);
/** While master, and another router has the key: it may be about to give it back. */
const CONTESTED: Duration = milliseconds(500);

export const NO_CLAIM: Claim = Object.freeze({
  role: "absent",
  verdict: NO_WITNESS_VERDICT,
  lease: undefined,
  underWay: undefined,
  askAt: undefined,
  failures: 0,
  answeredAt: undefined,
  trouble: undefined,
});

/** When the claim next wants a "timer". */
export const claimDeadline = (config: Settings, claim: Claim): Instant | undefined =>
  earliest(claim.underWay === undefined ? claim.askAt : undefined, lapseAt(config, claim));

export function stepClaim(
  config: Settings,
  claim: Claim,
  input: ClaimInput,
  moment: Moment,
): ClaimStep {
  const { now } = moment;
  switch (input.kind) {
    case "role":
      return ask(toRole(claim, input.role, now), now);
    case "timer":
      return ask(lapse(config, claim, now), now);
    case "answer":
      return ask(lapse(config, heard(config, claim, input.answer, moment), now), now);
  }
}

function toRole(claim: Claim, role: ClaimRole, now: Instant): Claim {
  if (role === claim.role) return claim;
  const { kind } = claim.verdict;
  // One that has lapsed stays so until the witness answers.
  const verdict: WitnessVerdict =
    role === "absent" ? NO_WITNESS_VERDICT : kind === "held" ? { kind: "free" } : claim.verdict;
  return { ...claim, role, verdict, askAt: role === "absent" ? undefined : now };
}

/** The next question, if it is time for it and none is under way. */
function ask(claim: Claim, now: Instant): ClaimStep {
  const { role, askAt, underWay } = claim;
  const isDue = askAt !== undefined && askAt <= now && underWay === undefined;
  if (!isDue || role === "absent") return { claim, request: undefined };
  const lease = claim.lease !== undefined && claim.lease.until > now ? claim.lease : undefined;
  const request: ClaimRequest =
    role === "master"
      ? { kind: "claim", lease: lease?.id }
      : lease === undefined
        ? { kind: "look" }
        : { kind: "release", lease: lease.id };
  return {
    claim: { ...claim, askAt: undefined, underWay: { request, since: now } },
    request,
  };
}

function heard(
  config: Settings,
  claim: Claim,
  answer: ClaimAnswer,
  { now, random }: Moment,
): Claim {
  const { underWay, role } = claim;
  if (underWay === undefined) return claim;
  const idle: Claim = { ...claim, underWay: undefined };
  if (answer.kind === "failed") return failed(config, idle, answer, { now, random, underWay });
  const period = questionPeriod(config);
  const answered = { ...idle, failures: 0, answeredAt: now, trouble: undefined };
  const isStale = role === "absent" || wantsOther(role, underWay.request, answer);
  const isContested = answer.kind === "elsewhere" && role === "master";
  const wait = isContested ? Math.min(CONTESTED, period) : period;
  // Earlier by chance, never later: routers that were started together do not ask together.
  const soon = after(now, times(wait as Duration, 0.75 + 0.25 * random));
  const askAt = role === "absent" ? undefined : isStale ? now : soon;
  switch (answer.kind) {
    case "released":
      return { ...answered, lease: undefined, askAt };
    case "free":
      return { ...answered, verdict: verdictFor(claim, { kind: "free" }), askAt };
    case "held": {
      const lease = { id: answer.lease, until: after(underWay.since, config.ttl) };
      return { ...answered, lease, verdict: verdictFor(claim, { kind: "held" }), askAt };
    }
    case "elsewhere": {
      const { holder } = answer;
      const lease = leaseFrom(config, claim, answer.lease, underWay.since);
      return {
        ...answered,
        lease,
        verdict: verdictFor(claim, { kind: "elsewhere", holder }),
        askAt,
      };
    }
  }
}

/** Whether the role has changed since the question, so that another one is due. */
function wantsOther(role: ClaimRole, request: ClaimRequest, answer: ClaimAnswer): boolean {
  if (role === "master") return request.kind !== "claim";
  return answer.kind === "held" || (answer.kind === "elsewhere" && answer.lease !== undefined);
}

/** What the key says of a router that has just given it back is old. */
function verdictFor({ role }: Claim, verdict: WitnessVerdict): WitnessVerdict {
  if (role === "absent") return NO_WITNESS_VERDICT;
  return role === "other" && verdict.kind === "held" ? { kind: "free" } : verdict;
}

function leaseFrom(
  config: Settings,
  claim: Claim,
  id: string | undefined,
  since: Instant,
): Claim["lease"] {
  return id === undefined ? claim.lease : { id, until: after(since, config.ttl) };
}

/** Another address soon; once none of them answers, after a while, and the verdict is no more. */
function failed(
  config: Settings,
  idle: Claim,
  { reason, lease: id }: Extract<ClaimAnswer, { kind: "failed" }>,
  { now, random, underWay }: Moment & { readonly underWay: NonNullable<Claim["underWay"]> },
): Claim {
  const failures = idle.failures + 1;
  const isLost = failures >= config.urls.length;
  const wait = isLost ? questionPeriod(config) : NEXT_ADDRESS;
  const isOver = idle.lease !== undefined && idle.lease.until <= now && idle.role !== "master";
  const isOurs = idle.role === "master" && idle.verdict.kind === "held";
  const keeps = !isLost || isOurs || idle.verdict.kind === "lapsed";
  // A lease that was granted and of no use yet is told apart by its id alone.
  const known = idle.lease ?? leaseFrom(config, idle, id, underWay.since);
  return {
    ...idle,
    failures,
    trouble: reason,
    lease: isOver ? undefined : known,
    verdict: keeps ? idle.verdict : NO_WITNESS_VERDICT,
    askAt: idle.role === "absent" ? undefined : after(now, times(wait, 0.5 + 0.5 * random)),
  };
}

/** A quarter of the lease before its end there is no more relying on it. */
const lapseAt = (config: Settings, { role, lease, verdict }: Claim): Instant | undefined =>
  role !== "master" || lease === undefined || verdict.kind !== "held"
    ? undefined
    : before(lease.until, questionPeriod(config));

function lapse(config: Settings, claim: Claim, now: Instant): Claim {
  const at = lapseAt(config, claim);
  return at === undefined || at > now ? claim : { ...claim, verdict: { kind: "lapsed" } };
}
