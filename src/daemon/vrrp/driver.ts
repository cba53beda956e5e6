/**
 * The loop of the VRRP process: one input, every effect in order, one timer, never re-entered. What
 * to do it asks the pure core; `performer.ts` does it, with what is in `resources.ts`.
 */
import { NO_TIME, earliest } from "../../base/units.ts";
import type { Instant } from "../../base/units.ts";
import type { Model } from "../../config/model.ts";
import type { VrrpSnapshot } from "../../report/state.ts";
import { overrunLine } from "../../report/vrrp-lines.ts";
import type { AddressInfo, LinkInfo, NetworkNotice, NetworkPorts } from "../../sys/ports.ts";
import type { TrackerUpdate, Verdicts } from "../../track/verdicts.ts";
import { positionAfter, reloadSystem } from "../../vrrp/reload.ts";
import { resume } from "../../vrrp/resume.ts";
import { NO_COUNTS } from "../../vrrp/state.ts";
import {
  groupsOf,
  instancesOf,
  systemDeadline,
  takeoverDeadline,
} from "../../vrrp/system-state.ts";
import type { SystemConfig, SystemState } from "../../vrrp/system-state.ts";
import { inherit, initialSystem, stepSystem, systemConfig } from "../../vrrp/system.ts";
import type { Inheritances, SystemInput } from "../../vrrp/system.ts";
import type { DriverOptions, DriverOutput, DriverSetup, Predecessors } from "./driver-setup.ts";
import { DriverWords } from "./driver-words.ts";
import { findInheritances, findMemories } from "./inheritance.ts";
import type { NetworkChange } from "./network-table.ts";
import { Performer } from "./performer.ts";
import { PlannedWork } from "./planned-work.ts";
import { RouterResources } from "./resources.ts";
import { systemSnapshot } from "./snapshot.ts";
import { SleepWatch } from "./sleep-watch.ts";
import { settingsOf } from "./system-settings.ts";
import { firstDeadline } from "./timed-work.ts";
import type { TimedWork } from "./timed-work.ts";
import type { VmacWork } from "./vmac-work.ts";
import { Watches } from "./watches.ts";

export class VrrpDriver implements Disposable {
  readonly #ports: NetworkPorts;
  readonly #output: DriverOutput;
  readonly #options: DriverOptions;
  readonly #predecessors: Predecessors;
  readonly #resources: RouterResources;
  readonly #performer: Performer;
  readonly planned: PlannedWork;
  readonly #links: VmacWork;
  readonly #watches: Watches;
  readonly #timed: readonly TimedWork[];
  readonly #sleep: SleepWatch;
  readonly #inputs: SystemInput[] = [];
  readonly #words: DriverWords;
  #model: Model;
  #config: SystemConfig;
  #state: SystemState;
  #isBusy = false;
  #hasSuccessor = false;
  #whenStopped: (() => void) | undefined;

