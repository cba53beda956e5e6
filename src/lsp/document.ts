/** A file of the configuration that is looked at: its path, its text, and its outline. */
import type { Outline, Place } from "./outline.ts";
import { readOutline } from "./outline.ts";
import { topLevelBlocks } from "./spot.ts";
import { rootGrammar } from "../config/grammar/root.ts";

export interface ConfigDocument {
  readonly path: string;
  readonly outline: Outline;
}

export interface DocumentPlace {
  readonly path: string;
  readonly place: Place;
}

/** Characters beyond which a file is not looked at while it is edited. */
export const MAX_DOCUMENT_LENGTH = 4 * 1024 * 1024;

const TOP_LEVEL_BLOCKS = topLevelBlocks(rootGrammar.keywords);

export function readDocument(path: string, text: string): ConfigDocument {
  // A byte order mark counts as a character of the first line, and as nothing else.
  const visible = text.replace(/^\ufeff/, " ");
  return { path, outline: readOutline(visible, (keyword) => TOP_LEVEL_BLOCKS.has(keyword)) };
}
