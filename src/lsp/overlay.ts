/** Files as they are being edited, laid over those on the disk. */
import { ok } from "../base/result.ts";
import { absolutePath } from "../config/source.ts";
import type { FileSource } from "../config/source.ts";

/** A source that reads an open file as the editor has it. `openText` is asked by absolute path. */
export function overlaySource(
  disk: FileSource,
  openText: (path: string) => string | undefined,
): FileSource {
  return {
    ...disk,
    read: (path) => {
      const text = openText(path) ?? openText(absolutePath(disk.workingDirectory, path));
      return text === undefined ? disk.read(path) : ok(text);
    },
  };
}
