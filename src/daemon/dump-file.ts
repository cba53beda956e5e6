/**
 * Files that a signal asks for, written so that a reader never sees half of one and nobody can
 * lead the writer elsewhere: a new file of our own, then renamed over the old name.
 */
import { constants } from "node:fs";
import { open, rename, stat, unlink } from "node:fs/promises";

const DUMP_MODE = 0o600;

/** `$TMPDIR` where that is a directory, else `/tmp`. */
export async function dumpDirectory(wanted: string | undefined): Promise<string> {
  if (wanted === undefined || wanted === "") return "/tmp";
  try {
    return (await stat(wanted)).isDirectory() ? wanted.replace(/\/+$/, "") : "/tmp";
  } catch {
    return "/tmp";
  }
}

/** Replaces `path` with `text` in one step. Rejects with the system's error. */
export async function writeDumpFile(path: string, text: string, unique: string): Promise<void> {
  const temporary = `${path}.${unique}`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  // What a predecessor with the same process id left behind.
  await unlink(temporary).catch(() => undefined);
  const file = await open(temporary, flags, DUMP_MODE);
  try {
    await file.writeFile(text);
  } catch (error: unknown) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
