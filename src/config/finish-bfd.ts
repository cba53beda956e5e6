/** BFD sessions: addresses that go together, defaults, each neighbour once. */
import { familyOf } from "../base/address.ts";
import type { IpAddress } from "../base/address.ts";
import { milliseconds } from "../base/units.ts";
import type { BfdInstanceConfig } from "../bfd/config.ts";
import type { BfdDraft } from "./bfd-drafts.ts";
import type { Scope } from "./scope.ts";

const DEFAULT_INTERVAL = milliseconds(10);
const DEFAULT_IDLE_INTERVAL = milliseconds(1_000);
const DEFAULT_MULTIPLIER = 5;
const DEFAULT_TTL = { ipv4: 255, ipv6: 64 } as const;
/** RFC 5881 §5 is not asked for: any hop count is taken. */
const ANY_HOPS = 255;

/** The sessions that can be run; the others are reported and left out. */
export function finishBfdInstances(
  drafts: readonly BfdDraft[],
  scope: Scope,
): readonly BfdInstanceConfig[] {
  const neighbors = new Map<string, BfdDraft>();
  return drafts.flatMap((draft) => {
    const neighbor = neighborOf(draft, scope);
    if (neighbor === undefined || !isFree(draft, neighbor, neighbors, scope)) return [];
    return [finishBfdInstance(draft, neighbor, scope)];
  });
}

function finishBfdInstance(draft: BfdDraft, neighbor: IpAddress, scope: Scope): BfdInstanceConfig {
  const ttl = draft.ttl?.value ?? DEFAULT_TTL[familyOf(neighbor)];
  const tellsBoth = draft.tellsVrrp === undefined && draft.tellsCheckers === undefined;
  return {
    name: draft.name.value,
    neighbor,
    source: draft.source?.value,
    requiredMinRx: draft.minRx?.value ?? DEFAULT_INTERVAL,
    desiredMinTx: draft.minTx?.value ?? DEFAULT_INTERVAL,
    idleTx: draft.idleTx?.value ?? DEFAULT_IDLE_INTERVAL,
    detectMultiplier: draft.multiplier?.value ?? DEFAULT_MULTIPLIER,
    passive: draft.passive !== undefined,
    ttl,
    maxHops: finishMaxHops(draft, ttl, scope),
    multihop: draft.multihop?.value ?? false,
    weight: draft.weight?.value ?? 0,
    reverse: draft.isReversed ?? false,
    tellsVrrp: tellsBoth || draft.tellsVrrp !== undefined,
    tellsCheckers: tellsBoth || draft.tellsCheckers !== undefined,
  };
}

/** The neighbour, when the session can be held with it. */
function neighborOf(draft: BfdDraft, { report }: Scope): IpAddress | undefined {
  const { name, neighbor, source } = draft;
  if (neighbor === undefined) {
    report({
      severity: "error",
      code: "incomplete",
      message: `BFD instance ${name.value} has no neighbor address set, disabling instance`,
      at: name.at,
      fix: "add neighbor_ip",
    });
    return undefined;
  }
  if (neighbor.value === "malformed") return undefined;
  if (source === undefined || familyOf(source.value) === familyOf(neighbor.value)) {
    return neighbor.value;
  }
  report({
    severity: "error",
    code: "conflict",
    message:
      `BFD instance ${name.value} source address ${source.value} and neighbor address ` +
      `${neighbor.value} are not of the same family, disabling instance`,
    at: source.at,
    because: neighbor.at,
    fix: "use two IPv4 or two IPv6 addresses",
  });
  return undefined;
}

/** One session with each neighbour, or one for each source when all of them name it. */
function isFree(
  draft: BfdDraft,
  neighbor: IpAddress,
  neighbors: Map<string, BfdDraft>,
  { report }: Scope,
): boolean {
  const way = `${draft.multihop?.value === true ? "multihop" : "link"} ${neighbor}`;
  const source = draft.source?.value;
  const own = source === undefined ? `${way} any source` : `${way} ${source}`;
  const other =
    source === undefined
      ? neighbors.get(way)
      : (neighbors.get(own) ?? neighbors.get(`${way} any source`));
  if (other === undefined) {
    if (!neighbors.has(way)) neighbors.set(way, draft);
    neighbors.set(own, draft);
    return true;
  }
  report({
    severity: "error",
    code: "duplicate",
    message: `BFD instance ${draft.name.value} has duplicate neighbor address ${neighbor}, ignoring instance`,
    at: draft.neighbor?.at ?? draft.name.at,
    ...(other.neighbor === undefined ? {} : { because: other.neighbor.at }),
    fix: `follow ${other.name.value} instead, or give both a source_ip of their own`,
  });
  return false;
}

function finishMaxHops(draft: BfdDraft, ttl: number, { report }: Scope): number | undefined {
  const wanted = draft.maxHops?.value ?? 0;
  if (wanted > ttl && draft.maxHops !== undefined) {
    report({
      severity: "warning",
      code: "out-of-range",
      message: `BFD instance ${draft.name.value}: max_hops exceeds ttl/hoplimit - setting to ttl/hoplimit`,
      at: draft.maxHops.at,
      ...(draft.ttl === undefined ? {} : { because: draft.ttl.at }),
      fix: `write ${ttl} or less`,
    });
  }
  const hops = Math.min(wanted, ttl);
  return hops === ANY_HOPS ? undefined : hops;
}
