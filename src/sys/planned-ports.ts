/** What the parent asks of the operating system for planned work. */

/** A small file of the daemon's own that outlives it. Each throws `SyscallError`. */
export interface StateFiles {
  /** Undefined when there is none. At most `STATE_FILE_BYTES` are read. */
  read(path: string): string | undefined;
  /** As a whole or not at all, for its owner only; the directory is made. */
  replace(path: string, text: string): void;
  remove(path: string): void;
}

/** More than all orders that can be given. */
export const STATE_FILE_BYTES = 1_000_000;

export interface PlannedPorts {
  readonly stateFiles: StateFiles;
  /** Who is at the other end of a local connection, by name; undefined where that is not told. */
  readonly callerOf: (descriptor: number) => string | undefined;
  /**
   * Puts the program on disk in the place of this one, in the same process, and gives it `handover`
   * to read. Only comes back to throw `SyscallError`.
   */
  readonly replaceProgram: (handover: string) => never;
  /** What the program before this one in the same process has given it. */
  readonly handover: string | undefined;
}
