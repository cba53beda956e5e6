/** Texts with the editor's cursor in them, written as `¦`. */
import { readDocument } from "../../../src/lsp/document.ts";
import type { ConfigDocument } from "../../../src/lsp/document.ts";
import type { Position } from "../../../src/lsp/cursor.ts";

export function withCursor(marked: string): {
  readonly document: ConfigDocument;
  readonly position: Position;
} {
  const before = marked.slice(0, marked.indexOf("¦")).split("\n");
  return {
    document: readDocument("/etc/keepalived/keepalived.conf", marked.replace("¦", "")),
    position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
  };
}
