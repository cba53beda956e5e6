/** The conditions of an instance as status shows them: a mark, sentences with advice, and fields. */
import type { ConditionKind } from "../vrrp/conditions.ts";
import { CONDITION_NAMES } from "./condition-lines.ts";
import { renderSpan } from "./dates.ts";
import type { ConditionSnapshot, InstanceSnapshot } from "./state.ts";

/** What to do about each. */
const ADVICE: Readonly<Record<ConditionKind, string>> = {
  foreignClaim: "find the machine with that MAC address and take the address off it",
  secondMaster: "let protocol 112 through in both directions",
  addressList: "give both the same `virtual_ipaddress` list",
  version: "set the same `version` on both",
  interval: "set the same `advert_int` on both",
  authentication: "set the same `auth_type` on both",
  password: "set the same `auth_pass` or key on both",
  delivery: "use unicast or multicast on both",
  checksum: "see `v3_checksum_as_v2` and `old_unicast_checksum`",
  ttl: "no router may be between the two; for unicast see min_ttl and max_ttl",
  malformed: "something else than VRRP uses protocol 112 here",
  stranger: "add it to `unicast_peer`, or stop it",
  mute: "let protocol 112 out",
  deaf: "let protocol 112 in, here and in the network, and out on the other machine",
};

/** Behind the state in the table; empty when all is well. */
export function conditionMark(instance: InstanceSnapshot): string {
  if (instance.conflict !== undefined) return " (CONFLICT)";
  if (instance.sendErrno !== 0) return " (MUTE)";
  return (instance.conditions ?? []).length > 0 ? " (!)" : "";
}

/** One for each condition that has no sentence of its own; and the rule that is to blame. */
export function conditionSentences(
  { proof, culprit, conditions = [] }: InstanceSnapshot,
  now: number,
): readonly string[] {
  const waiting =
    proof === undefined
      ? []
      : [
          `Waiting for proof that ${proof.interfaceName} receives (${renderSpan(proof.until - now)}): nothing has arrived on it since it came up.`,
        ];
  const told = conditions
    .filter(({ kind }) => !HAVE_SENTENCES.has(kind))
    .map((each) => sentence(each, now));
  const blamed = culprit === undefined ? [] : [`The local firewall drops them: ${culprit.rule}.`];
  return [...waiting, ...told, ...blamed];
}

/** The conflict, and what an errno says. */
const HAVE_SENTENCES: ReadonlySet<ConditionKind> = new Set([
  "foreignClaim",
  "secondMaster",
  "mute",
]);

function sentence(condition: ConditionSnapshot, now: number): string {
  const { kind, firstSeen, count } = condition;
  const span = renderSpan(now - firstSeen);
  if (kind === "deaf") {
    return `DEAF for ${span}: ${condition.mac ?? "another machine"} has our addresses, but no advert of it arrives: ${ADVICE.deaf}.`;
  }
  const from = condition.source ?? condition.mac ?? "another machine";
  const times = count === 1 ? "once" : `${count} times`;
  return `${capital(CONDITION_NAMES[kind])} from ${from}, ${times} in ${span}: ${ADVICE[kind]}.`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** For `status --json`. */
export function conditionViews({ culprit, conditions = [] }: InstanceSnapshot): readonly unknown[] {
  return conditions.map(({ kind, source, mac, firstSeen, lastSeen, count, detail }) => ({
    kind,
    text: CONDITION_NAMES[kind],
    advice: ADVICE[kind],
    sourceAddress: source ?? null,
    sourceMac: mac ?? null,
    firstSeenMs: firstSeen,
    lastSeenMs: lastSeen,
    count,
    detail,
    firewallRule: culprit?.condition === kind ? culprit.rule : null,
  }));
}
