/** The rules of the filter and raw tables as iptables-save and ip6tables-save write them. */
import { allHold, isInterface, isProtocol, isState, isWithin } from "./firewall-rules.ts";
import type { Chain, FilteredAdvert, Rule, Verdict } from "./firewall-rules.ts";

const HOOKS: Readonly<Record<string, string>> = {
  INPUT: "input",
  OUTPUT: "output",
  PREROUTING: "prerouting",
};

/** Priorities of the tables in a hook (linux/netfilter_ipv4.h). */
const PRIORITIES: Readonly<Record<string, number>> = { raw: -300, mangle: -150, filter: 0 };

export function iptablesChains(text: string, advert: FilteredAdvert): readonly Chain[] {
  const chains = new Map<string, Chain>();
  let table = "";
  for (const line of text.split("\n")) {
    const words = line.trim().split(/\s+/);
    const [first = "", second = ""] = words;
    if (first.startsWith("*")) table = first.slice(1);
    else if (first.startsWith(":")) {
      const name = first.slice(1);
      const key = `${table} ${name}`;
      const hook = HOOKS[name];
      const policy = second === "DROP" ? "drop" : "accept";
      chains.set(key, { key, hook, priority: PRIORITIES[table] ?? 0, policy, rules: [] });
    } else if (first === "-A") {
      const key = `${table} ${second}`;
      const chain = chains.get(key);
      if (chain === undefined) continue;
      const rule = ruleOf(line.trim(), { words: words.slice(2), table, chains }, advert);
      chains.set(key, { ...chain, rules: [...chain.rules, rule] });
    }
  }
  return [...chains.values()];
}

function ruleOf(
  text: string,
  {
    words,
    table,
    chains,
  }: {
    readonly words: readonly string[];
    readonly table: string;
    readonly chains: ReadonlyMap<string, Chain>;
  },
  advert: FilteredAdvert,
): Rule {
  const matches: (boolean | undefined)[] = [];
  let verdict: Verdict = { kind: "none" };
  let namesProtocol = false;
  for (let at = 0; at < words.length; at += 2) {
    const negated = words[at] === "!";
    if (negated) at += 1;
    const [option = "", value = ""] = [words[at], words[at + 1]];
    if (option === "-j" || option === "-g") {
      verdict = verdictOf(option, value, (name) =>
        chains.has(`${table} ${name}`) ? `${table} ${name}` : undefined,
      );
      break;
    }
    if (option === "-m") continue;
    const is = isMatch(option, value, advert);
    const holds = is === undefined || !negated ? is : !is;
    matches.push(holds);
    if (option === "-p" && !negated && holds === true && value !== "all") namesProtocol = true;
  }
  return { text: `\`${text}\``, holds: allHold(matches), namesProtocol, verdict };
}

function verdictOf(
  option: string,
  target: string,
  chain: (name: string) => string | undefined,
): Verdict {
  if (target === "ACCEPT") return { kind: "accept" };
  if (target === "DROP" || target === "REJECT") return { kind: "drop" };
  if (target === "RETURN") return { kind: "return" };
  const key = chain(target);
  if (key === undefined) return { kind: "none" };
  return { kind: option === "-g" ? "goto" : "jump", chain: key };
}

function isMatch(option: string, value: string, advert: FilteredAdvert): boolean | undefined {
  switch (option) {
    case "-p":
      return value === "all" || isProtocol(value, advert);
    case "-i":
      return advert.hook === "input" ? isInterface(value, advert.interfaceName) : false;
    case "-o":
      return advert.hook === "output" ? isInterface(value, advert.interfaceName) : false;
    case "-s":
      return isWithin(advert.source, value);
    case "-d":
      return isWithin(advert.destination, value);
    case "--state":
    case "--ctstate":
      return isState(value.split(","));
    default:
      return undefined;
  }
}
