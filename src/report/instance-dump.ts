/** An instance in the data dump of SIGUSR1: the line for each setting and state, in Keepalived's order. */
import { familyOf } from "../base/address.ts";
import { MASK } from "../base/command.ts";
import type { Command } from "../base/command.ts";
import { unreachable } from "../base/failure.ts";
import type { ToLocalTime } from "../base/local-time.ts";
import { toSeconds } from "../base/units.ts";
import type { FaultCause, StateName } from "../vrrp/events.ts";
import type { InstanceConfig, NotifyCommands, SyncGroupConfig } from "../vrrp/config.ts";
import { advertInterface } from "../vrrp/vmac-config.ts";
import { renderDumpTime } from "./dates.ts";
import { enabled, indent, renderOwned, trackedLines, wholeSeconds } from "./dump-text.ts";
import type { OwnerOf, TrackedByKind } from "./dump-text.ts";
import { renderVirtualAddress } from "./object-text.ts";
import type { AddressState } from "./object-text.ts";
import { renderRoute, renderRule } from "./route-text.ts";
import type { InstanceSnapshot, InterfaceSnapshot, SocketSnapshot } from "./state.ts";

export interface InstanceDumpFacts {
  readonly config: InstanceConfig;
  /** Its sync group, whose trackers are shown there. */
  readonly group: SyncGroupConfig | undefined;
  /** Undefined before it runs. */
  readonly state: InstanceSnapshot | undefined;
  readonly socket: SocketSnapshot | undefined;
  readonly links: readonly InterfaceSnapshot[];
  readonly ownerOf: OwnerOf;
  readonly toLocalTime: ToLocalTime;
}

export function instanceLines(facts: InstanceDumpFacts): readonly string[] {
  const { config, group, state } = facts;
  return [
    `VRRP Instance = ${config.name}`,
    ...[
      `VRRP Version = ${config.version}`,
      ...(group === undefined ? [] : [`Sync group = ${group.name}`]),
      ...(config.family === "ipv6" ? ["Using Native IPv6"] : []),
      ...stateLines(facts),
      ...linkLines(facts),
      ...sourceLines(config, state, facts.links),
      ...announcementLines(config),
      ...electionLines(config, state),
      ...authenticationLines(config),
      ...(config.debug === 0 ? [] : [`Debug level = ${config.debug}`]),
      ...addressLines(facts),
      ...unicastLines(config),
      ...socketLines(facts.socket),
      ...routingLines(config),
      ...trackedLines(ownTracking(config, group), "Tracked processes"),
      `Using smtp notification = ${config.smtpAlert ? "yes" : "no"}`,
      `Notify deleted = ${config.reportsDeleted ? "Deleted" : "Fault"}`,
      ...notifyLines(config.notify, facts.ownerOf),
      `Notify priority changes = ${config.notifiesPriority}`,
    ].map(indent),
  ];
}

const STATE_WORDS: Readonly<Record<StateName, string>> = {
  init: "INIT",
  backup: "BACKUP",
  master: "MASTER",
  fault: "FAULT",
  stopped: "STOP",
};

export const stateWord = (state: StateName): string => STATE_WORDS[state];

function stateLines({ config, state, toLocalTime }: InstanceDumpFacts): readonly string[] {
  const faults = state?.faults ?? [];
  const own = faults.filter((fault) => isOwnInterfaceFault(fault, config));
  const pending = faults.filter(({ kind }) => kind === "scriptPending");
  const tracked = faults.filter(
    (fault) => !own.includes(fault) && !pending.includes(fault) && !isOfTheGroup(fault),
  );
  const time = (at: number): string => renderDumpTime(at, toLocalTime);
  const master = state?.state === "backup" ? state.master : undefined;
  return [
    `State = ${stateWord(state?.state ?? "init")}`,
    ...(master === undefined
      ? []
      : [`Master router = ${master.address}`, `Master priority = ${master.priority}`]),
    ...flagLines(config),
    `Wantstate = ${stateWord(wantedState(config, state))}`,
    "Number of config faults = 0",
    `Number of tracker faults = ${tracked.length}`,
    `Flags of interface faults = ${own.length === 0 ? "none" : own.map(faultWord).join(", ")}`,
    `Number of track scripts init = ${pending.length}`,
    ...(state === undefined
      ? []
      : [
          `Last transition = ${time(state.since)}`,
          `Read timeout = ${state.actsAt === undefined ? "DISABLED" : time(state.actsAt)}`,
          `Master down timer = ${state.masterDownIntervalUs} usecs`,
        ]),
  ];
}

/** What is wrong with what an instance stands on, rather than with what it tracks. */
function isOwnInterfaceFault(fault: FaultCause, { interfaceName }: InstanceConfig): boolean {
  switch (fault.kind) {
    case "interfaceMissing":
    case "interfaceDown":
    case "noSourceAddress":
      return fault.interfaceName === interfaceName;
    case "sourceLost":
    case "removedByOthers":
    case "kernelRefused":
      return true;
    case "scriptFailed":
    case "scriptPending":
    case "processFailed":
    case "bfdFault":
    case "fileFault":
    case "isolated":
    case "witness":
    case "witnessLapsed":
    case "memberFault":
    case "memberPending":
    case "maintenance":
      return false;
    default:
      return unreachable(fault);
  }
}

