/** The lines about reloads: when they are to be, and what goes with them. */
import type { LocalTime } from "../base/local-time.ts";
import { renderDateAndClock } from "./dates.ts";
import { info, problem, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";

/** Of a file that anybody may have filled, as much as shows what is wrong with it. */
const SHOWN = 40;
const shown = (text: string): string =>
  JSON.stringify((text.split("\n", 1)[0] ?? "").slice(0, SHOWN)).slice(1, -1);

export const reloadScheduledLine = (at: LocalTime): LogLine =>
  info(`Scheduling reload for ${renderDateAndClock(at)}`);
export const reloadCancelledLine = (at: LocalTime): LogLine =>
  info(`Cancelling reload scheduled for ${renderDateAndClock(at)}`);
export const reloadDueLine = (at: LocalTime): LogLine =>
  info(`Reload scheduled for ${renderDateAndClock(at)} begins`);
export const reloadTimeInvalidLine = (text: string): LogLine =>
  warning(
    `Invalid reload time '${shown(text)}' specified - ignoring; write HH:MM:SS or YYYY-MM-DD HH:MM:SS, with Z for UTC`,
  );
export const reloadTimePastLine = (text: string): LogLine =>
  warning(`Reload time ${shown(text)} is in the past - ignoring`);
export const reloadTimeUnreadableLine = (path: string, reason: string): LogLine =>
  warning(`No reload is scheduled: ${path} ${reason}`);
export const reloadTimeUnwatchedLine = (path: string, reason: string): LogLine =>
  warning(`Changes of reload_time_file ${path} go unseen until the next reload: ${reason}`);
export const reloadFileFailedLine = (path: string, reason: string): LogLine =>
  warning(`${path} cannot be written or removed: ${reason}`);
export const reloadFileIsConfigurationLine = (path: string): LogLine =>
  problem(`reload_file ${path} is the configuration itself and is left alone`);

export const validatingLine = (): LogLine => info("validate conf before Reload");
export const validationFailedLine = (logFile: string | undefined): LogLine =>
  problem(
    logFile === undefined
      ? "New config failed validation; the configuration before it keeps running"
      : `New config failed validation, see ${logFile} for details; the configuration before it keeps running`,
  );
export const copyFailedLine = (directory: string, reason: string): LogLine =>
  warning(`No copy of the configuration is kept in ${directory}: ${reason}`);
