/** `keepalived -t`: what is wrong with a configuration, without running it. */
import { appendFileSync } from "node:fs";
import type { Diagnostic } from "../config/diagnostics.ts";
import type { LoadOptions, LoadedConfig } from "../config/load.ts";
import { renderLine } from "../config/render-diagnostics.ts";
import type { DaemonOptions } from "./command.ts";
import { interfaceTable, loadFor } from "./load-configuration.ts";
import { hostSurroundings } from "./surroundings.ts";
import { writeOut } from "./terminal.ts";

/** keepalived(8) --config-test: complaints of the configuration at large. */
export const OTHER_COMPLAINT = 5;
/** Below this an exit code stands for something milder. */
export const MILDER: ReadonlySet<number> = new Set([0, 4]);

export interface Checked {
  readonly loaded: LoadedConfig;
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: number;
}

/** Plain lines as Keepalived prints them, on standard error or appended to a file. */
export function runConfigTest(options: DaemonOptions, logFile: string | undefined): number {
  const { diagnostics, exitCode } = checkFile(options, { isOnlyCheck: true });
  const text = diagnostics.map((diagnostic) => `${renderLine(diagnostic)}\n`).join("");
  if (logFile === undefined) {
    // The stream of standard error takes time to load, and most tests have nothing to say.
    if (text !== "") writeOut(process.stderr, text);
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

/** A file of this host, with what it names there. */
export function checkFile(
  options: DaemonOptions,
  wanted: Pick<LoadOptions, "isOnlyCheck"> = {},
): Checked {
  // Interfaces of another namespace cannot be looked at without going there.
  const loaded = loadFor(options, {
    ...wanted,
    ...hostSurroundings(options.netNamespace),
    interfacesOf: (named) =>
      (options.netNamespace ?? named) === undefined ? interfaceTable() : undefined,
  });
  return { loaded, diagnostics: loaded.diagnostics, exitCode: loaded.verdict.test };
}
