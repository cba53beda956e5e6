/** The files that an include line names, as the reader of the configuration finds them. */
import { expandBraces, hasWildcard } from "../config/includes.ts";
import { absolutePath, directoryOf, resolveFrom } from "../config/source.ts";
import type { FileSource } from "../config/source.ts";

/** Existing files only, seen from the directory of the file that includes them. */
export function includedFiles(
  source: FileSource,
  path: string,
  pattern: string,
): readonly string[] {
  return (expandBraces(pattern) ?? []).flatMap((alternative) => {
    const file = absolutePath(source.workingDirectory, resolveFrom(directoryOf(path), alternative));
    if (hasWildcard(file)) return source.glob(file);
    return source.read(file).ok ? [file] : [];
  });
}
