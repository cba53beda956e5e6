/** What the control socket and its clients say when something is not as it should be. */
import { problem } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";

export const controlSocketFailedLine = (path: string, reason: string): LogLine =>
  problem(
    `Control socket ${path} cannot be opened: ${reason}. \`keepalived status\` will not work`,
  );

export const renderNotRunning = (socket: string): string =>
  `No keepalived daemon answers at ${socket}: it is not running. Start it, or name another daemon's pid file with -p or its socket with --socket.\n`;

export const renderNotAllowed = (socket: string): string =>
  `You may not ask the daemon: ${socket} is for root and its group. Try sudo.\n`;

export const renderNoSuchInstance = (name: string, known: readonly string[]): string =>
  `There is no vrrp_instance ${name}. ${known.length === 0 ? "There are none." : `There is: ${known.join(", ")}.`}\n`;
