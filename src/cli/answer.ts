/** Invocations that answer and leave: help, version, signal numbers, tests, questions. */
import { readFileSync } from "node:fs";
import { release, type, version } from "node:os";
import { unreachable } from "../base/failure.ts";
import { renderVersion } from "../report/version.ts";
import { SIGNALS } from "./command.ts";
import type { Invocation } from "./command.ts";
import { renderHelp } from "./help.ts";
import { readSubcommand } from "./subcommand-arguments.ts";
import type { SubcommandArguments } from "./subcommand-arguments.ts";
import { renderSubcommandHelp, renderUsage } from "./subcommand-help.ts";
import { declarationOf, findSubcommand, SUBCOMMANDS } from "./subcommand-table.ts";
import type { SubcommandName } from "./subcommand-table.ts";
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
    case "genhash":
      return (await import("./genhash.ts")).runGenhash(invocation.arguments);
    case "configTest":
      return (await import("./config-test.ts")).runConfigTest(
        invocation.options,
        invocation.logFile,
      );
    case "subcommand":
      return subcommand(invocation.name, invocation.arguments);
    default:
      return unreachable(invocation);
  }
}

/** Wrong use of a subcommand, as the shell's own commands have it. */
const USAGE_EXIT = 2;

type Run = (given: SubcommandArguments) => number | Promise<number>;

/** What runs each; loaded only when asked for. */
const RUNS: Readonly<Record<SubcommandName, () => Promise<Run>>> = {
  status: async () => (await import("./questions.ts")).runStatus,
  why: async () => (await import("./questions.ts")).runWhy,
  maintenance: async () => (await import("./planned.ts")).runMaintenance,
  switchover: async () => (await import("./planned.ts")).runSwitchover,
  restart: async () => (await import("./planned.ts")).runRestart,
  release: async () => (await import("./release.ts")).runRelease,
  check: async () => (await import("./check.ts")).runCheck,
  explain: async () => (await import("./explain.ts")).runExplain,
  completion: async () => (await import("./completion.ts")).runCompletion,
  lsp: async () => (await import("./run-lsp.ts")).runLsp,
  "config show": async () => (await import("./config-show.ts")).runConfigShow,
  "config diff": async () => (await import("./config-diff.ts")).runConfigDiff,
  help: () => Promise.resolve(runHelp),
};

async function subcommand(name: SubcommandName, words: readonly string[]): Promise<number> {
  const declaration = declarationOf(name);
  const given = readSubcommand(declaration, words);
  if (!given.ok) {
    writeOut(process.stderr, `${given.error}\n${renderUsage(declaration)}\n`);
    return USAGE_EXIT;
  }
  if (given.value === "help") {
    writeOut(process.stdout, renderSubcommandHelp(declaration, paintFor(process.stdout)));
    return 0;
  }
  const run = await RUNS[name]();
  return run(given.value);
}

function runHelp({ operands }: SubcommandArguments): number {
  const paint = paintFor(process.stdout);
  const found = findSubcommand(operands);
  if (operands.length > 0 && found === undefined) {
    const names = SUBCOMMANDS.map(({ name }) => name).join(", ");
    writeOut(process.stderr, `keepalived has no command '${operands.join(" ")}': ${names}\n`);
    return USAGE_EXIT;
  }
  const text =
    found === undefined
      ? renderHelp(paint)
      : renderSubcommandHelp(declarationOf(found.name), paint);
  writeOut(process.stdout, text);
  return 0;
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
