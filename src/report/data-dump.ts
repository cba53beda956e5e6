/**
 * The files of SIGUSR1 in Keepalived's layout: sections, one blank-pair of indent per level,
 * ` Name = value`. Tools search them, so names stay; facts that do not exist here are left out.
 */
import type { ToLocalTime } from "../base/local-time.ts";
import { MASK } from "../base/command.ts";
import { unreachable } from "../base/failure.ts";
import { toSeconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import type { ScriptConfig } from "../track/config.ts";
import type { StateName } from "../vrrp/events.ts";
import type { InstanceConfig, NotifyCommands } from "../vrrp/config.ts";
import { renderDumpTime } from "./dates.ts";
import { globalLines } from "./global-dump.ts";
import { renderCommandWords, renderVirtualAddress } from "./object-text.ts";
import { renderRoute, renderRule } from "./route-text.ts";
import type {
  InstanceSnapshot,
  InterfaceSnapshot,
  TrackerSnapshot,
  VrrpSnapshot,
} from "./state.ts";
import { trackFileLines, trackProcessLines } from "./tracker-dump.ts";

/** What the dump says of a check script beside its configuration. */
export interface ScriptFacts {
  readonly status: "unknown" | "good" | "bad";
  readonly result: number;
  readonly isRunning: boolean;
  readonly uid: number;
  readonly gid: number;
}

export interface DumpFacts {
  readonly model: Model;
  readonly snapshot: VrrpSnapshot | undefined;
  readonly scripts: ReadonlyMap<string, ScriptFacts>;
  /** What is known of tracked files and processes; nothing before they are followed. */
  readonly trackers?: readonly TrackerSnapshot[];
  readonly toLocalTime: ToLocalTime;
}

/** `keepalived_parent.data`: what the file said. */
export const renderParentDump = (model: Model): string => renderSection(...globalSection(model));

/** `keepalived.data`: everything the VRRP process knows. */
export function renderDataDump(facts: DumpFacts): string {
  const { model, snapshot, scripts, trackers = [] } = facts;
  const known = new Map(snapshot?.instances.map((i) => [i.name, i]));
  const topology = model.instances.flatMap((config) =>
    instanceLines(config, known.get(config.name), facts),
  );
  const scriptLines = model.scripts.flatMap((script) =>
    checkLines(script, scripts.get(script.name), model),
  );
  const interfaces = snapshot?.interfaces ?? [];
  return [
    globalSection(model),
    ["VRRP Topology", topology] as const,
    ["VRRP Scripts", scriptLines] as const,
    ["VRRP Track files", trackFileLines(model, trackers)] as const,
    ["VRRP Track processes", trackProcessLines(model, trackers)] as const,
    ["Interfaces", interfaces.flatMap((link) => interfaceLines(link, model))] as const,
  ]
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => renderSection(title, lines))
    .join("");
}

const globalSection = (model: Model): readonly [string, readonly string[]] => [
  "Global definitions",
  globalLines(model.global),
];

const renderSection = (title: string, lines: readonly string[]): string =>
  [`------< ${title} >------`, ...lines.map((line) => ` ${line}`), ""].join("\n");

const STATE_WORDS: Readonly<Record<StateName, string>> = {
  init: "INIT",
  backup: "BACKUP",
  master: "MASTER",
  fault: "FAULT",
  stopped: "STOP",
};

