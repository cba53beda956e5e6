/**
 * The control socket: answers questions from the latest snapshot, so that no question ever costs
 * the VRRP process a wake-up. Clients, requests and waiting are bounded.
 */
import { chmodSync, mkdirSync, unlinkSync } from "node:fs";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { dirname } from "node:path";
import { seconds, toMilliseconds } from "../base/units.ts";
import type { DaemonSnapshot } from "../report/state.ts";
import { REQUEST_BYTES, parseRequest } from "./control-protocol.ts";
import type { ControlResponse } from "./control-protocol.ts";

/** Connections at one time; more are closed at once. */
export const CONTROL_CLIENTS = 32;
/** How long a client may say nothing, or not read its answer. */
export const CONTROL_PATIENCE = seconds(10);

/** keepalived(8): for the owner and its group. */
const SOCKET_MODE = 0o660;
const DIRECTORY_MODE = 0o755;

/**
 * Listens at `path`, in place of a socket a dead daemon left there: whoever holds the pid file is
 * the only one to have a right to it. Rejects with the system's error.
 */
export function openControlSocket(
  path: string,
  status: (journal: number) => DaemonSnapshot,
): Promise<Disposable> {
  const server = createServer({ allowHalfOpen: true });
  const socket = new ControlSocket(path, server, status);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      // Running out of descriptors must not end the daemon.
      server.on("error", () => undefined);
      chmodSync(path, SOCKET_MODE);
      resolve(socket);
    });
    try {
      makeDirectory(dirname(path));
      removeStale(path);
    } catch (error: unknown) {
      reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    server.listen(path);
  });
}

class ControlSocket implements Disposable {
  readonly #path: string;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  constructor(path: string, server: Server, status: (journal: number) => DaemonSnapshot) {
    this.#path = path;
    this.#server = server;
    server.maxConnections = CONTROL_CLIENTS;
    server.on("connection", (client) => {
      this.#serve(client, status);
    });
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client.destroy();
    // Closing also removes the file.
    this.#server.close();
    removeStale(this.#path);
  }

  #serve(client: Socket, status: (journal: number) => DaemonSnapshot): void {
    this.#clients.add(client);
    client.setEncoding("utf8");
    client.setTimeout(toMilliseconds(CONTROL_PATIENCE), () => client.destroy());
    client.on("error", () => client.destroy());
    client.on("close", () => this.#clients.delete(client));
    let waiting = "";
    client.on("data", (text: string) => {
      waiting += text;
      for (let end = waiting.indexOf("\n"); end >= 0; end = waiting.indexOf("\n")) {
        const line = waiting.slice(0, end);
        waiting = waiting.slice(end + 1);
        respond(client, line.length > REQUEST_BYTES ? TOO_LONG : answer(line, status));
      }
      if (waiting.length <= REQUEST_BYTES) return;
      waiting = "";
      respond(client, TOO_LONG);
      client.end();
    });
    client.on("end", () => {
      client.end();
    });
  }
}

const TOO_LONG: ControlResponse = {
  ok: false,
  error: `a request has at most ${REQUEST_BYTES} characters`,
};

function answer(line: string, status: (journal: number) => DaemonSnapshot): ControlResponse {
  const request = parseRequest(line);
  return request.ok
    ? { ok: true, status: status(request.value.journal) }
    : { ok: false, error: request.error };
}

/** A client that asks faster than it reads is not served further. */
function respond(client: Socket, response: ControlResponse): void {
  if (client.writableNeedDrain) client.destroy();
  else client.write(`${JSON.stringify(response)}\n`);
}

/** The mode is set afterwards: the daemon's file mask would take the search bits away. */
function makeDirectory(path: string): void {
  const made = mkdirSync(path, { recursive: true });
  if (made !== undefined) chmodSync(path, DIRECTORY_MODE);
}

function removeStale(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // There was none.
  }
}
