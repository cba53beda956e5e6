/**
 * An attacker on the LAN: frames that look like VRRP and are wrong in one way each.
 */
import { join } from "node:path";
import type { Host } from "./host.ts";
import { PROJECT_DIRECTORY } from "./namespace.ts";

export interface Lie {
  readonly vrid: number;
  readonly version: 2 | 3;
  /** Claimed sender, an IPv4 address. */
  readonly source: string;
  readonly sourceMac: string;
  readonly addresses: readonly string[];
}

const GROUP = [224, 0, 0, 18];
const GROUP_MAC = "01005e000012";
const OWNER = 255;

/** Every one of these claims priority 255, so that believing it would end a mastership. */
export function wrongFrames(lie: Lie): ReadonlyMap<string, Uint8Array> {
  const message = advert(lie, {});
  const badSum = Uint8Array.from(message);
  badSum[6] = (badSum[6] ?? 0) ^ 0x55;
  return new Map([
    ["truncated to three bytes", packet(lie, message.subarray(0, 3))],
    ["cut in its address list", packet(lie, message.subarray(0, 10))],
    ["without a message", packet(lie, new Uint8Array())],
    ["oversized", packet(lie, Uint8Array.from([...message, ...new Uint8Array(1400)]))],
    ["wrong checksum", packet(lie, badSum)],
    ["version 4", packet(lie, advert(lie, { version: 4 }))],
    ["the other version", packet(lie, advert(lie, { version: lie.version === 2 ? 3 : 2 }))],
    ["type 2", packet(lie, advert(lie, { type: 2 }))],
    ["foreign VRID", packet(lie, advert(lie, { vrid: lie.vrid + 1 }))],
    ["TTL 1", packet(lie, message, 1)],
    ["count of 255 addresses", packet(lie, advert(lie, { count: 255 }))],
  ]);
}

/** Sends `frames` in turn; resolves with how many when it is over. */
export async function flood(
  host: Host,
  frames: Iterable<Uint8Array>,
  options: { readonly rate: number; readonly seconds: number },
): Promise<number> {
  const tsx = join(PROJECT_DIRECTORY, "node_modules", "tsx", "dist", "loader.mjs");
  const main = join(PROJECT_DIRECTORY, "test", "lab", "attacker-main.ts");
  const lines = [...frames].map((frame) => Buffer.from(frame).toString("hex"));
  const output = await host.must(
    [
      ...[process.execPath, "--import", tsx, main],
      ...["eth0", String(options.rate), String(options.seconds)],
    ],
    { input: `${lines.join("\n")}\n`, timeoutMs: options.seconds * 1000 + 20_000 },
  );
  return Number(output.trim());
}

interface Changes {
  readonly version?: number;
  readonly type?: number;
  readonly vrid?: number;
  readonly count?: number;
}

function advert(lie: Lie, changes: Changes): Uint8Array {
  const version = changes.version ?? lie.version;
  const addresses = lie.addresses.flatMap(octets);
  const interval = lie.version === 2 ? [0, 1] : [0, 10];
  const message = Uint8Array.from([
    (version << 4) | (changes.type ?? 1),
    changes.vrid ?? lie.vrid,
    OWNER,
    changes.count ?? lie.addresses.length,
    ...interval,
    ...[0, 0],
    ...addresses,
    ...(lie.version === 2 ? new Uint8Array(8) : []),
  ]);
  const pseudo = [
    ...octets(lie.source),
    ...GROUP,
    0,
    112,
    message.length >> 8,
    message.length & 255,
  ];
  const covered = lie.version === 2 ? [...message] : [...pseudo, ...message];
  message.set(checksum(covered), 6);
  return message;
}

function packet(lie: Lie, message: Uint8Array, ttl = 255): Uint8Array {
  const length = 20 + message.length;
  const header = Uint8Array.from([
    ...[0x45, 0xc0, length >> 8, length & 255, 0, 1, 0, 0, ttl, 112, 0, 0],
    ...octets(lie.source),
    ...GROUP,
  ]);
  header.set(checksum([...header]), 10);
  const mac = Buffer.from(GROUP_MAC + lie.sourceMac.replaceAll(":", ""), "hex");
  return Uint8Array.from([...mac, 0x08, 0x00, ...header, ...message]);
}

function octets(address: string): number[] {
  return address.split(".").map(Number);
}

function checksum(bytes: readonly number[]): readonly [number, number] {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return [(~sum >> 8) & 255, ~sum & 255];
}
