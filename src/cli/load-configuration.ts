/** Reads the configuration for the daemon: the file, then what the command line has to say to it. */
import { readFileSync } from "node:fs";
import { SyscallError } from "../base/failure.ts";
import type { Diagnostic, Severity } from "../config/diagnostics.ts";
import { loadConfig } from "../config/load.ts";
import type { LoadOptions, LoadedConfig } from "../config/load.ts";
import type { Model } from "../config/model.ts";
import { renderLine } from "../config/render-diagnostics.ts";
import type { LoadedConfiguration } from "../daemon/supervisor-parts.ts";
import type { Level, LogLine } from "../report/log-line.ts";
import { problem } from "../report/log-line.ts";
import type { DaemonOptions } from "./command.ts";
import { nodeSource, programExists } from "./config-source.ts";

/** keepalived(8) exit status: the configuration cannot be run. */
const CONFIG_EXIT = 2;

export type EnterNamespace = (name: string) => void;

/**
 * Loads for a daemon. The first model that names a network namespace moves the process there; what
 * the file says of interfaces is then checked against those of the namespace.
 */
export function daemonLoader(
  options: DaemonOptions,
  enterNamespace: EnterNamespace,
): () => LoadedConfiguration {
  let isInside = false;
  const isAtHome = (namespace: string | undefined): boolean => isInside || namespace === undefined;
  const read = (): LoadedConfig =>
    loadFor(options, {
      interfacesOf: (named) =>
        isAtHome(options.netNamespace ?? named) ? interfaceTable() : undefined,
    });
  return () => {
    const loaded = read();
    const namespace = options.netNamespace ?? loaded.model.global.netNamespace;
    if (isInside || namespace === undefined) return finished(loaded, options);
    try {
      enterNamespace(namespace);
      isInside = true;
    } catch (error: unknown) {
      if (!(error instanceof SyscallError)) throw error;
      return {
        ...finished(loaded, options),
        startVerdict: CONFIG_EXIT,
        lines: [problem(error.message)],
      };
    }
    return finished(read(), options);
  };
}

export function loadFor(options: DaemonOptions, more: Partial<LoadOptions>): LoadedConfig {
  return loadConfig(nodeSource(), {
    path: options.configFile,
    configId: options.configId,
    allIncludesRequired: options.missingIncludesAreErrors,
    programExists,
    ...more,
  });
}

/** The interfaces of this process's network namespace, read once when first asked. */
export function interfaceTable(): (name: string) => boolean {
  let names: ReadonlySet<string> | undefined;
  return (name) => {
    names ??= interfaceNames();
    return names.has(name);
  };
}

/** /proc/self/net belongs to the process's namespace; /sys may still show another one. */
export function interfaceNames(): ReadonlySet<string> {
  const lines = readFileSync("/proc/self/net/dev", "utf8").split("\n").slice(2);
  return new Set(lines.map((line) => line.split(":", 1)[0]?.trim() ?? ""));
}

function finished(loaded: LoadedConfig, options: DaemonOptions): LoadedConfiguration {
  return {
    model: withCommandLine(loaded.model, options),
    lines: loaded.diagnostics.map(diagnosticLine),
    startVerdict: loaded.verdict.run,
    testVerdict: loaded.verdict.test,
    errors: loaded.diagnostics.filter(({ severity }) => severity === "error").length,
  };
}

/** The command line wins: -s and -u. */
function withCommandLine(model: Model, options: DaemonOptions): Model {
  const { netNamespace = model.global.netNamespace, umask = model.global.umask } = options;
  return { ...model, global: { ...model.global, netNamespace, umask } };
}

const LEVELS: Readonly<Record<Severity, Level>> = {
  error: "error",
  warning: "warning",
  notice: "notice",
};

function diagnosticLine(diagnostic: Diagnostic): LogLine {
  return { level: LEVELS[diagnostic.severity], detail: false, text: renderLine(diagnostic) };
}
