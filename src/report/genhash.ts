/** What genhash prints: the digest, and with -v the answer byte by byte, laid out as Keepalived's. */
import { unreachable } from "../base/failure.ts";
import type { PageHead } from "../wire/http-page.ts";

const BYTES_IN_ROW = 16;
const HALF_ROW = BYTES_IN_ROW / 2;
const OFFSET_DIGITS = 4;

const rule = (title: string, blanks: number): string =>
  `-----------------------[${" ".repeat(blanks)}${title}${" ".repeat(blanks)}]-----------------------\n`;

export const renderHead = ({ bytes }: PageHead): string =>
  rule("HTTP Header Buffer", 4) +
  renderBytes(bytes) +
  rule("HTTP Header Ascii Buffer", 1) +
  `${printable(bytes)}\n` +
  rule("HTML Buffer", 8);

/** As text; nothing in it may steer a terminal. */
const printable = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("latin1")
    .replace(/[^\t\r\n\x20-\x7e]/g, "?");

/** Sixteen bytes a row: where they are, what they are, and what they are as text. */
export function renderBytes(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += BYTES_IN_ROW) {
    rows.push(renderRow(offset, bytes.subarray(offset, offset + BYTES_IN_ROW)));
  }
  return rows.join("");
}

function renderRow(offset: number, bytes: Uint8Array): string {
  const half = (from: number): string =>
    [...bytes.subarray(from, from + HALF_ROW)]
      .map((byte) => `${byte.toString(16).padStart(2, "0")} `)
      .join("")
      .padEnd(HALF_ROW * 3);
  const text = [...bytes]
    .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
    .join("")
    .padEnd(BYTES_IN_ROW);
  const place = String(offset).padStart(OFFSET_DIGITS, "0");
  return `${place}  ${half(0)}- ${half(HALF_ROW)}  ${text}\n`;
}

export const renderDigest = (digest: Uint8Array): string =>
  `${Buffer.from(digest).toString("hex")}\n`;

export const renderDigestAtLength = (digest: Uint8Array): string =>
  `\n${rule("HTML hash resulting", 4)}${renderBytes(digest)}` +
  `${rule("HTML hash final resulting", 1)}${renderDigest(digest)}\n`;

export const renderResponseTime = (path: string, microseconds: number): string =>
  `Global response time for [${path}] = ${microseconds} usecs\n`;

/** Why there is no digest. */
export type NoDigest =
  | { readonly kind: "unreachable"; readonly reason: string }
  | { readonly kind: "tls"; readonly reason: string }
  | { readonly kind: "brokeOff"; readonly reason: string }
  | { readonly kind: "noHead" }
  | { readonly kind: "silent"; readonly seconds: number }
  | { readonly kind: "endless"; readonly seconds: number }
  | { readonly kind: "tooLong"; readonly part: "head" | "body"; readonly limit: number };

export function renderNoDigest(server: string, failure: NoDigest): string {
  return `genhash: ${sentenceAbout(server, failure)}\n`;
}

function sentenceAbout(server: string, failure: NoDigest): string {
  switch (failure.kind) {
    case "unreachable":
      return `cannot connect to ${server}: ${failure.reason}`;
    case "tls":
      return `${server} does not speak TLS with us: ${failure.reason}; without TLS, leave out -S`;
    case "brokeOff":
      return `the connection to ${server} broke off: ${failure.reason}`;
    case "noHead":
      return `${server} closed the connection without an HTTP answer; with TLS, use -S`;
    case "silent":
      return `${server} was silent for ${failure.seconds} s; -t allows more`;
    case "endless":
      return `${server} was not done within ${failure.seconds} s`;
    case "tooLong":
      return `the ${failure.part} of the answer is longer than ${failure.limit} bytes`;
    default:
      return unreachable(failure);
  }
}

/** What is odd about a page that was hashed; the digest holds all the same. */
export function remarksOn(head: PageHead, length: number): readonly string[] {
  const remarks: string[] = [];
  if (head.status !== undefined && (head.status < 200 || head.status > 299)) {
    remarks.push(`the server answered ${head.status}: this is the digest of what came with that`);
  }
  if (head.contentLength !== undefined && length < head.contentLength) {
    remarks.push(`only ${length} of ${head.contentLength} bytes came: the digest is of those`);
  }
  if (head.isChunked) {
    remarks.push("the body came in chunks, whose sizes were hashed too: -P 1.0 avoids that");
  }
  return remarks.map((remark) => `genhash: ${remark}\n`);
}
