/**
 * `keepalived status` and `keepalived why`: who is master, since when, and why, in a table and in
 * sentences.
 */
import type { ToLocalTime } from "../base/local-time.ts";
import type { StateName } from "../vrrp/events.ts";
import {
  renderCause,
  renderErrno,
  renderEvidence,
  renderFaults,
  renderSendAdvice,
} from "./causes.ts";
import { conditionMark, conditionSentences } from "./conditions.ts";
import { renderClock, renderDateAndClock, renderSpan } from "./dates.ts";
import { renderEvent } from "./log-lines.ts";
import type { Paint, Style } from "./paint.ts";
import { orderOf, renderHold, renderMaintenanceNow } from "./planned-lines.ts";
import type { DaemonSnapshot, InstanceSnapshot, JournalEntry, ScriptSnapshot } from "./state.ts";
import { renderTable } from "./table.ts";
import type { Cell } from "./table.ts";
import { renderTrackers } from "./tracker-table.ts";
import { PRODUCT } from "./version.ts";
import { renderWitnesses } from "./witness-table.ts";

export interface StatusContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly toLocalTime: ToLocalTime;
  readonly paint: Paint;
}

/** Addresses shown in the table before the rest are only counted. */
const ADDRESSES_SHOWN = 3;
/** Past events of an instance that `why` shows. */
const EVENTS_SHOWN = 12;

export function renderStatus(daemon: DaemonSnapshot, context: StatusContext): string {
  const { vrrp, scripts, trackers } = daemon;
  const parts = [renderHead(daemon, context)];
  if (vrrp === undefined) {
    parts.push(daemon.wantsVrrp ? STARTING : NOTHING_TO_RUN);
  } else {
    parts.push(renderInstanceTable(vrrp.instances, context));
    parts.push(vrrp.instances.map((i) => renderInstanceSentences(i, context)).join(""));
  }
  if (daemon.syncGroups.length > 0) parts.push(renderSyncGroups(daemon.syncGroups, context.paint));
  if (scripts.length > 0) parts.push(renderScripts(scripts, context));
  const witnesses = trackers.filter((each) => each.kind === "witness");
  const tracked = trackers.filter((each) => each.kind !== "witness");
  if (tracked.length > 0) parts.push(renderTrackers(tracked, context.paint));
  if (witnesses.length > 0) parts.push(renderWitnesses(witnesses, context));
  return parts.join("\n");
}

const STARTING = "The VRRP process is starting; ask again in a moment.\n";
const NOTHING_TO_RUN = "No VRRP process runs: the configuration has no vrrp_instance.\n";

/** Everything known about one instance; undefined when there is none of that name. */
export function renderWhy(
  daemon: DaemonSnapshot,
  name: string,
  context: StatusContext,
): string | undefined {
  const instance = daemon.vrrp?.instances.find((i) => i.name === name);
  if (instance === undefined) return undefined;
  const events = daemon.journal.filter(({ entry }) => "event" in entry && entry.instance === name);
  const shown = events.slice(-EVENTS_SHOWN).flatMap((entry) => renderEntry(entry, context));
  return [
    renderInstanceSentences(instance, context),
    `  ${masterSentence(instance)}\n`,
    ...(shown.length === 0 ? [] : ["\nWhat happened:\n", ...shown.map((line) => `  ${line}\n`)]),
  ].join("");
}

function renderHead(daemon: DaemonSnapshot, { now, paint }: StatusContext): string {
  const age = renderSpan(now - daemon.startedAt);
  const about = `pid ${daemon.pid}, running for ${age}, ${daemon.configFile}`;
  return `${paint("bold", `${PRODUCT} ${daemon.version}`)}, ${about}\n`;
}

const COLUMNS = [
  { title: "NAME", align: "left" },
  { title: "INTERFACE", align: "left" },
  { title: "VRID", align: "right" },
  { title: "STATE", align: "left" },
  { title: "SINCE", align: "left" },
  { title: "PRIORITY", align: "right" },
  { title: "ADDRESSES", align: "left" },
] as const;