const isOfTheGroup = ({ kind }: FaultCause): boolean =>
  kind === "memberFault" || kind === "memberPending";

function faultWord({ kind }: FaultCause): string {
  switch (kind) {
    case "interfaceMissing":
      return "no interface";
    case "interfaceDown":
      return "down";
    case "noSourceAddress":
    case "sourceLost":
      return "no address";
    default:
      return "refused";
  }
}

/** What it would be were it alone: the group's other members do not count. */
export function wantedState(
  config: InstanceConfig,
  state: InstanceSnapshot | undefined,
): StateName {
  switch (state?.state) {
    case "master":
    case "backup":
    case "stopped":
      return state.state;
    case "fault":
      return state.faults.every(isOfTheGroup) ? config.initialState : "fault";
    case "init":
    case undefined:
      return config.initialState;
  }
}

function flagLines({ delivery }: InstanceConfig): readonly string[] {
  return delivery.kind === "unicast" ? ["Flags:", "  Using unicast"] : ["Flags: none"];
}

function linkLines({ config, links }: InstanceDumpFacts): readonly string[] {
  const { own, transmitsOnBase } = config.vmac;
  const name = config.interfaceName ?? "(none)";
  const isUp = own !== undefined && links.some((link) => link.name === own.name && link.up);
  return [
    ...(own === undefined
      ? []
      : [
          `Use ${own.what.kind === "macvlan" ? "VMAC" : "IPVLAN"}, i/f name ${own.name}, ` +
            `is_up = ${isUp}, xmit_base = ${transmitsOnBase}`,
        ]),
    `Interface = ${own === undefined ? name : `${own.name}, vmac on ${name}`}`,
    ...(config.trackPrimary ? [] : ["VRRP interface tracking disabled"]),
    ...(config.skipAddressCheck ? ["Skip checking advert IP addresses"] : []),
    ...(config.strict ? ["Enforcing strict VRRP compliance"] : []),
  ];
}

function sourceLines(
  config: InstanceConfig,
  state: InstanceSnapshot | undefined,
  links: readonly InterfaceSnapshot[],
): readonly string[] {
  const { delivery } = config;
  const address = state?.sourceAddress ?? delivery.source ?? "(none)";
  const from = delivery.source === undefined ? "" : " (from configuration)";
  const source = `Using src_ip = ${address}${from}`;
  if (delivery.kind === "unicast") return [source];
  const link = links.find(({ name }) => name === advertInterface(config));
  // An IPv6 group means nothing without the interface.
  const hasIndex = familyOf(delivery.group) === "ipv6" && link !== undefined;
  const where = hasIndex ? `, ifindex ${link.index}` : "";
  return [source, `Multicast address ${delivery.group}${where}`];
}

function announcementLines(config: InstanceConfig): readonly string[] {
  const { announcements } = config;
  return [
    `Gratuitous ARP delay = ${wholeSeconds(announcements.masterDelay)}`,
    `Gratuitous ARP repeat = ${announcements.masterRepeat}`,
    `Gratuitous ARP refresh = ${wholeSeconds(announcements.refresh)}`,
    `Gratuitous ARP refresh repeat = ${announcements.refreshRepeat}`,
    `Gratuitous ARP lower priority delay = ${wholeSeconds(announcements.lowerPriorityDelay)}`,
    `Gratuitous ARP lower priority repeat = ${announcements.lowerPriorityRepeat}`,
    `Down timer adverts = ${config.downTimerAdverts}`,
    `Send advert after receive lower priority advert = ${!config.lowerPriorityNoAdvert}`,
    `Send advert after receive higher priority advert = ${config.higherPrioritySendAdvert}`,
  ];
}

function electionLines(
  config: InstanceConfig,
  state: InstanceSnapshot | undefined,
): readonly string[] {
  const effective = state?.effectivePriority ?? config.priority;
  return [
    `Virtual Router ID = ${config.vrid}`,
    `Priority = ${config.priority}`,
    `Effective priority = ${effective}`,
    `Total priority = ${effective}`,
    `Advert interval = ${renderInterval(config)}`,
    `Accept = ${enabled(config.accept)}`,
    `Preempt = ${enabled(config.preempt)}`,
    ...(config.preemptDelay > 0 ? [`Preempt delay = ${toSeconds(config.preemptDelay)} secs`] : []),
    `Promote_secondaries = ${enabled(config.promotesSecondaries)}`,
  ];
}

