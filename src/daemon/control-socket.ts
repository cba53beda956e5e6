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
import type {
  ControlRequest,
  ControlResponse,
  OrderRequest,
  OrderResponse,
} from "./control-protocol.ts";

/** Connections at one time; more are closed at once. */
export const CONTROL_CLIENTS = 32;
/** How long a client may say nothing, or not read its answer. */
export const CONTROL_PATIENCE = seconds(10);

/** keepalived(8): for the owner and its group. */
const SOCKET_MODE = 0o660;
const DIRECTORY_MODE = 0o755;

/** Who takes orders that change something. */
export interface Orders {
  /** `say` sends an answer before the last one, which is what the promise has. */
  readonly obey: (
    request: OrderRequest,
    caller: string | undefined,
    say: (response: OrderResponse) => void,
  ) => Promise<OrderResponse>;
  /** The account at the other end of a descriptor. */
  readonly callerOf: (descriptor: number) => string | undefined;
}

/**
 * Listens at `path`, in place of a socket a dead daemon left there: whoever holds the pid file is
 * the only one to have a right to it. Rejects with the system's error.
 */
export function openControlSocket(
  path: string,
  status: (journal: number) => DaemonSnapshot,
  orders?: Orders,
): Promise<Disposable> {
  const server = createServer({ allowHalfOpen: true });
  const socket = new ControlSocket(path, server, { status, orders, busy: new Set() });
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

interface Answering {
  readonly status: (journal: number) => DaemonSnapshot;
  readonly orders: Orders | undefined;
  /** Clients whose order is being carried out: they may have said all they have to say. */
  readonly busy: Set<Socket>;
}

class ControlSocket implements Disposable {
  readonly #path: string;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  constructor(path: string, server: Server, answering: Answering) {
    this.#path = path;
    this.#server = server;
    server.maxConnections = CONTROL_CLIENTS;
    server.on("connection", (client) => {
      this.#serve(client, answering);
    });
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client.destroy();
    // Closing also removes the file.
    this.#server.close();
    removeStale(this.#path);
  }

  #serve(client: Socket, answering: Answering): void {
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
        if (line.length > REQUEST_BYTES) respond(client, TOO_LONG);
        else answer(client, line, answering);
      }
      if (waiting.length <= REQUEST_BYTES) return;
      waiting = "";
      respond(client, TOO_LONG);
      client.end();
    });
    client.on("end", () => {
      if (!answering.busy.has(client)) client.end();
    });
  }
}

const TOO_LONG: ControlResponse = {
  ok: false,
  error: `a request has at most ${REQUEST_BYTES} characters`,
};

function answer(client: Socket, line: string, answering: Answering): void {
  const { status } = answering;
  const request = parseRequest(line);
  if (!request.ok) respond(client, { ok: false, error: request.error });
  else if (request.value.request === "status") {
    respond(client, { ok: true, status: status(request.value.journal) });
  } else obey(client, request.value, answering);
}

/** An order may take as long as the protocol does: meanwhile the client is not hurried. */
function obey(
  client: Socket,
  request: Exclude<ControlRequest, { request: "status" }>,
  { orders, busy }: Answering,
): void {
  if (orders === undefined) {
    respond(client, { ok: false, error: "orders are not taken here" });
    return;
  }
  client.setTimeout(0);
  busy.add(client);
  const say = (response: OrderResponse): void => {
    if (!client.destroyed) respond(client, response);
  };
  const descriptor = descriptorOf(client);
  const caller = descriptor === undefined ? undefined : orders.callerOf(descriptor);
  void orders.obey(request, caller, say).then((response) => {
    say(response);
    busy.delete(client);
    client.setTimeout(toMilliseconds(CONTROL_PATIENCE));
    if (client.readableEnded) client.end();
  });
}

/** Node has the descriptor of a connection, and no word for it. */
function descriptorOf(client: Socket): number | undefined {
  const handle = (client as unknown as { readonly _handle?: { readonly fd?: unknown } | null })
    ._handle;
  return typeof handle?.fd === "number" && handle.fd >= 0 ? handle.fd : undefined;
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
