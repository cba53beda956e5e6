/**
 * Which files belong together and what is wrong with them: every open file is checked as a main
 * file, except those that another one reads.
 */
import type { Diagnostic } from "../config/diagnostics.ts";
import { loadConfig } from "../config/load.ts";
import type { FileSource } from "../config/source.ts";
import { MAX_DOCUMENT_LENGTH } from "./document.ts";
import type { Settings } from "./settings.ts";

/** The machine on which the editor runs. */
export interface Machine {
  readonly interfaces: () => readonly string[];
  readonly programExists: (program: string) => boolean;
}

/** One configuration: its main file and everything that it reads. */
export interface Configuration {
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Open files that are checked as main files; the rest wait until another one is closed. */
export const MAX_CONFIGURATIONS = 50;

/** The configurations that the open files are part of, the one of the main file first. */
export function assess(
  source: FileSource,
  open: readonly string[],
  settings: Settings,
  machine: Machine,
): readonly Configuration[] {
  const { mainFile } = settings;
  const first = mainFile === undefined ? undefined : load(source, mainFile, settings, machine);
  const found: Configuration[] =
    first?.files.some((file) => open.includes(file)) === true ? [first] : [];
  for (const path of open) {
    if (found.length >= MAX_CONFIGURATIONS) break;
    if (found.some(({ files }) => files.includes(path))) continue;
    const configuration = load(source, path, settings, machine);
    // What it includes may have been checked alone before it.
    const rest = found.filter(
      ({ files: [main = ""] }) => main === mainFile || !configuration.files.includes(main),
    );
    found.splice(0, found.length, ...rest, configuration);
  }
  return found;
}

function load(
  source: FileSource,
  path: string,
  { configId, isForThisMachine }: Settings,
  { interfaces, programExists }: Machine,
): Configuration {
  const content = source.read(path);
  if (content.ok && content.value.length > MAX_DOCUMENT_LENGTH) return tooLong(path);
  const names = new Set(isForThisMachine ? interfaces() : []);
  const checks = { interfaceExists: (name: string) => names.has(name), programExists };
  const { files, diagnostics } = loadConfig(source, {
    path,
    configId,
    ...(isForThisMachine ? checks : {}),
  });
  return { files: files.length === 0 ? [path] : files, diagnostics };
}

function tooLong(path: string): Configuration {
  const message =
    `the file has more than ${MAX_DOCUMENT_LENGTH / (1024 * 1024)} million characters and is not ` +
    "checked while it is edited; use `keepalived check`";
  const at = { file: path, line: 0, column: 0, length: 0 };
  return { files: [path], diagnostics: [{ severity: "warning", code: "limit", message, at }] };
}

/** The diagnostics of each file, each said once. */
export function diagnosticsByFile(
  configurations: readonly Configuration[],
): ReadonlyMap<string, readonly Diagnostic[]> {
  const byFile = new Map<string, Diagnostic[]>();
  const said = new Set<string>();
  for (const { files, diagnostics } of configurations) {
    for (const file of files) if (!byFile.has(file)) byFile.set(file, []);
    for (const diagnostic of diagnostics) {
      const { at, code, message } = diagnostic;
      const key = JSON.stringify([at, code, message]);
      if (said.has(key)) continue;
      said.add(key);
      const list = byFile.get(at.file) ?? [];
      byFile.set(at.file, [...list, diagnostic]);
    }
  }
  return byFile;
}
