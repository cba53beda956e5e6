/** Why things are as they are, in words for an operator: faults, changes of state, conflicts. */
import { errnoName, unreachable } from "../base/failure.ts";
import { toMilliseconds } from "../base/units.ts";
import type { ConflictEvidence, FaultCause, TransitionCause } from "../vrrp/events.ts";
import { renderSpan } from "./dates.ts";
import { renderMaintenance } from "./planned-lines.ts";

/** One fault as a clause: "interface eth0 is down". */
export function renderFault(cause: FaultCause): string {
  switch (cause.kind) {
    case "interfaceMissing":
      return `interface ${cause.interfaceName} does not exist`;
    case "interfaceDown":
      return `interface ${cause.interfaceName} is down`;
    case "noSourceAddress":
      return `${cause.interfaceName} has no ${cause.family} address to send from`;
    case "scriptFailed":
      return `script ${cause.script} fails`;
    case "processFailed":
      return `process ${cause.process} does not run as it should`;
    case "bfdFault":
      return `BFD session ${cause.bfd} is not as it should be`;
    case "sourceLost":
      return `no interface has the configured source address ${cause.address}`;
    case "isolated":
      return `it is isolated: ${cause.targets.join(", ")} ${cause.targets.length === 1 ? "does" : "do"} not answer on the link`;
    case "witness":
      return `the witness knows ${cause.holder} as master, which is not heard`;
    case "witnessLapsed":
      return "it is isolated and cannot renew its lease with the witness, so that another router may be master";
    case "fileFault":
      return `file ${cause.file} says so (${cause.value})`;
    case "scriptPending":
      return `script ${cause.script} has not run yet`;
    case "memberFault":
      return `${cause.member} of sync group ${cause.group} is in FAULT`;
    case "memberPending":
      return `${cause.member} of sync group ${cause.group} waits for a script`;
    case "maintenance":
      return renderMaintenance(cause.order);
    case "removedByOthers":
      return `another program keeps removing the ${cause.what}`;
    case "kernelRefused":
      return `the kernel refused to ${cause.action}: ${cause.call} failed with ${renderErrno(cause.errno)}`;
    default:
      return unreachable(cause);
  }
}

export const renderFaults = (causes: readonly FaultCause[]): string =>
  causes.map(renderFault).join("; ");

/** Why the last change of state happened, as a clause that follows "MASTER since …: ". */
export function renderCause(cause: TransitionCause): string {
  switch (cause.kind) {
    case "started":
      return "it was started";
    case "masterDown":
      return cause.lastMaster === undefined
        ? `no advert was heard for ${renderSpan(toMilliseconds(cause.waited))}`
        : `no advert for ${renderSpan(toMilliseconds(cause.waited))}, last master was ${cause.lastMaster}`;
    case "owner":
      return "it owns the address (priority 255)";
    case "masterResigned":
      return `the master ${cause.source} resigned (priority 0)`;
    case "preempted":
      return `the master ${cause.source} had the lower priority ${cause.priority}`;
    case "higherPriority":
      return `${cause.source} is master with priority ${cause.priority}, ours is ${cause.ours}`;
    case "higherAddress":
      return `${cause.source} is master with the same priority ${cause.priority} and a higher address`;
    case "fault":
      return renderFaults(cause.causes);
    case "faultsCleared":
      return "its faults are gone";
    case "addressRemoved":
      return `${cause.address} was removed from the interface by someone else`;
    case "addressRestored":
      return `master again after ${cause.address} had been removed by someone else`;
    case "routeRemoved":
      return `the ${cause.lost.what} ${cause.lost.text} was removed by someone else`;
    case "routeRestored":
      return `master again after the ${cause.lost.what} ${cause.lost.text} had been removed by someone else`;
    case "syncGroup":
      return `it follows ${cause.member} of sync group ${cause.group}`;
    case "stalled":
      return `${cause.source} took over while this process did not run for ${renderSpan(toMilliseconds(cause.gap))}`;
    case "didNotRun":
      return `this process did not run for ${renderSpan(toMilliseconds(cause.gap))}, and its addresses were given up`;
    case "timerExpired":
      return `this process did not run for ${renderSpan(toMilliseconds(cause.gap))}, so that another router must be master`;
    case "adopted":
      return "it took over from the daemon that ran here before";
    case "switchover":
      return "it hands its addresses to a peer, as was asked for";
    case "takenBack":
      return "no peer took over after the switchover";
    case "removed":
      return "it was removed from the configuration";
    case "stopping":
      return "the daemon is stopping";
    default:
      return unreachable(cause);
  }
}

/** What shows that there is a second master. */
export function renderEvidence(evidence: ConflictEvidence): string {
  switch (evidence.kind) {
    case "advert":
      return `${evidence.source} sends adverts as master too (priority ${evidence.priority})`;
    case "neighbour":
      return `${evidence.mac} answers for ${evidence.address} too`;
    default:
      return unreachable(evidence);
  }
}

/** `EPERM`, or the number where it has no name here. */
export function renderErrno(errno: number): string {
  const name = errnoName(errno);
  return name === "unknown" ? `errno ${errno}` : name;
}

/** strerror(3) for what sending and configuring commonly meet. */
const ERRNO_TEXT: Readonly<Record<string, string>> = {
  EPERM: "Operation not permitted",
  EACCES: "Permission denied",
  EINVAL: "Invalid argument",
  ENODEV: "No such device",
  ENXIO: "No such device or address",
  EEXIST: "File exists",
  ENOMEM: "Cannot allocate memory",
  EMSGSIZE: "Message too long",
  EOPNOTSUPP: "Operation not supported",
  EAFNOSUPPORT: "Address family not supported by protocol",
  EADDRNOTAVAIL: "Cannot assign requested address",
  ENETDOWN: "Network is down",
  ENETUNREACH: "Network is unreachable",
  ENOBUFS: "No buffer space available",
};

export const renderErrnoText = (errno: number): string =>
  ERRNO_TEXT[errnoName(errno)] ?? renderErrno(errno);

/** What a failure to send an advert most likely means, and where to look. */
export function renderSendAdvice(errno: number): string {
  switch (errnoName(errno)) {
    case "EPERM":
      return "a local firewall drops protocol 112? See `nft list ruleset` or `iptables -S OUTPUT`";
    case "ENETDOWN":
    case "ENODEV":
    case "ENXIO":
      return "the interface is down or gone";
    case "ENETUNREACH":
      return "there is no route to the peers";
    case "EADDRNOTAVAIL":
    case "EINVAL":
      return "the source address is not on this host any more";
    case "ENOBUFS":
      return "the interface's send queue is full";
    default:
      return "the peers cannot hear this host";
  }
}
