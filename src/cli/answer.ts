/** Invocations that answer and leave: help, version, signal numbers, tests, questions. */
import { readFileSync } from "node:fs";
import { release, type, version } from "node:os";
import { unreachable } from "../base/failure.ts";
import { renderVersion } from "../report/version.ts";
import { SIGNALS } from "./command.ts";
import type { Invocation, Subcommand } from "./command.ts";
import { runCheck, runConfigTest } from "./config-test.ts";
import { renderHelp } from "./help.ts";
import { runStatus, runWhy } from "./questions.ts";
import { paintFor, writeOut } from "./terminal.ts";

export type Question = Exclude<Invocation, { kind: "daemon" }>;

/** Answers; resolves with the exit code. */
export async function answer(invocation: Question): Promise<number> {
  switch (invocation.kind) {
    case "help":
      // Keepalived's goes to standard error; so does this one, but `help` can be piped.
      writeOut(process.stderr, renderHelp(paintFor(process.stderr)));
      return 0;
    case "version":
      writeOut(process.stderr, versionText());
      return 0;
    case "signum":
      return signalNumber(invocation.name);
    case "configTest":
      return runConfigTest(invocation.options, invocation.logFile);
    case "subcommand":
      return subcommand(invocation.name, invocation.arguments);
    default:
      return unreachable(invocation);
  }
}

async function subcommand(name: Subcommand, words: readonly string[]): Promise<number> {
  switch (name) {
    case "status":
      return runStatus(words);
    case "why":
      return runWhy(words);
    case "check":
      return runCheck(words);
    case "help":
      writeOut(process.stdout, renderHelp(paintFor(process.stdout)));
      return 0;
    default:
      return unreachable(name);
  }
}

function signalNumber(name: string): number {
  const number = SIGNALS.get(name);
  if (number === undefined) writeOut(process.stderr, `Unknown sigfunc ${name}\n`);
  else writeOut(process.stdout, `${number}\n`);
  return number === undefined ? 1 : 0;
}

function versionText(): string {
  return renderVersion({
    kernel: `${type()} ${release()} ${version()}`,
    node: process.version,
    distribution: distribution(),
  });
}

function distribution(): string | undefined {
  try {
    const text = readFileSync("/etc/os-release", "utf8");
    return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1];
  } catch {
    return undefined;
  }
}
