/**
 * `keepalived.json` in Keepalived's layout: one line, every field in its order. Exporters read it:
 * names, order and number forms are fixed. keepalived.conf(5), json_version.
 */
import { MASK } from "../base/command.ts";
import type { Command } from "../base/command.ts";
import { toSeconds } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import type { TrackProcessConfig } from "../track/config.ts";
import type { StateName } from "../vrrp/events.ts";
import type { InstanceConfig, NotifyCommands, VirtualAddress } from "../vrrp/config.ts";
import type { Counters } from "../vrrp/state.ts";
import { wholeSeconds } from "./dump-text.ts";
import { addressState, ownTracking, wantedState } from "./instance-dump.ts";
import { renderCommandWords, renderVirtualAddress } from "./object-text.ts";
import { renderRoute, renderRule } from "./route-text.ts";
import type { InstanceSnapshot, TrackerSnapshot, VrrpSnapshot } from "./state.ts";
import { comparesCommandLine } from "./tracker-dump.ts";

type JsonValue = string | number | boolean | RawNumber | readonly string[];
type JsonFields = readonly (readonly [string, JsonValue])[];

/** A number in a form JSON.stringify would not choose. */
interface RawNumber {
  readonly raw: string;
}

/**
 * Undefined when there is no instance, as Keepalived then writes nothing. Version 1 is an array of
 * instances; version 2 an object that has it, and tracked processes where there are any.
 */
export function renderJsonDump(
  model: Model,
  snapshot: VrrpSnapshot | undefined,
  trackers: readonly TrackerSnapshot[],
): string | undefined {
  const known = new Map(snapshot?.instances.map((i) => [i.name, i]));
  const instances = model.instances.flatMap((config) => {
    const state = known.get(config.name);
    return state === undefined ? [] : [renderInstance(model, config, state)];
  });
  if (instances.length === 0) return undefined;
  const array = `[${instances.join(",")}]`;
  if (model.global.dumps.jsonVersion === 1) return array;
  const processes = model.trackProcesses.map((process) => renderProcess(process, trackers));
  const tracked = processes.length === 0 ? "" : `,"track_process":[${processes.join(",")}]`;
  return `{"vrrp":${array}${tracked}}`;
}

function renderInstance(model: Model, config: InstanceConfig, state: InstanceSnapshot): string {
  const data = renderObject([
    ...identityFields(config, state),
    ...electionFields(config, state),
    ...scriptFields(config.notify),
    ...listFields(model, config, state),
    ...authenticationFields(config),
  ]);
  return `{"data":${data},"stats":${renderObject(counterFields(state.counters))}}`;
}

function identityFields(config: InstanceConfig, state: InstanceSnapshot): JsonFields {
  const { announcements } = config;
  const link = config.vmac.own?.name ?? config.interfaceName;
  return [
    ["iname", config.name],
    ["dont_track_primary", bit(!config.trackPrimary)],
    ["skip_check_adv_addr", bit(config.skipAddressCheck)],
    ["strict_mode", bit(config.strict)],
    ["vmac_ifname", config.vmac.own?.name ?? ""],
    ...(link === undefined ? [] : ([["ifp_ifname", link]] as const)),
    ["master_priority", state.master?.priority ?? 0],
    ["last_transition", { raw: (state.since / 1_000).toFixed(6) }],
    ["garp_delay", toSeconds(announcements.masterDelay)],
    ["garp_refresh", wholeSeconds(announcements.refresh)],
    ["garp_rep", announcements.masterRepeat],
    ["garp_refresh_rep", announcements.refreshRepeat],
    ["garp_lower_prio_delay", wholeSeconds(announcements.lowerPriorityDelay)],
    ["garp_lower_prio_rep", announcements.lowerPriorityRepeat],
    ["lower_prio_no_advert", bit(config.lowerPriorityNoAdvert)],
    ["higher_prio_send_advert", bit(config.higherPrioritySendAdvert)],
  ];
}

const STATE_NUMBERS: Readonly<Record<StateName, number>> = {
  init: 0,
  backup: 1,
  master: 2,
  fault: 3,
  stopped: 98,
};

function electionFields(config: InstanceConfig, state: InstanceSnapshot): JsonFields {
  return [
    ["vrid", config.vrid],
    ["base_priority", config.priority],
    ["effective_priority", state.effectivePriority],
    ["vipset", state.installed],
    ["promote_secondaries", config.promotesSecondaries],
    ["adver_int", toSeconds(config.advertInterval)],
    ["master_adver_int", state.masterAdvertIntervalUs / 1_000_000],
    ["accept", bit(config.accept)],
    ["nopreempt", !config.preempt],
    ["preempt_delay", wholeSeconds(config.preemptDelay)],
    ["state", STATE_NUMBERS[state.state]],
    ["wantstate", STATE_NUMBERS[wantedState(config, state)]],
    ["version", config.version],
    ["smtp_alert", config.smtpAlert],
    ["notify_deleted", config.reportsDeleted],
  ];
}

