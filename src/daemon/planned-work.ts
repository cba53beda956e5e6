/**
 * What operators order over the control socket: maintenance, switchovers, and a restart that keeps
 * the addresses. Orders of one kind are taken one after the other; each is written into the journal
 * with the account of whoever gave it.
 */
import { SyscallError, unreachable } from "../base/failure.ts";
import { seconds } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import {
  handoverUnreadableLine,
  renderRestartRefusal,
  restartBegunLine,
  restartedLine,
  restartFailedLine,
} from "../report/planned-lines.ts";
import type { MaintenanceOrder } from "../track/maintenance.ts";
import type { VrrpEvent } from "../vrrp/events.ts";
import type { OrderRequest, OrderResponse, MaintenanceRequest } from "./control-protocol.ts";
import type { Journal } from "./journal.ts";
import type { FromVrrp } from "./messages.ts";
import type { Operator } from "./operator.ts";
import { handoverText, parseHandover } from "./planned-handover.ts";
import type { Handover } from "./planned-handover.ts";
import { Maintenance, maintenancePath } from "./planned-maintenance.ts";
import { restartRefusal, withoutStartupDelays } from "./planned-restart.ts";
import { Switchovers } from "./planned-switchover.ts";
import type { ProgramRunner } from "./program-runner.ts";
import type { SupervisorParts } from "./supervisor-parts.ts";
import type { VrrpKeeper } from "./vrrp-keeper.ts";

/** How long notify scripts, and the VRRP process, may take to come to an end. */
const LEAVING_PATIENCE = seconds(3);

const SCRIPT_RUNS = { kind: "scriptRuns" } as const;

/** Who is not told by the system. */
const SOMEBODY = "an unknown account";

export interface PlannedWorkParts extends Pick<
  SupervisorParts,
  "timers" | "logger" | "options" | "load" | "planned"
> {
  readonly keeper: VrrpKeeper;
  readonly programs: ProgramRunner;
  readonly operator: () => Operator;
  readonly journal: Journal;
  readonly model: () => Model | undefined;
  /** The daemon runs, and nobody stops it. */
  readonly isReady: () => boolean;
  /** The end that was asked for while the program was being replaced. */
  readonly stop: () => void;
}

export class PlannedWork {
  readonly #parts: PlannedWorkParts;
  readonly #maintenance: Maintenance;
  readonly #switchovers: Switchovers;
  /** What the program before this one left; undefined where there was none. */
  readonly handover: Handover | undefined;
  #isRestarting = false;
  /** From here on it cannot be called off. */
  #isLeaving = false;
  #stopWanted = false;

