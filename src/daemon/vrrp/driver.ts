/**
 * The loop of the VRRP process: one input, every effect in order, one timer, never re-entered. What
 * to do it asks the pure core; what that takes is in `resources.ts`.
 */
import { unreachable } from "../../base/failure.ts";
import { NO_TIME, earliest } from "../../base/units.ts";
import type { Instant } from "../../base/units.ts";
import type { Model } from "../../config/model.ts";
import type { VrrpSnapshot } from "../../report/state.ts";
import { linkLine, overrunLine, unknownVridLine } from "../../report/vrrp-lines.ts";
import type { AddressInfo, LinkInfo, NetworkNotice, NetworkPorts } from "../../sys/ports.ts";
import type { TrackerUpdate, Verdicts } from "../../track/verdicts.ts";
import type { InstanceConfig } from "../../vrrp/config.ts";
import type { InstanceEvent } from "../../vrrp/events.ts";
import { positionAfter, reloadSystem } from "../../vrrp/reload.ts";
import { NO_COUNTS } from "../../vrrp/state.ts";
import type { Effect } from "../../vrrp/step.ts";
import {
  groupsOf,
  instanceAt,
  instancesOf,
  systemDeadline,
  takeoverDeadline,
} from "../../vrrp/system-state.ts";
import type { SystemConfig, SystemEffect, SystemState } from "../../vrrp/system-state.ts";
import { initialSystem, stepSystem, systemConfig } from "../../vrrp/system.ts";
import type { SystemInput, SystemSettings } from "../../vrrp/system.ts";
import type { AddressWork, Refusal } from "./address-work.ts";
import { refusalCause, routingRefusalLines, usesInterface } from "./address-work.ts";
import { announcingWords, installedWords, removedWords } from "./deeds.ts";
import type { DriverOptions, DriverOutput, DriverSetup } from "./driver-setup.ts";
import { Pacer } from "./pacer.ts";
import { RouterResources } from "./resources.ts";
import type { Refusals } from "./resources.ts";
import { SliceQueue } from "./slices.ts";
import { instanceSnapshot, interfaceSnapshots } from "./snapshot.ts";

type InstanceEvents = { readonly router: number; readonly event: InstanceEvent }[];

/** Unknown router ids remembered so that each is said once. */
const UNKNOWN_VRIDS_LIMIT = 255;

export class VrrpDriver implements Disposable {
  readonly #ports: NetworkPorts;
  readonly #output: DriverOutput;
  readonly #options: DriverOptions;
  readonly #resources: RouterResources;
  readonly #slices: SliceQueue;
  readonly #pacer = new Pacer();
  readonly #inputs: SystemInput[] = [];
  readonly #unknownVrids = new Set<number>();
  #model: Model;
  #config: SystemConfig;
  #state: SystemState;
  #isBusy = false;
  #whenStopped: (() => void) | undefined;

