/** One line of the log before it is dressed for a sink: syslog, the console or a file. */
import { renderCtime, renderSyslogTime } from "./dates.ts";
import type { LocalTime } from "../base/local-time.ts";

export type Level = "alert" | "error" | "warning" | "notice" | "info";

export interface LogLine {
  readonly level: Level;
  /** Only said with -D. */
  readonly detail: boolean;
  readonly text: string;
}

/** Which process a line is about; its ident in syslog. */
export type Ident = "Keepalived" | "Keepalived_vrrp";

/** RFC 3164 §4.1.1 severities. */
const SEVERITY: Readonly<Record<Level, number>> = {
  alert: 1,
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
};

export const info = (text: string): LogLine => ({ level: "info", detail: false, text });
export const detail = (text: string): LogLine => ({ level: "info", detail: true, text });
export const notice = (text: string): LogLine => ({ level: "notice", detail: false, text });
export const warning = (text: string): LogLine => ({ level: "warning", detail: false, text });
export const problem = (text: string): LogLine => ({ level: "error", detail: false, text });
export const alert = (text: string): LogLine => ({ level: "alert", detail: false, text });

/** RFC 3164 §4.1, as a local log daemon expects it on /dev/log: no host name. */
export function renderSyslogDatagram(
  line: LogLine,
  source: { readonly ident: string; readonly pid: number; readonly facility: number },
  time: LocalTime,
): string {
  const priority = source.facility * 8 + SEVERITY[line.level];
  return `<${priority}>${renderSyslogTime(time)} ${source.ident}[${source.pid}]: ${oneLine(line.text)}`;
}

/** Keepalived's console form: `Sun Nov 22 12:03:27 2026: message`. */
export function renderConsoleLine(line: LogLine, time: LocalTime): string {
  return `${renderCtime(time)}: ${oneLine(line.text)}\n`;
}

/** The form of a log file, which has lines of every process: `ctime: Ident[pid]: message`. */
export function renderFileLine(
  line: LogLine,
  source: { readonly ident: string; readonly pid: number },
  time: LocalTime,
): string {
  return `${renderCtime(time)}: ${source.ident}[${source.pid}]: ${oneLine(line.text)}\n`;
}

/** A value from a script or a packet must not forge a line of its own. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, (c) => (c === "\t" ? " " : "\uFFFD"));
}
