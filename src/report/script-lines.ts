/** Lines about check and notify scripts: Keepalived's phrases, then what to do. */
import { toMilliseconds, toSeconds } from "../base/units.ts";
import type { ScriptConfig } from "../track/config.ts";
import type { RunOutcome } from "../track/script.ts";
import { Errno, unreachable } from "../base/failure.ts";
import { renderSpan } from "./dates.ts";
import { detail, info, problem, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";

/** What `Script … now returning` and the next result compare: one number per way to end. */
export function returnCode(outcome: RunOutcome): number | undefined {
  switch (outcome.kind) {
    case "exited":
      return outcome.status;
    case "signalled":
    case "timedOut":
    case "notStarted":
      return undefined;
    default:
      return unreachable(outcome);
  }
}

export const nowReturningLine = (name: string, status: number): LogLine =>
  info(`Script \`${name}\` now returning ${status}`);

export const scriptSucceededLine = (name: string): LogLine =>
  info(`VRRP_Script(${name}) succeeded`);

/** Why the script counts as failed, in Keepalived's words, and the last thing it said. */
export function scriptFailedLines(
  name: string,
  outcome: RunOutcome,
  output: string,
): readonly LogLine[] {
  const last = lastLine(output);
  const said = last === "" ? [] : [detail(`VRRP_Script(${name}) said: ${last}`)];
  return [warning(`VRRP_Script(${name}) ${failure(outcome)}`), ...said];
}

function failure(outcome: RunOutcome): string {
  switch (outcome.kind) {
    case "exited":
      return `failed (exited with status ${outcome.status})${exitAdvice(outcome.status)}`;
    case "signalled":
      return `failed (due to signal ${outcome.signal})`;
    case "timedOut":
      return "timed_out";
    case "notStarted":
      return `failed (could not be started: ${startProblem(outcome)})`;
    default:
      return unreachable(outcome);
  }
}

/** execve(2): a missing interpreter is reported as if the script itself were missing. */
function startProblem(outcome: Extract<RunOutcome, { kind: "notStarted" }>): string {
  switch (outcome.errno) {
    case Errno.ENOENT:
      return "it, or the interpreter in its first line, does not exist";
    case Errno.EACCES:
      return "its user may not execute it, or its interpreter";
    case Errno.EAGAIN:
      return "its user has too many processes";
    case Errno.ENOMEM:
      return "there is not enough memory";
    default:
      return outcome.reason;
  }
}

/** POSIX sh(1): 126 and 127 are the shell's own. */
function exitAdvice(status: number): string {
  if (status === 126) return ": the command was found but cannot be executed";
  if (status === 127) return ": a command in it was not found, is PATH what it expects?";
  return "";
}

/** The short form of an outcome, for status and dumps. */
export function renderOutcome(outcome: RunOutcome): string {
  switch (outcome.kind) {
    case "exited":
      return `exit ${outcome.status}`;
    case "signalled":
      return `signal ${outcome.signal}`;
    case "timedOut":
      return "timed out";
    case "notStarted":
      return `could not start: ${startProblem(outcome)}`;
    default:
      return unreachable(outcome);
  }
}

export const stillRunningLine = (name: string): LogLine =>
  info(`Track script ${name} is already running, expect idle - skipping run`);

/** Said once for each script whose time limit nobody chose. */
export function implicitTimeoutLine(script: ScriptConfig): LogLine {
  const interval = renderSpan(toMilliseconds(script.interval));
  const suggestion = Math.max(10, Math.ceil(toSeconds(script.interval) * 3));
  return warning(
    `${script.name} was ended after its interval of ${interval} because no timeout is set; if it may take longer: add \`timeout ${suggestion}\``,
  );
}

export const carriedOverLine = (name: string, isGood: boolean): LogLine =>
  detail(`VRRP_Script(${name}) considered ${isGood ? "successful" : "unsuccessful"} on reload`);

export function notifyFailedLine(
  instance: string,
  command: string,
  outcome: RunOutcome,
  output: string,
): LogLine {
  const last = lastLine(output);
  const said = last === "" ? "" : `: ${last}`;
  return warning(`(${instance}) notify script ${command} ${notifyFailure(outcome)}${said}`);
}

/** Keepalived's words for the start; `kind` is startup_script or shutdown_script. */
export const lifeScriptStartLine = (kind: string, command: string): LogLine =>
  info(`Running ${kind.replace("_", " ")} ${command}`);

export function lifeScriptLine(
  kind: string,
  command: string,
  outcome: RunOutcome,
  output: string,
): LogLine {
  const last = lastLine(output);
  const said = last === "" ? "" : `: ${last}`;
  return warning(`${kind} ${command} ${notifyFailure(outcome)}${said}`);
}

function notifyFailure(outcome: RunOutcome): string {
  switch (outcome.kind) {
    case "exited":
      return `exited with status ${outcome.status}`;
    case "signalled":
      return `ended by signal ${outcome.signal}`;
    case "timedOut":
      return "was ended: it took too long";
    case "notStarted":
      return `could not be started: ${startProblem(outcome)}`;
    default:
      return unreachable(outcome);
  }
}

export const notifyOvertakenLine = (instance: string, command: string, waitedMs: number): LogLine =>
  warning(
    `(${instance}) notify script ${command} still runs after ${renderSpan(waitedMs)}; the next one is started beside it`,
  );

export const notifyDroppedLine = (instance: string, command: string): LogLine =>
  problem(
    `(${instance}) notify script ${command} is not run: too many are waiting for slower ones before them`,
  );

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1)?.trim() ?? "";
