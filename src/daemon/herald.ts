/**
 * Tells others than scripts: FIFOs and mail. Nothing here waits, whoever is slow to listen; at a
 * stop each has a moment for the last words.
 */
import { fifoGroupText, fifoInstanceText } from "../report/fifo-lines.ts";
import type { InstanceConfig, SyncGroupConfig } from "../vrrp/config.ts";
import type { GroupStateName } from "../vrrp/step.ts";
import { FifoSet } from "./fifo-set.ts";
import type { FifoSetParts } from "./fifo-set.ts";
import { MailAlerts } from "./mail-alerts.ts";
import type { MailQueueParts } from "./mail-queue.ts";
import type { NotifyState } from "./messages.ts";
import { fifoWord, stateTold } from "./notifications.ts";
import type { PreparedScripts } from "./prepare-scripts.ts";

export type HeraldParts = FifoSetParts & MailQueueParts;

interface Known {
  readonly state: NotifyState;
  readonly priority: number;
}

/** What was told last of every instance and group. */
export interface AllTold {
  readonly instances: Readonly<Record<string, Known>>;
  readonly groups: Readonly<Record<string, GroupStateName>>;
}

export class Herald {
  readonly #fifos: FifoSet;
  readonly #alerts: MailAlerts;
  #prepared: PreparedScripts | undefined;
  /** What was told last, by name. */
  readonly #instances = new Map<string, Known>();
  readonly #groups = new Map<string, GroupStateName>();

  constructor(parts: HeraldParts) {
    this.#fifos = new FifoSet(parts);
    this.#alerts = new MailAlerts(parts);
  }

  configure(prepared: PreparedScripts): void {
    this.#prepared = prepared;
    this.#fifos.configure(prepared);
    this.#alerts.configure(prepared.model);
    const { instances, syncGroups } = prepared.model;
    keepOnly(this.#instances, instances);
    keepOnly(this.#groups, syncGroups);
  }

  instance(config: InstanceConfig, state: NotifyState, priority: number): void {
    const word = fifoWord(stateTold(config, state));
    if (word !== undefined) this.#fifos.write(fifoInstanceText(config.name, word, priority));
    if (state !== "masterReceivedLowerPriority" && state !== "deleted") {
      this.#instances.set(config.name, { state, priority });
    }
    this.#alerts.instance(config, state);
  }

  group(config: SyncGroupConfig, state: GroupStateName): void {
    const word = state === "init" ? undefined : fifoWord(state);
    if (word !== undefined) this.#fifos.write(fifoGroupText(config.name, word));
    this.#groups.set(config.name, state);
    this.#alerts.group(config, state);
  }

  priorityChanged({ name, notifiesPriority }: InstanceConfig, priority: number): void {
    const known = this.#instances.get(name);
    if (known === undefined) return;
    this.#instances.set(name, { ...known, priority });
    if (!notifiesPriority || (known.state !== "master" && known.state !== "backup")) return;
    const word = known.state === "master" ? "MASTER_PRIORITY" : "BACKUP_PRIORITY";
    this.#fifos.write(fifoInstanceText(name, word, priority));
  }

  /** What was told last, by name. */
  told(): AllTold {
    return {
      instances: Object.fromEntries(this.#instances),
      groups: Object.fromEntries(this.#groups),
    };
  }

  /** What a program before this one has told already. */
  resume(told: AllTold): void {
    for (const [name, known] of Object.entries(told.instances)) this.#instances.set(name, known);
    for (const [name, state] of Object.entries(told.groups)) this.#groups.set(name, state);
  }

  /** keepalived.conf(5) fifo_write_vrrp_states_on_reload. */
  reloaded(): void {
    const model = this.#prepared?.model;
    if (model?.global.writesStatesOnReload !== true) return;
    for (const { name } of model.instances) {
      const known = this.#instances.get(name);
      const word = known && fifoWord(known.state);
      if (known !== undefined && word !== undefined) {
        this.#fifos.write(fifoInstanceText(name, word, known.priority));
      }
    }
    for (const { name } of model.syncGroups) {
      const state = this.#groups.get(name) ?? "init";
      const word = fifoWord(state);
      if (word !== undefined) this.#fifos.write(fifoGroupText(name, word));
    }
  }

  /** After the last notification. */
  async stop(): Promise<void> {
    await Promise.all([this.#fifos.stop(), this.#alerts.finish()]);
  }
}

function keepOnly(known: Map<string, unknown>, named: readonly { readonly name: string }[]): void {
  const names = new Set(named.map(({ name }) => name));
  for (const name of known.keys()) if (!names.has(name)) known.delete(name);
}
