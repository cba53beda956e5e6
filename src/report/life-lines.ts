/** The lines about the daemon's own life, with the phrases Keepalived uses where it has them. */
import { renderSpan } from "./dates.ts";
import { alert, detail, info, notice, problem, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";
import { KEEPALIVED_BANNER, PRODUCT, PRODUCT_VERSION } from "./version.ts";
import type { Duration } from "../base/units.ts";
import { toMilliseconds, toSeconds } from "../base/units.ts";

/** How a child process ended, as its parent was told. */
export type ChildEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: string }
  | { readonly kind: "notStarted"; readonly reason: string };

/** Exit codes of a child that end everything: keepalived exit statuses, and their names in the log. */
export const PERMANENT_EXITS: ReadonlyMap<number, string> = new Map([
  [1, "FATAL"],
  [2, "CONFIG"],
  [4, "missing permission"],
]);

export function startingLines(facts: {
  readonly kernel: string;
  readonly arguments: readonly string[];
}): readonly LogLine[] {
  return [
    info(`Starting ${KEEPALIVED_BANNER}, ${PRODUCT} ${PRODUCT_VERSION}`),
    info(`Running on ${facts.kernel}`),
    info(`Command line: ${facts.arguments.map((word) => `'${word}'`).join(" ")}`),
  ];
}

/** A file that was cut short, or emptied, must not give up every address. */
export const reloadToNothingLine = (file: string): LogLine =>
  problem(
    `Reload refused: ${file} has nothing to run any more; the old configuration keeps running. ` +
      "To give up its addresses, stop keepalived",
  );

export const configurationFileLine = (file: string): LogLine => info(`Configuration file ${file}`);
export const noConfigurationLine = (): LogLine =>
  warning("Warning - keepalived has no configuration to run");
export const startingChildLine = (pid: number): LogLine =>
  info(`Starting VRRP child process, pid=${pid}`);
export const reloadRefusedLine = (file: string, errors: number): LogLine =>
  problem(
    `Reload refused: ${errors} ${errors === 1 ? "error" : "errors"} in ${file}; the configuration before it keeps running`,
  );
export const reloadCannotChangeLine = (what: string): LogLine =>
  problem(
    `Cannot change ${what} at a reload - please restart; the configuration before it keeps running`,
  );
export const startupCompleteLine = (): LogLine => info("Startup complete");
export const reloadingLine = (): LogLine => info("Reloading ...");
export const reloadCompleteLine = (): LogLine => info("Reload complete");
export const reloadTimeLine = (tookUs: number): LogLine =>
  detail(`Reload finished in ${Math.round(tookUs)} usec`);
export const stoppingLine = (): LogLine => info("Stopping");
export const childStoppedLine = (): LogLine => info("Stopped");
export const stoppedLine = (): LogLine => info(`Stopped ${KEEPALIVED_BANNER}`);
export const alreadyRunningLine = (): LogLine => info("daemon is already running");

export const pidFileLockedLine = (file: string): LogLine =>
  problem(
    `Another process has pid file ${file} locked; a second daemon needs other names (-p, -r, -c, -b) or an \`instance\``,
  );

export const pidFileFailedLine = (file: string, reason: string): LogLine =>
  problem(`Cannot write pid file ${file}: ${reason}`);

export const noRightToPidFileLine = (file: string): LogLine =>
  problem(
    `There is no permission to write pid file ${file}: run it as root, or name others with -p, -r, -c and -b`,
  );

export const internalErrorLine = (stack: string): LogLine =>
  alert(
    `Internal error, please report it: ${stack
      .split("\n")
      .map((line) => line.trim())
      .join(" | ")}`,
  );

export const syslogLossLine = (count: number): LogLine =>
  warning(`${count} log lines before this one did not reach syslog`);

export const childWouldNotStartLine = (reason: string): LogLine =>
  problem(`The VRRP child process could not be started: ${reason}`);

/** What Keepalived says when a child ends on its own. */
export function childDiedLines(pid: number, end: ChildEnd, respawns: boolean): readonly LogLine[] {
  const fate = respawns ? "Respawning" : "Exiting";
  const lines = [alert(`VRRP child process(${pid}) died: ${fate}`)];
  switch (end.kind) {
    case "exited":
      return [info(`pid ${pid} exited with status ${end.code}`), ...lines];
    case "signalled":
      return [info(`pid ${pid} exited due to signal ${end.signal}`), ...lines];
    case "notStarted":
      return [childWouldNotStartLine(end.reason), ...lines];
  }
}

export const permanentErrorLine = (pid: number, code: number): LogLine =>
  problem(
    `pid ${pid} exited with permanent error ${PERMANENT_EXITS.get(code) ?? String(code)}. Terminating`,
  );

export const respawnDelayLine = (delay: Duration): LogLine =>
  info(
    `Restart of VRRP process delayed ${Math.round(toSeconds(delay))} seconds to limit respawn rate`,
  );

export const unresponsiveLine = (pid: number, silence: Duration): LogLine =>
  alert(
    `VRRP child process(${pid}) has not answered for ${renderSpan(toMilliseconds(silence))}; it is killed and started again`,
  );

export const killedAfterWaitLine = (pid: number, wait: Duration): LogLine =>
  warning(
    `VRRP child process(${pid}) did not stop within child_wait_time (${renderSpan(toMilliseconds(wait))}); it is killed`,
  );

export const inactivePartsLines = (parts: {
  readonly virtualServers: boolean;
  readonly bfd: boolean;
}): readonly LogLine[] => [
  ...(parts.virtualServers
    ? [
        notice(
          "Virtual servers (load balancing) are configured but not active: this version runs VRRP only",
        ),
      ]
    : []),
  ...(parts.bfd
    ? [notice("BFD instances are configured but not active: this version runs VRRP only")]
    : []),
];

export function cpuUsageLine(self: {
  readonly userUs: number;
  readonly systemUs: number;
}): LogLine {
  const inSeconds = (us: number): string => (us / 1_000_000).toFixed(6);
  return detail(
    `CPU usage (self) user: ${inSeconds(self.userUs)} system: ${inSeconds(self.systemUs)}`,
  );
}