function scriptFields(notify: NotifyCommands): JsonFields {
  const named: readonly (readonly [string, Command | undefined])[] = [
    ["script_backup", notify.backup],
    ["script_master", notify.master],
    ["script_fault", notify.fault],
    ["script_stop", notify.stop],
    ["script_deleted", notify.deleted],
    ["script", notify.any],
    ["script_master_rx_lower_pri", notify.masterReceivedLowerPriority],
  ];
  return named.flatMap(([name, command]) =>
    command === undefined ? [] : [[name, renderCommandWords(command)] as const],
  );
}

function listFields(model: Model, config: InstanceConfig, state: InstanceSnapshot): JsonFields {
  const commands = new Map(model.scripts.map((s) => [s.name, renderCommandWords(s.command)]));
  const standing = addressState(config, state);
  const text = (vip: VirtualAddress): string => renderVirtualAddress(vip, standing);
  const own = ownTracking(
    config,
    model.syncGroups.find(({ name }) => name === config.syncGroup),
  );
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ["vips", config.addresses.map(text)],
    ["evips", config.excludedAddresses.map(text)],
    ["vroutes", config.routes.map(renderRoute)],
    ["vrules", config.rules.map(renderRule)],
    ["track_ifp", own.interfaces.map(({ name }) => name)],
    ["track_script", own.scripts.map(({ name }) => commands.get(name) ?? name)],
    ["track_process", own.processes.map(({ name }) => name)],
  ];
  return lists.filter(([, values]) => values.length > 0);
}

const AUTHENTICATION_NUMBERS = { none: 0, pass: 1, ah: 2 } as const;

function authenticationFields({ authentication }: InstanceConfig): JsonFields {
  const { kind } = authentication;
  const type = ["auth_type", AUTHENTICATION_NUMBERS[kind]] as const;
  return kind === "none" ? [type] : [type, ["auth_data", MASK]];
}

function renderProcess(process: TrackProcessConfig, trackers: readonly TrackerSnapshot[]): string {
  const [program, ...parameters] = process.command;
  const found = trackers.find(({ kind, name }) => kind === "process" && name === process.name);
  const known = found?.kind === "process" ? found : undefined;
  const isTurning = known?.isTurning === true;
  const hasQuorum = known?.verdict === "good";
  const exact = parameters.length > 0 ? "exact" : "none";
  return renderObject([
    ["process", program],
    ...(parameters.length === 0 ? [] : ([["parameters", parameters.join(" ")]] as const)),
    ["param_match", process.parameterMatch ?? exact],
    ["min_processes", process.quorum],
    ...(process.quorumMaximum === undefined
      ? []
      : ([["max_processes", process.quorumMaximum]] as const)),
    ["current_processes", known?.count ?? 0],
    ["have_quorum", hasQuorum],
    ["weight", process.weight],
    ["terminate_delay", toSeconds(process.terminateDelay)],
    ["fork_delay", toSeconds(process.forkDelay)],
    ["fork_delay_timer_running", isTurning && !hasQuorum],
    ["terminate_delay_timer_running", isTurning && hasQuorum],
    ["full_command", comparesCommandLine(process)],
  ]);
}

const counterFields = (counters: Counters): JsonFields => [
  ["advert_rcvd", counters.advertsReceived],
  ["advert_sent", counters.advertsSent],
  ["become_master", counters.becameMaster],
  ["release_master", counters.releasedMaster],
  ["packet_len_err", counters.packetLengthErrors],
  ["advert_interval_err", counters.advertIntervalErrors],
  ["ip_ttl_err", counters.ttlErrors],
  ["invalid_type_rcvd", counters.invalidTypeReceived],
  ["addr_list_err", counters.addressListErrors],
  ["invalid_authtype", counters.invalidAuthType],
  ["authtype_mismatch", counters.authTypeMismatch],
  ["auth_failure", counters.authFailures],
  ["auth_ext_missing", counters.hmacMissing],
  ["auth_ext_malformed", counters.hmacMalformed],
  ["auth_ext_unknown_key", counters.hmacUnknownKey],
  ["auth_ext_invalid_hmac", counters.hmacWrongSignature],
  ["auth_ext_stale", counters.hmacStale],
  ["auth_ext_replay", counters.hmacReplayed],
  ["pri_zero_rcvd", counters.priorityZeroReceived],
  ["pri_zero_sent", counters.priorityZeroSent],
];

const renderObject = (fields: JsonFields): string =>
  `{${fields.map(([name, value]) => `"${name}":${renderValue(value)}`).join(",")}}`;

function renderValue(value: JsonValue): string {
  if (typeof value === "object" && "raw" in value) return value.raw;
  // Keepalived escapes the slash, which JSON allows and readers undo.
  return JSON.stringify(value).replaceAll("/", "\\/");
}

const bit = (is: boolean): 0 | 1 => (is ? 1 : 0);
