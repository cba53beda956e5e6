/** Lines about peers that cannot hear each other: isolation, takeovers put off, the witness. */
import { toMilliseconds } from "../base/units.ts";
import { holderText } from "../track/witness.ts";
import type { WitnessVerdict } from "../track/witness.ts";
import type { InstanceEvent } from "../vrrp/events.ts";
import { renderSpan } from "./dates.ts";
import { info, notice, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";

type SplitEvent = Extract<InstanceEvent, { kind: "isolationChanged" | "takeoverPutOff" }>;

export function splitLine(name: string, event: SplitEvent): LogLine {
  if (event.kind === "isolationChanged") {
    const targets = event.targets.join(", ");
    return event.isolated
      ? warning(`${name} is isolated: none of ${targets} answers on the link`)
      : notice(`${name} is isolated no more: ${targets} can be reached`);
  }
  return warning(`${name} hears no master, but ${putOffText(event)}`);
}

function putOffText(event: Extract<SplitEvent, { kind: "takeoverPutOff" }>): string {
  const { about } = event;
  const wait = renderSpan(toMilliseconds(event.wait));
  switch (event.why) {
    case "isolated":
      return `${about} does not answer either: it waits ${wait} more before it takes over`;
    case "witness":
      return `the witness knows ${about} as one: it does not take over while that is so (a dead router's lease is over within ${wait})`;
    case "cutOff":
      return `neither ${about} nor the witness answers: it does not take over (prefer-single-owner)`;
  }
}

/** What the witness of an instance says, as a clause. */
export function renderWitnessVerdict(verdict: WitnessVerdict): string {
  switch (verdict.kind) {
    case "unknown":
      return "unknown, so that it counts for nothing";
    case "free":
      return "nobody holds the key";
    case "held":
      return "this router holds the key";
    case "elsewhere":
      return `${holderText(verdict.holder)} holds the key`;
    case "lapsed":
      return "the lease of this router could not be renewed";
  }
}

/** When the verdict changes. */
export const witnessLine = (name: string, verdict: WitnessVerdict): LogLine =>
  verdict.kind === "lapsed" || verdict.kind === "unknown"
    ? warning(`${name} witness: ${renderWitnessVerdict(verdict)}`)
    : info(`${name} witness: ${renderWitnessVerdict(verdict)}`);

/** Said once until the witness answers again. */
export const witnessFailsLine = (name: string, reason: string): LogLine =>
  warning(`${name} witness does not answer: ${reason}. VRRP goes on as if there were none`);

export const witnessAnswersLine = (name: string): LogLine =>
  notice(`${name} witness answers again`);
