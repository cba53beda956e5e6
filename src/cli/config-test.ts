/** `keepalived -t` and `keepalived check`: what is wrong with a configuration, without running it. */
import { appendFileSync } from "node:fs";
import type { Diagnostic } from "../config/diagnostics.ts";
import { renderDiagnostics, renderLine, sourceLines } from "../config/render-diagnostics.ts";
import { prepareScripts } from "../daemon/prepare-scripts.ts";
import type { LogLine } from "../report/log-line.ts";
import { nodeSource } from "./config-source.ts";
import { parseInvocation } from "./command.ts";
import type { DaemonOptions } from "./command.ts";
import { interfaceTable, loadFor } from "./load-configuration.ts";
import { scriptContext } from "./script-context.ts";
import type { SubcommandArguments } from "./subcommand-arguments.ts";
import { paintFor, writeOut } from "./terminal.ts";

/** keepalived(8) --config-test: complaints of the configuration at large. */
const OTHER_COMPLAINT = 5;
/** Below this an exit code stands for something milder. */
const MILDER = new Set([0, 4]);

interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  /** About scripts: they are looked at where they lie, not where the file names them. */
  readonly lines: readonly LogLine[];
  readonly exitCode: number;
}

/** Plain lines as Keepalived prints them, on standard error or appended to a file. */
export function runConfigTest(options: DaemonOptions, logFile: string | undefined): number {
  const { diagnostics, lines, exitCode } = checkFile(options);
  const texts = [...diagnostics.map(renderLine), ...lines.map(({ text }) => text)];
  const text = texts.map((line) => `${line}\n`).join("");
  if (logFile === undefined) {
    writeOut(process.stderr, text);
    return exitCode;
  }
  try {
    appendFileSync(logFile, text);
  } catch (error: unknown) {
    const reason = error instanceof Error ? error.message : String(error);
    writeOut(process.stderr, `${logFile} cannot be written: ${reason}\n${text}`);
  }
  return exitCode;
}

/** Files for people: the line, the place in it, and the fix. The worst exit code counts. */
export function runCheck({ operands: files }: SubcommandArguments): number {
  const colours = paintFor(process.stdout)("red", "x") !== "x";
  const codes = (files.length === 0 ? [undefined] : files).map((file) => {
    const invocation = parseInvocation(file === undefined ? ["-t"] : ["-t", "-f", file]);
    if (!invocation.ok || invocation.value.kind !== "configTest") return OTHER_COMPLAINT;
    const { options } = invocation.value;
    const { diagnostics, lines, exitCode } = checkFile(options);
    const source = sourceLines(nodeSource());
    const text =
      renderDiagnostics(diagnostics, { sourceLine: source, colours }) +
      lines.map(({ text: line }) => `${options.configFile}: ${line}\n`).join("");
    const isClean = diagnostics.length === 0 && lines.length === 0;
    writeOut(process.stdout, isClean ? `${options.configFile}: no complaints\n` : text);
    return exitCode;
  });
  return Math.max(...codes);
}

function checkFile(options: DaemonOptions): Checked {
  // Interfaces of another namespace cannot be looked at without going there.
  const { model, diagnostics, verdict } = loadFor(options, {
    interfacesOf: (named) =>
      (options.netNamespace ?? named) === undefined ? interfaceTable() : undefined,
  });
  const { lines, hasDisabledChecks } = prepareScripts(model, scriptContext());
  const complains = hasDisabledChecks && MILDER.has(verdict.test);
  return { diagnostics, lines, exitCode: complains ? OTHER_COMPLAINT : verdict.test };
}
