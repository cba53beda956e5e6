/** What may keep two routers from hearing each other, as lines of the log. */
import { toMilliseconds } from "../base/units.ts";
import type { ConditionKind } from "../vrrp/conditions.ts";
import type { InstanceEvent } from "../vrrp/events.ts";
import { renderSpan } from "./dates.ts";
import { info, notice, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";

export type ConditionEvent = Extract<InstanceEvent, { kind: "conditionBegan" | "conditionEnded" }>;

/** Conditions that have no line of their own when they begin, and the end of any. */
export function conditionLine(
  name: string,
  event: ConditionEvent,
  facts: { readonly interfaceName: string | undefined },
): LogLine {
  if (event.kind === "conditionBegan") {
    const on = facts.interfaceName === undefined ? "" : ` on ${facts.interfaceName}`;
    return warning(
      `${name} DEAF - ${event.mac ?? "another machine"} has our addresses${on}, but no advert of it arrives: a firewall here or there, or the network, drops protocol 112`,
    );
  }
  const who = event.source ?? event.mac ?? "another machine";
  const { condition, lasted, count } = event;
  const times = count === 1 ? "once" : `${count} times`;
  const span = renderSpan(toMilliseconds(lasted));
  return notice(`${name} over: ${CONDITION_NAMES[condition]} of ${who}, ${times} in ${span}`);
}

/** Once for each time that an instance becomes mute or deaf by its own machine's doing. */
export const culpritLine = (name: string, condition: "mute" | "deaf", rule: string): LogLine =>
  warning(
    `(${name}) the local firewall drops ${condition === "mute" ? "its adverts" : "adverts of others"}: ${rule}`,
  );

/** What a condition is called in sentences. */
export const CONDITION_NAMES: Readonly<Record<ConditionKind, string>> = {
  foreignClaim: "claims to our addresses",
  secondMaster: "adverts of a second master",
  addressList: "adverts with another address list",
  version: "adverts of another version",
  interval: "adverts at another interval",
  authentication: "adverts with another authentication",
  password: "adverts with another password or key",
  delivery: "adverts that travel another way",
  checksum: "adverts with a wrong checksum",
  ttl: "adverts with a wrong TTL",
  malformed: "malformed adverts",
  stranger: "adverts of a stranger",
  mute: "adverts that cannot be sent",
  deaf: "the missing adverts",
};

export type ProofEvent = Extract<
  InstanceEvent,
  { kind: "proofAwaited" | "proofGiven" | "proofMissing" }
>;

/** A link that came up lately must show that it receives before silence on it makes a master. */
export function proofLine(name: string, event: ProofEvent): LogLine {
  const { interfaceName } = event;
  switch (event.kind) {
    case "proofAwaited": {
      const span = renderSpan(toMilliseconds(event.wait));
      return warning(
        `${name} waiting for proof that ${interfaceName} receives (${span}): nothing has arrived on it since it came up`,
      );
    }
    case "proofGiven":
      return info(`${name} ${interfaceName} receives: waiting for a master from now on`);
    case "proofMissing":
      return warning(
        `${name} nothing has arrived on ${interfaceName}: going on without proof that it receives (receive_proof)`,
      );
  }
}
