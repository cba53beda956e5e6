/**
 * Performs what the state machine orders, in order: adverts of all instances first, in few system
 * calls; then addresses, announcements and notifications; words last.
 */
import { unreachable } from "../../base/failure.ts";
import { NO_TIME } from "../../base/units.ts";
import type { Instant } from "../../base/units.ts";
import type { InstanceConfig } from "../../vrrp/config.ts";
import type { InstanceEvent } from "../../vrrp/events.ts";
import type { Effect } from "../../vrrp/step.ts";
import { instanceAt } from "../../vrrp/system-state.ts";
import type { SystemConfig, SystemEffect, SystemState } from "../../vrrp/system-state.ts";
import type { SystemInput } from "../../vrrp/system.ts";
import type { AddressWork, Refusal } from "./address-work.ts";
import { refusalCause, routingRefusalLines } from "./address-work.ts";
import { announcingWords, installedWords, removedWords } from "./deeds.ts";
import type { DriverOptions, DriverOutput } from "./driver-setup.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { Pacer } from "./pacer.ts";
import type { Refusals, RouterResources } from "./resources.ts";
import { FEW_ADDRESSES, SharedRenewals } from "./shared-renewals.ts";
import type { DueLease } from "./shared-renewals.ts";
import { SliceQueue } from "./slices.ts";

/** What the effects are about: the configuration and the state they follow from. */
export interface World {
  readonly config: SystemConfig;
  readonly state: SystemState;
}

export interface PerformerParts {
  readonly resources: RouterResources;
  readonly output: DriverOutput;
  readonly options: DriverOptions;
  readonly world: () => World;
  readonly now: () => Instant;
  readonly defer: (work: () => void) => void;
  /** What comes of an effect, as an input; taken when the effects at hand are performed. */
  readonly feed: (input: SystemInput) => void;
  /** No sliced job is left. */
  readonly idle: () => void;
}

/** No single instance's job: it cannot be cancelled for one. */
const EVERYBODY = -1;

type InstanceEvents = { readonly router: number; readonly event: InstanceEvent }[];

export class Performer {
  readonly slices: SliceQueue;
  readonly pacer = new Pacer();
  readonly leases: LeaseKeeper;
  readonly #parts: PerformerParts;
  readonly #renewals: SharedRenewals;
  #isStopping = false;

  constructor(parts: PerformerParts) {
    this.#parts = parts;
    this.slices = new SliceQueue(parts.defer, parts.idle);
    this.leases = new LeaseKeeper({
      works: () => parts.resources.works,
      renew: (due) => {
        this.#renewAll(due);
      },
    });
    this.#renewals = new SharedRenewals(parts.resources.netlink);
  }

  /** From now on addresses that are to stay at the end are left alone. */
  beginStop(): void {
    this.#isStopping = true;
  }

  perform(effects: readonly SystemEffect[]): void {
    this.#send(effects);
    const done: InstanceEvents = [];
    const refused = this.#parts.resources.shield(this.#world.config, effects);
    this.refuse(refused);
    for (const { router, effect } of effects) {
      if (refused.has(router) && putsOn(effect)) continue;
      const work = this.#parts.resources.work(router);
      if (work !== undefined) this.#act(router, effect, { work, done });
    }
    for (const { router, effect } of effects) this.#tell(router, effect);
    // Keepalived names the transition first, then what was done for it.
    for (const { router, event } of done) this.say(router, event);
  }

  /** The kernel said no: the instances must not claim to be master. */
  refuse(refusals: Refusals): void {
    for (const [router, cause] of refusals) this.#parts.feed({ kind: "refused", router, cause });
  }

  say(router: number, event: InstanceEvent): void {
    this.#parts.output.event({ instance: this.#name(router), event });
  }