  /** Opens netlink and looks at the network; nothing is sent before `start`. */
  constructor(ports: NetworkPorts, setup: DriverSetup, output: DriverOutput) {
    this.#ports = ports;
    this.#output = output;
    this.#words = new DriverWords({ output, processName: (pid) => ports.processName(pid) });
    this.#options = setup.options;
    this.#predecessors = setup.predecessors ?? {};
    const { nftables } = setup.model.global;
    this.#resources = new RouterResources(
      ports,
      { nftables, leases: !setup.options.keepAddresses },
      {
        feed: (input) => {
          this.#lookBack();
          this.#feed(input);
          if (input.kind === "packets") this.#watches.proofs.heardIn(input.packets);
        },
        line: (level, text) => {
          output.line(level, text, false);
        },
      },
    );
    this.#performer = new Performer({
      resources: this.#resources,
      output,
      options: setup.options,
      world: () => ({ config: this.#config, state: this.#state }),
      now: () => ports.clock.now(),
      defer: (work) => {
        ports.defer(work);
      },
      feed: (input) => {
        this.#feed(input);
      },
      idle: () => {
        this.#finishStop();
      },
    });
    this.planned = this.#newPlannedWork();
    this.#links = this.#resources.links(() => {
      this.#onNotices([]);
    });
    this.#model = setup.model;
    this.#performer.pacer.configure(setup.model.garpGroups);
    this.#config = this.#configOf(setup.model);
    this.#watches = this.#newWatches();
    this.#watches.links.configure(setup.model.links);
    const { pacer, leases } = this.#performer;
    this.#timed = [pacer, leases, this.planned, ...this.#watches.timed, this.#links];
    this.#sleep = new SleepWatch(ports.clock);
    const facts = { network: this.#resources.table.network, verdicts: setup.verdicts };
    this.#state = initialSystem(this.#config, facts, ports.clock.now());
    this.#resources.open(this.#config, setup.model);
    this.#performer.leases.configure(ports.clock.now());
    this.#resources.netlink.onNotices((notices) => {
      this.#onNotices(notices);
    });
    ports.clock.onWake(() => {
      this.#onWake();
    });
  }

  #newWatches(): Watches {
    return new Watches({
      ports: this.#ports,
      table: this.#resources.table,
      world: () => ({ config: this.#config, state: this.#state }),
      flipped: (flips) => {
        this.#words.flips(flips, this.#config);
      },
      adapt: () => {
        this.#adapt();
      },
      update: (update) => {
        this.update(update);
      },
    });
  }

  #newPlannedWork(): PlannedWork {
    return new PlannedWork({
      ports: this.#ports,
      table: this.#resources.table,
      world: () => ({ config: this.#config, state: this.#state }),
      feed: (input) => {
        this.#feed(input);
      },
      arm: () => {
        this.#arm();
      },
    });
  }

  /** Removes stray addresses, opens the sockets, starts the instances. */
  start(): void {
    this.#beginLinks();
    this.#resources.prepare(this.#config, this.#state);
    const inherited = this.#inherit();
    for (const router of this.#resources.removeStrays(inherited)) {
      this.#performer.say(router, { kind: "addressesRemoved", excluded: false });
    }
    this.#resources.firewall.begin();
    this.#syncSockets();
    this.#feed({ kind: "start" });
    this.#performer.refuse(this.#links.takeRefusals());
  }

  /** Nothing has started yet, so that instances do not miss what is made now. */
  #beginLinks(): void {
    this.#links.make();
    this.#feed({ kind: "network", network: this.#watches.proofs.network() });
  }

  /**
   * Resigns on behalf of what a dead daemon has left, and takes that off; then `whenDone`. Returns
   * the instances that had addresses on.
   */
  giveUp(whenDone: () => void): readonly string[] {
    this.#beginLinks();
    this.#resources.prepare(this.#config, this.#state);
    const inherited = this.#inherit();
    const strays = this.#resources.removeStrays(inherited);
    this.#resources.firewall.begin();
    this.#syncSockets();
    this.stop(whenDone);
    return this.#namesOf([...inherited.keys(), ...strays]);
  }

  /** Takes off only what no daemon could go on with, as `start` does. Returns whose it was. */
  clear(): readonly string[] {
    return this.#namesOf(this.#resources.removeStrays(this.#inherit()));
  }

  #namesOf(routers: readonly number[]): readonly string[] {
    return routers.map((router) => this.#config.routers[router]?.config.name ?? "");
  }

  /** What a daemon that was killed has left is not stray where it can be taken over. */
  #inherit(): Inheritances {
    const { clock } = this.#ports;
    const inherited = findInheritances(this.#config, {
      table: this.#resources.table,
      predecessors: this.#predecessors,
      now: clock.now(),
      wallClock: clock.wallClock(),
    });
    const memories = findMemories(this.#config, this.#predecessors, clock);
    this.#state = inherit(resume(this.#state, memories), inherited);
    for (const router of inherited.keys()) this.#resources.takeOver(router);
    return inherited;
  }

  update(update: TrackerUpdate): void {
    this.#feed({ kind: "tracker", update });
  }

  /** Returns how many instances the new configuration touched. */
  reload(model: Model, told: Verdicts): number {
    const verdicts = { ...told, isolation: this.#state.verdicts.isolation };
    const next = this.#configOf(model);
    const made = this.#links.make();
    this.#watches.links.configure(model.links);
    const before = { ...this.#state, network: this.#resources.table.network, verdicts };
    const change = reloadSystem(this.#config, next, before, this.#ports.clock.now());
    this.#isBusy = true;
    this.#performer.perform(change.farewells);
    this.#performer.slices.renumber((old) => positionAfter(change, old));
    this.#performer.pacer.configure(model.garpGroups);
    const refused = this.#resources.adopt(this.#config, next, change, model);
    this.#model = model;
    this.#config = next;
    this.#state = change.state;
    this.#resources.prepare(next, change.state);
    this.#performer.leases.configure(this.#ports.clock.now());
    this.#isBusy = false;
    this.#syncSockets();
    this.#isBusy = true;
    this.#performer.perform(change.effects);
    this.#performer.refuse(refused);
    this.#isBusy = false;
    this.#links.prune();
    if (made !== undefined) this.#onChange(made);
    this.#onNotices(this.#resources.netlink.takeNotices());
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
    const { clock } = this.#ports;
    return systemSnapshot({
      config: this.#config,
      state: this.#state,
      resources: this.#resources,
      clock: { now: clock.now(), wallMs: clock.wallClock() },
    });
  }

  /** Resigns and gives the addresses up; `whenDone` is called when the last one is off. */
  stop(whenDone: () => void): void {
    this.#whenStopped = whenDone;
    this.#performer.beginStop();
    this.#feed({ kind: "stop" });
    if (this.#performer.slices.isIdle) this.#finishStop();
  }

  /** Leaves everything to a process that follows at once; `whenDone` as above. */
  leave(whenDone: () => void): void {
    this.#hasSuccessor = true;
    this.#whenStopped = whenDone;
    this.#feed({ kind: "leave" });
    if (this.#performer.slices.isIdle) this.#finishStop();
  }

  [Symbol.dispose](): void {
    this.#watches[Symbol.dispose]();
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
      if (this.#model.global.logUnknownVrids) this.#words.unknownVrids(done.unknownVrids);
      this.#performer.perform(done.effects);
    }
    this.#isBusy = false;
    this.#arm();
  }

  #arm(): void {
    const deadline = earliest(systemDeadline(this.#state), firstDeadline(this.#timed));
    const isTakeover = deadline !== undefined && deadline === takeoverDeadline(this.#state);
    this.#ports.clock.wakeAt(
      deadline,
      isTakeover && this.#performer.slices.isIdle
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

  /** Before anything is sent: what happened while this process did not run. */
  #lookBack(): void {
    const slept = this.#sleep.look();
    if (slept > NO_TIME) this.#feed({ kind: "slept", slept });
    for (const { router, late } of this.#performer.leases.expired(this.#ports.clock.now())) {
      this.#feed({ kind: "leaseExpired", router, late });
    }
  }

  #onWake(): void {
    this.#lookBack();
    const now = this.#ports.clock.now();
    for (const work of this.#timed) work.run(now);
    // Nobody is declared dead while an advert lies unread, after a stall least of all.
    if ((takeoverDeadline(this.#state) ?? Infinity) <= now) this.#resources.pollSockets();
    this.#feed({ kind: "timer" });
  }

  #onNotices(notices: readonly NetworkNotice[]): void {
    this.#lookBack();
    this.#onChange(this.#resources.table.apply(notices));
  }

  #onChange(change: NetworkChange): void {
    if (change.mustDump) {
      this.#output.line("warning", overrunLine(), false);
      this.#resources.readNetwork();
    }
    const told = change.flips.filter(({ name }) => !this.#watches.links.watches(name));
    const flips = told.map((flip) => ({ ...flip, source: "netlink" as const }));
    this.#words.flips([...flips, ...this.#watches.links.settle()], this.#config);
    if (change.changed || change.mustDump) this.#adapt();
    this.#resources.statics.onLostAddresses(change.lost);
    for (const { interfaceIndex, address, by } of change.lost) {
      const router = this.#resources.holderOf(interfaceIndex, address);
      if (router === undefined) continue;
      if (by === undefined && this.#performer.leases.isOldNews(router, this.#ports.clock.now()))
        continue;
      this.#feed({ kind: "addressLost", router, address, by: this.#words.culprit(by) });
    }
    const further = this.#links.make();
    if (further !== undefined) this.#onChange(further);
    this.#performer.refuse(this.#links.takeRefusals());
  }

  /** The network as it counts is different now. */
  #adapt(): void {
    this.#feed({ kind: "network", network: this.#watches.proofs.network() });
    this.#resources.prepare(this.#config, this.#state);
    this.#syncSockets();
  }

  /** With the names that the interfaces of instances can have on this machine. */
  #configOf(model: Model): SystemConfig {
    const instances = this.#links.named(model.instances);
    this.#links.configure(instances, model.global.nftables.disablesLocalIgmp);
    return systemConfig(settingsOf({ ...model, instances }, this.#ports.clock));
  }

  // ---- The machine ------------------------------------------------------------------------------

  #syncSockets(): void {
    const { lines, refusals } = this.#resources.syncSockets(this.#config, this.#state);
    for (const line of lines) this.#output.line("info", line, true);
    this.#performer.refuse(refusals);
  }

  #finishStop(): void {
    const done = this.#whenStopped;
    this.#whenStopped = undefined;
    if (done === undefined) return;
    // Addresses that stay keep what keeps them from answering.
    if (!this.#options.keepAddresses && !this.#hasSuccessor) this.#resources.release(this.#links);
    done();
  }
}
