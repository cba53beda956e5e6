/** A file with everything about it that `config show` and `config diff` need. */
import { loadConfig } from "../config/load.ts";
import type { LoadedConfig } from "../config/load.ts";
import { renderDiagnostics, sourceLines } from "../config/render-diagnostics.ts";
import { readStatements } from "../config/statements.ts";
import { flatten } from "../inspect/flatten.ts";
import type { ShownLine } from "../inspect/flatten.ts";
import { originsIn, shortName } from "../inspect/origin.ts";
import { nodeSource, programExists } from "./config-source.ts";
import { paintFor } from "./terminal.ts";

export interface FlatConfiguration {
  readonly path: string;
  readonly loaded: LoadedConfig;
  readonly lines: readonly ShownLine[];
  /** A file as seen from the directory of the main one. */
  readonly nameOf: (file: string) => string;
  /** The errors, for people. */
  readonly errors: () => string;
}

/** keepalived(8): the configuration cannot be run. */
export const CONFIG_EXIT = 2;

export function readFlat(
  path: string,
  configId: string | undefined,
  { defaults }: { readonly defaults: boolean },
): FlatConfiguration {
  const source = nodeSource();
  const options = { path, configId };
  // Each reading reports the same of the files; the loader's list is complete.
  const { statements, files, includes } = readStatements(source, options, () => undefined);
  const loaded = loadConfig(source, { ...options, programExists });
  const originOf = originsIn(source, files, includes);
  const { model, diagnostics } = loaded;
  return {
    path,
    loaded,
    lines: flatten({ statements, diagnostics, model, originOf, defaults }),
    nameOf: (file) => shortName(file, path, source.workingDirectory),
    errors: () => {
      const colours = paintFor(process.stderr)("red", "x") !== "x";
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      return renderDiagnostics(errors, { sourceLine: sourceLines(source), colours });
    },
  };
}
