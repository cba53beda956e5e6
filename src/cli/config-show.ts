/** `keepalived config show`: the effective configuration. */
import { loadConfig } from "../config/load.ts";
import { renderDiagnostics, sourceLines } from "../config/render-diagnostics.ts";
import type { FileSource } from "../config/source.ts";
import { readStatements } from "../config/statements.ts";
import { flatten } from "../inspect/flatten.ts";
import { originsIn, shortName } from "../inspect/origin.ts";
import { renderShown, shownJson } from "../report/config-show.ts";
import { DEFAULT_CONFIG_FILE } from "./command.ts";
import { nodeSource, programExists } from "./config-source.ts";
import type { SubcommandArguments } from "./subcommand-arguments.ts";
import { paintFor, writeOut } from "./terminal.ts";

/** keepalived(8): the configuration cannot be run. */
const CONFIG_EXIT = 2;

export function runConfigShow(given: SubcommandArguments): number {
  const [path = DEFAULT_CONFIG_FILE] = given.operands;
  const source = nodeSource();
  const options = { path, configId: given.get("config-id") };
  // Each reading reports the same of the files; the loader's list is complete.
  const { statements, files, includes } = readStatements(source, options, () => undefined);
  const { model, diagnostics, verdict } = loadConfig(source, { ...options, programExists });
  const originOf = originsIn(source, files, includes);
  const lines = flatten({
    statements,
    diagnostics,
    model,
    originOf,
    defaults: given.has("defaults"),
  });
  const paint = paintFor(process.stdout);
  const nameOf = (file: string): string => shortName(file, path, source.workingDirectory);
  const text = given.has("json")
    ? shownJson(lines, files)
    : `${paint("dim", `# ${path} as it is read here`)}\n\n` +
      renderShown(lines, { paint, nameOf, mainFile: path, masks: true });
  if (files.length > 0) writeOut(process.stdout, text);
  if (verdict.run === undefined) return 0;
  writeOut(process.stderr, fatalText(diagnostics, source));
  return CONFIG_EXIT;
}

function fatalText(
  diagnostics: Parameters<typeof renderDiagnostics>[0],
  source: FileSource,
): string {
  const colours = paintFor(process.stderr)("red", "x") !== "x";
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return renderDiagnostics(errors, { sourceLine: sourceLines(source), colours });
}
