/**
 * The witnesses of all instances, in the parent: each instance has one claim, one question under way
 * at most, and a verdict for the VRRP process. What is lost here costs knowledge, never adverts.
 */
import { parseIpAddress } from "../base/address.ts";
import { between, seconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import { witnessAnswersLine, witnessFailsLine, witnessLine } from "../report/split-lines.ts";
import type { TrackerSnapshot } from "../report/state.ts";
import type { Timer, Timers } from "../sys/ports.ts";
import type { TrackerUpdate } from "../track/verdicts.ts";
import { NO_CLAIM, claimDeadline, stepClaim } from "../track/witness-claim.ts";
import type { Claim, ClaimAnswer, ClaimInput, ClaimRequest } from "../track/witness-claim.ts";
import { witnessKey } from "../track/witness.ts";
import type { WitnessConfig, WitnessHolder, WitnessVerdict } from "../track/witness.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import type { VrrpEvent } from "../vrrp/events.ts";
import type { Logger } from "./logger.ts";
import type { Question } from "./witness-client.ts";

/** At the end keys are given back, for so long at most. */
const FAREWELL_LIMIT: Duration = seconds(2);

/** Who answers questions: an etcd. `ask` never rejects. */
export interface WitnessStore extends Disposable {
  ask(question: Question): Promise<ClaimAnswer>;
}

export interface WitnessParts {
  readonly timers: Timers;
  readonly logger: Logger;
  readonly connect: (config: WitnessConfig) => WitnessStore;
  /** Where the adverts of an instance come from, once that is known. */
  readonly sourceOf: (instance: string) => string | undefined;
  readonly tell: (update: TrackerUpdate) => void;
  /** From 0 to 1. */
  readonly random: () => number;
}

interface Claimant {
  readonly instance: Pick<InstanceConfig, "name" | "family" | "vrid">;
  readonly config: WitnessConfig;
  readonly store: WitnessStore;
  readonly router: string;
  claim: Claim;
  timer: Timer | undefined;
  isGone: boolean;
  saidTrouble: boolean;
}

export class Witnesses {
  readonly #parts: WitnessParts;
  readonly #stores = new Map<string, WitnessStore>();
  #claimants = new Map<string, Claimant>();
  #whenIdle: (() => void) | undefined;

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  /** From here on the witnesses of `model`; claims that stay keep their lease. */
  configure({ instances, global }: Model): void {
    const before = this.#claimants;
    this.#claimants = new Map();
    for (const { name, family, vrid, witness } of instances) {
      if (witness === undefined) continue;
      const known = before.get(name);
      const instance = { name, family, vrid };
      const isSame =
        JSON.stringify([known?.instance, known?.config]) === JSON.stringify([instance, witness]);
      if (known !== undefined && isSame) {
        before.delete(name);
        this.#claimants.set(name, known);
        continue;
      }
      const claimant: Claimant = {
        ...{ instance, config: witness, store: this.#store(witness), router: global.routerId },
        ...{ claim: NO_CLAIM, timer: undefined, isGone: false, saidTrouble: false },
      };
      this.#claimants.set(name, claimant);
      this.#step(claimant, { kind: "role", role: known?.claim.role ?? "other" });
    }
    for (const gone of before.values()) this.#dismiss(gone);
  }

  /** An instance has changed its state. */
  hear({ instance, event }: VrrpEvent): void {
    const claimant = this.#claimants.get(instance);
    if (claimant === undefined) return;
    if (event.kind === "entered") {
      const role = event.state === "master" ? "master" : "other";
      this.#step(claimant, { kind: "role", role });
    }
    if (event.kind === "stopped") this.#step(claimant, { kind: "role", role: "other" });
  }

  /** The VRRP process is gone: nobody speaks for its instances until the next one does. */
  absent(): void {
    for (const claimant of this.#claimants.values()) {
      this.#step(claimant, { kind: "role", role: "absent" });
    }
  }

  verdicts(): Readonly<Record<string, WitnessVerdict>> {
    return Object.fromEntries(
      [...this.#claimants].map(([name, { claim }]) => [name, claim.verdict]),
    );
  }

  snapshots(): readonly TrackerSnapshot[] {
    const { timers } = this.#parts;
    const toWall = (at: Claim["answeredAt"]): number | undefined =>
      at === undefined
        ? undefined
        : Math.round(timers.wallClock() - between(at, timers.now()) / 1_000);
    return [...this.#claimants.values()].map(({ instance, config, claim }) => ({
      ...{ kind: "witness", name: instance.name, urls: config.urls, verdict: claim.verdict },
      ...{ answeredAt: toWall(claim.answeredAt), trouble: claim.trouble },
    }));
  }

  /** At the end: resolves when every lease is given back, or it has taken too long. */
  giveBack(): Promise<void> {
    const { timers } = this.#parts;
    const owes = (): boolean =>
      [...this.#claimants.values()].some(
        ({ claim }) => claim.role === "other" && claim.lease !== undefined && claim.failures === 0,
      );
    const end = (): void => {
      for (const claimant of this.#claimants.values()) this.#forget(claimant);
      for (const store of this.#stores.values()) store[Symbol.dispose]();
      this.#claimants.clear();
      this.#stores.clear();
    };
    if (!owes()) {
      end();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const finish = (): void => {
        limit.cancel();
        this.#whenIdle = undefined;
        end();
        resolve();
      };
      const limit = timers.after(FAREWELL_LIMIT, finish);
      this.#whenIdle = () => {
        if (!owes()) finish();
      };
    });
  }

  #store(config: WitnessConfig): WitnessStore {
    const key = JSON.stringify(config);
    const store = this.#stores.get(key) ?? this.#parts.connect(config);
    this.#stores.set(key, store);
    return store;
  }

  #step(claimant: Claimant, input: ClaimInput): void {
    if (claimant.isGone) return;
    const { timers, random } = this.#parts;
    const { config, claim: before } = claimant;
    const now = timers.now();
    const { claim, request } = stepClaim(config, before, input, { now, random: random() });
    claimant.claim = claim;
    this.#arm(claimant);
    this.#say(claimant, before);
    if (request !== undefined) void this.#ask(claimant, request);
    this.#whenIdle?.();
  }

  #arm(claimant: Claimant): void {
    const { timers } = this.#parts;
    claimant.timer?.cancel();
    const deadline = claimDeadline(claimant.config, claimant.claim);
    if (deadline === undefined) return;
    const wait = Math.max(0, between(timers.now(), deadline)) as Duration;
    claimant.timer = timers.after(wait, () => {
      this.#step(claimant, { kind: "timer" });
    });
  }

  async #ask(claimant: Claimant, request: ClaimRequest): Promise<void> {
    const { config, instance } = claimant;
    const key = witnessKey(config, instance);
    const answer = await claimant.store.ask({ request, key, self: this.#self(claimant) });
    this.#step(claimant, { kind: "answer", answer });
  }

  #self({ router, instance }: Claimant): WitnessHolder {
    const source = this.#parts.sourceOf(instance.name);
    return { name: router, address: source === undefined ? undefined : parseIpAddress(source) };
  }

  #say(claimant: Claimant, before: Claim): void {
    const { logger, tell } = this.#parts;
    const { claim, config, instance } = claimant;
    const name = `(${instance.name})`;
    if (claim.failures >= config.urls.length && !claimant.saidTrouble) {
      claimant.saidTrouble = true;
      logger.log(witnessFailsLine(name, claim.trouble ?? ""));
    } else if (claimant.saidTrouble && claim.trouble === undefined) {
      claimant.saidTrouble = false;
      logger.log(witnessAnswersLine(name));
    }
    const { verdict } = claim;
    if (JSON.stringify(verdict) === JSON.stringify(before.verdict)) return;
    if (verdict.kind !== "unknown") logger.log(witnessLine(name, verdict));
    tell({ kind: "witness", name: instance.name, verdict });
  }

  /** An instance that a reload took away gives its key back, without anybody to tell. */
  #dismiss(claimant: Claimant): void {
    const { lease } = claimant.claim;
    this.#forget(claimant);
    if (lease === undefined) return;
    const request = { kind: "release", lease: lease.id } as const;
    const key = witnessKey(claimant.config, claimant.instance);
    void claimant.store.ask({ request, key, self: this.#self(claimant) });
  }

  #forget(claimant: Claimant): void {
    claimant.timer?.cancel();
    claimant.isGone = true;
  }
}
