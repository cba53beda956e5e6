/**
 * The table of `arbitration.ts` applied to an instance: which faults follow from isolation and
 * witness, and when a takeover is put off. Keeps whose adverts were heard, as far as that needs it.
 */
import type { IpAddress } from "../base/address.ts";
import { after, between } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import { holderText, witnessPatience } from "../track/witness.ts";
import { arbitrate } from "./arbitration.ts";
import type {
  HolderHeard,
  Ruling,
  Situation,
  SplitReason,
  Standing,
  WaitReason,
} from "./arbitration.ts";
import type { FaultCause } from "./events.ts";
import { heardAfter } from "./hmac.ts";
import { checkAdvert } from "./receive.ts";
import type { Expectation } from "./receive.ts";
import type { Assessment, InstanceState, Phase } from "./state.ts";
import { event } from "./step.ts";
import type { Effect, Input, Step } from "./step.ts";
import { masterDownInterval } from "./timing.ts";

/** What an instance remembers because of its witness and its isolation_check. */
export interface Split {
  readonly fault: FaultCause | undefined;
  /** Routers whose adverts were heard, the latest first. */
  readonly heard: readonly { readonly address: IpAddress; readonly at: Instant }[];
}

/** A takeover that is put off. */
export interface TakeoverWait {
  readonly why: WaitReason;
  readonly since: Instant;
  readonly until: Instant;
}

export const NO_SPLIT: Split = Object.freeze({ fault: undefined, heard: [] });

/** Routers remembered as heard; a segment has few for one virtual router. */
const HEARD_LIMIT = 8;

type Backup = Extract<Phase, { kind: "backup" }>;

/** An advert of `address` was believed. */
export function noteHeard(
  router: Expectation,
  split: Split,
  address: IpAddress,
  at: Instant,
): Split {
  if (router.config.witness === undefined) return split;
  const others = split.heard.filter((each) => each.address !== address);
  return { ...split, heard: [{ address, at }, ...others].slice(0, HEARD_LIMIT) };
}

/**
 * In FAULT nothing is heard, but for one thing: that the router which has the key in the witness is
 * there after all.
 */
export function overhear(
  router: Expectation,
  state: InstanceState,
  { packet, wallClock }: Extract<Input, { kind: "packet" }>,
  now: Instant,
): InstanceState {
  if (state.phase.kind !== "fault" || state.split.fault?.kind !== "witness") return state;
  const { oldChecksum, sequence, heard } = state;
  const context = { compareAddresses: true, oldChecksum, sequence, heard, wallClock };
  const verdict = checkAdvert(router, packet, context);
  if (verdict.kind === "rejected") return state;
  const { advert } = verdict;
  return {
    ...state,
    sequence: Math.max(sequence, advert.sequence),
    heard: heardAfter(router.hmac, heard, advert),
    split: noteHeard(router, state.split, advert.source, now),
  };
}

/** The same instance with the fault that follows from isolation and witness now. */
export function withRuling(router: Expectation, state: InstanceState, now: Instant): InstanceState {
  const { kind } = state.phase;
  const standing = kind === "master" || kind === "fault" ? kind : "following";
  const ruling = rule(router, state, standing, now);
  const fault = ruling.kind === "fault" ? faultOf(router, state, ruling.why) : undefined;
  if (fault === undefined && state.split.fault === undefined) return state;
  return { ...state, split: { ...state.split, fault } };
}

/**
 * The master-down timer has run out: undefined when nothing speaks against becoming master.
 * Otherwise the timer runs anew, or there is a fault that the caller must see to.
 */
export function ruleOnTakeover(
  router: Expectation,
  state: InstanceState,
  phase: Backup,
  now: Instant,
): Step | undefined {
  const ruling = rule(router, state, "due", now);
  switch (ruling.kind) {
    case "goOn":
      return undefined;
    case "fault": {
      const fault = faultOf(router, state, ruling.why);
      return { state: { ...state, split: { ...state.split, fault } }, effects: [] };
    }
    case "wait": {
      const { why } = ruling;
      const isFirst = phase.waits?.why !== why;
      const wait = isFirst ? firstWait(router, state, why) : downInterval(router, state);
      const until = after(now, wait);
      const waits: TakeoverWait = { why, since: phase.waits?.since ?? now, until };
      const about = aboutText(router, state, why);
      return {
        state: { ...state, phase: { ...phase, masterDownAt: until, waits } },
        effects: isFirst ? [event({ kind: "takeoverPutOff", why, wait, about })] : [],
      };
    }
  }
}

