import assert from "node:assert/strict";
import { test } from "node:test";
import { addressBytes } from "../../../src/base/address.ts";
import { secret } from "../../../src/base/command.ts";
import { NO_TIME, centiseconds, seconds } from "../../../src/base/units.ts";
import type { InstanceConfig } from "../../../src/vrrp/config.ts";
import { checkAdvert, countRejection, expectationOf } from "../../../src/vrrp/receive.ts";
import type { Packet, Rejection, Verdict } from "../../../src/vrrp/receive.ts";
import { NO_COUNTS } from "../../../src/vrrp/state.ts";
import { AH_PROTOCOL, signAh, wrapInAh } from "../../../src/wire/ah.ts";
import { encodeIpv4 } from "../../../src/wire/ipv4.ts";
import { encodeAdvert, passwordBytes } from "../../../src/wire/vrrp.ts";
import type { AdvertContent, ChecksumScope } from "../../../src/wire/vrrp.ts";
import { address, instanceFrom, parseWords } from "../../sim/model.ts";

// One test a check of the list, in its order: an advert that is right in all but one thing.

const SOURCE = address("10.0.0.12");
const GROUP = address("224.0.0.18");
const US = address("10.0.0.11");

const CONTEXT = {
  ...{ compareAddresses: true, oldChecksum: false, sequence: 0 },
  ...{ heard: [], wallClock: 0 },
};

const config = (words: string): InstanceConfig =>
  instanceFrom(parseWords(words.split(" ").filter(Boolean)));

const content = (changes: Partial<AdvertContent> = {}): AdvertContent => ({
  version: 2,
  family: "ipv4",
  vrid: 51,
  priority: 100,
  interval: seconds(1),
  authType: 0,
  password: undefined,
  addresses: [address("10.0.0.3")],
  ...changes,
});

function packet(
  changes: Partial<AdvertContent> = {},
  travel: Partial<Packet> & { readonly scope?: ChecksumScope } = {},
): Packet {
  const { scope = { kind: "message" }, ...rest } = travel;
  const bytes = encodeAdvert(content(changes), scope);
  return {
    ...{ source: SOURCE, destination: GROUP, ttl: 255, age: NO_TIME, bytes },
    authenticated: undefined,
    ...rest,
  };
}

function verdictOf(words: string, received: Packet): Verdict {
  const context = { ...CONTEXT, sequence: 0 };
  return checkAdvert(expectationOf(config(words)), received, context);
}

function rejectionOf(words: string, received: Packet): Rejection {
  const verdict = verdictOf(words, received);
  assert.equal(verdict.kind, "rejected");
  return verdict.rejection;
}

test("checkAdvert() accepts an advert that is right in everything", () => {
  assert.deepEqual(verdictOf("", packet()), {
    kind: "accepted",
    advert: { source: SOURCE, priority: 100, interval: seconds(1), sequence: 0, hmac: undefined },
    odd: [],
    usesOldChecksum: false,
  });
});

test("checkAdvert() refuses a packet cut short, and one too long", () => {
  const { bytes } = packet();
  assert.deepEqual(rejectionOf("", packet({}, { bytes: bytes.subarray(0, 7) })), {
    kind: "length",
    need: 8,
    have: 7,
  });
  const long = new Uint8Array([...bytes, 0]);
  assert.deepEqual(rejectionOf("", packet({}, { bytes: long })), {
    kind: "length",
    need: 20,
    have: 21,
  });
});

test("checkAdvert() refuses multicast with a TTL below 255, but not unicast", () => {
  assert.deepEqual(rejectionOf("", packet({}, { ttl: 254 })), { kind: "ttl", got: 254 });
  const unicast = packet({}, { ttl: 3, destination: US });
  assert.equal(verdictOf("peers=10.0.0.12", unicast).kind, "accepted");
});

test("checkAdvert() refuses another version", () => {
  const v3 = packet({ version: 3, interval: centiseconds(100) });
  assert.deepEqual(rejectionOf("", v3), { kind: "version", got: 3, want: 2 });
});

test("checkAdvert() refuses unknown and unequal authentication types", () => {
  assert.deepEqual(rejectionOf("", packet({ authType: 9 })), { kind: "authTypeUnknown", got: 9 });
  assert.deepEqual(rejectionOf("pass=1111", packet()), {
    kind: "authTypeMismatch",
    got: 0,
    want: 1,
  });
});

