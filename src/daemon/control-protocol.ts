/**
 * What is said over the control socket: one JSON object a line, a request answered by a response.
 * The layout is described in the user documentation.
 */
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import type { DaemonSnapshot } from "../report/state.ts";
import type { PlannedResult } from "../report/planned-results.ts";

/** The longest request; anything longer is an error and the end of the connection. */
export const REQUEST_BYTES = 4_096;
/** The longest reason for maintenance, in characters. */
export const REASON_LENGTH = 200;
/** The longest maintenance with an end: a year. */
export const LONGEST_MAINTENANCE_MS = 366 * 86_400_000;

export interface StatusRequest {
  readonly request: "status";
  /** How many of the last journal entries to include. */
  readonly journal: number;
}

export interface MaintenanceRequest {
  readonly request: "maintenance";
  readonly on: boolean;
  /** Undefined is the whole node. */
  readonly instance: string | undefined;
  /** Undefined is until it is ended. */
  readonly forMs: number | undefined;
  readonly reason: string | undefined;
}

export interface SwitchoverRequest {
  readonly request: "switchover";
  readonly instance: string;
  /** Whether or not a peer is known to live. */
  readonly force: boolean;
  /** The end of one. */
  readonly release: boolean;
}

export interface RestartRequest {
  readonly request: "restart";
}

/** What changes something. */
export type OrderRequest = MaintenanceRequest | SwitchoverRequest | RestartRequest;
export type ControlRequest = StatusRequest | OrderRequest;

export type OrderResponse =
  | { readonly ok: true; readonly done: PlannedResult }
  | {
      readonly ok: false;
      readonly error: string;
      /** It was not begun, and nothing has changed. */
      readonly refused: boolean;
    };

export type ControlResponse =
  | { readonly ok: true; readonly status: DaemonSnapshot }
  | { readonly ok: false; readonly error: string }
  | OrderResponse;

/** A request from a line of text, or a sentence about what is wrong with it. */
export function parseRequest(line: string): Result<ControlRequest, string> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return fail('a request is one line of JSON, such as {"request":"status"}');
  }
  if (typeof value !== "object" || value === null || !("request" in value)) {
    return fail('a request names what it wants: {"request":"status"}');
  }
  const fields: Readonly<Record<string, unknown>> = { ...value };
  switch (fields["request"]) {
    case "status":
      return statusRequest(fields);
    case "maintenance":
      return maintenanceRequest(fields);
    case "switchover":
      return switchoverRequest(fields);
    case "restart":
      return ok({ request: "restart" });
    default:
      return fail("known requests are status, maintenance, switchover and restart");
  }
}

type Fields = Readonly<Record<string, unknown>>;

function statusRequest({ journal = 0 }: Fields): Result<ControlRequest, string> {
  return isCount(journal)
    ? ok({ request: "status", journal })
    : fail("journal is the number of entries wanted: 0 or more");
}

function maintenanceRequest(fields: Fields): Result<ControlRequest, string> {
  const { on, instance, forMs, reason } = fields;
  if (typeof on !== "boolean") return fail("on is true, or false to end it");
  if (!isOptionalText(instance)) return fail("instance is the name of a vrrp_instance");
  if (!isOptionalText(reason) || (reason?.length ?? 0) > REASON_LENGTH) {
    return fail(`reason is a text of at most ${REASON_LENGTH} characters`);
  }
  if (forMs !== undefined && !(isCount(forMs) && forMs > 0 && forMs <= LONGEST_MAINTENANCE_MS)) {
    return fail(`forMs is a number of milliseconds, at most ${LONGEST_MAINTENANCE_MS}`);
  }
  return ok({ request: "maintenance", on, instance, forMs, reason });
}

function switchoverRequest(fields: Fields): Result<ControlRequest, string> {
  const { instance, force = false, release = false } = fields;
  if (typeof instance !== "string") return fail("instance is the name of a vrrp_instance");
  if (typeof force !== "boolean" || typeof release !== "boolean") {
    return fail("force and release are true or false");
  }
  return ok({ request: "switchover", instance, force, release });
}

const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0;

const isOptionalText = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === "string";
