/**
 * `keepalived check`: what is wrong with a file, with places and fixes; and with several files or
 * ids, what is wrong between them and who will be master.
 */
import { existsSync } from "node:fs";
import { assert } from "../base/failure.ts";
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import { compareNodes } from "../cluster/compare.ts";
import type { ClusterReport } from "../cluster/compare.ts";
import { nodeNames } from "../cluster/names.ts";
import type { Asked } from "../cluster/names.ts";
import type { Diagnostic, DiagnosticCode } from "../config/diagnostics.ts";
import { loadConfig } from "../config/load.ts";
import type { LoadedConfig } from "../config/load.ts";
import { portabilityOf, USUAL_RELEASE, isNewer } from "../config/portability.ts";
import { renderDiagnostics, sourceLines } from "../config/render-diagnostics.ts";
import { renderJson } from "../config/render-json.ts";
import { renderSarif } from "../config/render-sarif.ts";
import { clusterValue } from "../report/cluster-json.ts";
import { renderCluster } from "../report/cluster.ts";
import { PRODUCT_VERSION } from "../report/version.ts";
import { nodeSource } from "./config-source.ts";
import { DEFAULT_CONFIG_FILE, parseInvocation } from "./command.ts";
import type { DaemonOptions } from "./command.ts";
import { checkFile, MILDER, OTHER_COMPLAINT } from "./config-test.ts";
import { createProgress } from "./progress.ts";
import type { Progress } from "./progress.ts";
import type { SubcommandArguments } from "./subcommand-arguments.ts";
import { paintFor, writeOut } from "./terminal.ts";

/** Wrong use of a subcommand, as the shell's own commands have it. */
const USAGE_EXIT = 2;

/** What one file, read for one host, comes to. */
interface Checked {
  readonly path: string;
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** Answers to a question: they count for nothing. */
  readonly notes: readonly string[];
  readonly exitCode: number;
  readonly loaded: LoadedConfig;
}

export function runCheck(given: SubcommandArguments): number {
  const asked = whatToCheck(given.operands, given.all("config-id"));
  if (!asked.ok) {
    writeOut(process.stderr, `${asked.error}\n`);
    return USAGE_EXIT;
  }
  const progress = createProgress(process.stderr);
  const isCluster = asked.value.length > 1;
  const names = nodeNames(asked.value);
  const results = asked.value.map((each, i) => {
    progress.say(`reading ${each.file} (${i + 1} of ${asked.value.length})`);
    const checked = isCluster ? checkElsewhere(each) : checkHere(each);
    return given.has("portable") ? withPortability(checked, each) : checked;
  });
  const cluster = isCluster ? compare(results, names, progress) : undefined;
  progress.clear();
  write(given.get("format") ?? "text", results, cluster);
  return exitCodeOf(results, cluster, given.has("strict"));
}

/** Pairs of file and id: as many ids as files, `FILE@ID`, or several ids for one file. */
export function whatToCheck(
  operands: readonly string[],
  ids: readonly string[],
  exists: (path: string) => boolean = existsSync,
): Result<readonly Asked[], string> {
  const files = (operands.length === 0 ? [DEFAULT_CONFIG_FILE] : operands).map((word) =>
    splitId(word, exists),
  );
  const [first] = files;
  if (ids.length === 0) return ok(files);
  if (files.some(({ id }) => id !== undefined)) {
    return fail("Name an id either with -i or as FILE@ID");
  }
  if (files.length === 1 && first !== undefined) {
    return ok(ids.map((id) => ({ file: first.file, id })));
  }
  return ids.length === files.length
    ? ok(files.map(({ file }, i) => ({ file, id: ids[i] })))
    : fail(`${files.length} files need as many -i, or none; there are ${ids.length}`);
}

/** A file may have an @ in its name; what exists is taken as it is. */
function splitId(word: string, exists: (path: string) => boolean): Asked {
  const at = word.lastIndexOf("@");
  return at <= 0 || exists(word)
    ? { file: word, id: undefined }
    : { file: word.slice(0, at), id: word.slice(at + 1) };
}

/** A file of this host: its interfaces, programs and users count. */
function checkHere(asked: Asked): Checked {
  const { loaded, diagnostics, exitCode } = checkFile(optionsFor(asked));
  return { path: asked.file, files: loaded.files, diagnostics, notes: [], exitCode, loaded };
}

