/**
 * What split brains are played with: gateways that answer, words of a router for isolation_check and
 * witness, and a witness in virtual time that hosts may lose sight of.
 */
import { assert } from "../../src/base/failure.ts";
import { after, between, milliseconds } from "../../src/base/units.ts";
import type { Duration, Instant } from "../../src/base/units.ts";
import type { SplitPolicy } from "../../src/track/isolation.ts";
import { witnessKey } from "../../src/track/witness.ts";
import type { WitnessHolder, WitnessVerdict } from "../../src/track/witness.ts";
import { NO_CLAIM, claimDeadline, stepClaim } from "../../src/track/witness-claim.ts";
import type {
  Claim,
  ClaimAnswer,
  ClaimInput,
  ClaimRequest,
  ClaimRole,
} from "../../src/track/witness-claim.ts";
import type { InstanceConfig } from "../../src/vrrp/config.ts";
import type { Scheduled, VirtualTime } from "./fake-clock.ts";
import type { InstanceEvent } from "../../src/vrrp/events.ts";
import type { FakeLan } from "./fake-lan.ts";
import { parseSpan } from "./model.ts";
import { address } from "./values.ts";
import type { Words } from "./model.ts";

/** There and back again. */
const ANSWER_TIME: Duration = milliseconds(2);
const TIMEOUT: Duration = milliseconds(1_000);

const policyOf = (word: string | undefined): SplitPolicy =>
  word === "single" ? "prefer-single-owner" : "prefer-availability";

/** `gateway=10.0.0.1[,…] alone=single|available`, `witness=TTL split=single|available`. */
export function splitFrom(words: Words): Pick<InstanceConfig, "isolation" | "witness"> {
  const [first, ...rest] = (words.get("gateway") ?? "").split(",").filter(Boolean).map(address);
  const ttl = words.get("witness");
  return {
    isolation: first && {
      targets: [first, ...rest],
      interval: milliseconds(500),
      fall: 3,
      rise: 2,
      policy: policyOf(words.get("alone")),
    },
    witness:
      ttl === undefined
        ? undefined
        : {
            urls: ["http://witness:2379"],
            prefix: "/keepalived",
            authorities: undefined,
            certificate: undefined,
            privateKey: undefined,
            login: undefined,
            ttl: parseSpan(ttl),
            timeout: TIMEOUT,
            policy: policyOf(words.get("split")),
          },
  };
}

interface Lease {
  readonly key: string;
  readonly holder: WitnessHolder;
  readonly until: Instant;
}

/** One store for all; it never forgets, but by time. */
export class FakeWitness {
  readonly #time: VirtualTime;
  readonly #leases = new Map<string, Lease>();
  /** Hosts that cannot reach it. */
  readonly unreachable = new Set<string>();
  isDead = false;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  answers(host: string): boolean {
    return !this.isDead && !this.unreachable.has(host);
  }

