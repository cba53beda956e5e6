/**
 * A link that has just come up may not receive yet: a switch keeps a port shut for up to 30 s
 * (802.1D), a machine that boots is deaf for a while. Silence on such a link says nothing about a
 * master, so it makes no new one before the link has proved that it receives, or a limit has passed
 * (receive_proof, an extension of ours).
 */
import { OWNER, after, between, plus } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import type { Doubt, Link } from "../track/network.ts";
import type { InstanceConfig } from "./config.ts";
import type { Expectation } from "./receive.ts";
import type { InstanceState, Phase } from "./state.ts";
import { event } from "./step.ts";
import type { Effect, Step } from "./step.ts";
import { masterDownInterval, skewTime } from "./timing.ts";

/** What a link must show before silence on it counts. */
export interface ReceiveProof {
  /** From the link's coming up, or from the start; after that silence counts without proof. */
  readonly limit: Duration;
  /** Also of a link that may have been up for long when the daemon started. */
  readonly always: boolean;
}

type Backup = Extract<Phase, { kind: "backup" }>;

/** Until when silence on a link does not count; undefined when it does. */
export function unprovenUntil(
  config: InstanceConfig,
  link: Pick<Link, "doubt"> | undefined,
): Instant | undefined {
  const { receiveProof, priority } = config;
  const doubt = link?.doubt;
  if (receiveProof === undefined || doubt === undefined || priority === OWNER) return undefined;
  return wantsProof(receiveProof, doubt) ? after(doubt.since, receiveProof.limit) : undefined;
}

export const wantsProof = ({ always }: ReceiveProof, { isNew }: Doubt): boolean => always || isNew;

/** The master-down timer has run out on a link that may be deaf; undefined when silence counts. */
export function awaitProof(
  router: Expectation,
  state: InstanceState,
  phase: Backup,
  now: Instant,
): Step | undefined {
  const { interfaceName } = router.config;
  const until = state.assessment.unprovenUntil;
  if (interfaceName === undefined || until === undefined || until <= now) return undefined;
  if (phase.held !== undefined) return undefined;
  const wait = between(now, until);
  return {
    state: { ...state, phase: { ...phase, masterDownAt: until, awaitsProof: true } },
    effects: phase.awaitsProof ? [] : [event({ kind: "proofAwaited", interfaceName, wait })],
  };
}

/** Said by who takes over without proof. */
export function unproven(router: Expectation, phase: Backup): readonly Effect[] {
  const { interfaceName } = router.config;
  return phase.awaitsProof && interfaceName !== undefined
    ? [event({ kind: "proofMissing", interfaceName })]
    : [];
}

/**
 * The link receives. Where silence had been held against nobody for want of proof the timer starts
 * afresh; otherwise it runs on, but a living master has an interval and the skew to be heard.
 */
export function onProof(router: Expectation, state: InstanceState, now: Instant): Step {
  const { phase, masterAdvertInterval: interval } = state;
  const { config } = router;
  if (phase.kind !== "backup") return { state, effects: [] };
  const { effectivePriority } = state.assessment;
  if (phase.awaitsProof) {
    const masterDownAt = after(now, masterDownInterval(config, effectivePriority, interval));
    return {
      state: { ...state, phase: { ...phase, masterDownAt, timerSetAt: now, awaitsProof: false } },
      effects: [event({ kind: "proofGiven", interfaceName: config.interfaceName ?? "" })],
    };
  }
  const heardBy = after(now, plus(interval, skewTime(config, effectivePriority, interval)));
  if (heardBy <= phase.masterDownAt) return { state, effects: [] };
  return { state: { ...state, phase: { ...phase, masterDownAt: heardBy } }, effects: [] };
}
