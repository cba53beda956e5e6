/** The rules of nftables as `nft -j list ruleset` writes them (libnftables-json(5)). */
import {
  allHold,
  isInterface,
  isProtocol,
  isState,
  isWithin,
  packetTypes,
} from "./firewall-rules.ts";
import type { Chain, FilteredAdvert, Rule, Verdict } from "./firewall-rules.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The chains that see packets of the advert's family; none when the text is no ruleset. */
export function nftChains(text: string, advert: FilteredAdvert): readonly Chain[] {
  const items = member(parse(text), "nftables");
  if (!Array.isArray(items)) return [];
  const rules = new Map<string, Rule[]>();
  for (const item of items as readonly Json[]) {
    const rule = member(item, "rule");
    if (rule === undefined || !concerns(rule, advert)) continue;
    const key = keyOf(rule, word(rule, "chain"));
    rules.set(key, [...(rules.get(key) ?? []), ruleOf(rule, advert)]);
  }
  return (items as readonly Json[]).flatMap((item) => {
    const chain = member(item, "chain");
    if (chain === undefined || !concerns(chain, advert)) return [];
    const key = keyOf(chain, word(chain, "name"));
    return [
      {
        key,
        hook: word(chain, "hook") || undefined,
        priority: Number(member(chain, "prio") ?? 0),
        policy: word(chain, "policy") === "drop" ? ("drop" as const) : ("accept" as const),
        rules: rules.get(key) ?? [],
      },
    ];
  });
}

const FAMILIES = { ipv4: ["ip", "inet"], ipv6: ["ip6", "inet"] } as const;

const concerns = (item: Json, { family }: FilteredAdvert): boolean =>
  FAMILIES[family].some((each) => each === word(item, "family"));

const keyOf = (item: Json, chain: string): string =>
  `${word(item, "family")} ${word(item, "table")} ${chain}`;

function ruleOf(rule: Json, advert: FilteredAdvert): Rule {
  const parts = member(rule, "expr");
  const statements = Array.isArray(parts) ? (parts as readonly Json[]) : [];
  const matches = statements.flatMap((each) => {
    const match = member(each, "match");
    return match === undefined ? [] : [{ holds: holds(match, advert), match }];
  });
  const verdict = verdictOf(rule, statements);
  const said = matches.map(({ match }) => matchText(match));
  const handle = `handle ${digits(rule, "handle")}`;
  return {
    text: `\`${[...said, verdictText(verdict, statements)].join(" ")}\` (${handle})`,
    holds: allHold(matches.map((each) => each.holds)),
    namesProtocol: matches.some((each) => each.holds === true && isAboutProtocol(each.match)),
    verdict,
  };
}

function verdictOf(rule: Json, statements: readonly Json[]): Verdict {
  for (const each of statements) {
    if (has(each, "accept")) return { kind: "accept" };
    if (has(each, "drop") || has(each, "reject")) return { kind: "drop" };
    if (has(each, "return")) return { kind: "return" };
    for (const kind of ["jump", "goto"] as const) {
      const jump = member(each, kind);
      if (jump !== undefined) return { kind, chain: keyOf(rule, word(jump, "target")) };
    }
  }
  return { kind: "none" };
}

const verdictText = ({ kind }: Verdict, statements: readonly Json[]): string =>
  kind === "drop" && statements.some((each) => has(each, "reject")) ? "reject" : kind;

// ---- Matches ----------------------------------------------------------------------------------

function holds(match: Json, advert: FilteredAdvert): boolean | undefined {
  const op = word(match, "op");
  const values = valuesOf(member(match, "right"));
  if (values === undefined || !["==", "!=", "in"].includes(op)) return undefined;
  const equal = isOneOf(leftName(match), values, advert);
  return equal === undefined || op !== "!=" ? equal : !equal;
}

