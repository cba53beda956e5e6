/**
 * Files that a signal asks for: where they are, and how they are written so that a reader never
 * sees half of one and nobody can lead the writer elsewhere: a new file of our own, then renamed
 * over the old name.
 */
import { constants } from "node:fs";
import type { Stats } from "node:fs";
import { lstat, open, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { GlobalConfig } from "../config/model.ts";

/** What the file creation mask leaves of it is what a file gets: 0600 unless it is changed. */
const DUMP_MODE = 0o666;

/** Names of the files: those that are not whole paths are in the directory for dumps. */
export interface DumpNames {
  readonly data: string;
  readonly parent: string;
  readonly statistics: string;
  readonly json: string;
}

type NamingSettings = Pick<GlobalConfig, "dumps" | "netNamespace" | "instanceName">;

/** keepalived.conf(5): state_dump_file and its kin, and data_use_instance, which is for the data alone. */
export function dumpNames({ dumps, netNamespace, instanceName }: NamingSettings): DumpNames {
  const data = withName(dumps.stateFile, "keepalived.data");
  const parts = [netNamespace, instanceName].filter((part) => part !== undefined);
  const instance = dumps.usesInstanceName && parts.length > 0 ? `.${parts.join("_")}` : "";
  return {
    data: beforeExtension(data, instance),
    parent: beforeExtension(data, `_parent${instance}`),
    statistics: withName(dumps.statisticsFile, "keepalived.stats"),
    json: withName(dumps.jsonFile, "keepalived.json"),
  };
}

/** A directory keeps the usual name. */
function withName(wanted: string | undefined, usual: string): string {
  if (wanted === undefined) return usual;
  return wanted.endsWith("/") ? `${wanted}${usual}` : wanted;
}

function beforeExtension(path: string, text: string): string {
  const dot = path.lastIndexOf(".");
  return dot <= path.lastIndexOf("/") + 1
    ? `${path}${text}`
    : `${path.slice(0, dot)}${text}${path.slice(dot)}`;
}

/** `$TMPDIR` where that is a directory, else `/tmp`. */
export async function dumpDirectory(wanted: string | undefined): Promise<string> {
  if (wanted === undefined || wanted === "") return "/tmp";
  try {
    return (await stat(wanted)).isDirectory() ? wanted.replace(/(?<=.)\/+$/, "") : "/tmp";
  } catch {
    return "/tmp";
  }
}

/** Where a file of that name is. */
export const dumpPath = (directory: string, name: string): string =>
  name.startsWith("/") ? name : `${directory}/${name}`;

/** Replaces `path` with `text` in one step. Rejects with the system's error. */
export async function writeDumpFile(path: string, text: string, unique: string): Promise<void> {
  await refuseToReplace(path);
  const temporary = `${path}.${unique}`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  // What a predecessor with the same process id left behind.
  await unlink(temporary).catch(() => undefined);
  const file = await open(temporary, flags, DUMP_MODE);
  try {
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error: unknown) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

const OTHERS_MAY_WRITE = 0o002;

/**
 * A device, a FIFO or a directory is not a dump of ours. A symbolic link is what somebody put in the
 * way where everybody may write, and elsewhere the machine's: /dev/stdout must stay.
 */
async function refuseToReplace(path: string): Promise<void> {
  const found = await statOf(path);
  if (found === undefined || found.isFile()) return;
  const isInTheWay =
    found.isSymbolicLink() && ((await stat(dirname(path))).mode & OTHERS_MAY_WRITE) !== 0;
  if (isInTheWay) return;
  const what = found.isSymbolicLink() ? "a symbolic link" : "not a regular file";
  throw new Error(`it is ${what}`);
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch {
    return undefined;
  }
}
