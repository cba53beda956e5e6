/** What may keep two routers from hearing each other, as lines of the log. */
import { toMilliseconds } from "../base/units.ts";
import type { InstanceEvent } from "../vrrp/events.ts";
import { renderSpan } from "./dates.ts";
import { info, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";

type ProofEvent = Extract<InstanceEvent, { kind: "proofAwaited" | "proofGiven" | "proofMissing" }>;

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
