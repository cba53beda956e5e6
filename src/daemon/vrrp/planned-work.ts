/** What an operator orders of the VRRP process: switchovers, and their end. */
import type { Instant } from "../../base/units.ts";
import type { NetworkPorts } from "../../sys/ports.ts";
import { planRelease, planSwitchover, questionsFor } from "../../vrrp/switchover.ts";
import type { SwitchoverPlan, SwitchoverRefusal } from "../../vrrp/switchover.ts";
import type { SystemConfig, SystemState } from "../../vrrp/system-state.ts";
import type { SystemInput } from "../../vrrp/system.ts";
import type { NetworkTable } from "./network-table.ts";
import { PeerProbe } from "./peer-probe.ts";
import type { TimedWork } from "./timed-work.ts";

/** What became of an order, as far as is known at once. */
export type PlannedOutcome =
  | { readonly kind: "begun"; readonly instances: readonly string[] }
  | { readonly kind: "refused"; readonly refusal: SwitchoverRefusal };

export interface PlannedWorkParts {
  readonly ports: NetworkPorts;
  readonly table: NetworkTable;
  readonly world: () => { readonly config: SystemConfig; readonly state: SystemState };
  readonly feed: (input: SystemInput) => void;
  /** The deadline of this work has changed. */
  readonly arm: () => void;
}

export class PlannedWork implements TimedWork {
  readonly #parts: PlannedWorkParts;
  readonly #probe: PeerProbe;

  constructor(parts: PlannedWorkParts) {
    this.#parts = parts;
    this.#probe = new PeerProbe(parts);
  }

  get deadline(): Instant | undefined {
    return this.#probe.deadline;
  }

  run(now: Instant): void {
    this.#probe.run(now);
  }

  /** `done` is called once; without `force` only after a peer has answered on the link. */
  switchover(name: string, force: boolean, done: (outcome: PlannedOutcome) => void): void {
    const { config, state } = this.#parts.world();
    const planned = planSwitchover(config, state, name);
    if (!planned.ok) {
      done({ kind: "refused", refusal: planned.refusal });
      return;
    }
    if (force) {
      done(this.#begin(planned.plan));
      return;
    }
    const questions = questionsFor(config, state, planned.plan);
    const nameOf = (router: number): string => config.routers[router]?.config.name ?? name;
    const lonely = questions.find(({ peers }) => peers.length === 0);
    if (lonely !== undefined) {
      const instance = nameOf(lonely.router);
      done({ kind: "refused", refusal: { kind: "noPeerKnown", instance } });
      return;
    }
    if (this.#probe.isBusy) {
      done({ kind: "refused", refusal: { kind: "underWay" } });
      return;
    }
    this.#probe.ask(questions, (unanswered) => {
      const silent = questions.find(({ router }) => unanswered.has(router));
      if (silent === undefined) {
        done(this.#beginLater(name));
        return;
      }
      const { router, peers } = silent;
      const refusal = { kind: "noPeerAnswers", instance: nameOf(router), peers } as const;
      done({ kind: "refused", refusal });
    });
  }

  release(name: string): PlannedOutcome {
    const { config, state } = this.#parts.world();
    const planned = planRelease(config, state, name);
    if (!planned.ok) return { kind: "refused", refusal: planned.refusal };
    const { routers, names } = planned.plan;
    this.#parts.feed({ kind: "release", routers });
    return { kind: "begun", instances: names };
  }

  /** The world has moved on while peers were asked. */
  #beginLater(name: string): PlannedOutcome {
    const { config, state } = this.#parts.world();
    const planned = planSwitchover(config, state, name);
    return planned.ok ? this.#begin(planned.plan) : { kind: "refused", refusal: planned.refusal };
  }

  #begin({ routers, names }: SwitchoverPlan): PlannedOutcome {
    this.#parts.feed({ kind: "handOver", routers });
    return { kind: "begun", instances: names };
  }
}
