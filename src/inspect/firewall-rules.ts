/**
 * Which rule of a firewall drops the adverts of an instance: the rules as `nft -j list ruleset` or
 * iptables-save write them, walked as the kernel would with an advert. What is not understood is
 * neither an acceptance nor, unless it names the protocol, a reason to blame.
 */
import { familyOf, inSubnet, isMulticast, parseIpAddress } from "../base/address.ts";
import type { Family, IpAddress } from "../base/address.ts";

/** An advert, as rules see it. */
export interface FilteredAdvert {
  readonly hook: "input" | "output";
  readonly family: Family;
  /** 51 in an Authentication Header, else 112. */
  readonly protocol: 51 | 112;
  readonly interfaceName: string | undefined;
  readonly source: IpAddress | undefined;
  readonly destination: IpAddress;
}

export interface Rule {
  /** As a user would look for it. */
  readonly text: string;
  /** True when all matches hold, false when one does not, undefined when that is not known. */
  readonly holds: boolean | undefined;
  /** One of the matches that hold is about the protocol. */
  readonly namesProtocol: boolean;
  readonly verdict: Verdict;
}

export type Verdict =
  | { readonly kind: "accept" | "drop" | "return" | "none" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

export interface Chain {
  /** Unique: family, table and name. */
  readonly key: string;
  readonly hook: string | undefined;
  readonly priority: number;
  readonly policy: "accept" | "drop";
  readonly rules: readonly Rule[];
}

/** Jumps that are followed: the kernel allows 16. */
const JUMPS_LIMIT = 16;

type Fate = { readonly kind: "dropped"; readonly by: string } | { readonly kind: "accepted" };

/** The rule or policy that drops what comes to `hook`, in words; undefined when none is found. */
export function blamedRule(chains: readonly Chain[], hook: string): string | undefined {
  const byKey = new Map(chains.map((chain) => [chain.key, chain]));
  const bases = chains
    .filter((chain) => chain.hook === hook)
    .sort((a, b) => a.priority - b.priority);
  for (const base of bases) {
    const fate = walk(base, byKey, 0);
    if (fate?.kind === "dropped") return `${base.key}: ${fate.by}`;
    if (fate === undefined && base.policy === "drop") {
      return `${base.key}: policy drop, and no rule accepts VRRP`;
    }
  }
  return undefined;
}

/** Undefined when the end of the chain is reached. */
function walk(chain: Chain, byKey: ReadonlyMap<string, Chain>, depth: number): Fate | undefined {
  for (const { text, holds, namesProtocol, verdict } of chain.rules) {
    if (holds === false) continue;
    const isSure = holds === true;
    switch (verdict.kind) {
      case "accept":
        if (isSure) return { kind: "accepted" };
        break;
      case "drop":
        if (isSure || namesProtocol) return { kind: "dropped", by: text };
        break;
      case "return":
        if (isSure) return undefined;
        break;
      case "jump":
      case "goto": {
        const target = byKey.get(verdict.chain);
        if (!isSure || target === undefined || depth >= JUMPS_LIMIT) break;
        const fate = walk(target, byKey, depth + 1);
        if (fate !== undefined || verdict.kind === "goto") return fate;
        break;
      }
      case "none":
        break;
    }
  }
  return undefined;
}

/** Whether `address` is in `network`, an address with or without a prefix length. */
export function isWithin(address: IpAddress | undefined, network: string): boolean | undefined {
  if (address === undefined) return undefined;
  const [text = "", length] = network.split("/");
  const start = parseIpAddress(text);
  if (start === undefined) return undefined;
  if (familyOf(start) !== familyOf(address)) return false;
  const whole = familyOf(start) === "ipv4" ? 32 : 128;
  return inSubnet(address, start, length === undefined ? whole : Number(length));
}

/** Whether a rule's name for a protocol, or its number, is that of the advert. */
export function isProtocol(name: string, { protocol }: FilteredAdvert): boolean {
  const names = protocol === 112 ? ["vrrp", "112"] : ["ah", "51"];
  return names.includes(name.toLowerCase());
}

/** An interface as a rule names it; `*` or `+` at the end stands for anything. */
export function isInterface(pattern: string, name: string | undefined): boolean | undefined {
  if (name === undefined) return undefined;
  return /[*+]$/.test(pattern) ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** Of a connection that nobody answers. Multicast belongs to none that is known. */
export function isState(states: readonly string[]): boolean {
  return states.some(
    (state) => state.toLowerCase() === "new" || state.toLowerCase() === "untracked",
  );
}

/** What the packet is to a host: `pkttype`. */
export const packetTypes = ({ destination }: FilteredAdvert): string =>
  isMulticast(destination) ? "multicast" : "host";

/** All known to hold, one known not to, or neither. */
export function allHold(matches: readonly (boolean | undefined)[]): boolean | undefined {
  if (matches.includes(false)) return false;
  return matches.includes(undefined) ? undefined : true;
}