test("checkAdvert() refuses a wrong password and accepts the right one", () => {
  const sent = (password: string): Packet => packet({ authType: 1, password: secret(password) });
  assert.deepEqual(rejectionOf("pass=1111", sent("2222")), { kind: "authFailure" });
  assert.equal(verdictOf("pass=1111", sent("1111")).kind, "accepted");
});

test("checkAdvert() compares eight bytes of a password, as Keepalived sends no more", () => {
  const sent = packet({ authType: 1, password: secret("12345678") });
  assert.equal(verdictOf("pass=12345678longer", sent).kind, "accepted");
});

test("checkAdvert() refuses another interval in version 2 and only notes it in version 3", () => {
  assert.deepEqual(rejectionOf("interval=2s", packet()), {
    kind: "interval",
    gotMs: 1000,
    wantMs: 2000,
  });
  const scope = { kind: "pseudoHeader", source: SOURCE, destination: GROUP } as const;
  const v3 = packet({ version: 3 }, { scope });
  const verdict = verdictOf("version=3 interval=2s", v3);
  assert.equal(verdict.kind, "accepted");
  assert.deepEqual(verdict.odd, [{ kind: "interval", gotMs: 1000, wantMs: 2000 }]);
});

test("checkAdvert() refuses a type that is no advertisement", () => {
  const received = packet();
  received.bytes[0] = 0x22;
  assert.deepEqual(rejectionOf("", received), { kind: "type", got: 2 });
});

test("checkAdvert() refuses a wrong checksum", () => {
  const received = packet();
  received.bytes[6] = 0;
  assert.deepEqual(rejectionOf("", received), { kind: "checksum" });
});

test("checkAdvert() covers the pseudo header in version 3, unless told as in version 2", () => {
  const bare = packet({ version: 3 });
  assert.deepEqual(rejectionOf("version=3", bare), { kind: "checksum" });
  const lenient = { ...config("version=3"), v3ChecksumAsV2: true };
  const context = { ...CONTEXT, sequence: 0 };
  assert.equal(checkAdvert(expectationOf(lenient), bare, context).kind, "accepted");
});

test("checkAdvert() takes the old unicast checksum, and says so, unless it is never wanted", () => {
  const scope = { kind: "pseudoHeader", source: SOURCE, destination: GROUP } as const;
  const old = packet({ version: 3 }, { scope, destination: US });
  const verdict = verdictOf("version=3 peers=10.0.0.12", old);
  assert.equal(verdict.kind === "accepted" && verdict.usesOldChecksum, true);
  const never = { ...config("version=3 peers=10.0.0.12"), oldUnicastChecksum: "never" as const };
  const context = { ...CONTEXT, sequence: 0 };
  assert.equal(checkAdvert(expectationOf(never), old, context).kind, "rejected");
});

test("checkAdvert() refuses multicast in unicast mode and the other way round", () => {
  assert.deepEqual(rejectionOf("peers=10.0.0.12", packet()), {
    kind: "delivery",
    destination: GROUP,
  });
  assert.deepEqual(rejectionOf("", packet({}, { destination: US })), {
    kind: "delivery",
    destination: US,
  });
});

test("checkAdvert() lets an owner ignore everybody when told to", () => {
  const owner = { ...config("prio=255"), ownerIgnoresAdverts: true };
  const context = { ...CONTEXT, sequence: 0 };
  assert.deepEqual(checkAdvert(expectationOf(owner), packet(), context), {
    kind: "rejected",
    rejection: { kind: "ownerIgnores" },
  });
});

test("checkAdvert() refuses strangers in unicast only when asked to check", () => {
  const stranger = packet({}, { destination: US, source: address("10.0.0.99") });
  assert.equal(verdictOf("peers=10.0.0.12", stranger).kind, "accepted");
  assert.deepEqual(rejectionOf("peers=10.0.0.12 check_src", stranger), { kind: "unknownPeer" });
});