/** Version 2 counts in seconds, version 3 in milliseconds. */
function renderInterval({ version, advertInterval }: InstanceConfig): string {
  const seconds = toSeconds(advertInterval);
  return version === 3 ? `${Math.round(seconds * 1_000)} milli-sec` : `${seconds} sec`;
}

/** Version 3 has none, and says nothing. */
function authenticationLines({ version, authentication, hmac }: InstanceConfig): readonly string[] {
  const signed =
    hmac === undefined
      ? []
      : [`Authentication extension = HMAC, key ${hmac.activeKey}, mode ${hmac.mode}`];
  if (version === 3) return signed;
  switch (authentication.kind) {
    case "none":
      return ["Authentication type = none", ...signed];
    case "pass":
      return ["Authentication type = SIMPLE_PASSWORD", `Password = ${MASK}`, ...signed];
    case "ah":
      return ["Authentication type = IPSEC_AH", ...signed];
    default:
      return unreachable(authentication);
  }
}

/** How its addresses stand: for the dump and for JSON. */
export function addressState(
  config: InstanceConfig,
  state: InstanceSnapshot | undefined,
): AddressState {
  const { own, ofAddresses } = config.vmac;
  const made = own === undefined ? ofAddresses : [own, ...ofAddresses];
  return {
    isSet: state?.installed ?? false,
    isShielded: state?.isShielded ?? false,
    baseOf: (interfaceName) => made.find(({ name }) => name === interfaceName)?.parent,
  };
}

function addressLines({ config, state }: InstanceDumpFacts): readonly string[] {
  const { addresses, excludedAddresses } = config;
  const standing = addressState(config, state);
  return [
    `Virtual IP (${addresses.length}):`,
    ...addresses.map((vip) => `  ${renderVirtualAddress(vip, standing)}`),
    ...(excludedAddresses.length === 0 ? [] : ["Virtual IP Excluded :"]),
    ...excludedAddresses.map((vip) => `  ${renderVirtualAddress(vip, standing)}`),
  ];
}

const CHECKSUM_WORDS = { auto: "no", always: "config", never: "never" } as const;
const MAXIMUM_TTL = 255;

function unicastLines({ delivery, family, oldUnicastChecksum }: InstanceConfig): readonly string[] {
  if (delivery.kind !== "unicast") return [];
  return [
    // An IPv6 hop limit is not shown.
    ...(family === "ipv4" ? [`Unicast TTL = ${delivery.ttl}`] : []),
    `Check unicast src : ${delivery.checkSource ? "yes" : "no"}`,
    "Unicast Peer :",
    ...delivery.peers.map(
      ({ address, minTtl = 0, maxTtl = MAXIMUM_TTL }) =>
        `  ${address} min_ttl ${minTtl} max_ttl ${maxTtl}`,
    ),
    `Unicast checksum compatibility = ${CHECKSUM_WORDS[oldUnicastChecksum]}`,
  ];
}

function socketLines(socket: SocketSnapshot | undefined): readonly string[] {
  if (socket === undefined) return [];
  const [receive, send] = socket.descriptors;
  return [`fd_in ${receive}, fd_out ${send}`];
}

const routingLines = ({ routes, rules }: InstanceConfig): readonly string[] => [
  ...(routes.length === 0 ? [] : ["Virtual Routes :"]),
  ...routes.map((route) => `  ${renderRoute(route)}`),
  ...(rules.length === 0 ? [] : ["Virtual Rules :"]),
  ...rules.map((rule) => `  ${renderRule(rule)}`),
];

/** What an instance tracks itself: the members have what their group tracks among their own. */
export function ownTracking(
  config: InstanceConfig,
  group: SyncGroupConfig | undefined,
): TrackedByKind {
  const shared = group?.tracked;
  const without = (
    all: TrackedByKind["files"],
    theirs: TrackedByKind["files"] | undefined,
  ): TrackedByKind["files"] => {
    const names = new Set(theirs?.map(({ name }) => name));
    return all.filter(({ name }) => !names.has(name));
  };
  return {
    interfaces: without(config.trackedInterfaces, shared?.interfaces),
    scripts: without(config.trackedScripts, shared?.scripts),
    files: without(config.trackedFiles, shared?.files),
    processes: without(config.trackedProcesses, shared?.processes),
    bfds: without(config.trackedBfds, shared?.bfds),
  };
}

/** The scripts of an instance; a sync group has some of them. */
export function notifyLines(notify: Partial<NotifyCommands>, ownerOf: OwnerOf): readonly string[] {
  const named: readonly (readonly [string, Command | undefined])[] = [
    ["Backup state transition", notify.backup],
    ["Master state transition", notify.master],
    ["Fault state transition", notify.fault],
    ["Stop state transition", notify.stop],
    ["Deleted state transition", notify.deleted],
    ["Generic state transition", notify.any],
    ["Master rx lower pri state transition", notify.masterReceivedLowerPriority],
  ];
  return named.flatMap(([title, command]) =>
    command === undefined ? [] : [`${title} script = ${renderOwned(command, ownerOf)}`],
  );
}
