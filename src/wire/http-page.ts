/**
 * A web page as genhash and HTTP_GET ask for it: the request, and the answer as it comes, cut into
 * head and body. The body is hashed as it is on the wire, so chunk sizes would count.
 */
import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";

/** `1.0c` is HTTP/1.0 with `Connection: close`; 1.1 always asks for that. */
export type HttpProtocol = "1.0" | "1.0c" | "1.1";

export interface PageRequest {
  readonly path: string;
  /** What the Host header says: a name, or address and port. */
  readonly host: string;
  readonly protocol: HttpProtocol;
}

/** The same words as Keepalived's, since servers may be set up to know them. */
const USER_AGENT = "KeepAliveClient";

export function encodePageRequest({ path, host, protocol }: PageRequest): string {
  const version = protocol === "1.1" ? "1.1" : "1.0";
  const lines = [
    `GET ${path} HTTP/${version}`,
    `User-Agent: ${USER_AGENT}`,
    ...(protocol === "1.0" ? [] : ["Connection: close"]),
    `Host: ${host}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Longest head that is taken; servers keep theirs below 16 KiB. */
export const HEAD_LIMIT = 64 * 1024;
/** Longest body that is hashed. */
export const BODY_LIMIT = 1024 * 1024 * 1024;

export interface PageHead {
  /** Everything up to and with the empty line. */
  readonly bytes: Uint8Array;
  /** 200, 404; undefined when the first line is none of HTTP. */
  readonly status: number | undefined;
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
}

/** What came of some bytes. */
export type PageProgress =
  | {
      readonly kind: "reading" | "complete";
      /** The head, once it is complete. */
      readonly head: PageHead | undefined;
      /** The bytes of this piece that were hashed. */
      readonly body: Uint8Array;
    }
  | { readonly kind: "tooLong"; readonly part: "head" | "body" };

const HEAD_END = Buffer.from("\r\n\r\n", "latin1");

/** Takes an answer piece by piece, and hashes the body. */
export class PageDigest {
  readonly #hash: Hash = createHash("md5");
  #pending: Buffer = Buffer.alloc(0);
  #head: PageHead | undefined;
  #length = 0;

  get head(): PageHead | undefined {
    return this.#head;
  }

  /** Bytes of the body so far. */
  get length(): number {
    return this.#length;
  }

  take(piece: Uint8Array): PageProgress {
    if (this.#head !== undefined) return this.#takeBody(this.#head, piece);
    const searchFrom = Math.max(0, this.#pending.length - HEAD_END.length + 1);
    this.#pending = Buffer.concat([this.#pending, piece]);
    const end = this.#pending.indexOf(HEAD_END, searchFrom);
    if (end > HEAD_LIMIT || (end < 0 && this.#pending.length > HEAD_LIMIT)) {
      return { kind: "tooLong", part: "head" };
    }
    if (end < 0) return { kind: "reading", head: undefined, body: new Uint8Array() };
    const start = end + HEAD_END.length;
    this.#head = decodeHead(this.#pending.subarray(0, start));
    return this.#takeBody(this.#head, this.#pending.subarray(start));
  }

  /** The digest of the body; asked for once. */
  digest(): Uint8Array {
    return this.#hash.digest();
  }

  /** What is beyond Content-Length belongs to no body (RFC 9112 §6.3). */
  #takeBody(head: PageHead, piece: Uint8Array): PageProgress {
    const { contentLength = Infinity } = head;
    const body = piece.subarray(0, contentLength - this.#length);
    if (this.#length + body.length > BODY_LIMIT) return { kind: "tooLong", part: "body" };
    this.#length += body.length;
    this.#hash.update(body);
    return { kind: this.#length >= contentLength ? "complete" : "reading", head, body };
  }
}

function decodeHead(bytes: Uint8Array): PageHead {
  const text = Buffer.from(bytes).toString("latin1");
  const status = /^HTTP\/\d\.\d (\d{3})\b/.exec(text)?.[1];
  const length = /\r\nContent-Length:[ \t]*(\d{1,15})[ \t]*\r\n/i.exec(text)?.[1];
  return {
    bytes,
    status: status === undefined ? undefined : Number(status),
    contentLength: length === undefined ? undefined : Number(length),
    isChunked: /\r\nTransfer-Encoding:[^\r]*\bchunked[ \t]*\r\n/i.test(text),
  };
}
