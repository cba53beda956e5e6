/**
 * The loop of the VRRP process: one input, every effect in order, one timer, never re-entered. What
 * to do it asks the pure core; `performer.ts` does it, with what is in `resources.ts`.
 */
import { earliest } from "../../base/units.ts";
import type { Instant } from "../../base/units.ts";
import type { Model } from "../../config/model.ts";
import type { VrrpSnapshot } from "../../report/state.ts";
import { linkLine, overrunLine, unknownVridLine } from "../../report/vrrp-lines.ts";
import type { AddressInfo, LinkInfo, NetworkNotice, NetworkPorts } from "../../sys/ports.ts";
import type { TrackerUpdate, Verdicts } from "../../track/verdicts.ts";
import { positionAfter, reloadSystem } from "../../vrrp/reload.ts";
import { NO_COUNTS } from "../../vrrp/state.ts";
import {
  groupsOf,
  instanceAt,
  instancesOf,
  systemDeadline,
  takeoverDeadline,
} from "../../vrrp/system-state.ts";
import type { SystemConfig, SystemState } from "../../vrrp/system-state.ts";
import { initialSystem, stepSystem, systemConfig } from "../../vrrp/system.ts";
import type { SystemInput, SystemSettings } from "../../vrrp/system.ts";
import { usesInterface } from "./address-work.ts";
import type { DriverOptions, DriverOutput, DriverSetup } from "./driver-setup.ts";
import { Performer } from "./performer.ts";
import { RouterResources } from "./resources.ts";
import { instanceSnapshot, interfaceSnapshots } from "./snapshot.ts";
import { firstDeadline } from "./timed-work.ts";
import type { TimedWork } from "./timed-work.ts";

/** Unknown router ids remembered so that each is said once. */
const UNKNOWN_VRIDS_LIMIT = 255;

export class VrrpDriver implements Disposable {
  readonly #ports: NetworkPorts;
  readonly #output: DriverOutput;
  readonly #options: DriverOptions;
  readonly #resources: RouterResources;
  readonly #performer: Performer;
  readonly #timed: readonly TimedWork[];
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
    this.#resources = new RouterResources(ports, setup.model.global.nftables, {
      feed: (input) => {
        this.#feed(input);
      },
      line: (level, text) => {
        output.line(level, text, false);
      },
    });
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
    this.#timed = [this.#performer.pacer];
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
      this.#performer.say(router, { kind: "addressesRemoved", excluded: false });
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
    this.#performer.perform(change.farewells);
    this.#performer.slices.renumber((old) => positionAfter(change, old));
    this.#performer.pacer.clear();
    const refused = this.#resources.adopt(this.#config, next, change, model);
    this.#model = model;
    this.#config = next;
    this.#state = change.state;
    this.#resources.prepare(next, change.state);
    this.#isBusy = false;
    this.#syncSockets();
    this.#isBusy = true;
    this.#performer.perform(change.effects);
    this.#performer.refuse(refused);
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
    this.#performer.beginStop();
    this.#feed({ kind: "stop" });
    if (this.#performer.slices.isIdle) this.#finishStop();
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

  #onWake(): void {
    const now = this.#ports.clock.now();
    for (const work of this.#timed) work.run(now);
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
    if (!this.#options.keepAddresses) this.#resources.release();
    done();
  }

  // ---- Words ------------------------------------------------------------------------------------

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

const settingsOf = (model: Model): SystemSettings => ({ ...model, ...model.global });