const STATE_STYLES: Readonly<Record<StateName, Style>> = {
  init: "dim",
  backup: "cyan",
  master: "green",
  fault: "red",
  stopped: "dim",
};

function renderInstanceTable(
  instances: readonly InstanceSnapshot[],
  context: StatusContext,
): string {
  const { paint } = context;
  const rows = instances.map((instance): readonly Cell[] => [
    { text: instance.name },
    { text: instance.interfaceName ?? "-" },
    { text: String(instance.vrid) },
    { text: stateText(instance), paint: (text) => paint(stateStyle(instance), text) },
    { text: renderSince(instance.since, context) },
    { text: priorityText(instance) },
    { text: addressText(instance) },
  ]);
  return renderTable(COLUMNS, rows, (text) => paint("bold", text));
}

const stateText = (instance: InstanceSnapshot): string =>
  `${stateWord(instance)}${conditionMark(instance)}`;

/** Whoever planned the work need not be alarmed by FAULT, which programs are told. */
const stateWord = (instance: InstanceSnapshot): string =>
  orderOf(instance) === undefined ? instance.state.toUpperCase() : "MAINTENANCE";

const stateStyle = (instance: InstanceSnapshot): Style => {
  if (instance.conflict !== undefined) return "red";
  return orderOf(instance) === undefined ? STATE_STYLES[instance.state] : "yellow";
};

const priorityText = ({ basePriority, effectivePriority }: InstanceSnapshot): string =>
  basePriority === effectivePriority
    ? String(basePriority)
    : `${effectivePriority} (of ${basePriority})`;

/** In brackets while they are not on this host. */
function addressText(instance: InstanceSnapshot): string {
  const addresses = [...instance.addresses, ...instance.excludedAddresses];
  const more = addresses.length - ADDRESSES_SHOWN;
  const shown = addresses.slice(0, ADDRESSES_SHOWN).join(", ");
  const all = more > 0 ? `${shown} and ${more} more` : shown;
  return instance.installed || all === "" ? all : `(${all})`;
}

/** The clock for today, with the date for any other day. */
function renderSince(at: number, { now, toLocalTime }: StatusContext): string {
  const time = toLocalTime(at);
  const today = toLocalTime(now);
  const isToday = time.year === today.year && time.month === today.month && time.day === today.day;
  return isToday ? renderClock(time) : renderDateAndClock(time);
}

/** The state with its reason, then what is wrong, one line each. */
function renderInstanceSentences(instance: InstanceSnapshot, context: StatusContext): string {
  const { now, paint } = context;
  const state = paint(stateStyle(instance), stateWord(instance));
  const order = orderOf(instance);
  const why =
    order === undefined ? renderCause(instance.cause) : renderMaintenanceNow(order, context);
  const since = `since ${renderSince(instance.since, context)} (${renderSpan(now - instance.since)})`;
  const sentence = `${paint("bold", instance.name)}: ${state} ${since}: ${why}.`;
  return [sentence, ...troubles(instance, context).map((text) => `  ${paint("red", text)}`)]
    .map((line) => `${line}\n`)
    .join("");
}

function troubles(instance: InstanceSnapshot, { now }: StatusContext): readonly string[] {
  const lines: string[] = [];
  const others = instance.faults.filter(({ kind }) => kind !== "maintenance");
  const isToldAlready = instance.cause.kind === "fault" && orderOf(instance) === undefined;
  if (others.length > 0 && !isToldAlready) lines.push(`Faults: ${renderFaults(others)}.`);
  if (instance.hold !== undefined) lines.push(renderHold(instance.name, instance.hold));
  if (instance.isolatedFrom !== undefined && instance.state !== "fault") {
    lines.push(`Isolated: ${instance.isolatedFrom.join(", ")} silent on the link.`);
  }
  if (instance.conflict !== undefined) {
    const { evidence, firstSeen } = instance.conflict;
    lines.push(
      `CONFLICT for ${renderSpan(now - firstSeen)}: two masters, ${renderEvidence(evidence)}. ` +
        "Does a firewall or the network drop protocol 112?",
    );
  }
  if (instance.sendErrno !== 0) {
    const { sendErrno, interfaceName } = instance;
    const where = interfaceName === undefined ? "" : ` on ${interfaceName}`;
    lines.push(
      `Adverts cannot be sent${where}: ${renderErrno(sendErrno)}, ${renderSendAdvice(sendErrno)}.`,
    );
  }
  lines.push(...conditionSentences(instance, now));
  return lines;
}

