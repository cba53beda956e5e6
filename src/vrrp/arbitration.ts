/**
 * Who yields when peers cannot hear each other: what a router does, by what it knows of its
 * neighbourhood (isolation_check) and of the others' claims (witness). A table as a function;
 * docs/user/split-brain.md has it for people. No RFC knows of any of it, nor does Keepalived.
 */
import type { IsolationVerdict, SplitPolicy } from "../track/isolation.ts";
import type { WitnessVerdict } from "../track/witness.ts";

/**
 * `following`: BACKUP whose timer runs. `due`: BACKUP whose timer has run out, about to be master.
 */
export type Standing = "following" | "due" | "master" | "fault";

/**
 * The adverts of who has the key: heard within a master-down interval; silent, so that its key may
 * be left over; apart, when the key has outlived the silence, so that its owner must live.
 */
export type HolderHeard = "heard" | "silent" | "apart";

/** `cutOff`: isolated, and the witness does not answer either. */
export type WaitReason = "isolated" | "witness" | "cutOff";

export type SplitReason = "isolated" | "witness" | "lapsed";

export interface Situation {
  readonly standing: Standing;
  /** Undefined without an isolation_check. */
  readonly isolation:
    { readonly policy: SplitPolicy; readonly verdict: IsolationVerdict | undefined } | undefined;
  /** Undefined without a witness. */
  readonly witness:
    | {
        readonly policy: SplitPolicy;
        readonly verdict: WitnessVerdict["kind"];
        /** Only of interest while the verdict is "elsewhere". */
        readonly holder: HolderHeard;
      }
    | undefined;
  /** It has waited for a target to answer already. */
  readonly hasWaited: boolean;
}

export type Ruling =
  | { readonly kind: "goOn" }
  /** The takeover is put off. */
  | { readonly kind: "wait"; readonly why: WaitReason }
  | { readonly kind: "fault"; readonly why: SplitReason };

const GO_ON: Ruling = { kind: "goOn" };

/** What a router in that situation does. */
export function arbitrate(situation: Situation): Ruling {
  const { standing, isolation } = situation;
  const isIsolated = isolation?.verdict === "isolated";
  if (isIsolated && isolation.policy === "prefer-single-owner") {
    return { kind: "fault", why: "isolated" };
  }
  if (standing === "following") return GO_ON;
  const byWitness =
    standing === "due"
      ? witnessOnTakeover(situation, isIsolated)
      : witnessOnMaster(situation, isIsolated);
  if (byWitness.kind !== "goOn" || standing !== "due") return byWitness;
  const mayBeIsolated = isolation !== undefined && isolation.verdict !== "connected";
  return mayBeIsolated && !situation.hasWaited ? { kind: "wait", why: "isolated" } : GO_ON;
}

/** Who is not master yet does not become it while another router has the key and is not heard. */
function witnessOnTakeover({ witness }: Situation, isIsolated: boolean): Ruling {
  const isSilent = witness?.verdict === "unknown" || witness?.verdict === "lapsed";
  if (isSilent && isIsolated && witness.policy === "prefer-single-owner") {
    return { kind: "wait", why: "cutOff" };
  }
  if (witness?.verdict !== "elsewhere" || witness.holder === "heard") return GO_ON;
  return witness.holder === "apart" && witness.policy === "prefer-single-owner"
    ? { kind: "fault", why: "witness" }
    : { kind: "wait", why: "witness" };
}

/** Who is master, or in FAULT because of this, gives way when that is surely better. */
function witnessOnMaster({ witness }: Situation, isIsolated: boolean): Ruling {
  if (witness === undefined) return GO_ON;
  const wantsOne = witness.policy === "prefer-single-owner";
  if (witness.verdict === "elsewhere" && witness.holder === "apart") {
    return wantsOne || isIsolated ? { kind: "fault", why: "witness" } : GO_ON;
  }
  return witness.verdict === "lapsed" && wantsOne && isIsolated
    ? { kind: "fault", why: "lapsed" }
    : GO_ON;
}
