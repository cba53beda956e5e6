/** What is said, and the exit code, when a daemon that was asked has not answered. */
import { renderNotAllowed, renderNotRunning } from "../report/control-lines.ts";
import type { Answer } from "./control-client.ts";
import { writeOut } from "./terminal.ts";

/** As LSB init scripts use them: 3 is "not running". */
export const ExitCode = { ok: 0, failed: 1, notRunning: 3, notAllowed: 4 } as const;

export type NoAnswer = Exclude<Answer, { kind: "answered" }>;

export function reportNoAnswer(socket: string, answer: NoAnswer): number {
  switch (answer.kind) {
    case "notRunning":
      writeOut(process.stderr, renderNotRunning(socket));
      return ExitCode.notRunning;
    case "notAllowed":
      writeOut(process.stderr, renderNotAllowed(socket));
      return ExitCode.notAllowed;
    case "failed":
      writeOut(process.stderr, `The daemon at ${socket} gave no answer: ${answer.reason}\n`);
      return ExitCode.failed;
  }
}
