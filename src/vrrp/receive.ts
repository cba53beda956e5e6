/**
 * The checks an advert passes before the state machine sees it, in Keepalived's order. The first
 * that fails decides; each has a counter.
 */
import { isMulticast } from "../base/address.ts";
import type { IpAddress } from "../base/address.ts";
import { milliseconds, toMilliseconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import { decodeAh, spiMatchesSource, verifyAh } from "../wire/ah.ts";
import { IPV4_HEADER_LENGTH } from "../wire/ipv4.ts";
import {
  ADVERTISEMENT,
  AuthType,
  advertChecksum,
  decodeAdvert,
  decodeAddresses,
  encodeAddresses,
  passwordBytes,
} from "../wire/vrrp.ts";
import type { ChecksumScope, DecodedAdvert } from "../wire/vrrp.ts";
import type { HmacSequence } from "../wire/hmac-trailer.ts";
import type { InstanceConfig, UnicastPeer } from "./config.ts";
import { checkHmac, hmacExpectation, splitTrailer } from "./hmac.ts";
import type { HeardSequences, HmacExpectation, HmacProblem, HmacVerdict } from "./hmac.ts";
import type { Counters } from "./state.ts";

/** Why a packet was not believed, or was odd, with what the log line needs. */
export type Rejection =
  | { readonly kind: "length"; readonly need: number; readonly have: number }
  | { readonly kind: "ttl"; readonly got: number }
  | { readonly kind: "version"; readonly got: number; readonly want: number }
  | { readonly kind: "authTypeUnknown"; readonly got: number }
  | { readonly kind: "authTypeMismatch"; readonly got: number; readonly want: number }
  | { readonly kind: "authFailure" }
  /** In an Authentication Header where none is configured, or the other way round. */
  | { readonly kind: "ahPresence"; readonly got: boolean }
  /** A sequence number that has been heard before, or a later one has. */
  | { readonly kind: "replay"; readonly got: number; readonly last: number }
  /** keepalived.conf(5) auth_hmac. */
  | { readonly kind: "hmac"; readonly problem: HmacProblem }
  | { readonly kind: "interval"; readonly gotMs: number; readonly wantMs: number }
  | { readonly kind: "type"; readonly got: number }
  | { readonly kind: "checksum" }
  /** Multicast heard in unicast mode or the other way round. */
  | { readonly kind: "delivery"; readonly destination: string }
  | { readonly kind: "ownerIgnores" }
  | { readonly kind: "addressCount"; readonly got: number; readonly want: number }
  | { readonly kind: "addressList" }
  | { readonly kind: "unknownPeer" }
  | { readonly kind: "peerTtl"; readonly got: number };

/** A packet as the socket gave it; `bytes` is the VRRP message. */
export interface Packet {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly ttl: number;
  /** How long it has waited to be read: timers run from its arrival. */
  readonly age: Duration;
  readonly bytes: Uint8Array;
  /** The whole packet when the message came in an Authentication Header. */
  readonly authenticated: Uint8Array | undefined;
}

/** An advert that may be believed. */
export interface Advert {
  readonly source: IpAddress;
  readonly priority: number;
  readonly interval: Duration;
  /** Of the Authentication Header; 0 without one. */
  readonly sequence: number;
  /** Of a signed trailer. */
  readonly hmac: HmacSequence | undefined;
}

/** What an instance compares packets with, made once when the configuration is loaded. */
export interface Expectation {
  readonly config: InstanceConfig;
  readonly addressData: Uint8Array;
  readonly addressSet: ReadonlySet<IpAddress>;
  readonly password: Uint8Array | undefined;
  /** The key of the Authentication Header. */
  readonly ahKey: Uint8Array | undefined;
  readonly hmac: HmacExpectation | undefined;
  readonly peers: ReadonlyMap<IpAddress, UnicastPeer>;
}

/** What the checks need to know of the instance. */
export interface ReceiveContext {
  /** False when `skip_check_adv_addr` lets a backup skip the list of a master it already knows. */
  readonly compareAddresses: boolean;
  /** The mode learned so far. */
  readonly oldChecksum: boolean;
  /** The highest sequence number sent or heard in an Authentication Header. */
  readonly sequence: number;
  /** The newest signed trailers. */
  readonly heard: HeardSequences;
  /** Milliseconds since 1970 when it was read; for the freshness of signed adverts alone. */
  readonly wallClock: number;
}

export type Verdict =
  | {
      readonly kind: "accepted";
      readonly advert: Advert;
      /** Counted and said once, but not a reason to ignore the sender. */
      readonly odd: readonly Rejection[];
      /** It verified only with the multicast group in the pseudo header (before 1.3.7). */
      readonly usesOldChecksum: boolean;
    }
  | { readonly kind: "rejected"; readonly rejection: Rejection };

export function expectationOf(config: InstanceConfig): Expectation {
  const addresses = config.addresses.map((a) => a.address);
  const { authentication, delivery } = config;
  return {
    config,
    addressData: encodeAddresses(addresses),
    addressSet: new Set(addresses),
    password: authentication.kind === "pass" ? passwordBytes(authentication.password) : undefined,
    ahKey: authentication.kind === "ah" ? passwordBytes(authentication.password) : undefined,
    hmac: hmacExpectation(config),
    peers: new Map(
      delivery.kind === "unicast" ? delivery.peers.map((peer) => [peer.address, peer]) : [],
    ),
  };
}

/** Every check, in order. */
export function checkAdvert(
  expectation: Expectation,
  received: Packet,
  context: ReceiveContext,
): Verdict {
  const { config } = expectation;
  const decoded = decodeAdvert(received.bytes, config.family);
  if (!decoded.ok) return rejected({ ...decoded.error, kind: "length" });
  const advert = decoded.value;
  const { message, hmac } = checkSignature(expectation, received, advert, context);
  const packet = { ...received, bytes: message };
  // A signature covers more than the checksum does.
  const isSigned = hmac.kind === "accepted" && hmac.sequence !== undefined;
  const checksum = isSigned ? "right" : checksumForm(config, packet, context.oldChecksum);
  const ah = ahSequence(packet);
  const problem =
    checkAhPresence(expectation, packet) ??
    checkLength(advert, packet) ??
    checkTtl(config, packet) ??
    checkVersion(config, advert) ??
    (hmac.kind === "rejected" ? { kind: "hmac", problem: hmac.problem } : undefined) ??
    (config.version === 2 ? checkVersion2(expectation, advert, packet) : undefined) ??
    (ah > 0 && ah <= context.sequence
      ? { kind: "replay", got: ah, last: context.sequence }
      : undefined) ??
    (advert.type === ADVERTISEMENT ? undefined : { kind: "type", got: advert.type }) ??
    (checksum === "wrong" ? { kind: "checksum" } : undefined) ??
    checkDelivery(config, packet) ??
    (config.priority === 255 && config.ownerIgnoresAdverts
      ? { kind: "ownerIgnores" }
      : undefined) ??
    checkPeer(expectation, packet);
  if (problem !== undefined) return rejected(problem);
  return {
    kind: "accepted",
    advert: {
      source: packet.source,
      priority: advert.priority,
      interval: advert.interval,
      sequence: ah,
      hmac: hmac.kind === "accepted" ? hmac.sequence : undefined,
    },
    odd: oddities(expectation, advert, context.compareAddresses),
    usesOldChecksum: checksum === "old",
  };
}

const UNSIGNED: HmacVerdict = { kind: "accepted", sequence: undefined };

/** The message without its trailer, and what the trailer is worth. */
function checkSignature(
  { hmac }: Expectation,
  packet: Packet,
  { expectedLength }: DecodedAdvert,
  { heard, wallClock }: ReceiveContext,
): { readonly message: Uint8Array; readonly hmac: HmacVerdict } {
  if (hmac === undefined) return { message: packet.bytes, hmac: UNSIGNED };
  const { source } = packet;
  const parts = splitTrailer(packet.bytes, expectedLength);
  return { ...parts, hmac: checkHmac(hmac, { source, wallClock, ...parts }, heard) };
}

const HMAC_COUNTERS = {
  missing: "hmacMissing",
  malformed: "hmacMalformed",
  unknownKey: "hmacUnknownKey",
  wrongSignature: "hmacWrongSignature",
  stale: "hmacStale",
  replayed: "hmacReplayed",
} as const satisfies Record<HmacProblem, keyof Counters>;

/** The counters after a rejection or oddity. */
export function countRejection(counters: Counters, rejection: Rejection): Counters {
  switch (rejection.kind) {
    case "length":
      return { ...counters, packetLengthErrors: counters.packetLengthErrors + 1 };
    case "ttl":
    case "peerTtl":
      return { ...counters, ttlErrors: counters.ttlErrors + 1 };
    case "version":
      return { ...counters, versionErrors: counters.versionErrors + 1 };
    case "authTypeUnknown":
      return { ...counters, invalidAuthType: counters.invalidAuthType + 1 };
    case "authTypeMismatch":
    case "ahPresence":
      return { ...counters, authTypeMismatch: counters.authTypeMismatch + 1 };
    case "hmac": {
      const name = HMAC_COUNTERS[rejection.problem];
      return { ...counters, [name]: counters[name] + 1 };
    }
    case "authFailure":
    case "replay":
      return { ...counters, authFailures: counters.authFailures + 1 };
    case "interval":
      return { ...counters, advertIntervalErrors: counters.advertIntervalErrors + 1 };
    case "type":
      return { ...counters, invalidTypeReceived: counters.invalidTypeReceived + 1 };
    case "checksum":
      return { ...counters, checksumErrors: counters.checksumErrors + 1 };
    case "delivery":
    case "unknownPeer":
    case "ownerIgnores":
      return { ...counters, deliveryErrors: counters.deliveryErrors + 1 };
    case "addressCount":
    case "addressList":
      return { ...counters, addressListErrors: counters.addressListErrors + 1 };
  }
}

const rejected = (rejection: Rejection): Verdict => ({ kind: "rejected", rejection });

function checkLength(advert: DecodedAdvert, packet: Packet): Rejection | undefined {
  return packet.bytes.length === advert.expectedLength
    ? undefined
    : { kind: "length", need: advert.expectedLength, have: packet.bytes.length };
}

/** RFC 9568 §5.1.1.3: TTL 255, so that nothing beyond the link is believed. Unicast may be routed. */
function checkTtl(config: InstanceConfig, packet: Packet): Rejection | undefined {
  const must = config.delivery.kind === "multicast";
  return must && packet.ttl !== 255 ? { kind: "ttl", got: packet.ttl } : undefined;
}

function checkVersion(config: InstanceConfig, advert: DecodedAdvert): Rejection | undefined {
  return advert.version === config.version
    ? undefined
    : { kind: "version", got: advert.version, want: config.version };
}

/** RFC 3768 §7.1 with RFC 2338's authentication: type, password, interval. */
function checkVersion2(
  expectation: Expectation,
  advert: DecodedAdvert,
  packet: Packet,
): Rejection | undefined {
  const { config, password, ahKey } = expectation;
  const want = AuthType[config.authentication.kind];
  if (advert.authType > AuthType.ah) return { kind: "authTypeUnknown", got: advert.authType };
  if (advert.authType !== want) return { kind: "authTypeMismatch", got: advert.authType, want };
  if (password !== undefined && !sameBytes(password, advert.authData)) {
    return { kind: "authFailure" };
  }
  const whole = packet.authenticated;
  if (ahKey !== undefined && whole !== undefined) {
    const isRouted = config.delivery.kind === "unicast";
    if (!spiMatchesSource(whole) || !verifyAh(whole, ahKey, isRouted)) {
      return { kind: "authFailure" };
    }
  }
  return intervalProblem(config, advert);
}

function checkAhPresence({ ahKey }: Expectation, packet: Packet): Rejection | undefined {
  const got = packet.authenticated !== undefined;
  return got === (ahKey !== undefined) ? undefined : { kind: "ahPresence", got };
}

/** RFC 2402 §2.5; senders start from 1. */
function ahSequence({ authenticated }: Packet): number {
  if (authenticated === undefined) return 0;
  return decodeAh(authenticated.subarray(IPV4_HEADER_LENGTH))?.sequence ?? 0;
}

function intervalProblem(config: InstanceConfig, advert: DecodedAdvert): Rejection | undefined {
  const difference = Math.abs(advert.interval - config.advertInterval);
  return difference < milliseconds(1)
    ? undefined
    : {
        kind: "interval",
        gotMs: toMilliseconds(advert.interval),
        wantMs: toMilliseconds(config.advertInterval),
      };
}

/**
 * RFC 9568 §7.1. IPv6 is checked by the kernel. With `v3_checksum_as_v2` either form is accepted,
 * as Keepalived does in effect.
 */
function checksumForm(
  config: InstanceConfig,
  packet: Packet,
  oldChecksum: boolean,
): "right" | "old" | "wrong" {
  if (config.family === "ipv6") return "right";
  const holds = (scope: Exclude<ChecksumScope, { kind: "kernel" }>): boolean =>
    advertChecksum(packet.bytes, scope) === 0;
  if (config.version === 2) return holds({ kind: "message" }) ? "right" : "wrong";
  const pseudoHeader = {
    kind: "pseudoHeader",
    source: packet.source,
    destination: packet.destination,
  } as const;
  if (holds(pseudoHeader)) return "right";
  if (config.v3ChecksumAsV2 && holds({ kind: "message" })) return "right";
  const mayBeOld = config.delivery.kind === "unicast" && config.oldUnicastChecksum !== "never";
  if (!mayBeOld && !oldChecksum) return "wrong";
  return holds({ ...pseudoHeader, destination: OLD_CHECKSUM_DESTINATION }) ? "old" : "wrong";
}

/** Before 1.3.7 unicast adverts carried the checksum of the multicast group. */
export const OLD_CHECKSUM_DESTINATION = "224.0.0.18" as IpAddress;

function checkDelivery(config: InstanceConfig, packet: Packet): Rejection | undefined {
  const wantsMulticast = config.delivery.kind === "multicast";
  return isMulticast(packet.destination) === wantsMulticast
    ? undefined
    : { kind: "delivery", destination: packet.destination };
}

/** keepalived.conf(5) check_unicast_src, unicast_peer min_ttl/max_ttl. */
function checkPeer(expectation: Expectation, packet: Packet): Rejection | undefined {
  const { delivery } = expectation.config;
  if (delivery.kind !== "unicast" || !delivery.checkSource) return undefined;
  const peer = expectation.peers.get(packet.source);
  if (peer === undefined) return { kind: "unknownPeer" };
  const { minTtl = 0, maxTtl = 255 } = peer;
  return packet.ttl >= 0 && (packet.ttl < minTtl || packet.ttl > maxTtl)
    ? { kind: "peerTtl", got: packet.ttl }
    : undefined;
}

/** Differences that are said but do not make a master unheard: that would make two. */
function oddities(
  expectation: Expectation,
  advert: DecodedAdvert,
  compareAddresses: boolean,
): readonly Rejection[] {
  const { config, addressData, addressSet } = expectation;
  const odd: Rejection[] = [];
  const interval = config.version === 3 ? intervalProblem(config, advert) : undefined;
  if (interval !== undefined) odd.push(interval);
  if (!compareAddresses || sameBytes(addressData, advert.addressData)) return odd;
  const want = config.addresses.length;
  if (advert.addressCount !== want) {
    odd.push({ kind: "addressCount", got: advert.addressCount, want });
  } else if (
    !decodeAddresses(advert.addressData, config.family).every((address) => addressSet.has(address))
  ) {
    odd.push({ kind: "addressList" });
  }
  return odd;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