function instanceLines(
  config: InstanceConfig,
  state: InstanceSnapshot | undefined,
  { toLocalTime }: DumpFacts,
): readonly string[] {
  return [
    `VRRP Instance = ${config.name}`,
    ...[
      `VRRP Version = ${config.version}`,
      ...(config.family === "ipv6" ? ["Using Native IPv6"] : []),
      ...stateLines(config, state, toLocalTime),
      `Interface = ${config.interfaceName ?? "(none)"}`,
      ...deliveryLines(config, state),
      ...announcementLines(config),
      `Virtual Router ID = ${config.vrid}`,
      `Priority = ${config.priority}`,
      `Effective priority = ${state?.effectivePriority ?? config.priority}`,
      `Total priority = ${state?.effectivePriority ?? config.priority}`,
      `Advert interval = ${renderInterval(config)}`,
      `Accept = ${enabled(config.accept)}`,
      `Preempt = ${enabled(config.preempt)}`,
      ...(config.preemptDelay > 0
        ? [`Preempt delay = ${toSeconds(config.preemptDelay)} secs`]
        : []),
      "Promote_secondaries = disabled",
      ...authenticationLines(config),
      ...addressLines(config, state?.installed ?? false),
      ...trackerLines(config),
      `Using smtp notification = ${config.smtpAlert ? "yes" : "no"}`,
      `Notify deleted = ${config.notify.deleted === undefined ? "Fault" : "Deleted"}`,
      ...notifyLines(config.notify),
      "Notify priority changes = false",
    ].map(indent),
  ];
}

function stateLines(
  config: InstanceConfig,
  state: InstanceSnapshot | undefined,
  toLocalTime: ToLocalTime,
): readonly string[] {
  const faults = state?.faults ?? [];
  const pending = faults.filter((fault) => fault.kind === "scriptPending");
  return [
    `State = ${STATE_WORDS[state?.state ?? "init"]}`,
    "Flags: none",
    `Wantstate = ${STATE_WORDS[config.initialState]}`,
    "Number of config faults = 0",
    `Number of interface and track script faults = ${faults.length - pending.length}`,
    `Number of track scripts init = ${pending.length}`,
    ...(state === undefined
      ? []
      : [
          `Last transition = ${renderDumpTime(state.since, toLocalTime)}`,
          `Master down timer = ${state.masterDownIntervalUs} usecs`,
        ]),
  ];
}