test("checkAdvert() keeps a peer to its TTL window", () => {
  const peer = { address: SOURCE, minTtl: 250, maxTtl: 254 };
  const base = config("peers=10.0.0.12 check_src");
  assert.equal(base.delivery.kind, "unicast");
  const windowed = { ...base, delivery: { ...base.delivery, peers: [peer] as const } };
  const context = { ...CONTEXT, sequence: 0 };
  const at = (ttl: number): string =>
    checkAdvert(expectationOf(windowed), packet({}, { destination: US, ttl }), context).kind;
  assert.deepEqual(
    [at(249), at(250), at(254), at(255)],
    ["rejected", "accepted", "accepted", "rejected"],
  );
});

test("checkAdvert() notes another address list without refusing it", () => {
  const two = packet({ addresses: [address("10.0.0.3"), address("10.0.0.4")] });
  const other = packet({ addresses: [address("10.0.0.9")] });
  const odd = (received: Packet): readonly Rejection[] => {
    const verdict = verdictOf("", received);
    return verdict.kind === "accepted" ? verdict.odd : [];
  };
  assert.deepEqual(odd(two), [{ kind: "addressCount", got: 2, want: 1 }]);
  assert.deepEqual(odd(other), [{ kind: "addressList" }]);
});

test("checkAdvert() takes the same addresses in another order as the same", () => {
  const swapped = packet({ addresses: [address("10.0.0.4"), address("10.0.0.3")] });
  const verdict = verdictOf("vip=10.0.0.3,10.0.0.4", swapped);
  assert.deepEqual(verdict.kind === "accepted" && verdict.odd, []);
});

test("countRejection() counts every kind of rejection exactly once", () => {
  const kinds: readonly Rejection[] = [
    { kind: "length", need: 1, have: 0 },
    { kind: "ttl", got: 1 },
    { kind: "version", got: 3, want: 2 },
    { kind: "authTypeUnknown", got: 9 },
    { kind: "authTypeMismatch", got: 0, want: 1 },
    { kind: "authFailure" },
    { kind: "interval", gotMs: 1, wantMs: 2 },
    { kind: "type", got: 2 },
    { kind: "checksum" },
    { kind: "delivery", destination: "x" },
    { kind: "ownerIgnores" },
    { kind: "addressCount", got: 1, want: 2 },
    { kind: "addressList" },
    { kind: "unknownPeer" },
    { kind: "peerTtl", got: 1 },
  ];
  for (const rejection of kinds) {
    const counters = new Map<string, number>(Object.entries(countRejection(NO_COUNTS, rejection)));
    const total = [...counters.values()].reduce((sum, count) => sum + count, 0);
    assert.equal(total, 1, rejection.kind);
  }
});

/** An advert of SOURCE in an Authentication Header. */
function wrapped(password: string, sequence: number): Packet {
  const plain = packet({ authType: 2 });
  const header = {
    ...{ source: SOURCE, destination: GROUP },
    ...{ protocol: AH_PROTOCOL, ttl: 255, identification: 9 },
  };
  const whole = encodeIpv4(header, wrapInAh(112, addressBytes(SOURCE), plain.bytes));
  const key = passwordBytes(secret(password));
  signAh(whole, key, { sequence, isRouted: false });
  return { ...plain, authenticated: whole };
}

test("checkAdvert() believes an Authentication Header with the right key and a new number", () => {
  const verdict = verdictOf("ah=1234", wrapped("1234", 7));
  assert.equal(verdict.kind === "accepted" && verdict.advert.sequence, 7);
  assert.deepEqual(rejectionOf("ah=1234", wrapped("1235", 7)), { kind: "authFailure" });
  const context = { ...CONTEXT, sequence: 7 };
  const expectation = expectationOf(config("ah=1234"));
  assert.deepEqual(checkAdvert(expectation, wrapped("1234", 7), context), {
    kind: "rejected",
    rejection: { kind: "replay", got: 7, last: 7 },
  });
  assert.equal(checkAdvert(expectation, wrapped("1234", 8), context).kind, "accepted");
});

test("checkAdvert() wants an Authentication Header exactly where one is configured", () => {
  assert.deepEqual(rejectionOf("ah=1234", packet()), { kind: "ahPresence", got: false });
  assert.deepEqual(rejectionOf("", wrapped("1234", 1)), { kind: "ahPresence", got: true });
});
