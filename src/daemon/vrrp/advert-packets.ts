/**
 * The packets an instance sends, encoded when something changes and not when they are sent: a
 * takeover finds its advert ready.
 */
import { addressBytes } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import type { OutgoingAdvert } from "../../sys/ports.ts";
import type { InstanceConfig } from "../../vrrp/config.ts";
import { hmacExpectation, nextSequence } from "../../vrrp/hmac.ts";
import type { HmacExpectation } from "../../vrrp/hmac.ts";
import { OLD_CHECKSUM_DESTINATION } from "../../vrrp/receive.ts";
import { AH_LENGTH, AH_PROTOCOL, signAh, wrapInAh } from "../../wire/ah.ts";
import { HMAC_TRAILER_LENGTH, encodeHmacTrailer } from "../../wire/hmac-trailer.ts";
import type { HmacSequence } from "../../wire/hmac-trailer.ts";
import { IPV4_HEADER_LENGTH, encodeIpv4, setIdentification } from "../../wire/ipv4.ts";
import {
  AuthType,
  VRRP_PROTOCOL,
  encodeAdvert,
  maxAddresses,
  passwordBytes,
} from "../../wire/vrrp.ts";
import type { ChecksumScope } from "../../wire/vrrp.ts";

/** What packets depend on besides the configuration. */
export interface PacketFacts {
  readonly source: IpAddress;
  readonly mtu: number;
  readonly oldChecksum: boolean;
}

/** An advert to send; without a sequence number it is only made ready. */
interface Wanted {
  readonly priority: number;
  /** For the Authentication Header. */
  readonly sequence: number | undefined;
}

const MULTICAST_TTL = 255;
/** The identification field wraps here; 0 is left out, since it asks the kernel to choose. */
const LAST_IDENTIFICATION = 0xffff;

/** One per instance; it keeps the packets for a few priorities: the current one and 0. */
export class AdvertPackets {
  readonly #config: InstanceConfig;
  readonly #ahKey: Uint8Array | undefined;
  readonly #signing: HmacExpectation | undefined;
  readonly #wallClock: () => number;
  #lastSigned: HmacSequence | undefined;
  readonly #prepared = new Map<number, readonly OutgoingAdvert[]>();
  #facts: PacketFacts | undefined;
  #identification = 0;

  constructor(config: InstanceConfig, wallClock: () => number) {
    const { authentication, hmac } = config;
    this.#wallClock = wallClock;
    const isSigned = hmac !== undefined && hmac.mode !== "receive-only";
    this.#signing = isSigned ? hmacExpectation(config) : undefined;
    this.#config = config;
    this.#ahKey = authentication.kind === "ah" ? passwordBytes(authentication.password) : undefined;
  }