function deliveryLines(
  { delivery }: InstanceConfig,
  state: InstanceSnapshot | undefined,
): readonly string[] {
  const source = `Using src_ip = ${state?.sourceAddress ?? delivery.source ?? "(none)"}`;
  switch (delivery.kind) {
    case "multicast":
      return [source, `Multicast address ${delivery.group}`];
    case "unicast":
      return [
        source,
        `Unicast Peer =`,
        ...delivery.peers.map((peer) => `  ${peer.address}`),
        `Unicast TTL = ${delivery.ttl}`,
        `Check unicast src : ${delivery.checkSource ? "yes" : "no"}`,
      ];
    default:
      return unreachable(delivery);
  }
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

function authenticationLines({ authentication }: InstanceConfig): readonly string[] {
  return authentication.kind === "none"
    ? []
    : ["Authentication type = SIMPLE_PASSWORD", `Password = ${MASK}`];
}

function addressLines(config: InstanceConfig, isSet: boolean): readonly string[] {
  const { addresses, excludedAddresses } = config;
  return [
    `Virtual IP (${addresses.length}):`,
    ...addresses.map((vip) => `  ${renderVirtualAddress(vip, isSet)}`),
    ...(excludedAddresses.length === 0 ? [] : ["Virtual IP Excluded :"]),
    ...excludedAddresses.map((vip) => `  ${renderVirtualAddress(vip, isSet)}`),
    ...(config.routes.length === 0 ? [] : [`Virtual Routes (${config.routes.length}):`]),
    ...config.routes.map((route) => `  ${renderRoute(route)}`),
    ...(config.rules.length === 0 ? [] : [`Virtual Rules (${config.rules.length}):`]),
    ...config.rules.map((rule) => `  ${renderRule(rule)}`),
  ];
}

function trackerLines(config: InstanceConfig): readonly string[] {
  const tracked = (title: string, objects: InstanceConfig["trackedScripts"]): readonly string[] =>
    objects.length === 0
      ? []
      : [
          `${title} :`,
          ...objects.map(
            ({ name, weight, reverse }) => `  ${name} weight ${weight}${reverse ? " reverse" : ""}`,
          ),
        ];
  return [
    ...tracked("Tracked interfaces", config.trackedInterfaces),
    ...tracked("Tracked scripts", config.trackedScripts),
    ...tracked("Tracked files", config.trackedFiles),
    ...tracked("Tracked processes", config.trackedProcesses),
  ];
}

function notifyLines(notify: NotifyCommands): readonly string[] {
  return [
    ["Backup state transition script", notify.backup] as const,
    ["Master state transition script", notify.master] as const,
    ["Fault state transition script", notify.fault] as const,
    ["Stop state transition script", notify.stop] as const,
    ["Deleted state transition script", notify.deleted] as const,
    ["Generic state transition script", notify.any] as const,
    ["Master rx lower pri script", notify.masterReceivedLowerPriority] as const,
  ].flatMap(([title, command]) =>
    command === undefined ? [] : [`${title} = ${renderCommandWords(command)}`],
  );
}

const SCRIPT_WORDS = { unknown: "INIT", good: "GOOD", bad: "BAD" } as const;

function checkLines(
  script: ScriptConfig,
  facts: ScriptFacts | undefined,
  model: Model,
): readonly string[] {
  const trackers = model.instances.flatMap(({ name, trackedScripts }) =>
    trackedScripts
      .filter((tracked) => tracked.name === script.name)
      .map((tracked) => `  ${name}, weight ${tracked.weight}`),
  );
  return [
    `VRRP Script = ${script.name}`,
    ...[
      `Command = ${renderCommandWords(script.command)}`,
      `Interval = ${toSeconds(script.interval)} sec`,
      // Zero says that none was chosen: it is the interval then.
      `Timeout = ${script.timeoutIsExplicit ? toSeconds(script.timeout) : 0} sec`,
      `Weight = ${script.weight}${script.reverse ? " reverse" : ""}`,
      `Rise = ${script.rise}`,
      `Fall = ${script.fall}`,
      `Result = ${facts?.result ?? 0}`,
      "Insecure = no",
      `Init state = ${script.startsFailed ? "failed" : "unknown"}`,
      `Status = ${SCRIPT_WORDS[facts?.status ?? "unknown"]}`,
      ...(facts === undefined ? [] : [`Script uid:gid = ${facts.uid}:${facts.gid}`]),
      "VRRP instances :",
      "Tracking instances :",
      ...trackers,
      `State = ${facts?.isRunning === true ? "running" : "idle"}`,
    ].map(indent),
  ];
}

function interfaceLines(link: InterfaceSnapshot, model: Model): readonly string[] {
  const bare = link.addresses.map((address) => address.replace(/\/.*/, ""));
  const tracking = model.instances
    .filter((instance) => instance.interfaceName === link.name)
    .map((instance) => `  ${instance.name}, weight 0`);
  return [
    `Name = ${link.name}`,
    ...[
      `index = ${link.index}`,
      `IPv4 address = ${bare.find((address) => !address.includes(":")) ?? "(none)"}`,
      `IPv6 address = ${bare.find((address) => address.includes(":")) ?? "(none)"}`,
      ...(link.mac === undefined ? [] : [`MAC = ${link.mac}`]),
      `State = ${link.up ? "UP, RUNNING" : "DOWN, not RUNNING"}`,
      `MTU = ${link.mtu}`,
      ...(tracking.length === 0 ? [] : ["Tracking VRRP instances :", ...tracking]),
    ].map(indent),
  ];
}

const indent = (line: string): string => `  ${line}`;
const enabled = (is: boolean): string => (is ? "enabled" : "disabled");
const wholeSeconds = (span: Duration): number => Math.floor(toSeconds(span));

/** Version 2 counts in seconds, version 3 in milliseconds where it must. */
function renderInterval({ version, advertInterval }: InstanceConfig): string {
  const seconds = toSeconds(advertInterval);
  return version === 3 && !Number.isInteger(seconds)
    ? `${seconds * 1_000} milli-sec`
    : `${seconds} sec`;
}
