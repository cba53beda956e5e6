/**
 * What is said over the control socket: one JSON object a line, a request answered by a response.
 * The layout is described in the user documentation.
 */
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import type { DaemonSnapshot } from "../report/state.ts";

/** The longest request; anything longer is an error and the end of the connection. */
export const REQUEST_BYTES = 4_096;

export interface StatusRequest {
  readonly request: "status";
  /** How many of the last journal entries to include. */
  readonly journal: number;
}

export type ControlRequest = StatusRequest;

export type ControlResponse =
  | { readonly ok: true; readonly status: DaemonSnapshot }
  | { readonly ok: false; readonly error: string };

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
  if (value.request !== "status") return fail("only the request status is known");
  const journal = "journal" in value ? value.journal : 0;
  if (typeof journal !== "number" || !Number.isInteger(journal) || journal < 0) {
    return fail("journal is the number of entries wanted: 0 or more");
  }
  return ok({ request: "status", journal });
}