function isOneOf(
  left: string,
  values: readonly string[],
  advert: FilteredAdvert,
): boolean | undefined {
  const some = (test: (value: string) => boolean | undefined): boolean | undefined => {
    const results = values.map(test);
    if (results.includes(true)) return true;
    return results.includes(undefined) ? undefined : false;
  };
  const isIpv4 = advert.family === "ipv4";
  switch (left) {
    case "meta l4proto":
    case "ip protocol":
    case "ip6 nexthdr":
      return some((value) => isProtocol(value, advert));
    case "meta nfproto":
      return some((value) => value === advert.family);
    case "meta protocol":
      return some((value) => value === (isIpv4 ? "ip" : "ip6"));
    case "meta iifname":
    case "meta iif":
      return advert.hook === "input"
        ? some((value) => isInterface(value, advert.interfaceName))
        : false;
    case "meta oifname":
    case "meta oif":
      return advert.hook === "output"
        ? some((value) => isInterface(value, advert.interfaceName))
        : false;
    case "ip daddr":
    case "ip6 daddr":
      return some((value) => isWithin(advert.destination, value));
    case "ip saddr":
    case "ip6 saddr":
      return some((value) => isWithin(advert.source, value));
    case "ct state":
      return isState(values);
    case "meta pkttype":
    case "fib daddr type":
      return some((value) => value === packetTypes(advert));
    default:
      return /^(tcp|udp|sctp|dccp|icmp|icmpv6|th|esp|comp) /.test(left) ? false : undefined;
  }
}

const isAboutProtocol = (match: Json): boolean =>
  ["meta l4proto", "ip protocol", "ip6 nexthdr"].includes(leftName(match)) &&
  word(match, "op") !== "!=";

/** `meta l4proto`, `ip daddr`, `ct state`. */
function leftName(match: Json): string {
  const left = member(match, "left");
  for (const kind of ["meta", "ct"] as const) {
    const what = member(left, kind);
    if (what !== undefined) return `${kind} ${word(what, "key")}`;
  }
  const payload = member(left, "payload");
  if (payload !== undefined) return `${word(payload, "protocol")} ${word(payload, "field")}`;
  const fib = member(left, "fib");
  return fib === undefined ? "…" : `fib daddr ${word(fib, "result")}`;
}

/** As texts, networks as `10.0.0.0/8`; undefined for what is not spelled out: named sets, ranges. */
function valuesOf(right: Json | undefined): readonly string[] | undefined {
  if (typeof right === "number") return [String(right)];
  if (typeof right === "string") return right.startsWith("@") ? undefined : [right];
  const list = Array.isArray(right) ? (right as readonly Json[]) : member(right, "set");
  if (Array.isArray(list)) {
    const all = (list as readonly Json[]).map(valuesOf);
    return all.some((each) => each === undefined) ? undefined : all.flatMap((each) => each ?? []);
  }
  const prefix = member(right, "prefix");
  return prefix === undefined ? undefined : [`${word(prefix, "addr")}/${digits(prefix, "len")}`];
}

function matchText(match: Json): string {
  const values = valuesOf(member(match, "right"));
  const op = word(match, "op") === "!=" ? "!= " : "";
  const right =
    values === undefined
      ? "…"
      : values.length === 1
        ? (values[0] ?? "")
        : `{ ${values.join(", ")} }`;
  return `${leftName(match)} ${op}${right}`;
}

// ---- JSON -------------------------------------------------------------------------------------

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function member(item: Json | undefined, key: string): Json | undefined {
  if (item === null || typeof item !== "object" || Array.isArray(item)) return undefined;
  return (item as Readonly<Record<string, Json>>)[key] ?? undefined;
}

const has = (item: Json, key: string): boolean =>
  item !== null && typeof item === "object" && !Array.isArray(item) && key in item;

function word(item: Json | undefined, key: string): string {
  const found = member(item, key);
  return typeof found === "string" ? found : "";
}

function digits(item: Json | undefined, key: string): string {
  const found = member(item, key);
  return typeof found === "number" ? String(found) : "";
}
