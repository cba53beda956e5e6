/**
 * How this program starts itself again, whole or in part, and loads what lies beside it. It runs in
 * one of two forms: bundles that Node.js runs, or one executable that has Node.js and the bundles in
 * it (docs/decisions/0030).
 */
import { dirname, join } from "node:path";
import { isSea } from "node:sea";
import type { ProgramStart } from "../daemon/vrrp-process.ts";

/** `keepalived` is the parent and everything a user calls; `vrrp` is its process for VRRP. */
export type Part = "keepalived" | "vrrp";
/** What is loaded only when it is needed. */
export type LaterPart = "mail" | "lsp";

/** Flags of every Node.js this program starts; the start script gives them too. */
const NODE_FLAGS: readonly string[] = ["--no-warnings"];

/** Read, and taken out of the environment, by the one executable when it starts. */
const PART_VARIABLE = "KEEPALIVED_PART";

/**
 * The file that runs, even when an upgrade has put another one in its place: parts of two versions
 * do not understand each other.
 */
const RUNNING_FILE = "/proc/self/exe";

/** Starts `part` of this very program. */
export function ownStart(part: Part): ProgramStart {
  if (isSea()) return { path: RUNNING_FILE, words: [], environment: { [PART_VARIABLE]: part } };
  const script = part === "keepalived" ? ownScript() : join(dirname(ownScript()), `${part}.cjs`);
  return { path: process.execPath, words: [...NODE_FLAGS, script], environment: {} };
}

/** Starts the program that is on disk now, which an upgrade may have replaced. */
export function startOnDisk(): ProgramStart {
  return { ...ownStart("keepalived"), path: process.execPath };
}

/** Loads a part into this process. Throws when it is not there. */
export function loadLater(part: LaterPart): unknown {
  const name = `./${part}.cjs`;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the loader's: it finds the file beside the bundle, or in the executable
  return require(name);
}

const ownScript = (): string => process.argv[1] ?? "";