  get #world(): World {
    return this.#parts.world();
  }

  #send(effects: readonly SystemEffect[]): void {
    const adverts = effects.flatMap(({ router, effect }) =>
      effect.kind === "sendAdvert" ? [{ ...effect, router }] : [],
    );
    if (adverts.length === 0) return;
    const { config, state } = this.#world;
    for (const [router, errno] of this.#parts.resources.send(config, state, adverts)) {
      // A resignation on an interface that just went down fails as it must; only masters are mute.
      const instance = instanceAt(state, router);
      const isSaid = errno === 0 && instance?.sendErrno === 0;
      if (instance?.phase.kind === "master" && !isSaid) {
        this.#parts.feed({ kind: "sent", router, errno });
      }
    }
  }

  #act(
    router: number,
    effect: Effect,
    { work, done }: { readonly work: AddressWork; readonly done: InstanceEvents },
  ): void {
    const { resources, options } = this.#parts;
    switch (effect.kind) {
      case "sendAdvert":
      case "notify":
      case "notifyGroup":
      case "event":
        return;
      case "installAddresses":
        this.slices.cancel(router, ["withdraw"]);
        this.leases.began(work, this.#parts.now());
        this.slices.add(
          work.installJob(router, (refusals) => {
            this.#onRefusals(router, refusals);
          }),
        );
        done.push(...this.#wordsFor(router, installedWords));
        return;
      case "withdrawAddresses":
        this.slices.cancel(router, ["install", "renew", "announce"]);
        if (options.keepAddresses && this.#isStopping) return;
        this.#withdraw(router, work);
        done.push(...this.#wordsFor(router, removedWords));
        return;
      case "repairAddresses":
        this.leases.began(work, this.#parts.now());
        this.#renew(router, work, true);
        return;
      case "announce":
        if (options.detail) done.push(...this.#wordsFor(router, announcingWords));
        this.#announce(router, effect.repeat, work);
        return;
      case "announceExtra":
        work.announceExtra();
        return;
      case "cancelAnnouncements":
        this.slices.cancel(router, ["announce"]);
        this.pacer.cancel(router);
        return;
      case "probe": {
        const { config, state } = this.#world;
        resources.probe(config, state, router, effect.address);
        return;
      }
      default:
        unreachable(effect);
    }
  }

  #renewAll(due: readonly DueLease[]): void {
    const alone = ({ router, work }: DueLease): void => {
      this.#renew(router, work, false);
    };
    const few = due.filter(({ work }) => work.total <= FEW_ADDRESSES);
    for (const each of due) if (each.work.total > FEW_ADDRESSES) alone(each);
    const steps = this.#renewals.steps(few, alone);
    let next = 0;
    if (steps.length === 0) return;
    this.slices.add({
      router: EVERYBODY,
      kind: "renew",
      run: () => {
        steps[next]?.();
        next += 1;
        return next < steps.length ? "more" : "done";
      },
    });
  }

  /** `all`: with routes and rules. */
  #renew(router: number, work: AddressWork, all: boolean): void {
    this.slices.cancel(router, ["renew"]);
    this.slices.add(
      work.renewJob(router, all, (refusals) => {
        this.#onRefusals(router, refusals);
      }),
    );
  }

  #withdraw(router: number, work: AddressWork): void {
    const name = this.#name(router);
    this.slices.add(
      work.withdrawJob(router, () => {
        this.#parts.resources.firewall.lower(name);
      }),
    );
  }

  #announce(router: number, repeat: number, work: AddressWork): void {
    const config = this.#config(router);
    const globalGap = config?.announcements.minimumGap ?? NO_TIME;
    const paced = this.pacer.limits(globalGap)
      ? work
          .pacedFrames(router)
          .map((frames) => ({ frames, pace: this.pacer.paceOf(frames, globalGap) }))
      : [];
    if (paced.every(({ pace }) => pace.gap === NO_TIME)) {
      this.slices.add(work.announceJob(router, repeat));
      return;
    }
    for (const { frames, pace } of paced) {
      this.pacer.add(pace, { frames, rounds: repeat }, this.#parts.now());
    }
  }

  #tell(router: number, effect: Effect): void {
    const { output, resources } = this.#parts;
    if (effect.kind === "event") this.say(router, effect.event);
    else if (effect.kind === "notify") {
      // Who cannot be kept from answering must not stand for election.
      if (effect.state === "backup") {
        this.refuse(resources.checkShield(this.#world.config, router));
      }
      output.notify(this.#name(router), effect.state, effect.priority);
    } else if (effect.kind === "notifyGroup") {
      output.notifyGroup(effect.group, effect.state);
    }
  }

  /** Some addresses could not be put on. */
  #onRefusals(router: number, refusals: readonly Refusal[]): void {
    const { output, feed } = this.#parts;
    for (const text of routingRefusalLines(refusals)) output.line("warning", text, false);
    const cause = refusalCause(refusals);
    if (cause !== undefined) feed({ kind: "refused", router, cause });
  }

  /** Events about what was done to the addresses of `router`. */
  #wordsFor(
    router: number,
    words: (config: InstanceConfig) => readonly InstanceEvent[],
  ): InstanceEvents {
    const config = this.#config(router);
    return config === undefined ? [] : words(config).map((event) => ({ router, event }));
  }

  #config(router: number): InstanceConfig | undefined {
    return this.#world.config.routers[router]?.config;
  }

  #name(router: number): string {
    return this.#config(router)?.name ?? "";
  }
}

/** What must not be done for addresses that would answer and must not. */
const putsOn = ({ kind }: Effect): boolean => kind === "installAddresses" || kind === "announce";