/** Whether a takeover that was put off need not wait any longer. */
export const mayResume = (router: Expectation, state: InstanceState, now: Instant): boolean =>
  state.phase.kind === "backup" &&
  state.phase.waits !== undefined &&
  rule(router, state, "due", now).kind !== "wait";

function rule(router: Expectation, state: InstanceState, standing: Standing, now: Instant): Ruling {
  const { isolation, witness } = router.config;
  const { assessment, phase } = state;
  const waits = phase.kind === "backup" ? phase.waits : undefined;
  const situation: Situation = {
    standing,
    isolation: isolation && { policy: isolation.policy, verdict: assessment.isolation },
    witness: witness && {
      policy: witness.policy,
      verdict: assessment.witness?.kind ?? "unknown",
      holder: holderHeard(router, state, standing, now),
    },
    hasWaited: waits !== undefined && between(waits.since, now) >= downInterval(router, state),
  };
  return arbitrate(situation);
}

/** What is known of the adverts of the router that has the key. */
function holderHeard(
  router: Expectation,
  state: InstanceState,
  standing: Standing,
  now: Instant,
): HolderHeard {
  const { assessment, phase, split } = state;
  const { config } = router;
  if (config.witness === undefined || assessment.witness?.kind !== "elsewhere") return "heard";
  const { address } = assessment.witness.holder;
  // Who did not say where its adverts come from may be anybody who is heard.
  const last = split.heard.find((each) => address === undefined || each.address === address);
  const silence = last === undefined ? Infinity : between(last.at, now);
  if (silence < downInterval(router, state)) return "heard";
  switch (standing) {
    case "following":
      return "silent";
    case "due": {
      const waits = phase.kind === "backup" ? phase.waits : undefined;
      return waits?.why === "witness" && waits.until <= now ? "apart" : "silent";
    }
    case "master":
      return silence > witnessPatience(config.witness) ? "apart" : "silent";
    case "fault":
      return split.fault?.kind === "witness" ? "apart" : "silent";
  }
}

const downInterval = ({ config }: Expectation, state: InstanceState): Duration =>
  masterDownInterval(config, state.assessment.effectivePriority, state.masterAdvertInterval);

/** For a target as long as for a master; for a key as long as one can be left over. */
function firstWait(router: Expectation, state: InstanceState, why: WaitReason): Duration {
  const { witness } = router.config;
  return why === "witness" && witness !== undefined
    ? witnessPatience(witness)
    : downInterval(router, state);
}

function faultOf(router: Expectation, state: InstanceState, why: SplitReason): FaultCause {
  switch (why) {
    case "isolated":
      return { kind: "isolated", targets: router.config.isolation?.targets ?? [] };
    case "witness":
      return { kind: "witness", holder: aboutText(router, state, why) };
    case "lapsed":
      return { kind: "witnessLapsed" };
  }
}

/** Who is meant: the targets that are silent, or the router that has the key. */
function aboutText(router: Expectation, state: InstanceState, why: WaitReason): string {
  const { witness } = state.assessment;
  if (why !== "witness") return router.config.isolation?.targets.join(", ") ?? "";
  return witness?.kind === "elsewhere" ? holderText(witness.holder) : "";
}

/** Said when a router finds itself alone, or no more. */
export function isolationChange(
  { config }: Expectation,
  before: Assessment,
  after: Assessment,
): readonly Effect[] {
  if (config.isolation === undefined || before.isolation === after.isolation) return [];
  const isolated = after.isolation === "isolated";
  if (!isolated && before.isolation === undefined) return [];
  const { targets } = config.isolation;
  return [event({ kind: "isolationChanged", isolated, targets })];
}
