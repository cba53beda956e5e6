/**
 * Maintenance orders in force: kept in a file that outlives the daemon, and ended when their time is
 * over. Nothing here decides what an order means; that is the state machine's business.
 */
import { SyscallError } from "../base/failure.ts";
import { milliseconds } from "../base/units.ts";
import {
  maintenanceKeptLine,
  maintenanceNotStoredLine,
  maintenanceOffLine,
  maintenanceOnLine,
  maintenanceUnreadableLine,
} from "../report/planned-lines.ts";
import type { StateFiles, Timer, Timers } from "../sys/ports.ts";
import type { MaintenanceOrder } from "../track/maintenance.ts";
import type { Logger } from "./logger.ts";

export const STATE_DIRECTORY = "/var/lib/keepalived";
/** Orders for instances beside that for the node; a configuration has fewer. */
export const MAINTENANCE_ORDERS = 10_000;
/** The wall clock may be set meanwhile, so that it is looked at again at least so often. */
const LONGEST_WAIT_MS = 10_000;
const FORMAT = 1;

/** The file of the daemon with this pid file: named like its control socket. */
export function maintenancePath(parentPidFile: string): string {
  const known = /^\/run\/(?:keepalived\/)?keepalived(_[^/]*)?\.pid$/.exec(parentPidFile);
  const suffix =
    known === null
      ? `-${parentPidFile.replace(/^\//, "").replace(/[^A-Za-z0-9.]/g, "_")}`
      : (known[1] ?? "");
  return `${STATE_DIRECTORY}/maintenance${suffix}.json`;
}

export interface MaintenanceParts {
  readonly timers: Timers;
  readonly logger: Logger;
  readonly stateFiles: StateFiles;
  /** Tells whoever acts on orders; called at each change. */
  readonly changed: (orders: readonly MaintenanceOrder[]) => void;
  readonly note: (text: string) => void;
}

export class Maintenance {
  readonly #parts: MaintenanceParts;
  #path = "";
  #orders: readonly MaintenanceOrder[] = [];
  #timer: Timer | undefined;

  constructor(parts: MaintenanceParts) {
    this.#parts = parts;
  }

  get orders(): readonly MaintenanceOrder[] {
    return this.#orders;
  }

  /** Reads the orders that outlived the last daemon; `known` are those the program before had. */
  load(path: string, known: readonly MaintenanceOrder[] | undefined): void {
    const { logger, timers } = this.#parts;
    this.#path = path;
    const now = timers.wallClock();
    this.#orders = known ?? this.#read();
    const over = this.#orders.filter((order) => isOver(order, now));
    for (const order of over) logger.log(maintenanceOffLine(order, undefined));
    this.#orders = this.#orders.filter((order) => !isOver(order, now));
    if (over.length > 0) this.#store();
    if (known === undefined) for (const each of this.#orders) logger.log(maintenanceKeptLine(each));
    this.#arm();
  }

  /** In the place of an earlier order for the same. Returns why it could not be stored. */
  begin(order: MaintenanceOrder): string | undefined {
    const others = this.#orders.filter(({ instance }) => instance !== order.instance);
    this.#orders = [...others, order].slice(-MAINTENANCE_ORDERS);
    this.#parts.logger.log(maintenanceOnLine(order));
    this.#parts.note(`maintenance of ${order.instance ?? "the node"} began`);
    return this.#apply();
  }

  /** Ends the order for `instance`, or all of them. Returns why that could not be stored. */
  end(
    instance: string | undefined,
    by: string,
  ): { readonly ended: readonly MaintenanceOrder[]; readonly notStored: string | undefined } {
    const ended = this.#orders.filter(
      (order) => instance === undefined || order.instance === instance,
    );
    return { ended, notStored: ended.length === 0 ? undefined : this.#remove(ended, by) };
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #remove(ended: readonly MaintenanceOrder[], by: string | undefined): string | undefined {
    this.#orders = this.#orders.filter((order) => !ended.includes(order));
    for (const order of ended) {
      this.#parts.logger.log(maintenanceOffLine(order, by));
      this.#parts.note(
        `maintenance of ${order.instance ?? "the node"} ended${by === undefined ? "" : ` by ${by}`}`,
      );
    }
    return this.#apply();
  }

  #apply(): string | undefined {
    this.#parts.changed(this.#orders);
    this.#arm();
    return this.#store();
  }

  #arm(): void {
    const { timers } = this.#parts;
    this.stop();
    const ends = this.#orders.flatMap(({ until }) => until ?? []);
    if (ends.length === 0) return;
    const left = Math.max(0, Math.min(...ends) - timers.wallClock());
    this.#timer = timers.after(milliseconds(Math.min(left, LONGEST_WAIT_MS)), () => {
      const now = timers.wallClock();
      const over = this.#orders.filter((order) => isOver(order, now));
      if (over.length > 0) this.#remove(over, undefined);
      else this.#arm();
    });
  }

  #read(): readonly MaintenanceOrder[] {
    const { stateFiles, logger } = this.#parts;
    try {
      const text = stateFiles.read(this.#path);
      if (text === undefined) return [];
      const orders = parseOrders(text);
      if (orders !== undefined) return orders;
      logger.log(maintenanceUnreadableLine(this.#path, "it is not what this program writes"));
    } catch (error: unknown) {
      if (!(error instanceof SyscallError)) throw error;
      logger.log(maintenanceUnreadableLine(this.#path, error.message));
    }
    return [];
  }

  #store(): string | undefined {
    const { stateFiles, logger } = this.#parts;
    try {
      if (this.#orders.length === 0) stateFiles.remove(this.#path);
      else {
        const text = JSON.stringify({ format: FORMAT, orders: this.#orders }, null, 2);
        stateFiles.replace(this.#path, `${text}\n`);
      }
      return undefined;
    } catch (error: unknown) {
      if (!(error instanceof SyscallError)) throw error;
      logger.log(maintenanceNotStoredLine(this.#path, error.message));
      return `${this.#path}: ${error.message}`;
    }
  }
}

const isOver = ({ until }: MaintenanceOrder, now: number): boolean =>
  until !== undefined && until <= now;

/** Undefined for anything that is not a file of orders. */
export function parseOrders(text: string): readonly MaintenanceOrder[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (!("format" in value) || value.format !== FORMAT || !("orders" in value)) return undefined;
  if (!Array.isArray(value.orders) || value.orders.length > MAINTENANCE_ORDERS) return undefined;
  const orders = value.orders.map(toOrder);
  return orders.every((order) => order !== undefined) ? orders : undefined;
}

function toOrder(value: unknown): MaintenanceOrder | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { instance, since, until, reason, by } = fields;
  const isText = (field: unknown): field is string | undefined =>
    field === undefined || typeof field === "string";
  if (!isText(instance) || !isText(reason) || !isText(by)) return undefined;
  if (typeof since !== "number") return undefined;
  if (until !== undefined && typeof until !== "number") return undefined;
  return { instance, since, until, reason, by };
}
