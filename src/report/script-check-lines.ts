/** What is said about scripts when the configuration is read: Keepalived's phrases and the fix. */
import { info, problem, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

export const scriptMissingLine = (path: string, reason: string): LogLine =>
  problem(`Script ${path} cannot be accessed - ${reason}`);

export const notFoundInPathLine = (name: string): LogLine =>
  problem(`Cannot find script ${name} in path - disabling`);

export const resolvedInPathLine = (name: string, path: string): LogLine =>
  warning(
    `WARNING - script \`${name}\` resolved by path search to \`${path}\`. Please specify full path.`,
  );

export const wrongFileTypeLine = (path: string): LogLine =>
  problem(`Wrong file type found in script path '${path}'.`);

export const notExecutableLine = (path: string, { uid, gid }: Identity): LogLine =>
  problem(
    `WARNING - script '${path}' is not executable for uid:gid ${uid}:${gid} - disabling. Try \`chmod a+x ${path}\``,
  );

export const unsafeLine = (path: string, disables: boolean): LogLine =>
  warning(
    disables
      ? `Unsafe permissions found for script '${path}' - disabling. It would run as root: it and its directories must belong to root and be writable by root alone`
      : `Unsafe permissions found for script '${path}'.`,
  );

export const unknownUserLine = (user: string, script: string): LogLine =>
  problem(`Script user '${user}' does not exist: ${script} cannot be run`);

export const unknownGroupLine = (group: string, script: string): LogLine =>
  problem(`Script group '${group}' does not exist: ${script} cannot be run`);

export const noGroupsLine = (script: string): LogLine =>
  warning(
    `${script} runs with the primary group of its user alone: setpriv (util-linux) is not installed`,
  );

export const defaultUserMissingLine = (script: string): LogLine =>
  problem(
    `Script user 'keepalived_script' does not exist: ${script} cannot be run under enable_script_security; add \`script_user USER\` or create that user`,
  );

export const trackScriptDisabledLine = (
  name: string,
  why: "missing" | "insecure" | "user",
): LogLine => problem(`Disabling track script ${name} ${DISABLED_BECAUSE[why]}`);

const DISABLED_BECAUSE = {
  missing: "since not found/accessible",
  insecure: "due to insecure",
  user: "since its user cannot be set",
} as const;

export const notifyScriptIgnoredLine = (instance: string, script: string): LogLine =>
  problem(`(${instance}) notify script ${script} is ignored`);

export const unusedScriptLine = (name: string): LogLine =>
  info(`Track script ${name} is not used by any instance and is not run`);
