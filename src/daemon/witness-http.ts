/**
 * Questions to a witness over HTTP or HTTPS: one JSON text out, one back, bounded in time and size.
 * Node's own client is loaded with the first question, so that a daemon without a witness has none.
 */
import type { ClientRequest, IncomingMessage } from "node:http";
import { readFile, stat } from "node:fs/promises";
import { toMilliseconds } from "../base/units.ts";
import type { WitnessConfig } from "../track/witness.ts";

/** An answer of etcd has some hundred bytes. */
const ANSWER_LIMIT = 64 * 1024;
/** Connections to one witness: one question at a time, and one that is being closed. */
const CONNECTIONS_LIMIT = 2;

export interface HttpAnswer {
  readonly status: number;
  /** What the JSON text says; undefined when it is none. */
  readonly value: unknown;
}

/** Posts `body` to `url`; rejects with an Error whose message is for people. */
export type Post = (
  url: string,
  body: unknown,
  options: { readonly token: string | undefined; readonly signal: AbortSignal },
) => Promise<HttpAnswer>;

export interface Poster extends Disposable {
  readonly post: Post;
  /** Connections and what files said are forgotten, so that the next question reads them again. */
  reset(): void;
}

type TlsFiles = Pick<WitnessConfig, "authorities" | "certificate" | "privateKey" | "timeout">;

interface Client {
  readonly request: (
    url: string,
    options: object,
    answered: (answer: IncomingMessage) => void,
  ) => ClientRequest;
  readonly agent: { destroy(): void };
}

export function openPoster(config: TlsFiles): Poster {
  let clients = new Map<string, Promise<Client>>();
  const reset = (): void => {
    for (const client of clients.values()) {
      client.then(
        ({ agent }) => {
          agent.destroy();
        },
        () => undefined,
      );
    }
    clients = new Map();
  };
  return {
    post: async (url, body, options) => {
      const scheme = url.startsWith("https:") ? "https" : "http";
      const opening = clients.get(scheme) ?? openClient(scheme, config);
      clients.set(scheme, opening);
      try {
        return await send(await opening, url, body, options);
      } catch (error: unknown) {
        reset();
        throw new RangeError(reasonOf(error, config));
      }
    },
    reset,
    [Symbol.dispose]: reset,
  };
}

async function openClient(scheme: "http" | "https", config: TlsFiles): Promise<Client> {
  const limits = { keepAlive: true, maxSockets: CONNECTIONS_LIMIT, maxFreeSockets: 1 };
  if (scheme === "http") {
    const { Agent, request } = process.getBuiltinModule("node:http");
    return { request, agent: new Agent(limits) };
  }
  const { Agent, request } = process.getBuiltinModule("node:https");
  const [ca, cert, key] = await Promise.all(
    [config.authorities, config.certificate, config.privateKey].map(read),
  );
  const files = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  return { request, agent: new Agent({ ...limits, ...files }) };
}

const read = (path: string | undefined): Promise<Buffer | undefined> =>
  path === undefined ? Promise.resolve(undefined) : readFile(path);

function send(
  { request, agent }: Client,
  url: string,
  body: unknown,
  { token, signal }: Parameters<Post>[2],
): Promise<HttpAnswer> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      ...(token === undefined ? {} : { authorization: token }),
    };
    const question = request(url, { method: "POST", agent, headers, signal }, (answer) => {
      const chunks: Uint8Array[] = [];
      let length = 0;
      answer.on("data", (chunk: Uint8Array) => {
        length += chunk.length;
        chunks.push(chunk);
        if (length > ANSWER_LIMIT) {
          question.destroy(new RangeError(`its answer is longer than ${ANSWER_LIMIT} bytes`));
        }
      });
      answer.on("error", reject);
      answer.on("aborted", () => {
        reject(new RangeError("it broke off in the middle of its answer"));
      });
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, value: parse(Buffer.concat(chunks)) });
      });
    });
    question.on("error", reject);
    question.end(text);
  });
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Never with the question: it may hold a password. */
function reasonOf(error: unknown, { timeout }: TlsFiles): string {
  if (!(error instanceof Error)) return "unknown";
  const isLate = error.name === "TimeoutError" || error.name === "AbortError";
  return isLate ? `no answer within ${toMilliseconds(timeout)} ms` : error.message;
}

const OTHERS_MAY = 0o077;

/** Read for each login, so that a password that was changed is used. */
export async function readPassword(path: string): Promise<string> {
  if (((await stat(path)).mode & OTHERS_MAY) !== 0) {
    throw new RangeError(`${path} may be read by others; make its mode 0600`);
  }
  return (await readFile(path, "utf8")).trim();
}
