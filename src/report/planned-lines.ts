/** Planned work in words: maintenance, switchovers, and a restart that keeps the addresses. */
import type { ToLocalTime } from "../base/local-time.ts";
import { unreachable } from "../base/failure.ts";
import { toMilliseconds } from "../base/units.ts";
import type { MaintenanceOrder } from "../track/maintenance.ts";
import type { InstanceEvent, StateName } from "../vrrp/events.ts";
import type { SwitchoverRefusal } from "../vrrp/switchover.ts";
import { renderClock, renderDateAndClock, renderSpan } from "./dates.ts";
import { notice, problem, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";
import type { InstanceSnapshot } from "./state.ts";
import type { RestartRefusal } from "./planned-results.ts";

/** An order as a clause: "maintenance for 2 h, ordered by root: new kernel". */
export function renderMaintenance({ since, until, reason, by }: MaintenanceOrder): string {
  const span = until === undefined ? "" : ` for ${renderSpan(until - since)}`;
  const who = by === undefined ? "" : `, ordered by ${by}`;
  return `maintenance${span}${who}${reason === undefined ? "" : `: ${reason}`}`;
}

/** The same for who looks at it now: "until 14:30:00 (25 m left), ordered by root: new kernel". */
export function renderMaintenanceNow(
  { until, reason, by }: MaintenanceOrder,
  { now, toLocalTime }: { readonly now: number; readonly toLocalTime: ToLocalTime },
): string {
  const end =
    until === undefined
      ? "until `keepalived maintenance off`"
      : `until ${dayAndClock(until, now, toLocalTime)} (${renderSpan(Math.max(0, until - now))} left)`;
  const who = by === undefined ? "" : `, ordered by ${by}`;
  return `${end}${who}${reason === undefined ? "" : `: ${reason}`}`;
}

/** The clock for today, with the date for any other day. */
function dayAndClock(at: number, now: number, toLocalTime: ToLocalTime): string {
  const [then, today] = [toLocalTime(at), toLocalTime(now)];
  const isToday = then.year === today.year && then.month === today.month && then.day === today.day;
  return isToday ? renderClock(then) : renderDateAndClock(then);
}

/** The order that keeps an instance out at the moment. */
export const orderOf = ({
  faults,
}: Pick<InstanceSnapshot, "faults">): MaintenanceOrder | undefined =>
  faults.find((fault) => fault.kind === "maintenance")?.order;

export const renderHold = (name: string, hold: "handing" | "following"): string =>
  hold === "handing"
    ? "A switchover is under way: it waits for a peer to take over."
    : `It holds back after a switchover, until that master is gone or until \`keepalived switchover ${name} --release\`.`;

/** What came of a switchover. */
export function switchoverText(
  event: Extract<InstanceEvent, { kind: "handedOver" | "holdEnded" }>,
): string {
  if (event.kind === "holdEnded") {
    const why = event.why === "released" ? "the switchover was released" : "the master resigned";
    return `${why}: its own priority counts again`;
  }
  const gap = renderSpan(toMilliseconds(event.gap));
  return `switchover: ${event.to} is master now (priority ${event.priority}), ${gap} after we resigned`;
}

const STATE_TEXT: Readonly<Record<StateName, string>> = {
  init: "starting",
  backup: "BACKUP",
  master: "MASTER",
  fault: "in FAULT",
  stopped: "stopped",
};

/** Why a switchover of `name`, or its release, is not begun; a whole sentence, and what to do. */
export function renderSwitchoverRefusal(name: string, why: SwitchoverRefusal): string {
  switch (why.kind) {
    case "unknownInstance":
      return `There is no vrrp_instance ${name}: see \`keepalived status\`.`;
    case "notMaster": {
      const master = why.master === undefined ? "" : `; ${why.master} is`;
      return `${name} is ${STATE_TEXT[why.state]} here, not MASTER${master}. Ask the node that has the addresses.`;
    }
    case "groupIsSplit":
      return `${name} is in sync group ${why.group}, whose ${why.member} is ${STATE_TEXT[why.state]}: the group could not follow. See \`keepalived why ${why.member}\`.`;
    case "underWay":
      return `A switchover of ${name} is under way already.`;
    case "noPeerKnown":
      return `No peer of ${why.instance} is known: none was heard as master since the daemon started, and there is no unicast_peer. If you know that one is ready, use --force.`;
    case "noPeerAnswers":
      return `No peer of ${why.instance} answers on the link (asked: ${why.peers.join(", ")}). If you know that one is ready, use --force.`;
    case "notHeld":
      return `${name} does not hold back after a switchover (it is ${STATE_TEXT[why.state]}): there is nothing to release.`;
    default:
      return unreachable(why);
  }
}

/** Why the program cannot be replaced without a failover; a whole sentence, and what to do. */
export function renderRestartRefusal(why: RestartRefusal): string {
  switch (why.kind) {
    case "configuration":
      return `The new program could not use ${why.file}: ${why.text}. Correct it first; \`keepalived -t\` shows everything.`;
    case "fixedSetting":
      return `The file has another ${why.setting} than what runs. That takes a stop and a start.`;
    case "keepsAddresses":
      return "The daemon runs with -V (--dont-release-vrrp), so its addresses have no lease that a new program could take over. Start it without -V.";
    case "noLease":
      return `${why.instance} is MASTER with \`vip_lease off\`: a new program could not tell its addresses from foreign ones. Take that line out and reload first.`;
    case "tooQuick":
      return `${why.instance} is MASTER, and a peer may take over ${why.downMs} ms after its last advert: a restart takes longer than that is sure to last. Hand it over first (\`keepalived switchover ${why.instance}\`), or set a longer advert_int.`;
    case "changed":
      return `${why.instance} is MASTER, and the file has ${why.what} than what runs. Reload first, then restart.`;
    case "switchover":
      return `A switchover of ${why.instance} is under way: wait for its end.`;
    case "splitGroup":
      return `Sync group ${why.group} is MASTER in part only, so that a new program could not go on with it. See \`keepalived status\`.`;
    case "notRunning":
      return "The VRRP process does not run at the moment: see the log.";
    case "scriptRuns":
      return "A notify script still runs: wait for its end, so that it is not cut off.";
    case "underWay":
      return "A restart is under way already.";
    default:
      return unreachable(why);
  }
}

// ---- Lines of the log -------------------------------------------------------------------------

const whoseText = ({ instance }: MaintenanceOrder): string => instance ?? "this node";

export const maintenanceOnLine = (order: MaintenanceOrder): LogLine =>
  notice(`Maintenance: ${whoseText(order)} takes no part (${renderMaintenance(order)})`);

export const maintenanceOffLine = (order: MaintenanceOrder, by: string | undefined): LogLine =>
  notice(
    `Maintenance of ${whoseText(order)} is over${by === undefined ? ": its time has passed" : `, ended by ${by}`}`,
  );

export const maintenanceKeptLine = (order: MaintenanceOrder): LogLine =>
  notice(`Maintenance goes on: ${whoseText(order)} takes no part (${renderMaintenance(order)})`);

export const maintenanceNotStoredLine = (path: string, reason: string): LogLine =>
  problem(
    `Maintenance cannot be written to ${path}: ${reason}. A daemon that starts anew will not know of it`,
  );

export const maintenanceUnreadableLine = (path: string, reason: string): LogLine =>
  warning(
    `Maintenance orders in ${path} cannot be read: ${reason}. This node takes part; remove the file, or order it again`,
  );

export const switchoverBegunLine = (names: readonly string[], by: string): LogLine =>
  notice(`Switchover of ${names.join(", ")}, ordered by ${by}: resigning`);

export const restartBegunLine = (by: string): LogLine =>
  notice(`Replacing the program in this process, ordered by ${by}: the addresses stay`);

export const restartFailedLine = (reason: string): LogLine =>
  problem(`The program could not be replaced: ${reason}. The old one goes on`);

export const restartedLine = (tookMs: number): LogLine =>
  notice(`The program was replaced in ${renderSpan(tookMs)}: going on with what it left`);

export const handoverUnreadableLine = (): LogLine =>
  warning("What the program before this one left cannot be read: starting afresh");
