import assert from "node:assert/strict";
import { test } from "node:test";
import { encodePageRequest, HEAD_LIMIT, PageDigest } from "../../../src/wire/http-page.ts";

/** Digests of RFC 1321's own kind: `printf 'hello world\n' | md5sum`, and of `hello`. */
const HELLO_WORLD = "6f5902ac237024bdd0c176cb93063dc4";
const HELLO = "5d41402abc4b2a76b9719d911017c592";

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

function digestOf(...pieces: string[]): string {
  const page = new PageDigest();
  for (const piece of pieces) page.take(bytes(piece));
  return Buffer.from(page.digest()).toString("hex");
}

test("the request is Keepalived's in each of its three protocols", () => {
  const request = { path: "/a", host: "192.0.2.1:80" };
  assert.equal(
    encodePageRequest({ ...request, protocol: "1.0" }),
    "GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 192.0.2.1:80\r\n\r\n",
  );
  assert.equal(
    encodePageRequest({ ...request, protocol: "1.0c" }),
    "GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 192.0.2.1:80\r\n\r\n",
  );
  assert.equal(
    encodePageRequest({ ...request, protocol: "1.1" }),
    "GET /a HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 192.0.2.1:80\r\n\r\n",
  );
});

test("the body is what follows the empty line, in whatever pieces it comes", () => {
  const answer = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello world\n";
  assert.equal(digestOf(answer), HELLO_WORLD);
  assert.equal(digestOf(...Array.from(answer)), HELLO_WORLD);
});

test("Content-Length cuts a longer body, and a shorter one is hashed as it is", () => {
  const head = (length: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;
  assert.equal(digestOf(head("5"), "hello world\n"), HELLO);
  assert.equal(digestOf(head("50"), "hello world\n"), HELLO_WORLD);
  assert.equal(digestOf(head("-5"), "hello world\n"), HELLO_WORLD);
});

test("the body is complete when its length is reached, and without one when the server closes", () => {
  const page = new PageDigest();
  const kindOf = (text: string): string => page.take(bytes(text)).kind;
  assert.equal(kindOf("HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhel"), "reading");
  assert.equal(kindOf("lo"), "complete");
  assert.equal(page.length, 5);
  assert.equal(new PageDigest().take(bytes("HTTP/1.0 200 OK\r\n\r\nhello")).kind, "reading");
  assert.equal(
    new PageDigest().take(bytes("HTTP/1.0 204 No Content\r\nContent-Length: 0\r\n\r\n")).kind,
    "complete",
  );
});

test("a head that does not end is given up", () => {
  const page = new PageDigest();
  const first = page.take(bytes("HTTP/1.1 200 OK\r\nX: "));
  assert.equal(first.kind, "reading");
  assert.deepEqual(page.take(new Uint8Array(HEAD_LIMIT)), { kind: "tooLong", part: "head" });
});

test("status and chunks are known from the head", () => {
  const page = new PageDigest();
  page.take(bytes("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"));
  assert.equal(page.head?.status, 404);
  assert.equal(page.head.isChunked, true);
  assert.equal(page.head.contentLength, undefined);
});