  /** How many addresses do not fit one advert at this MTU; those are not advertised. */
  surplus(mtu: number): number {
    const { version, family, addresses } = this.#config;
    const room =
      mtu -
      (this.#ahKey === undefined ? 0 : AH_LENGTH) -
      (this.#signing === undefined ? 0 : HMAC_TRAILER_LENGTH);
    return Math.max(0, addresses.length - maxAddresses(version, family, room));
  }

  /** Encodes what the next transitions send, so that they need not. */
  prepare(facts: PacketFacts, priorities: readonly number[]): void {
    for (const priority of priorities) this.packets(facts, { priority, sequence: undefined });
  }

  /** The packets of one advert: one for multicast, one a peer for unicast. */
  packets(facts: PacketFacts, { priority, sequence }: Wanted): readonly OutgoingAdvert[] {
    const same =
      this.#facts?.source === facts.source &&
      this.#facts.mtu === facts.mtu &&
      this.#facts.oldChecksum === facts.oldChecksum;
    if (!same) this.#prepared.clear();
    this.#facts = facts;
    let packets = this.#prepared.get(priority);
    if (packets === undefined) {
      packets = this.#encode(facts, priority);
      this.#prepared.set(priority, packets);
    }
    if (sequence === undefined) return packets;
    this.#sign(facts.source, packets);
    if (this.#config.family === "ipv4") {
      for (const { bytes } of packets) this.#stamp(bytes, sequence);
    }
    return packets;
  }

  /** One trailer for every peer: it is bound to the sender and the message, not to the receiver. */
  #sign(source: IpAddress, packets: readonly OutgoingAdvert[]): void {
    const signing = this.#signing;
    const first = packets[0];
    if (signing === undefined || first === undefined) return;
    const start = this.#config.family === "ipv4" ? IPV4_HEADER_LENGTH : 0;
    const { activeKey } = signing.settings;
    const key = signing.keys.get(activeKey);
    if (key === undefined) return;
    this.#lastSigned = nextSequence(this.#wallClock(), this.#lastSigned);
    const trailer = encodeHmacTrailer(
      first.bytes.subarray(start, first.bytes.length - HMAC_TRAILER_LENGTH),
      { ...signing.binding, source: addressBytes(source) },
      { keyId: activeKey, key, sequence: this.#lastSigned },
    );
    for (const { bytes } of packets) bytes.set(trailer, bytes.length - HMAC_TRAILER_LENGTH);
  }

  /** What differs from one packet to the next. */
  #stamp(bytes: Uint8Array, sequence: number): void {
    setIdentification(bytes, this.#nextIdentification());
    if (this.#ahKey === undefined) return;
    signAh(bytes, this.#ahKey, { sequence, isRouted: this.#config.delivery.kind === "unicast" });
  }

  #nextIdentification(): number {
    this.#identification = (this.#identification % LAST_IDENTIFICATION) + 1;
    return this.#identification;
  }

  #encode(facts: PacketFacts, priority: number): readonly OutgoingAdvert[] {
    const { delivery } = this.#config;
    const destinations =
      delivery.kind === "multicast" ? [delivery.group] : delivery.peers.map((peer) => peer.address);
    return destinations.map((destination) => ({
      destination,
      source: facts.source,
      bytes: this.#packet(facts, priority, destination),
    }));
  }

  #packet(facts: PacketFacts, priority: number, destination: IpAddress): Uint8Array {
    const { config, scope } = { config: this.#config, scope: this.#scope(facts, destination) };
    const { version, family, vrid, authentication, delivery } = config;
    const fitting = config.addresses.length - this.surplus(facts.mtu);
    const unsigned = encodeAdvert(
      {
        version,
        family,
        vrid,
        priority,
        interval: config.advertInterval,
        authType: AuthType[authentication.kind],
        password: authentication.kind === "pass" ? authentication.password : undefined,
        addresses: config.addresses.slice(0, fitting).map(({ address }) => address),
      },
      scope,
    );
    const message = this.#signing === undefined ? unsigned : withRoom(unsigned);
    if (family === "ipv6") return message;
    const ttl = delivery.kind === "multicast" ? MULTICAST_TTL : delivery.ttl;
    const { source } = facts;
    const header = { source, destination, ttl, identification: 1 };
    if (this.#ahKey === undefined) {
      return encodeIpv4({ ...header, protocol: VRRP_PROTOCOL }, message);
    }
    const wrapped = wrapInAh(VRRP_PROTOCOL, addressBytes(source), message);
    return encodeIpv4({ ...header, protocol: AH_PROTOCOL }, wrapped);
  }

  #scope(facts: PacketFacts, destination: IpAddress): ChecksumScope {
    const { family, version, v3ChecksumAsV2 } = this.#config;
    if (family === "ipv6") return { kind: "kernel" };
    if (version === 2 || v3ChecksumAsV2) return { kind: "message" };
    const covered = facts.oldChecksum ? OLD_CHECKSUM_DESTINATION : destination;
    return { kind: "pseudoHeader", source: facts.source, destination: covered };
  }
}

/** The message with room for its trailer, which is written when it is sent. */
function withRoom(message: Uint8Array): Uint8Array {
  const longer = new Uint8Array(message.length + HMAC_TRAILER_LENGTH);
  longer.set(message);
  return longer;
}