  /** What the store makes of a question that has reached it. */
  ask(key: string, holder: WitnessHolder, ttl: Duration, request: ClaimRequest): ClaimAnswer {
    const now = this.#time.now;
    for (const [id, lease] of this.#leases) if (lease.until <= now) this.#leases.delete(id);
    const id = `lease of ${holder.name}`;
    const held = [...this.#leases].find(([, lease]) => lease.key === key);
    if (request.kind === "release") {
      this.#leases.delete(request.lease);
      return { kind: "released" };
    }
    if (held !== undefined && held[0] !== id) {
      return { kind: "elsewhere", holder: held[1].holder, lease: undefined };
    }
    if (request.kind === "look") return { kind: "free" };
    this.#leases.set(id, { key, holder, until: after(now, ttl) });
    return { kind: "held", lease: id };
  }
}

/** The part of a parent process that asks the witness for one instance. */
export class FakeClaimant {
  readonly #time: VirtualTime;
  readonly #store: FakeWitness;
  readonly #host: string;
  readonly #instance: InstanceConfig;
  readonly #changed: (verdict: WitnessVerdict) => void;
  #claim: Claim = NO_CLAIM;
  #isGone = false;
  #timer: Scheduled | undefined;

  constructor(
    parts: { readonly time: VirtualTime; readonly store: FakeWitness; readonly host: string },
    instance: InstanceConfig,
    changed: (verdict: WitnessVerdict) => void,
  ) {
    this.#time = parts.time;
    this.#store = parts.store;
    this.#host = parts.host;
    this.#instance = instance;
    this.#changed = changed;
  }

  become(role: ClaimRole): void {
    this.#step({ kind: "role", role });
  }

  [Symbol.dispose](): void {
    this.#isGone = true;
    this.#timer?.cancel();
  }

  #step(input: ClaimInput): void {
    if (this.#isGone) return;
    const { witness } = this.#instance;
    assert(witness !== undefined, "an instance with a witness");
    const before = JSON.stringify(this.#claim.verdict);
    const moment = { now: this.#time.now, random: 1 };
    const { claim, request } = stepClaim(witness, this.#claim, input, moment);
    this.#claim = claim;
    if (request !== undefined) this.#send(request);
    this.#timer?.cancel();
    const deadline = claimDeadline(witness, claim);
    this.#timer =
      deadline === undefined
        ? undefined
        : this.#time.after(between(this.#time.now, deadline), () => {
            this.#step({ kind: "timer" });
          });
    if (JSON.stringify(claim.verdict) !== before) this.#changed(claim.verdict);
  }

  #send(request: ClaimRequest): void {
    const { witness, family, vrid } = this.#instance;
    assert(witness !== undefined, "an instance with a witness");
    const answer: ClaimAnswer = this.#store.answers(this.#host)
      ? this.#store.ask(witnessKey(witness, { family, vrid }), this.#holder(), witness.ttl, request)
      : { kind: "failed", reason: "no answer", lease: undefined };
    this.#time.after(answer.kind === "failed" ? TIMEOUT : ANSWER_TIME, () => {
      this.#step({ kind: "answer", answer });
    });
  }

  #holder(): WitnessHolder {
    const number = this.#host.slice(1);
    const source = this.#instance.family === "ipv4" ? `10.0.0.1${number}` : `fe80::1${number}`;
    return { name: this.#host, address: address(source) };
  }
}

/** Gateways, the witness and the claimants of one scenario. */
export class SplitPlay {
  readonly #lan: FakeLan;
  readonly #store: FakeWitness;
  readonly #claimants = new Map<string, FakeClaimant>();

  constructor(lan: FakeLan) {
    this.#lan = lan;
    this.#store = new FakeWitness(lan.time);
  }

  /**
   * `gateway NAME ADDR` is on the segment and answers; `witness dies|returns`;
   * `witness loses r1`, `witness finds r1`.
   */
  command(verb: string, [first = "", second = ""]: readonly string[]): boolean {
    if (verb === "gateway") {
      const mac = `02:00:00:00:01:${String(second.length).padStart(2, "0")}`;
      this.#lan.connect(first, "eth0", { mac, addresses: [`${second}/24`] });
      return true;
    }
    if (verb !== "witness") return false;
    if (first === "loses") this.#store.unreachable.add(second);
    else if (first === "finds") this.#store.unreachable.delete(second);
    else this.#store.isDead = first === "dies";
    return true;
  }

  /** A daemon starts on `host`: its parent asks the witness, if it has one. */
  attend(host: string, instance: InstanceConfig, told: (verdict: WitnessVerdict) => void): void {
    this.leave(host);
    if (instance.witness === undefined) return;
    const { time } = this.#lan;
    const claimant = new FakeClaimant({ time, store: this.#store, host }, instance, told);
    this.#claimants.set(host, claimant);
    claimant.become("other");
  }

  hear(host: string, event: InstanceEvent): void {
    const claimant = this.#claimants.get(host);
    if (event.kind === "entered") claimant?.become(event.state === "master" ? "master" : "other");
    if (event.kind === "stopped") claimant?.become("other");
  }

  /** The daemon is gone without a word. */
  leave(host: string): void {
    this.#claimants.get(host)?.[Symbol.dispose]();
    this.#claimants.delete(host);
  }
}
