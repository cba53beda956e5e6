/** genhash(1): asks a server for a page and prints the MD5 digest of its body. */
import type { Socket } from "node:net";
import { errnoName, SyscallError } from "../base/failure.ts";
import {
  remarksOn,
  renderBytes,
  renderDigest,
  renderDigestAtLength,
  renderHead,
  renderNoDigest,
  renderResponseTime,
} from "../report/genhash.ts";
import type { NoDigest } from "../report/genhash.ts";
import { BODY_LIMIT, encodePageRequest, HEAD_LIMIT, PageDigest } from "../wire/http-page.ts";
import { hostOf, parseGenhash, renderGenhashHelp } from "./genhash-arguments.ts";
import type { GenhashOptions } from "./genhash-arguments.ts";
import { writeOut } from "./terminal.ts";

/** A server that goes on and on is left after this many times the timeout. */
const WHOLE_IN_TIMEOUTS = 10;
/** Of Keepalived's genhash: for its help as well as for mistakes. */
const USAGE_EXIT = 1;

export async function runGenhash(words: readonly string[]): Promise<number> {
  const options = parseGenhash(words);
  if (!options.ok || options.value === "help") {
    const complaint = options.ok ? "" : `${options.error}\n`;
    writeOut(process.stderr, `${complaint}${renderGenhashHelp()}`);
    return USAGE_EXIT;
  }
  await hashPage(options.value);
  // As Keepalived's: whoever wants to know looks whether there is a digest.
  return 0;
}

async function hashPage(options: GenhashOptions): Promise<void> {
  const begun = process.hrtime.bigint();
  const page = new PageDigest();
  const failure = await readPage({
    options,
    page,
    show: (text) => {
      if (options.verbose) writeOut(process.stdout, text);
    },
  });
  const { head } = page;
  if (failure === undefined && head !== undefined) {
    const render = options.verbose ? renderDigestAtLength : renderDigest;
    writeOut(process.stdout, render(page.digest()));
    writeOut(process.stderr, remarksOn(head, page.length).join(""));
  } else {
    const server = `${options.server} port ${options.port}`;
    writeOut(process.stderr, renderNoDigest(server, failure ?? { kind: "noHead" }));
  }
  if (options.verbose) {
    const microseconds = Number((process.hrtime.bigint() - begun) / 1_000n);
    writeOut(process.stdout, renderResponseTime(options.path, microseconds));
  }
}

interface Reading {
  readonly options: GenhashOptions;
  readonly page: PageDigest;
  readonly show: (text: string) => void;
}

/** Reads until the body is complete or the server closes; resolves with what went wrong. */
async function readPage(reading: Reading): Promise<NoDigest | undefined> {
  const { options } = reading;
  let socket: Socket;
  try {
    socket = await openSocket(options);
  } catch (error: unknown) {
    return { kind: "unreachable", reason: reasonOf(error) };
  }
  const seconds = options.timeoutSeconds * WHOLE_IN_TIMEOUTS;
  const whole = AbortSignal.timeout(seconds * 1_000);
  try {
    return await new Promise((resolve) => {
      whole.onabort = () => {
        resolve({ kind: "endless", seconds });
      };
      converse(socket, reading, resolve);
    });
  } finally {
    whole.onabort = null;
    socket.destroy();
  }
}

function converse(
  socket: Socket,
  { options, page, show }: Reading,
  resolve: (failure: NoDigest | undefined) => void,
): void {
  const seconds = options.timeoutSeconds;
  let isEstablished = false;
  const begin = (): void => {
    isEstablished = true;
    socket.write(encodePageRequest({ ...options, host: hostOf(options) }));
  };
  if (options.usesTls) socket.once("secureConnect", begin);
  else if (socket.connecting) socket.once("connect", begin);
  else begin();
  socket.setTimeout(seconds * 1_000, () => {
    resolve({ kind: "silent", seconds });
  });
  socket.on("error", (error) => {
    resolve(failureOf(error, isEstablished, options));
  });
  socket.on("end", () => {
    resolve(undefined);
  });
  socket.on("data", (piece: Buffer) => {
    const isFirst = page.head === undefined;
    const progress = page.take(piece);
    if (progress.kind === "tooLong") {
      const limit = progress.part === "head" ? HEAD_LIMIT : BODY_LIMIT;
      resolve({ kind: "tooLong", part: progress.part, limit });
      return;
    }
    if (isFirst && progress.head !== undefined) show(renderHead(progress.head));
    show(renderBytes(progress.body));
    if (progress.kind === "complete") resolve(undefined);
  });
}

function failureOf(error: Error, isEstablished: boolean, { usesTls }: GenhashOptions): NoDigest {
  const reason = reasonOf(error);
  if (isEstablished) return { kind: "brokeOff", reason };
  const isRefused = "syscall" in error && error.syscall === "connect";
  return { kind: usesTls && !isRefused ? "tls" : "unreachable", reason };
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the server reset it",
  EHOSTUNREACH: "no route to it, or nobody there",
  ENETUNREACH: "no route to it",
  ETIMEDOUT: "nobody answered",
  EINPROGRESS: "nobody answered in time; -t allows more",
  EPERM: "packets with a mark (-m) may be sent by root only, or with CAP_NET_ADMIN",
};

function reasonOf(error: unknown): string {
  if (error instanceof SyscallError) return REASONS[errnoName(error.errno)] ?? error.message;
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const reason = "reason" in error && typeof error.reason === "string" ? error.reason : undefined;
  return REASONS[code] ?? reason ?? error.message;
}

/** A socket that connects, or is connected where the kernel had to be told of a mark first. */
async function openSocket(options: GenhashOptions): Promise<Socket> {
  const { server: host, port, usesTls, usesSni, virtualHost } = options;
  const { connect, Socket } = process.getBuiltinModule("node:net");
  const socket =
    options.mark === undefined
      ? connect({ host, port })
      : new Socket({
          fd: await markedDescriptor(options, options.mark),
          readable: true,
          writable: true,
        });
  if (!usesTls) return socket;
  const tls = process.getBuiltinModule("node:tls");
  const servername = usesSni && virtualHost !== undefined ? virtualHost : "";
  return tls.connect({ socket, servername, rejectUnauthorized: false });
}

/** The descriptor is the socket's from now on, which closes it. */
async function markedDescriptor(options: GenhashOptions, mark: number): Promise<number> {
  const { connectMarked } = await import("../sys/linux/marked-connection.ts");
  const { server: address, port, timeoutSeconds: seconds } = options;
  return connectMarked({ address, port, mark, seconds }).number;
}