/** What the daemon itself would be given to test this file. */
function optionsFor({ file, id }: Asked): DaemonOptions {
  const words = ["-t", "-f", file, ...(id === undefined ? [] : ["-i", id])];
  const invocation = parseInvocation(words);
  assert(invocation.ok && invocation.value.kind === "configTest", "-t, -f and -i are options");
  return invocation.value.options;
}

/** A file of a cluster may be of any host: only what it says itself is looked at. */
function checkElsewhere({ file, id }: Asked): Checked {
  const loaded = loadConfig(nodeSource(), { path: file, configId: id });
  const { diagnostics, files, verdict } = loaded;
  return { path: file, files, diagnostics, notes: [], exitCode: verdict.test, loaded };
}

function withPortability(checked: Checked, { file, id }: Asked): Checked {
  const { model } = checked.loaded;
  const found = portabilityOf(nodeSource(), { path: file, configId: id }, model);
  const tail = isNewer(found.version, USUAL_RELEASE.version)
    ? `; ${USUAL_RELEASE.name} has ${USUAL_RELEASE.version}`
    : "";
  return {
    ...checked,
    diagnostics: [...checked.diagnostics, ...found.diagnostics],
    notes: [`needs Keepalived ${found.version} or newer${tail}`],
  };
}

function compare(
  results: readonly Checked[],
  names: readonly string[],
  progress: Progress,
): ClusterReport {
  const nodes = results.map(({ loaded }, i) => ({ name: names[i] ?? "", loaded }));
  return compareNodes(nodes, (done, total) => {
    progress.say(`playing out failures (${done + 1} of ${total})`);
  });
}

function exitCodeOf(
  results: readonly Checked[],
  cluster: ClusterReport | undefined,
  isStrict: boolean,
): number {
  const worst = Math.max(...results.map(({ exitCode }) => exitCode));
  const between = cluster?.diagnostics ?? [];
  const said = results.some(({ diagnostics }) => diagnostics.length > 0);
  // A node of which nothing is known makes no cluster, whatever `-t` says of a missing file.
  const isMissing = results.some(({ files }) => files.length === 0);
  const counts =
    between.some(({ severity }) => severity === "error") ||
    (cluster !== undefined && isMissing) ||
    (isStrict && (said || between.length > 0));
  return counts && MILDER.has(worst) ? OTHER_COMPLAINT : worst;
}

function write(
  format: string,
  results: readonly Checked[],
  cluster: ClusterReport | undefined,
): void {
  if (format === "text") {
    writeText(results, cluster);
    return;
  }
  const placed = results.map((result) => ({
    ...result,
    diagnostics: [
      ...result.diagnostics,
      ...result.notes.map((text) => ofFile(result, "keepalived-version", text)),
    ],
  }));
  const { diagnostics = [] } = cluster ?? {};
  if (format === "sarif") {
    const between = { path: "", files: [], diagnostics, exitCode: 0 };
    writeOut(process.stdout, renderSarif([...placed, between], { version: PRODUCT_VERSION }));
    return;
  }
  const more = cluster === undefined ? undefined : { diagnostics, value: clusterValue(cluster) };
  writeOut(process.stdout, renderJson(placed, more));
}

/** A diagnostic of a file as a whole. */
const ofFile = ({ path }: Checked, code: DiagnosticCode, message: string): Diagnostic => ({
  severity: "notice",
  code,
  message,
  at: { file: path, line: 0, column: 1, length: 1 },
});

function writeText(results: readonly Checked[], cluster: ClusterReport | undefined): void {
  const paint = paintFor(process.stdout);
  const colours = paint("red", "x") !== "x";
  const options = { sourceLine: sourceLines(nodeSource()), colours };
  const parts = results.map(({ path, diagnostics, notes }) => {
    const said = notes.map((line) => `${path}: ${line}\n`).join("");
    if (diagnostics.length > 0) return renderDiagnostics(diagnostics, options) + said;
    return said === "" ? `${path}: no complaints\n` : said;
  });
  if (cluster !== undefined) {
    parts.push(`\n${paint("bold", `As a cluster: ${cluster.nodes.join(", ")}`)}\n`);
    const { diagnostics } = cluster;
    parts.push(diagnostics.length === 0 ? "" : renderDiagnostics(diagnostics, options));
    parts.push(`\n${renderCluster(cluster, paint)}`);
  }
  writeOut(process.stdout, parts.join(""));
}
