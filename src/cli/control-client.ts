/** Asking the running daemon over its control socket. */
import { createConnection } from "node:net";
import type { ControlResponse, OrderRequest, OrderResponse } from "../daemon/control-protocol.ts";
import { controlSocketPath } from "../daemon/pid-files.ts";
import type { DaemonSnapshot } from "../report/state.ts";
import { DEFAULT_PID_FILE } from "./command.ts";

/** How long an answer may take. */
const ANSWER_PATIENCE_MS = 5_000;

export type Answer =
  | { readonly kind: "answered"; readonly status: DaemonSnapshot }
  | { readonly kind: "notRunning" }
  | { readonly kind: "notAllowed" }
  | { readonly kind: "failed"; readonly reason: string };

/** Which daemon to ask: of a pid file, or at a socket; else the usual one. */
export function socketFor(choice: {
  readonly pidFile: string | undefined;
  readonly socket: string | undefined;
}): string {
  return choice.socket ?? controlSocketPath(choice.pidFile ?? DEFAULT_PID_FILE);
}

export async function askStatus(path: string, journal: number): Promise<Answer> {
  const line = JSON.stringify({ request: "status", journal });
  const said = await exchange(path, { line, patienceMs: ANSWER_PATIENCE_MS, isLast: () => true });
  if (said.kind !== "said") return said;
  const response = parseResponse(said.text);
  if (response === undefined) return UNREADABLE;
  if (response.ok && "status" in response) return { kind: "answered", status: response.status };
  return response.ok ? UNREADABLE : { kind: "failed", reason: response.error };
}

export type OrderAnswer =
  | { readonly kind: "answered"; readonly response: OrderResponse }
  | Exclude<Answer, { kind: "answered" }>;

/** Has an order carried out. A daemon that is being replaced hangs up after it has said so. */
export async function sendOrder(
  path: string,
  request: OrderRequest,
  patienceMs: number,
): Promise<OrderAnswer> {
  const line = JSON.stringify(request);
  const isLast = (text: string): boolean => !isRestarting(parseResponse(text));
  const said = await exchange(path, { line, patienceMs, isLast });
  if (said.kind !== "said") return said;
  const response = parseResponse(said.text);
  if (response === undefined || "status" in response) return UNREADABLE;
  if (response.ok) return { kind: "answered", response };
  const refused = "refused" in response && response.refused;
  return { kind: "answered", response: { ...response, refused } };
}

const isRestarting = (response: ControlResponse | undefined): boolean =>
  response?.ok === true && "done" in response && response.done.kind === "restarting";

const UNREADABLE = { kind: "failed", reason: "the daemon's answer cannot be read" } as const;

type Said =
  { readonly kind: "said"; readonly text: string } | Exclude<Answer, { kind: "answered" }>;

/** Says one line and gives back the last line of the answer, which may have several. */
function exchange(
  path: string,
  about: {
    readonly line: string;
    readonly patienceMs: number;
    readonly isLast: (text: string) => boolean;
  },
): Promise<Said> {
  return new Promise((resolve) => {
    const connection = createConnection(path);
    let text = "";
    let last: string | undefined;
    const finish = (said: Said): void => {
      connection.destroy();
      resolve(said);
    };
    const hungUp = (problem: Said): void => {
      finish(last === undefined ? problem : { kind: "said", text: last });
    };
    connection.setEncoding("utf8");
    connection.setTimeout(about.patienceMs, () => {
      finish({ kind: "failed", reason: "the daemon does not answer" });
    });
    connection.on("connect", () => {
      connection.write(`${about.line}\n`);
    });
    connection.on("data", (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        last = text.slice(0, end);
        text = text.slice(end + 1);
        if (about.isLast(last)) finish({ kind: "said", text: last });
      }
    });
    connection.on("end", () => {
      hungUp({ kind: "failed", reason: "the daemon hung up" });
    });
    connection.on("error", (error: NodeJS.ErrnoException) => {
      hungUp(connectionProblem(error));
    });
  });
}

function connectionProblem(error: NodeJS.ErrnoException): Exclude<Answer, { kind: "answered" }> {
  switch (error.code) {
    case "ENOENT":
    case "ECONNREFUSED":
      return { kind: "notRunning" };
    case "EACCES":
    case "EPERM":
      return { kind: "notAllowed" };
    default:
      return { kind: "failed", reason: error.message };
  }
}

function parseResponse(text: string): ControlResponse | undefined {
  try {
    return JSON.parse(text) as ControlResponse;
  } catch {
    return undefined;
  }
}
