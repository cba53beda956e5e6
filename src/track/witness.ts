/**
 * A witness: a store outside the cluster that knows who is master of a virtual router. Here is what
 * it can say, and how long its word outlives who gave it. `witness-claim.ts` is the asking.
 */
import type { IpAddress } from "../base/address.ts";
import { plus, times } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { SplitPolicy } from "./isolation.ts";

/** The witness block, an extension of ours. */
export interface WitnessConfig {
  /** Of one etcd; as written, without a path. */
  readonly urls: readonly [string, ...string[]];
  /** What the names of keys begin with; the routers of one segment share it. */
  readonly prefix: string;
  /** Files: certificates that are trusted, and our own certificate with its key. */
  readonly authorities: string | undefined;
  readonly certificate: string | undefined;
  readonly privateKey: string | undefined;
  readonly login: { readonly user: string; readonly passwordFile: string } | undefined;
  /** How long a key outlives a master that says nothing; whole seconds. */
  readonly ttl: Duration;
  /** For everything that one question needs. */
  readonly timeout: Duration;
  readonly policy: SplitPolicy;
}

/** Who has the key. */
export interface WitnessHolder {
  readonly name: string;
  /** What its adverts come from; undefined when it did not say. */
  readonly address: IpAddress | undefined;
}

export type WitnessVerdict =
  /** No answer worth the name. Never a reason to stop. */
  | { readonly kind: "unknown" }
  /** Nobody has the key. */
  | { readonly kind: "free" }
  | { readonly kind: "held" }
  | { readonly kind: "elsewhere"; readonly holder: WitnessHolder }
  /** It was ours, cannot be renewed, and somebody else may have it any moment. */
  | { readonly kind: "lapsed" };

export const NO_WITNESS_VERDICT: WitnessVerdict = Object.freeze({ kind: "unknown" });

/** Questions in the time that a lease lasts. */
const QUESTIONS_A_LEASE = 4;

/** From one question to the next. */
export const questionPeriod = ({ ttl }: Pick<WitnessConfig, "ttl">): Duration =>
  times(ttl, 1 / QUESTIONS_A_LEASE);

/**
 * How long the key of a router that has fallen silent may be left over from before: its lease, and
 * the time until we see that it is gone. A key that outlives that belongs to a living router.
 */
export const witnessPatience = (config: Pick<WitnessConfig, "ttl" | "timeout">): Duration =>
  plus(plus(config.ttl, questionPeriod(config)), config.timeout);

/** `10.0.0.11 (lb1)`, for words. */
export const holderText = ({ name, address }: WitnessHolder): string =>
  address === undefined ? name : `${address} (${name})`;

/** The key of a virtual router: the same on all its routers. */
export const witnessKey = (
  { prefix }: Pick<WitnessConfig, "prefix">,
  router: { readonly family: "ipv4" | "ipv6"; readonly vrid: number },
): string => `${prefix.replace(/\/+$/, "")}/${router.family}/${router.vrid}`;