  constructor(parts: PlannedWorkParts) {
    this.#parts = parts;
    const { keeper, logger, timers, planned } = parts;
    const note = (text: string): void => {
      parts.journal.add({ at: timers.wallClock(), entry: { text } });
    };
    this.#maintenance = new Maintenance({
      ...{ timers, logger, note, stateFiles: planned.stateFiles },
      changed: (orders) => {
        keeper.tell({ kind: "tracker", update: { kind: "maintenance", orders } });
      },
    });
    this.#switchovers = new Switchovers({
      ...{ timers, logger, note },
      tell: (message) => keeper.tell(message),
    });
    this.handover = planned.handover === undefined ? undefined : parseHandover(planned.handover);
  }

  /** Orders in force. */
  get orders(): readonly MaintenanceOrder[] {
    return this.#maintenance.orders;
  }

  /** Before the VRRP process is given its model: what outlived the last daemon. */
  begin(parentPidFile: string): void {
    const { handover } = this;
    const { planned, logger, journal, programs } = this.#parts;
    if (planned.handover !== undefined && handover === undefined) {
      logger.log(handoverUnreadableLine());
    }
    this.#maintenance.load(maintenancePath(parentPidFile), handover?.maintenance);
    if (handover === undefined) return;
    for (const entry of handover.journal) journal.add(entry);
    programs.resume({ told: handover.told, results: handover.results });
    this.#parts.keeper.remember(handover.predecessors);
  }

  /** The model for the first VRRP process. */
  firstModel(model: Model): Model {
    return this.handover === undefined ? model : withoutStartupDelays(model);
  }

  /** The VRRP process runs for the first time. */
  ready(): void {
    const { handover } = this;
    if (handover === undefined) return;
    const { timers, logger, journal } = this.#parts;
    const now = timers.wallClock();
    logger.log(restartedLine(now - handover.leftAt));
    journal.add({ at: now, entry: { text: "the program was replaced, and goes on" } });
    if (handover.isToStop) this.#parts.stop();
  }

  /** True when a demand has to wait until the program has been replaced. */
  putsOff(demand: string): boolean {
    if (this.#isLeaving && demand === "stop") this.#stopWanted = true;
    return this.#isLeaving;
  }

  heard(event: VrrpEvent): void {
    this.#switchovers.heard(event);
  }

  answered(message: Extract<FromVrrp, { kind: "planned" }>): void {
    this.#switchovers.answered(message);
  }

  /** The VRRP process is gone. */
  lost(): void {
    this.#switchovers.lost();
  }

  stop(): void {
    this.#maintenance.stop();
  }

  /** An order from the control socket; `say` sends an answer before the last one. */
  order(
    request: OrderRequest,
    caller: string | undefined,
    say: (response: OrderResponse) => void,
  ): Promise<OrderResponse> {
    const by = caller ?? SOMEBODY;
    if (!this.#parts.isReady() || this.#isRestarting) {
      return Promise.resolve(refused("The daemon starts or stops at the moment."));
    }
    switch (request.request) {
      case "maintenance":
        return Promise.resolve(this.#orderMaintenance(request, by));
      case "switchover":
        return this.#switchovers.order(request, by);
      case "restart":
        return this.#restart(by, say);
      default:
        return unreachable(request);
    }
  }

  #orderMaintenance(request: MaintenanceRequest, by: string): OrderResponse {
    const { on, instance, forMs, reason } = request;
    const known = this.#parts.model()?.instances.map(({ name }) => name) ?? [];
    if (on && instance !== undefined && !known.includes(instance)) {
      return refused(`There is no vrrp_instance ${instance}: see \`keepalived status\`.`);
    }
    if (!on) {
      const { ended, notStored } = this.#maintenance.end(instance, by);
      if (ended.length > 0) return done({ kind: "maintenanceOff", ended, notStored });
      const node = instance !== undefined && this.orders.some((o) => o.instance === undefined);
      return refused(
        node
          ? `The whole node is in maintenance, not ${instance} alone: \`keepalived maintenance off\` ends that.`
          : `${instance ?? "This node"} is not in maintenance.`,
      );
    }
    const since = this.#parts.timers.wallClock();
    const until = forMs === undefined ? undefined : since + forMs;
    const masters = this.#parts.operator().snapshot?.instances ?? [];
    const resigned = masters
      .filter(({ name, state }) => state === "master" && (instance ?? name) === name)
      .map(({ name }) => name);
    const order = { instance, since, until, reason, by };
    const notStored = this.#maintenance.begin(order);
    return done({ kind: "maintenanceOn", order, notStored, resigned });
  }

  async #restart(by: string, say: (response: OrderResponse) => void): Promise<OrderResponse> {
    const { logger, load, options, keeper, programs, model, timers } = this.#parts;
    const running = model();
    if (running === undefined) return refused(renderRestartRefusal({ kind: "notRunning" }));
    const { configFile, keepAddresses } = options;
    // One at a time, from the first question on.
    this.#isRestarting = true;
    const snapshot = await this.#parts.operator().fresh();
    const facts = { model: running, loaded: load(), configFile, snapshot, keepAddresses };
    const refusal = restartRefusal(facts) ?? (programs.isQuiet ? undefined : SCRIPT_RUNS);
    if (!this.#parts.isReady()) return refused("The daemon stops at the moment.");
    if (refusal !== undefined) {
      this.#endRestart();
      return refused(renderRestartRefusal(refusal));
    }
    this.#isLeaving = true;
    logger.log(restartBegunLine(by));
    this.#parts.journal.add({
      at: timers.wallClock(),
      entry: { text: `restart --keep, ordered by ${by}` },
    });
    const suspended = await programs.suspend();
    const restarts = (this.handover?.restarts ?? 0) + 1;
    say(done({ kind: "restarting", restarts }));
    const leftAt = timers.wallClock();
    await keeper.leave(LEAVING_PATIENCE);
    const reason = this.#replace({ ...suspended, restarts, leftAt });
    // It has not been replaced: everything goes on as it was.
    logger.log(restartFailedLine(reason));
    programs.resume(suspended);
    keeper.configure(withoutStartupDelays(running));
    this.#endRestart();
    return { ok: false, refused: false, error: `The program could not be replaced: ${reason}` };
  }

  /** A stop that came meanwhile is obeyed now. */
  #endRestart(): void {
    this.#isRestarting = false;
    this.#isLeaving = false;
    if (this.#stopWanted) this.#parts.stop();
  }

  /** Only comes back with a reason. */
  #replace(about: Pick<Handover, "told" | "results" | "restarts" | "leftAt">): string {
    const { planned, logger, keeper, journal } = this.#parts;
    const status = this.#parts.operator().status(0);
    try {
      logger.flush();
      return planned.replaceProgram(
        handoverText({
          ...about,
          startedAt: status.startedAt,
          predecessors: keeper.predecessors,
          maintenance: this.orders,
          journal: journal.entries(),
          isToStop: this.#stopWanted,
        }),
      );
    } catch (error: unknown) {
      if (!(error instanceof SyscallError)) throw error;
      return error.message;
    }
  }
}

const refused = (error: string): OrderResponse => ({ ok: false, refused: true, error });
const done = (result: Extract<OrderResponse, { ok: true }>["done"]): OrderResponse => ({
  ok: true,
  done: result,
});
