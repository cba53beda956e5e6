/** Faults as the lines users grep for. */
import { unreachable } from "../base/failure.ts";
import type { FaultCause } from "../vrrp/events.ts";
import { renderErrnoText, renderFault } from "./causes.ts";
import { detail, notice, problem, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";

/** What puts an instance into FAULT, in Keepalived's words where it has some. */
export function faultBeganLines(name: string, cause: FaultCause): readonly LogLine[] {
  switch (cause.kind) {
    case "scriptFailed":
      return [warning(`${name}: entering FAULT state due to script ${cause.script}`)];
    case "scriptPending":
      return [detail(`${name} waits for the first result of script ${cause.script}`)];
    case "processFailed":
      return [warning(`${name}: entering FAULT state due to process ${cause.process}`)];
    case "fileFault":
      return [
        warning(`${name}: entering FAULT state due to file ${cause.file} (value ${cause.value})`),
      ];
    case "bfdFault":
      return [warning(`${name}: entering FAULT state due to BFD session ${cause.bfd}`)];
    case "isolated":
    case "witness":
    case "witnessLapsed":
      return [problem(`${name}: entering FAULT state: ${renderFault(cause)}`)];
    case "sourceLost":
      return [warning(`${name}: entering FAULT state (${faultLabel(cause)})`)];
    case "memberPending":
      return [detail(`${name} waits: ${renderFault(cause)}`)];
    case "memberFault":
      return [];
    case "interfaceMissing":
    case "interfaceDown":
    case "noSourceAddress":
      return [warning(`${name} entering FAULT state (${faultLabel(cause)})`)];
    case "maintenance":
      return [notice(`${name} entering MAINTENANCE: ${renderFault(cause)}`)];
    case "removedByOthers":
      return [
        problem(`${name} entering FAULT state: ${renderFault(cause)}, stepping aside for a while`),
      ];
    case "kernelRefused":
      return [problem(`${name} entering FAULT state (${faultLabel(cause)})`)];
    default:
      return unreachable(cause);
  }
}

/** A fault in few words, to be put into brackets. */
export function faultLabel(cause: FaultCause): string {
  switch (cause.kind) {
    case "interfaceMissing":
      return `interface ${cause.interfaceName} does not exist`;
    case "interfaceDown":
      return `interface ${cause.interfaceName} down`;
    case "noSourceAddress":
      return `no ${cause.family} address for interface`;
    case "scriptFailed":
      return `script ${cause.script} failed`;
    case "scriptPending":
      return `script ${cause.script} not yet run`;
    case "sourceLost":
      return "src address not configured";
    case "maintenance":
    case "memberFault":
    case "memberPending":
    case "isolated":
    case "witness":
    case "witnessLapsed":
    case "bfdFault":
    case "processFailed":
    case "fileFault":
    case "removedByOthers":
      return renderFault(cause);
    case "kernelRefused":
      return `cannot ${cause.action}: ${cause.call} failed with errno ${cause.errno} (${renderErrnoText(cause.errno)})`;
    default:
      return unreachable(cause);
  }
}
