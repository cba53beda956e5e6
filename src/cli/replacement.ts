/**
 * This program in the place of another one of its kind, in the same process: what it is told of how
 * that was started, beside what the daemon itself leaves to its successor.
 */
import { takeHandover } from "../sys/linux/handover-descriptor.ts";
import type { Replacement } from "../sys/linux/replace-program.ts";
import { startOnDisk } from "./program.ts";

export interface Replaced {
  /** Where the first program was started: names it was given are from there. */
  readonly directory: string;
  /** It runs in the background. */
  readonly isDetached: boolean;
  /** For the daemon. */
  readonly handover: string;
}

/** Undefined when this program was started in the usual way. */
export function takeReplaced(): Replaced | undefined {
  const text = takeHandover();
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const fields: Readonly<Record<string, unknown>> = { ...value };
    const { directory, isDetached, handover } = fields;
    if (typeof directory !== "string" || typeof handover !== "string") return undefined;
    return { directory, isDetached: isDetached === true, handover };
  } catch {
    return undefined;
  }
}

/** The program on disk now, started as this one was. */
export function sameProgram(argv: readonly string[], about: Replaced): Replacement {
  const { path, words, environment } = startOnDisk();
  return {
    path,
    words: [process.argv0, ...words, ...argv],
    environment,
    text: JSON.stringify(about),
  };
}
