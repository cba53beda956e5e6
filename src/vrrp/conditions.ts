/**
 * What keeps two routers from hearing each other, or from agreeing, as conditions with a beginning
 * and an end: who, since when, how often. A condition begins with its first sign and ends when there
 * has been none for a while, so that one mistake is one line in the log and not one a second.
 */
import type { IpAddress, MacAddress } from "../base/address.ts";
import { after, between, earliest, milliseconds, seconds, times } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import type { Rejection } from "./receive.ts";

export type ConditionKind =
  /** ARP or NA by which another machine claims an address of this master. */
  | "foreignClaim"
  /** Adverts of another master, while this one is master. */
  | "secondMaster"
  | "addressList"
  | "version"
  | "interval"
  | "authentication"
  | "password"
  | "delivery"
  | "checksum"
  | "ttl"
  | "malformed"
  | "stranger"
  /** Our adverts cannot be sent. */
  | "mute"
  /** Another machine has our addresses, and no advert of it arrives. */
  | "deaf";

/** Whom a sign is about, and what it was. */
export interface Sign {
  readonly kind: ConditionKind;
  readonly source: IpAddress | undefined;
  readonly mac: MacAddress | undefined;
  readonly detail: ConditionDetail;
}

export type ConditionDetail =
  | { readonly kind: "rejection"; readonly rejection: Rejection }
  | { readonly kind: "errno"; readonly errno: number }
  | { readonly kind: "priority"; readonly priority: number }
  | { readonly kind: "address"; readonly address: IpAddress }
  | { readonly kind: "none" };

export interface Condition extends Sign {
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  readonly count: number;
  /** Its beginning was told, so its end is too. */
  readonly isTold: boolean;
}

export type Conditions = readonly Condition[];

/** Conditions that an instance remembers; the one that was seen least lately makes room. */
export const CONDITIONS_LIMIT = 16;
/** Time without a sign after which a condition is over: at least this, or some adverts. */
const SHORTEST_HOLD: Duration = seconds(10);
const HOLD_ADVERTS = 10;

/** Of one that advertises at another interval. */
const HOLD_STRANGE_ADVERTS = 3;

/** How long a condition lasts beyond its last sign, where adverts come each `interval`. */
function holdOf({ detail }: Condition, interval: Duration): Duration {
  const theirs =
    detail.kind === "rejection" && detail.rejection.kind === "interval"
      ? times(milliseconds(detail.rejection.gotMs), HOLD_STRANGE_ADVERTS)
      : SHORTEST_HOLD;
  return Math.max(SHORTEST_HOLD, times(interval, HOLD_ADVERTS), theirs) as Duration;
}

/**
 * Another sign. `isNew` asks for a line; it is not asked for while the table is full, so that a
 * flood from ever new senders is not a flood of lines.
 */
export function noteSign(
  known: Conditions,
  sign: Sign,
  now: Instant,
): { readonly conditions: Conditions; readonly isNew: boolean } {
  const place = known.findIndex((each) => isSame(each, sign));
  const before = known[place];
  if (before !== undefined) {
    const { firstSeen, count, isTold } = before;
    const mac = sign.mac ?? before.mac;
    const seen = { ...sign, mac, firstSeen, lastSeen: now, count: count + 1, isTold };
    return { conditions: known.with(place, seen), isNew: false };
  }
  const isTold = known.length < CONDITIONS_LIMIT;
  const fresh = { ...sign, firstSeen: now, lastSeen: now, count: 1, isTold };
  const kept = isTold ? known : known.filter((each) => each !== leastLately(known));
  return { conditions: [...kept, fresh], isNew: isTold };
}

/** Those that have ended, and those that are left. */
export function endOld(
  known: Conditions,
  interval: Duration,
  now: Instant,
): { readonly conditions: Conditions; readonly ended: Conditions } {
  const isOver = (each: Condition): boolean =>
    between(each.lastSeen, now) >= holdOf(each, interval);
  if (!known.some(isOver)) return { conditions: known, ended: [] };
  return {
    conditions: known.filter((each) => !isOver(each)),
    ended: known.filter(isOver),
  };
}

/** When the first condition ends if there are no more signs; undefined with none. */
export const firstEnd = (known: Conditions, interval: Duration): Instant | undefined =>
  known.reduce<Instant | undefined>(
    (first, each) => earliest(first, after(each.lastSeen, holdOf(each, interval))),
    undefined,
  );

/** What only a master can have; whoever is none has it no more. */
const OF_MASTERS: ReadonlySet<ConditionKind> = new Set([
  "foreignClaim",
  "secondMaster",
  "mute",
  "deaf",
]);

/** Adverts arrive, and are not believed or are odd. */
export const isMismatch = ({ kind }: Sign): boolean => !OF_MASTERS.has(kind);

export const withoutMasters = (known: Conditions): Conditions =>
  known.some(({ kind }) => OF_MASTERS.has(kind))
    ? known.filter(({ kind }) => !OF_MASTERS.has(kind))
    : known;

/** What a packet that was not believed, or was odd, is a sign of. */
export function conditionOf(rejection: Rejection): ConditionKind | undefined {
  switch (rejection.kind) {
    case "length":
    case "type":
      return "malformed";
    case "ttl":
    case "peerTtl":
      return "ttl";
    case "version":
      return "version";
    case "authTypeUnknown":
    case "authTypeMismatch":
    case "ahPresence":
      return "authentication";
    case "authFailure":
    case "hmac":
    case "replay":
      return "password";
    case "interval":
      return "interval";
    case "checksum":
      return "checksum";
    case "delivery":
      return "delivery";
    case "addressCount":
    case "addressList":
      return "addressList";
    case "unknownPeer":
      return "stranger";
    case "ownerIgnores":
      return undefined;
  }
}

/** Machines are told apart by address, and by MAC address where there is none. */
const isSame = (one: Sign, other: Sign): boolean =>
  one.kind === other.kind &&
  one.source === other.source &&
  (one.source !== undefined || one.mac === other.mac);

function leastLately(known: Conditions): Condition | undefined {
  return known.reduce<Condition | undefined>(
    (oldest, each) => (oldest === undefined || each.lastSeen < oldest.lastSeen ? each : oldest),
    undefined,
  );
}
