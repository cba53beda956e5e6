/**
 * The corpus of small configuration files beside this one. They are read with fixed surroundings,
 * so that the outcome is the same on every machine; `NAME.expected` holds it as text to review.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeSource } from "../../../src/cli/config-source.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { LoadedConfig, LoadOptions } from "../../../src/config/load.ts";
import { renderDiagnostics, sourceLines } from "../../../src/config/render-diagnostics.ts";
import type { FileSource } from "../../../src/config/source.ts";
import { renderServices } from "./render-services.ts";

export const CORPUS_DIRECTORY = dirname(fileURLToPath(import.meta.url));
/** The interfaces that exist while the corpus is read, here and in the judge's namespace. */
export const CORPUS_INTERFACES: readonly string[] = ["lo", "eth0", "eth1", "eth2"];
export const CORPUS_CONFIG_ID = "main";

export function corpusNames(): readonly string[] {
  return readdirSync(CORPUS_DIRECTORY)
    .filter((name) => name.endsWith(".conf"))
    .map((name) => name.slice(0, -".conf".length))
    .sort();
}

/** The real files, seen from the corpus directory whatever the working directory is. */
export function corpusSource(): FileSource {
  const real = nodeSource();
  const inCorpus = (path: string): string => join(CORPUS_DIRECTORY, path);
  return {
    read: (path) => real.read(inCorpus(path)),
    glob: (pattern) =>
      real.glob(inCorpus(pattern)).map((path) => path.slice(CORPUS_DIRECTORY.length + 1)),
    environment: (name) => (name === "PLACE" ? "lab" : undefined),
    workingDirectory: "/",
    hostName: "router1.example.org",
    randomSeed: 1,
  };
}

export function corpusOptions(name: string): LoadOptions {
  return {
    path: `${name}.conf`,
    configId: CORPUS_CONFIG_ID,
    interfaceExists: (wanted) => CORPUS_INTERFACES.includes(wanted),
    programExists: (program) => !program.includes("nonexistent"),
  };
}

export function loadCorpusFile(name: string): LoadedConfig {
  return loadConfig(corpusSource(), corpusOptions(name));
}

export function readExpected(name: string): string {
  return readFileSync(join(CORPUS_DIRECTORY, `${name}.expected`), "utf8");
}

/** The outcome as text: exit codes, diagnostics, and the model where it differs from minimal.conf. */
export function renderOutcome(name: string): string {
  const { model, services, bfd, diagnostics, files, verdict } = loadCorpusFile(name);
  const isMinimal = name === "minimal";
  const minimal = loadCorpusFile("minimal").model;
  const lines = [
    `test ${verdict.test}, run ${verdict.run ?? "on"}`,
    ...(files.length > 1 ? [`files ${files.join(" ")}`] : []),
    renderDiagnostics(diagnostics, { sourceLine: sourceLines(corpusSource()), colours: false }),
    ...differences("global", model.global, isMinimal ? {} : minimal.global),
    ...model.scripts.map((script) => `script ${JSON.stringify(script)}`),
    ...model.trackFiles.map((file) => `file ${JSON.stringify(file)}`),
    ...model.trackProcesses.map((process) => `process ${JSON.stringify(process)}`),
  ];
  for (const instance of model.instances) {
    lines.push(`instance ${instance.name}`);
    lines.push(...differences(" ", instance, isMinimal ? {} : (minimal.instances[0] ?? {})));
  }
  for (const [kind, statics] of Object.entries(model.statics)) {
    for (const each of statics as readonly unknown[]) {
      lines.push(`static ${kind} ${JSON.stringify(each)}`);
    }
  }
  if (model.hasVirtualServers) lines.push("has virtual servers");
  if (model.hasBfd) lines.push("has BFD");
  lines.push(...bfd.map((instance) => `bfd ${JSON.stringify(instance)}`));
  lines.push(...renderServices(services));
  return `${lines.filter((line) => line !== "").join("\n")}\n`;
}

function differences(label: string, made: object, reference: object): string[] {
  const known = new Map<string, unknown>(Object.entries(reference));
  return Object.entries(made)
    .filter(([key, value]) => JSON.stringify(known.get(key)) !== JSON.stringify(value))
    .map(([key, value]) => `${label} ${key} ${JSON.stringify(value)}`);
}
