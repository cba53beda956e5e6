/**
 * Whether the authentication trailer of an advert is to be believed: keepalived.conf(5), auth_hmac.
 * In Keepalived's order: form, freshness, key, signature, replay.
 */
import { addressBytes } from "../base/address.ts";
import type { IpAddress } from "../base/address.ts";
import { toMilliseconds } from "../base/units.ts";
import {
  HMAC_TRAILER_LENGTH,
  compareSequences,
  decodeHmacTrailer,
  verifyHmacTrailer,
} from "../wire/hmac-trailer.ts";
import type { HmacBinding, HmacSequence } from "../wire/hmac-trailer.ts";
import type { HmacAuthentication, InstanceConfig } from "./config.ts";

/** Keys as bytes, and what a trailer is bound to besides its sender. */
export interface HmacExpectation {
  readonly settings: HmacAuthentication;
  readonly keys: ReadonlyMap<number, Uint8Array>;
  readonly binding: Omit<HmacBinding, "source">;
  /** How many senders are remembered. */
  readonly sendersLimit: number;
}

/** The newest trailer of each sender, the one heard last at the end. */
export type HeardSequences = readonly {
  readonly source: IpAddress;
  readonly sequence: HmacSequence;
}[];

export type HmacProblem =
  "missing" | "malformed" | "stale" | "unknownKey" | "wrongSignature" | "replayed";

export type HmacVerdict =
  /** Without a sequence the advert was not signed, and may be so. */
  | { readonly kind: "accepted"; readonly sequence: HmacSequence | undefined }
  | { readonly kind: "rejected"; readonly problem: HmacProblem };

/** Senders of a group whose numbers are kept apart; a stranger takes the place of the oldest. */
const MULTICAST_SENDERS = 4;

export function hmacExpectation(config: InstanceConfig): HmacExpectation | undefined {
  const { hmac, family, version, vrid, delivery } = config;
  if (hmac === undefined) return undefined;
  return {
    settings: hmac,
    keys: new Map(hmac.keys.map(({ id, key }) => [id, keyBytes(key)])),
    binding: { family, version, vrid },
    sendersLimit: delivery.kind === "unicast" ? delivery.peers.length : MULTICAST_SENDERS,
  };
}

/** A key as it stands in the model, in hexadecimal digits. */
export function keyBytes(hexadecimal: string): Uint8Array {
  const pairs = hexadecimal.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}

/** A packet in two parts, when it is as long as an advert with a trailer. */
export function splitTrailer(
  bytes: Uint8Array,
  messageLength: number,
): { readonly message: Uint8Array; readonly trailer: Uint8Array | undefined } {
  if (bytes.length !== messageLength + HMAC_TRAILER_LENGTH) {
    return { message: bytes, trailer: undefined };
  }
  return { message: bytes.subarray(0, messageLength), trailer: bytes.subarray(messageLength) };
}

export function checkHmac(
  { settings, keys, binding }: HmacExpectation,
  packet: {
    readonly source: IpAddress;
    readonly message: Uint8Array;
    readonly trailer: Uint8Array | undefined;
    /** Milliseconds since 1970 at which it arrived. */
    readonly wallClock: number;
  },
  heard: HeardSequences,
): HmacVerdict {
  const { source, message, trailer } = packet;
  if (trailer === undefined) {
    return settings.mode === "enforce"
      ? rejected("missing")
      : { kind: "accepted", sequence: undefined };
  }
  const decoded = decodeHmacTrailer(trailer);
  if (decoded === undefined) return rejected("malformed");
  const { keyId, sequence } = decoded;
  const away = Math.abs(packet.wallClock - toWallClock(sequence));
  if (settings.antiReplay === "time" && away > toMilliseconds(settings.window)) {
    return rejected("stale");
  }
  const key = keys.get(keyId);
  if (key === undefined) return rejected("unknownKey");
  const bound = { ...binding, source: addressBytes(source) };
  if (!verifyHmacTrailer(message, trailer, bound, key)) return rejected("wrongSignature");
  const last = heard.find((each) => each.source === source);
  if (last !== undefined && compareSequences(sequence, last.sequence) <= 0) {
    return rejected("replayed");
  }
  return { kind: "accepted", sequence };
}

const rejected = (problem: HmacProblem): HmacVerdict => ({ kind: "rejected", problem });

/** What is remembered after an advert was believed, signed or not. */
export function heardAfter(
  expectation: HmacExpectation | undefined,
  heard: HeardSequences,
  advert: { readonly source: IpAddress; readonly hmac: HmacSequence | undefined },
): HeardSequences {
  if (expectation === undefined || advert.hmac === undefined) return heard;
  return remember(heard, advert.source, advert.hmac, expectation.sendersLimit);
}

/** With the newest number of `source`; the sender not heard for longest is forgotten. */
export function remember(
  heard: HeardSequences,
  source: IpAddress,
  sequence: HmacSequence,
  limit: number,
): HeardSequences {
  const others = heard.filter((each) => each.source !== source);
  return [...others, { source, sequence }].slice(-limit);
}

const FRACTIONS = 65_536;
const LAST_COUNTER = 0xffff;

/** The number of the next advert: the clock's, or one more than the last where that is later. */
export function nextSequence(wallClock: number, last: HmacSequence | undefined): HmacSequence {
  const seconds = Math.floor(wallClock / 1_000);
  const fraction = Math.floor(((wallClock % 1_000) / 1_000) * FRACTIONS);
  const now: HmacSequence = { seconds, fraction, counter: 0 };
  if (last === undefined || compareSequences(now, last) > 0) return now;
  if (last.counter < LAST_COUNTER) return { ...last, counter: last.counter + 1 };
  return last.fraction + 1 < FRACTIONS
    ? { seconds: last.seconds, fraction: last.fraction + 1, counter: 0 }
    : { seconds: last.seconds + 1, fraction: 0, counter: 0 };
}

const toWallClock = ({ seconds, fraction }: HmacSequence): number =>
  seconds * 1_000 + (fraction / FRACTIONS) * 1_000;
