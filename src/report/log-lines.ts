/**
 * What happens to an instance as the lines users grep for. The phrases are Keepalived's; what an
 * operator needs to act on is added behind them. Lines marked detail are only said with -D.
 */
import { familyOf } from "../base/address.ts";
import { errnoName, unreachable } from "../base/failure.ts";
import { toMilliseconds, toSeconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { ConflictEvidence, Culprit, TransitionCause, VrrpEvent } from "../vrrp/events.ts";
import type { InstanceEvent } from "../vrrp/events.ts";
import type { HmacProblem } from "../vrrp/hmac.ts";
import type { Rejection } from "../vrrp/receive.ts";
import { renderCause, renderErrnoText, renderEvidence, renderSendAdvice } from "./causes.ts";
import { conditionLine, proofLine } from "./condition-lines.ts";
import type { ConditionEvent, ProofEvent } from "./condition-lines.ts";
import { renderSpan } from "./dates.ts";
import { faultBeganLines, faultLabel } from "./fault-lines.ts";
import { alert, detail, info, notice, problem, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";
import { switchoverText } from "./planned-lines.ts";
import { splitLine } from "./split-lines.ts";

/** What the configuration knows about an instance and its events do not repeat. */
export interface InstanceFacts {
  readonly interfaceName: string | undefined;
}

/** The lines of one event, in order; some events have none. */
export function renderEvent(
  { instance, event }: VrrpEvent,
  facts: InstanceFacts,
): readonly LogLine[] {
  const name = `(${instance})`;
  switch (event.kind) {
    case "entered":
      return enteredLines(name, event);
    case "stopped":
      return [];
    case "receiveTimeout":
      return [detail(`${name} Receive advertisement timeout`)];
    case "higherPriorityReceived":
    case "higherAddressReceived":
    case "lowerPriorityReceived":
    case "lowerPriorityDiscarded":
    case "ownAddressHeard":
    case "secondOwnerHeard":
      return [rivalLine(name, event)];
    case "priorityZeroReceived":
    case "priorityZeroSent":
      return [priorityZeroLine(name, event)];
    case "masterChanged":
      return [detail(`${name} ${masterChange(event.from, event.to)}`)];
    case "preemptDelayStarted":
    case "preemptDelayStopped":
      return [detail(`${name} ${preemptDelayText(event)}`)];
    case "intervalLearned":
      return [info(`${name} ${intervalChange(event)}`)];
    case "priorityChanged":
      return [info(`${name} Changing effective priority from ${event.from} to ${event.to}`)];
    case "faultBegan":
      return faultBeganLines(name, event.cause);
    case "faultEnded":
      return [detail(`${name} fault is over (${faultLabel(event.cause)})`)];
    case "conflictEnded":
    case "handedOver":
    case "holdEnded":
      return [notice(`${name} ${endText(event)}`)];
    case "addressesInstalled":
    case "addressesRemoved":
    case "firewallChanged":
    case "addressLost":
    case "announcing":
    case "routingInstalled":
    case "routingRemoved":
    case "routeLost":
      return [addressLine(name, event, facts)];
    case "sendFailed":
      return [sendFailedLine(name, event.errno, facts)];
    case "sendRecovered":
      return [notice(`${name} adverts are sent again`)];
    case "stalled":
    case "leaseExpired":
    case "leaseRenewedLate":
      return [warning(`${name} ${idleText(event)}`)];
    case "isolationChanged":
    case "takeoverPutOff":
      return [splitLine(name, event)];
    case "groupFollows":
      return [info(groupText(event.group, event.state))];
    case "checksumModeSwitched":
      return [info(`${name} ${OLD_CHECKSUM_TEXT}`)];
    default:
      return [hindranceLine(name, event, facts)];
  }
}

type Hindrance =
  | ProofEvent
  | ConditionEvent
  | Extract<InstanceEvent, { kind: "packetRejected" | "packetOdd" | "conflictBegan" }>;

/** What keeps routers from hearing each other, or from agreeing. */
function hindranceLine(name: string, event: Hindrance, facts: InstanceFacts): LogLine {
  switch (event.kind) {
    case "proofAwaited":
    case "proofGiven":
    case "proofMissing":
      return proofLine(name, event);
    case "packetRejected":
      return warning(`${name} ${rejectionText(event.rejection, event.source)} - ignored`);
    case "packetOdd":
      return warning(`${name} ${rejectionText(event.rejection, event.source)}`);
    case "conditionBegan":
    case "conditionEnded":
      return conditionLine(name, event, facts);
    case "conflictBegan":
      return alert(`${name} ${conflictText(event.evidence)}`);
    default:
      return unreachable(event);
  }
}

function priorityZeroLine(
  name: string,
  event: Extract<InstanceEvent, { kind: "priorityZeroReceived" | "priorityZeroSent" }>,
): LogLine {
  if (event.kind === "priorityZeroSent") return detail(`${name} sent 0 priority`);
  return event.asMaster
    ? info(`${name} Master received priority 0 message`)
    : detail(`${name} Backup received priority 0 advertisement`);
}

const preemptDelayText = (
  event: Extract<InstanceEvent, { kind: "preemptDelayStarted" | "preemptDelayStopped" }>,
): string =>
  event.kind === "preemptDelayStarted"
    ? `start preempt delay (${toSeconds(event.delay).toFixed(6)})`
    : "stop preempt delay";

/** What is over: a conflict, or a part of a switchover. */
const endText = (
  event: Extract<InstanceEvent, { kind: "conflictEnded" | "handedOver" | "holdEnded" }>,
): string =>
  event.kind === "conflictEnded"
    ? conflictEndText(event.lasted, event.yielded)
    : switchoverText(event);

const OLD_CHECKSUM_TEXT =
  "Setting unicast VRRPv3 checksum to old version: the peer sends that of releases before 1.3.7 (old_unicast_checksum)";

type IdleEvent = Extract<InstanceEvent, { kind: "stalled" | "leaseExpired" | "leaseRenewedLate" }>;

/** What it meant that this process did not run. */
function idleText(event: IdleEvent): string {
  const span = renderSpan(
    toMilliseconds(event.kind === "leaseRenewedLate" ? event.late : event.gap),
  );
  switch (event.kind) {
    case "stalled":
      return `this process did not run for ${span} as master: it listens before it speaks`;
    case "leaseExpired":
      return `this process did not run for ${span}: the kernel has taken its addresses off, and another router may have them. It listens before it speaks`;
    case "leaseRenewedLate":
      return `this process did not run when its addresses were to be renewed: the kernel took them off ${span} ago. Nobody can have taken over yet, so they are put back`;
  }
}

const groupText = (group: string, state: string): string =>
  `VRRP_Group(${group}) Syncing instances to ${state.toUpperCase()} state`;

function enteredLines(
  name: string,
  event: Extract<InstanceEvent, { kind: "entered" }>,
): readonly LogLine[] {
  const entering = `${name} Entering ${event.state.toUpperCase()} STATE`;
  const reason = needsReason(event.cause) ? [detail(`${name} ${renderCause(event.cause)}`)] : [];
  switch (event.state) {
    case "backup":
      return [info(event.initial ? `${entering} (init)` : entering), ...reason];
    case "master":
      return [notice(entering), ...reason];
    case "fault":
      return [warning(entering)];
    default:
      return unreachable(event.state);
  }
}

/** Causes that no other line has told. */
const needsReason = (cause: TransitionCause): boolean => NEW_REASONS.has(cause.kind);

const NEW_REASONS: ReadonlySet<TransitionCause["kind"]> = new Set([
  "masterDown",
  "masterResigned",
  "preempted",
  "switchover",
  "takenBack",
]);

type RivalEvent = Extract<
  InstanceEvent,
  {
    kind:
      | "higherPriorityReceived"
      | "higherAddressReceived"
      | "lowerPriorityReceived"
      | "lowerPriorityDiscarded"
      | "ownAddressHeard"
      | "secondOwnerHeard";
  }
>;

function rivalLine(name: string, event: RivalEvent): LogLine {
  switch (event.kind) {
    case "higherPriorityReceived":
      return info(
        `${name} Master received advert from ${event.source} with higher priority ${event.priority}, ours ${event.ours}`,
      );
    case "higherAddressReceived":
      return info(
        `${name} Master received advert from ${event.source} with same priority ${event.priority} but higher IP address than ours`,
      );
    case "lowerPriorityReceived":
      return info(
        `${name} Received advert from ${event.source} with lower priority ${event.priority}, ours ${event.ours}, forcing new election`,
      );
    case "lowerPriorityDiscarded":
      return info(
        `${name} received lower priority (${event.priority}) advert from ${event.source} - discarding`,
      );
    case "ownAddressHeard":
      return warning(
        `${name} WARNING - equal priority advert received from remote host with our IP address. Two hosts use ${event.source}`,
      );
    case "secondOwnerHeard":
      return warning(
        `${name} CONFIGURATION ERROR: local instance and ${event.source} are both configured as address owner, please resolve`,
      );
    default:
      return unreachable(event);
  }
}

const masterChange = (from: string | undefined, to: string): string =>
  from === undefined ? `master set to ${to}` : `master changed from ${from} to ${to}`;

const intervalChange = (event: Extract<InstanceEvent, { kind: "intervalLearned" }>): string =>
  `advertisement interval updated from ${toMilliseconds(event.from)}ms to ${toMilliseconds(event.to)}ms by master`;

function conflictText(evidence: ConflictEvidence): string {
  const advice =
    evidence.kind === "advert"
      ? "Does the network carry protocol 112 in both directions?"
      : "Either another host has the address by configuration, or a second master cannot be heard: does a firewall drop protocol 112?";
  return `CONFLICT - two masters: ${renderEvidence(evidence)}. ${advice}`;
}

type AddressEvent = Extract<
  InstanceEvent,
  {
    kind:
      "addressesInstalled" | "addressesRemoved" | "firewallChanged" | "addressLost" | "announcing";
  }
>;

function conflictEndText(lasted: Duration, yielded: boolean): string {
  const how = yielded
    ? "this router is master no more"
    : "no sign of a second master any more, announcing the addresses again";
  return `CONFLICT over after ${renderSpan(toMilliseconds(lasted))}: ${how}`;
}

function addressLine(
  name: string,
  event: AddressEvent | RoutingEvent,
  facts: InstanceFacts,
): LogLine {
  switch (event.kind) {
    case "addressesInstalled":
      return detail(`${name} setting ${event.excluded ? "E-VIPs" : "VIPs"}.`);
    case "addressesRemoved":
      return detail(`${name} removing ${event.excluded ? "E-VIPs" : "VIPs"}.`);
    case "firewallChanged":
      return detail(`${name} ${event.drops ? "setting" : "removing"} firewall drop rule`);
    case "addressLost":
      return warning(
        `${name} Netlink reflector reports IP ${event.address} removed from ${facts.interfaceName ?? "its interface"}${byWhom(event.by)}`,
      );
    case "announcing":
      return detail(`${name} ${announcement(event)}`);
    case "routingInstalled":
    case "routingRemoved":
    case "routeLost":
      return routingLine(name, event);
    default:
      return unreachable(event);
  }
}

const byWhom = (by: Culprit | undefined): string =>
  by === undefined ? "" : ` by ${by.name ?? "a process that is gone"} (pid ${by.pid})`;

type RoutingEvent = Extract<
  InstanceEvent,
  { kind: "routingInstalled" | "routingRemoved" | "routeLost" }
>;

function routingLine(name: string, event: RoutingEvent): LogLine {
  if (event.kind === "routeLost") {
    return warning(`${name} tracked ${event.lost.what} ${event.lost.text} was removed`);
  }
  const verb = event.kind === "routingInstalled" ? "setting" : "removing";
  return detail(`${name} ${verb} Virtual ${event.what === "route" ? "Routes" : "Rules"}`);
}

function sendFailedLine(name: string, errno: number, facts: InstanceFacts): LogLine {
  const where = facts.interfaceName === undefined ? "" : ` on ${facts.interfaceName}`;
  return problem(
    `${name}: send advert error ${errno} (${renderErrnoText(errno)}): cannot send adverts${where}: ${errnoName(errno)}, ${renderSendAdvice(errno)}`,
  );
}

function announcement(event: Extract<InstanceEvent, { kind: "announcing" }>): string {
  const what =
    familyOf(event.address) === "ipv4" ? "gratuitous ARPs" : "Unsolicited Neighbour Adverts";
  return `Sending/queueing ${what} on ${event.interfaceName} for ${event.address}`;
}

const AUTH_NAMES: ReadonlyMap<number, string> = new Map([
  [0, "none"],
  [1, "PASS"],
  [2, "AH"],
]);

const authName = (type: number): string => AUTH_NAMES.get(type) ?? String(type);

/** Why a packet was not believed, who sent it, and what to do. */
const HMAC_TEXT: Readonly<Record<HmacProblem, string>> = {
  missing: "unsigned advert (this router enforces `auth_hmac`: set it on both, or mode permissive)",
  malformed: "advert with a malformed auth_hmac trailer",
  stale: "advert signed at another time than now (`time_window`): set both clocks right",
  unknownKey: "advert signed with a key that is not known here: give both the same `key`",
  wrongSignature: "advert with a wrong auth_hmac signature: give both the same `key`",
  replayed: "replayed advert, or one out of order,",
};

function rejectionText(rejection: Rejection, source: string): string {
  switch (rejection.kind) {
    case "length":
      return `invalid packet length from ${source}: ${rejection.have} bytes, expected ${rejection.need}`;
    case "ttl":
      return `invalid TTL/HL from ${source}. Received ${rejection.got} and expect 255: it crossed a router, or was forged`;
    case "version":
      return `wrong version from ${source}. Received ${rejection.got} and expect ${rejection.want}: set the same \`version\` on both`;
    case "authTypeUnknown":
      return `unknown authentication type ${rejection.got} from ${source}`;
    case "authTypeMismatch":
      return `authentication type mismatch from ${source}: received ${authName(rejection.got)}, ours is ${authName(rejection.want)}: set the same \`auth_type\` on both`;
    case "authFailure":
      return `received an invalid passwd! from ${source}: set the same \`auth_pass\` on both (its first 8 characters count)`;
    case "ahPresence":
      return rejection.got
        ? `advert in an Authentication Header from ${source}, none is configured: set the same \`auth_type\` on both`
        : `advert without Authentication Header from ${source}, one is configured: set the same \`auth_type\` on both`;
    case "hmac":
      return `${HMAC_TEXT[rejection.problem]} from ${source}`;
    case "replay":
      return `replayed advert from ${source}: sequence number ${rejection.got} comes after ${rejection.last}`;
    case "interval":
      return `advertisement interval mismatch with ${source} mine=${seconds(rejection.wantMs)} sec rcv'd=${seconds(rejection.gotMs)} sec: set the same \`advert_int\` on both`;
    case "type":
      return `invalid packet type ${rejection.got} from ${source}: only 1 (advertisement) is defined`;
    case "checksum":
      return `invalid checksum from ${source}: damaged on the way, or the other side computes it another way (\`v3_checksum_as_v2\`, \`old_unicast_checksum\`)`;
    case "delivery":
      return `advert from ${source} to ${rejection.destination}, which is not how this instance travels: use unicast or multicast on both`;
    case "ownerIgnores":
      return `advert from ${source} ignored: this router owns the addresses (\`owner_ignore_adverts\`)`;
    case "addressCount":
      return `received an unexpected ip number count ${rejection.got}, expected ${rejection.want}! from ${source}: give both the same \`virtual_ipaddress\` list`;
    case "addressList":
      return `received an unexpected ip address list from ${source}: give both the same \`virtual_ipaddress\` list`;
    case "unknownPeer":
      return `advert from ${source}, which is not a \`unicast_peer\``;
    case "peerTtl":
      return `invalid TTL/HL ${rejection.got} from peer ${source}: outside its min_ttl/max_ttl`;
    default:
      return unreachable(rejection);
  }
}

const seconds = (ms: number): string => String(ms / 1_000);
