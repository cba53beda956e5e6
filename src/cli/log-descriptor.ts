/** Standard error as a descriptor whose writes never wait for its reader. */
import { constants, fstatSync, openSync } from "node:fs";

const STDERR = 2;

/**
 * Opens a pipe or terminal once more, without blocking: the flag belongs to this opening alone, so
 * the shell that shares the old one is not affected. A regular file stays as it is, with the
 * position it shares with others; so does a socket, which cannot be opened again.
 */
export function openLogDescriptor(): number {
  try {
    const kind = fstatSync(STDERR);
    if (!kind.isFIFO() && !kind.isCharacterDevice()) return STDERR;
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    return openSync("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return STDERR;
  }
}
