/** Values that only health checks have: bytes as digits, domain names, status codes, digests. */
import type { StatusRange } from "../../lvs/checker-config.ts";
import type { Report } from "../diagnostics.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { refuse } from "./arguments.ts";
import type { ArgumentType } from "./arguments.ts";

/** What UDP_CHECK sends, two digits for each byte. */
export function payloadBytes(words: readonly Word[], report: Report): string | undefined {
  return readBytes(words, /^[0-9a-f]+$/i, "payload", report);
}

/** What UDP_CHECK expects; `x` takes the place of a digit that does not matter. */
export function replyBytes(words: readonly Word[], report: Report): string | undefined {
  return readBytes(words, /^[0-9a-fx]+$/i, "reply", report);
}

/** Digits in pairs; one that is left over at the end of a word is a byte of its own. */
function readBytes(
  words: readonly Word[],
  allowed: RegExp,
  subject: string,
  report: Report,
): string | undefined {
  let bytes = "";
  for (const word of words) {
    // A quoted string may hold several.
    for (const part of word.text.split(/\s+/).filter((digits) => digits !== "")) {
      if (!allowed.test(part)) {
        refuse(report, "bad-value", word, `Invalid hex string for UDP_CHECK ${subject}`);
        return undefined;
      }
      const even = part.length - (part.length % 2);
      bytes += part.slice(0, even) + (even < part.length ? `0${part.slice(even)}` : "");
    }
  }
  return bytes.toLowerCase();
}

const MAX_LABEL = 63;
/** RFC 1035 §2.3.4 as text: 255 octets on the wire. */
const MAX_NAME = 253;

/** A domain name; a dot at its end says nothing more. */
export const dnsName: ArgumentType<string> = {
  kind: "domain name",
  shape: "DOMAIN",
  maximum: MAX_NAME,
  parse: (word, report) => {
    if (word.text === ".") return ".";
    const name = word.text.endsWith(".") ? word.text.slice(0, -1) : word.text;
    const labels = name.split(".");
    if (labels.includes("")) {
      const message = `DNS_CHECK name '${word.text}' has empty label - ignoring`;
      refuse(report, "bad-value", word, message);
      return undefined;
    }
    const long = labels.find((label) => label.length > MAX_LABEL);
    if (long === undefined && name.length <= MAX_NAME) return name;
    // Keepalived sends such a query, and every answer to it is an error.
    report({
      severity: "warning",
      code: "ignored",
      message:
        long === undefined
          ? `'${word.text}' is longer than the ${MAX_NAME} characters of a domain name`
          : `'${long}' is longer than the ${MAX_LABEL} characters of a label`,
      at: spanOf(word),
      fix: "write a name that DNS can hold",
    });
    return name;
  },
};

const MIN_STATUS = 100;
const MAX_STATUS = 599;

/** `200` or `200-299`. */
export const statusRange: ArgumentType<StatusRange> = {
  kind: "status codes",
  shape: "CODE[-CODE]",
  minimum: MIN_STATUS,
  maximum: MAX_STATUS,
  parse: (word, report) => {
    const found = /^([0-9]{1,4})(?:-([0-9]{1,4}))?$/.exec(word.text);
    const from = Number(found?.[1]);
    const to = Number(found?.[2] ?? found?.[1]);
    if (found !== null && from >= MIN_STATUS && to <= MAX_STATUS && from <= to) return { from, to };
    report({
      severity: "error",
      code: "bad-value",
      message: `Invalid HTTP_GET status code '${word.text}'`,
      at: spanOf(word),
      fix: `write codes from ${MIN_STATUS} to ${MAX_STATUS}, or ranges such as 200-299`,
    });
    return undefined;
  },
};

const DIGEST_LENGTH = 32;

/** An MD5 digest, as genhash prints it. */
export const digest: ArgumentType<string> = {
  kind: "digest",
  shape: "MD5",
  maximum: DIGEST_LENGTH,
  parse: (word, report) => {
    const { length } = word.text;
    const stranger = /[^0-9a-f]/i.exec(word.text)?.[0];
    if (length === DIGEST_LENGTH && stranger === undefined) return word.text.toLowerCase();
    report({
      severity: "error",
      code: "bad-value",
      message:
        length === DIGEST_LENGTH
          ? `digest '${word.text}' has '${stranger ?? ""}', which is no hex digit`
          : `digest '${word.text}' character length should be ${DIGEST_LENGTH} rather than ${length}`,
      at: spanOf(word),
      fix: "take what genhash prints for the page",
    });
    return undefined;
  },
};
