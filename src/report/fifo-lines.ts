/** What is written to notify FIFOs, and what is logged about them. keepalived.conf(5), notify_fifo. */
import { warning, info } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";

export const fifoInstanceText = (name: string, word: string, priority: number): string =>
  `INSTANCE "${name}" ${word} ${priority}\n`;

export const fifoGroupText = (name: string, word: string): string => `GROUP "${name}" ${word} 0\n`;

export const fifoNotOpenedLine = (path: string, reason: string): LogLine =>
  warning(`notify FIFO ${path} is not written: ${reason}`);

export const fifoFullLine = (path: string): LogLine =>
  warning(`notify FIFO ${path} is full: nobody reads it, lines are dropped until somebody does`);

export const fifoWorksAgainLine = (path: string, dropped: number): LogLine =>
  info(`notify FIFO ${path} is read again; ${count(dropped)} dropped meanwhile`);

export const fifoWriteFailedLine = (path: string, reason: string): LogLine =>
  warning(`notify FIFO ${path} cannot be written: ${reason}`);

export const fifoScriptIgnoredLine = (path: string): LogLine =>
  warning(`notify FIFO ${path} gets no reader: its script cannot be run`);

export const fifoScriptEndedLine = (command: string, path: string, how: string): LogLine =>
  warning(
    `notify FIFO script ${command}, which reads ${path}, has ended (${how}); it is started again by a restart of the daemon alone`,
  );

const count = (lines: number): string => (lines === 1 ? "1 line was" : `${lines} lines were`);
