/**
 * The files of a configuration as one list of statements: includes, conditions, definitions and
 * generators done away with, nothing yet known of keywords.
 */
import type { Report, Span } from "./diagnostics.ts";
import { expandBraces, hasWildcard } from "./includes.ts";
import type { LineText } from "./line-text.ts";
import { describeReadProblem } from "./open-file.ts";
import { readFile } from "./reader.ts";
import { createReading } from "./reading.ts";
import type { FileSource } from "./source.ts";
import { createTreeBuilder } from "./tree.ts";
import type { Statement } from "./tree.ts";

export interface StatementOptions {
  /** The file; wildcards and braces may match several, which are read one after the other. */
  readonly path: string;
  /** `-i`; undefined takes the host name up to its first dot. */
  readonly configId?: string | undefined;
  /** `-e`: includes that find nothing are errors. */
  readonly allIncludesRequired?: boolean;
}

export interface FilesRead {
  readonly files: readonly string[];
  /** The line that included each file but the first. */
  readonly includes: ReadonlyMap<string, LineText>;
}

/** Every line of the files that `options` name, expanded, as statements; and the files read. */
export function readStatements(
  source: FileSource,
  options: StatementOptions,
  report: Report,
): FilesRead & { readonly statements: readonly Statement[] } {
  const statements: Statement[] = [];
  const read = takeStatements(source, options, report, (statement) => {
    statements.push(statement);
  });
  return { ...read, statements };
}

/** The same one by one, as each is complete: what a file needs in memory is its largest block. */
export function takeStatements(
  source: FileSource,
  options: StatementOptions,
  report: Report,
  take: (statement: Statement) => void,
): FilesRead {
  const tree = createTreeBuilder(report, take);
  const configId = options.configId ?? source.hostName.split(".", 1)[0] ?? source.hostName;
  const allIncludesRequired = options.allIncludesRequired === true;
  const reading = createReading(
    source,
    { configId, allIncludesRequired },
    report,
    (line, isBare) => {
      tree.add(line, isBare);
    },
  );
  const paths = mainPaths(source, options.path);
  if (paths.length > 1) {
    report({
      severity: "warning",
      code: "ignored",
      message: `${options.path} matches ${paths.length} files; they are read in this order: ${paths.join(", ")}`,
      at: fileSpan(options.path),
    });
  }
  for (const path of paths) {
    const content = source.read(path);
    if (content.ok) readFile(reading, path, content.value);
    else {
      report({
        severity: "error",
        code: content.error === "missing" ? "file-missing" : "file-refused",
        message:
          content.error === "missing"
            ? `Config files missing '${path}'.`
            : describeReadProblem(path, content.error),
        at: fileSpan(path),
      });
    }
  }
  tree.finish().forEach(take);
  return { files: reading.files, includes: reading.includes };
}

function mainPaths(source: FileSource, path: string): readonly string[] {
  const patterns = expandBraces(path) ?? [path];
  const found = patterns.flatMap((pattern) =>
    hasWildcard(pattern) ? source.glob(pattern) : [pattern],
  );
  return found.length === 0 ? [path] : found;
}

function fileSpan(file: string): Span {
  return { file, line: 0, column: 0, length: 0 };
}