  /** Opens netlink and looks at the network; nothing is sent before `start`. */
  constructor(ports: NetworkPorts, setup: DriverSetup, output: DriverOutput) {
    this.#ports = ports;
    this.#output = output;
    this.#options = setup.options;
    this.#slices = new SliceQueue(
      (work) => {
        ports.defer(work);
      },
      () => {
        this.#finishStop();
      },
    );
    this.#resources = new RouterResources(ports, setup.model.global.nftables, {
      feed: (input) => {
        this.#feed(input);
      },
      line: (level, text) => {
        output.line(level, text, false);
      },
    });
    this.#model = setup.model;
    this.#config = systemConfig(settingsOf(setup.model));
    const facts = { network: this.#resources.table.network, verdicts: setup.verdicts };
    this.#state = initialSystem(this.#config, facts, ports.clock.now());
    this.#resources.open(this.#config, setup.model);
    this.#resources.netlink.onNotices((notices) => {
      this.#onNotices(notices);
    });
    ports.clock.onWake(() => {
      this.#onWake();
    });
  }

  /** Removes stray addresses, opens the sockets, starts the instances. */
  start(): void {
    this.#resources.prepare(this.#config, this.#state);
    for (const router of this.#resources.removeStrays()) {
      this.#say(router, { kind: "addressesRemoved", excluded: false });
    }
    this.#resources.firewall.begin();
    this.#syncSockets();
    this.#feed({ kind: "start" });
  }

  update(update: TrackerUpdate): void {
    this.#feed({ kind: "tracker", update });
  }

  /** Returns how many instances the new configuration touched. */
  reload(model: Model, verdicts: Verdicts): number {
    const next = systemConfig(settingsOf(model));
    const before = { ...this.#state, verdicts };
    const change = reloadSystem(this.#config, next, before, this.#ports.clock.now());
    this.#isBusy = true;
    this.#perform(change.farewells);
    this.#slices.renumber((old) => positionAfter(change, old));
    this.#pacer.clear();
    const refused = this.#resources.adopt(this.#config, next, change, model);
    this.#model = model;
    this.#config = next;
    this.#state = change.state;
    this.#resources.prepare(next, change.state);
    this.#isBusy = false;
    this.#syncSockets();
    this.#isBusy = true;
    this.#perform(change.effects);
    this.#refuse(refused);
    this.#isBusy = false;
    this.#feed({ kind: "timer" });
    return change.touched;
  }

  /** The machine's links and addresses, read anew. */
  network(): { readonly links: readonly LinkInfo[]; readonly addresses: readonly AddressInfo[] } {
    const { netlink } = this.#resources;
    return { links: netlink.links(), addresses: netlink.addresses() };
  }

  clearCounters(): void {
    const cleared = instancesOf(this.#state).map((each) => ({ ...each, counters: NO_COUNTS }));
    this.#state = { ...this.#state, groups: groupsOf(cleared) };
  }

  snapshot(): VrrpSnapshot {
    const clock = { now: this.#ports.clock.now(), wallMs: this.#ports.clock.wallClock() };
    const { table } = this.#resources;
    return {
      pid: 0,
      takenAt: clock.wallMs,
      instances: this.#config.routers.flatMap((router, index) => {
        const state = instanceAt(this.#state, index);
        const installed = this.#resources.installed(index);
        return state === undefined ? [] : [instanceSnapshot(router, state, installed, clock)];
      }),
      interfaces: interfaceSnapshots(table.network, (name) => {
        const index = table.network.get(name)?.index;
        return index === undefined ? undefined : table.link(index)?.mac;
      }),
    };
  }

  /** Resigns and gives the addresses up; `whenDone` is called when the last one is off. */
  stop(whenDone: () => void): void {
    this.#whenStopped = whenDone;
    this.#feed({ kind: "stop" });
    if (this.#slices.isIdle) this.#finishStop();
  }

  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }

  // ---- Inputs -----------------------------------------------------------------------------------

  /** Takes an input, or queues it behind the one whose effects are being performed. */
  #feed(input: SystemInput): void {
    this.#inputs.push(input);
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
      const done = stepSystem(this.#config, this.#state, next, this.#ports.clock.now());
      this.#state = done.state;
      for (const vrid of done.unknownVrids) this.#sayUnknown(vrid);
      this.#perform(done.effects);
    }
    this.#isBusy = false;
    this.#arm();
  }

  #arm(): void {
    const deadline = earliest(systemDeadline(this.#state), this.#pacer.deadline);
    const isTakeover = deadline !== undefined && deadline === takeoverDeadline(this.#state);
    this.#ports.clock.wakeAt(
      deadline,
      isTakeover && this.#slices.isIdle
        ? () => {
            this.#dryRun(deadline);
          }
        : undefined,
    );
  }

  /** What is about to happen, computed and thrown away: the code and its data are at hand then. */
  #dryRun(deadline: Instant): void {
    stepSystem(this.#config, this.#state, { kind: "timer" }, deadline);
  }

  #onWake(): void {
    const now = this.#ports.clock.now();
    this.#pacer.run(now);
    // Nobody is declared dead while an advert lies unread, after a stall least of all.
    if ((takeoverDeadline(this.#state) ?? Infinity) <= now) this.#resources.pollSockets();
    this.#feed({ kind: "timer" });
  }

  #onNotices(notices: readonly NetworkNotice[]): void {
    const { table } = this.#resources;
    const change = table.apply(notices);
    if (change.mustDump) {
      this.#output.line("warning", overrunLine(), false);
      this.#resources.readNetwork();
    }
    for (const { name, up } of change.flips) {
      if (this.#isInUse(name)) this.#output.line("info", linkLine(name, up), false);
    }
    if (!change.changed && !change.mustDump) return;
    this.#feed({ kind: "network", network: table.network });
    this.#resources.prepare(this.#config, this.#state);
    this.#syncSockets();
    this.#resources.statics.onLostAddresses(change.lost);
    for (const { interfaceIndex, address } of change.lost) {
      const router = this.#resources.holderOf(interfaceIndex, address);
      if (router !== undefined) this.#feed({ kind: "addressLost", router, address });
    }
  }

  // ---- Effects ----------------------------------------------------------------------------------

  /** Adverts of all instances first, in few system calls; then what else is to be done; words last. */
  #perform(effects: readonly SystemEffect[]): void {
    const adverts = effects.flatMap(({ router, effect }) =>
      effect.kind === "sendAdvert" ? [{ ...effect, router }] : [],
    );
    if (adverts.length > 0) {
      for (const [router, errno] of this.#resources.send(this.#config, this.#state, adverts)) {
        // A resignation on an interface that just went down fails as it must; only masters are mute.
        const instance = instanceAt(this.#state, router);
        if (instance?.phase.kind === "master" && errno !== instance.sendErrno) {
          this.#inputs.push({ kind: "sent", router, errno });
        }
      }
    }
    const done: InstanceEvents = [];
    const refused = this.#resources.shield(this.#config, effects);
    this.#refuse(refused);
    for (const { router, effect } of effects) {
      if (refused.has(router) && putsOn(effect)) continue;
      const work = this.#resources.work(router);
      if (work !== undefined) this.#act(router, effect, { work, done });
    }
    for (const { router, effect } of effects) this.#tell(router, effect);
    // Keepalived names the transition first, then what was done for it.
    for (const { router, event } of done) this.#say(router, event);
  }

  #act(
    router: number,
    effect: Effect,
    { work, done }: { readonly work: AddressWork; readonly done: InstanceEvents },
  ): void {
    switch (effect.kind) {
      case "sendAdvert":
      case "notify":
      case "notifyGroup":
      case "event":
        return;
      case "installAddresses":
        this.#slices.cancel(router, ["withdraw"]);
        this.#slices.add(
          work.installJob(router, (refusals) => {
            this.#onRefusals(router, refusals);
          }),
        );
        done.push(...this.#wordsFor(router, installedWords));
        return;
      case "withdrawAddresses":
        this.#slices.cancel(router, ["install", "announce"]);
        if (this.#options.keepAddresses && this.#whenStopped !== undefined) return;
        this.#withdraw(router, work);
        done.push(...this.#wordsFor(router, removedWords));
        return;
      case "announce":
        if (this.#options.detail) done.push(...this.#wordsFor(router, announcingWords));
        this.#announce(router, effect.repeat, work);
        return;
      case "cancelAnnouncements":
        this.#slices.cancel(router, ["announce"]);
        this.#pacer.cancel(router);
        return;
      case "probe":
        this.#resources.probe(this.#config, this.#state, router, effect.address);
        return;
      default:
        unreachable(effect);
    }
  }

  #withdraw(router: number, work: AddressWork): void {
    const name = this.#name(router);
    this.#slices.add(
      work.withdrawJob(router, () => {
        this.#resources.firewall.lower(name);
      }),
    );
  }

  #announce(router: number, repeat: number, work: AddressWork): void {
    const config = this.#config.routers[router]?.config;
    const gap = config?.announcements.minimumGap ?? NO_TIME;
    if (gap === NO_TIME) {
      this.#slices.add(work.announceJob(router, repeat));
      return;
    }
    const request = { frames: work.pacedFrames(router), rounds: repeat };
    this.#pacer.add(config?.interfaceName ?? "", gap, request, this.#ports.clock.now());
  }

  #tell(router: number, effect: Effect): void {
    if (effect.kind === "event") this.#say(router, effect.event);
    else if (effect.kind === "notify") {
      // Who cannot be kept from answering must not stand for election.
      if (effect.state === "backup")
        this.#refuse(this.#resources.checkShield(this.#config, router));
      this.#output.notify(this.#name(router), effect.state, effect.priority);
    } else if (effect.kind === "notifyGroup") {
      this.#output.notifyGroup(effect.group, effect.state);
    }
  }

  /** Some addresses could not be put on: the instance must not claim to be master. */
  #onRefusals(router: number, refusals: readonly Refusal[]): void {
    for (const text of routingRefusalLines(refusals)) this.#output.line("warning", text, false);
    const cause = refusalCause(refusals);
    if (cause !== undefined) this.#feed({ kind: "refused", router, cause });
  }

  #syncSockets(): void {
    const { lines, refusals } = this.#resources.syncSockets(this.#config, this.#state);
    for (const line of lines) this.#output.line("info", line, true);
    this.#refuse(refusals);
  }

  #refuse(refusals: Refusals): void {
    for (const [router, cause] of refusals) this.#feed({ kind: "refused", router, cause });
  }

  #finishStop(): void {
    const done = this.#whenStopped;
    this.#whenStopped = undefined;
    if (done === undefined) return;
    // Addresses that stay keep what keeps them from answering.
    if (!this.#options.keepAddresses) this.#resources.release();
    done();
  }

  // ---- Words ------------------------------------------------------------------------------------

  #name(router: number): string {
    return this.#config.routers[router]?.config.name ?? "";
  }

  #say(router: number, event: InstanceEvent): void {
    this.#output.event({ instance: this.#name(router), event });
  }

  /** Events about what was done to the addresses of `router`. */
  #wordsFor(
    router: number,
    words: (config: InstanceConfig) => readonly InstanceEvent[],
  ): InstanceEvents {
    const config = this.#config.routers[router]?.config;
    return config === undefined ? [] : words(config).map((event) => ({ router, event }));
  }

  #sayUnknown(vrid: number): void {
    const isKnown = this.#unknownVrids.has(vrid) || this.#unknownVrids.size >= UNKNOWN_VRIDS_LIMIT;
    if (!this.#model.global.logUnknownVrids || isKnown) return;
    this.#unknownVrids.add(vrid);
    this.#output.line("info", unknownVridLine(vrid), false);
  }

  #isInUse(name: string): boolean {
    return this.#config.routers.some(({ config }) => usesInterface(config, name));
  }
}

/** What must not be done for addresses that would answer and must not. */
const putsOn = ({ kind }: Effect): boolean => kind === "installAddresses" || kind === "announce";

const settingsOf = (model: Model): SystemSettings => ({ ...model, ...model.global });