/** Who else is known, for `why`. */
function masterSentence(instance: InstanceSnapshot): string {
  const { state, master, sourceAddress } = instance;
  if (state === "master") {
    return `It sends its adverts from ${sourceAddress ?? "no address"}. ${leaseSentence(instance)}`;
  }
  return master === undefined
    ? "No master has been heard."
    : `The master is ${master.address} with priority ${master.priority}.`;
}

const leaseSentence = ({ leaseUs }: InstanceSnapshot): string =>
  leaseUs === undefined
    ? "Its addresses stay on even if the daemon is killed (vip_lease off)."
    : `If the daemon is killed or freezes, the kernel takes its addresses off within ${renderSpan(leaseUs / 1_000)}.`;

const GROUP_COLUMNS = [
  { title: "SYNC GROUP", align: "left" },
  { title: "STATE", align: "left" },
  { title: "MEMBERS", align: "left" },
] as const;

function renderSyncGroups(groups: DaemonSnapshot["syncGroups"], paint: Paint): string {
  const rows = groups.map(({ name, state, members }): readonly Cell[] => [
    { text: name },
    { text: state.toUpperCase(), paint: (text) => paint(STATE_STYLES[state], text) },
    { text: members.join(", ") },
  ]);
  return renderTable(GROUP_COLUMNS, rows, (text) => paint("bold", text));
}

const SCRIPT_COLUMNS = [
  { title: "CHECK", align: "left" },
  { title: "STATUS", align: "left" },
  { title: "LAST RUN", align: "left" },
  { title: "TOOK", align: "right" },
  { title: "RESULT", align: "left" },
] as const;

const SCRIPT_STYLES = { unknown: "dim", good: "green", bad: "red" } as const;

function renderScripts(scripts: readonly ScriptSnapshot[], context: StatusContext): string {
  const { paint } = context;
  const rows = scripts.map(({ name, status, lastRun, skipped }): readonly Cell[] => [
    { text: name },
    { text: status, paint: (text) => paint(SCRIPT_STYLES[status], text) },
    { text: lastRun === undefined ? "not yet" : renderSince(lastRun.startedAt, context) },
    { text: lastRun === undefined ? "" : renderSpan(lastRun.durationMs) },
    { text: resultText(lastRun, skipped) },
  ]);
  const table = renderTable(SCRIPT_COLUMNS, rows, (text) => paint("bold", text));
  const said = scripts
    .filter(({ status, lastRun }) => status === "bad" && lastRun?.output.trim() !== "")
    .map(({ name, lastRun }) => `${name} said: ${lastLine(lastRun?.output ?? "")}\n`);
  return [table, ...said].join("");
}

function resultText(lastRun: ScriptSnapshot["lastRun"], skipped: number): string {
  const outcome = lastRun?.outcome ?? "";
  if (skipped === 0) return outcome;
  return `${outcome} (${skipped} ${skipped === 1 ? "run" : "runs"} skipped: it takes longer than its interval)`;
}

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1)?.trim() ?? "";

function renderEntry({ at, entry }: JournalEntry, context: StatusContext): readonly string[] {
  const time = renderSince(at, context);
  if ("text" in entry) return [`${time} ${entry.text}`];
  return renderEvent(entry, { interfaceName: undefined }).map(({ text }) => `${time} ${text}`);
}
