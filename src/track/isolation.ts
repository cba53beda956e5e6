/**
 * Whether a router still reaches anybody: it asks a few targets on the link, mostly the gateway, and
 * counts rounds. All of them silent for some rounds in a row means that it is isolated.
 */
import type { IpAddress } from "../base/address.ts";
import type { Duration } from "../base/units.ts";

/** What matters more while peers cannot hear each other. */
export type SplitPolicy = "prefer-availability" | "prefer-single-owner";

/** isolation_check, an extension of ours. */
export interface IsolationConfig {
  /** On the link of the instance's interface; one that answers is enough. */
  readonly targets: readonly [IpAddress, ...IpAddress[]];
  /** From one round of questions to the next. */
  readonly interval: Duration;
  /** Rounds in a row without any answer until it is isolated. */
  readonly fall: number;
  /** Rounds in a row with an answer until it is not. */
  readonly rise: number;
  readonly policy: SplitPolicy;
}

export type IsolationVerdict = "connected" | "isolated";

export interface Isolation {
  /** Undefined until the first answer, or until `fall` rounds have passed without. */
  readonly verdict: IsolationVerdict | undefined;
  /** Rounds in a row that speak against the verdict. */
  readonly contrary: number;
  /** Somebody answered in the round that runs. */
  readonly isAnswered: boolean;
}

export const NOT_ASKED: Isolation = Object.freeze({
  verdict: undefined,
  contrary: 0,
  isAnswered: false,
});

/** A target gave a sign of life. The first one ever is believed at once. */
export const hearTarget = (isolation: Isolation): Isolation =>
  isolation.verdict === undefined
    ? { verdict: "connected", contrary: 0, isAnswered: true }
    : { ...isolation, isAnswered: true };

/** A round is over, and the next one begins. */
export function endRound(
  { fall, rise }: Pick<IsolationConfig, "fall" | "rise">,
  { verdict, contrary, isAnswered }: Isolation,
): Isolation {
  const agrees = isAnswered === (verdict === "connected") && verdict !== undefined;
  if (agrees) return { verdict, contrary: 0, isAnswered: false };
  const against = contrary + 1;
  const isTurned = against >= (isAnswered ? rise : fall);
  if (!isTurned) return { verdict, contrary: against, isAnswered: false };
  return { verdict: isAnswered ? "connected" : "isolated", contrary: 0, isAnswered: false };
}
