/** Asking the running daemon over its control socket. */
import { createConnection } from "node:net";
import type { ControlResponse } from "../daemon/control-protocol.ts";
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

export function askStatus(path: string, journal: number): Promise<Answer> {
  return new Promise((resolve) => {
    const connection = createConnection(path);
    let text = "";
    const finish = (answer: Answer): void => {
      connection.destroy();
      resolve(answer);
    };
    connection.setEncoding("utf8");
    connection.setTimeout(ANSWER_PATIENCE_MS, () => {
      finish({ kind: "failed", reason: "the daemon does not answer" });
    });
    connection.on("connect", () => {
      connection.write(`${JSON.stringify({ request: "status", journal })}\n`);
    });
    connection.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) finish(parseAnswer(text));
    });
    connection.on("end", () => {
      finish({ kind: "failed", reason: "the daemon hung up" });
    });
    connection.on("error", (error: NodeJS.ErrnoException) => {
      finish(connectionProblem(error));
    });
  });
}

function connectionProblem(error: NodeJS.ErrnoException): Answer {
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

function parseAnswer(text: string): Answer {
  try {
    const response = JSON.parse(text) as ControlResponse;
    return response.ok
      ? { kind: "answered", status: response.status }
      : { kind: "failed", reason: response.error };
  } catch {
    return { kind: "failed", reason: "the daemon's answer cannot be read" };
  }
}
