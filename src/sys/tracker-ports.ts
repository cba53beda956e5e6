/** What the parent asks of the operating system about tracked files and processes. */

/** What a look at a tracked file found. */
export type TrackedFileContent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "missing" }
  | { readonly kind: "refused"; readonly reason: string };

/** Tracked files, for the parent process. Nothing here waits for a peer or a pipe. */
export interface FilePort {
  /** At most the first `TRACKED_FILE_BYTES`; only regular files of local file systems are read. */
  read(path: string): TrackedFileContent;
  /** Makes the file, or where it is and `overwrite` says so gives it this text. Throws `SyscallError`. */
  write(path: string, text: string, overwrite: boolean): void;
  /** Removes a regular file; none is fine. Throws `SyscallError`. */
  remove(path: string): void;
  /**
   * Calls `changed` from the loop whenever the file may have another content, come or go; the
   * directories on the way need not exist yet. Throws `SyscallError`.
   */
  watch(path: string, changed: () => void): Disposable;
}

/** Longer than any number that counts. */
export const TRACKED_FILE_BYTES = 128;

export interface ProcessDetails {
  readonly name: string;
  readonly words: readonly string[];
}

export type ProcessNotice =
  /** It started from another, and is like it as yet. */
  | { readonly kind: "forked"; readonly pid: number; readonly parent: number }
  /** It runs another program, or has another name. */
  | { readonly kind: "changed"; readonly pid: number }
  | { readonly kind: "ended"; readonly pid: number }
  /** The kernel dropped notices: the caller must look at all of them again. */
  | { readonly kind: "overrun" };

/** Room for notices that are not read yet, beyond what is usual; `force` beyond the system's limit. */
export interface NoticeBuffer {
  readonly bytes: number;
  readonly force: boolean;
}

/** The processes of this host, for the parent process. */
export interface ProcessTable {
  /** Every process there is, at most `PROCESSES_LOOKED_AT`. */
  pids(): readonly number[];
  /** Undefined when it has ended; `words` are only read when wanted. */
  describe(pid: number, wantsWords: boolean): ProcessDetails | undefined;
  /** Undefined where the kernel does not tell. */
  openEvents(
    handler: (notices: readonly ProcessNotice[]) => void,
    buffer?: NoticeBuffer,
  ): Disposable | undefined;
  /** Calls `ended` from the loop when the process ends; undefined when it already has. */
  watchEnd(pid: number, ended: () => void): Disposable | undefined;
}

export const PROCESSES_LOOKED_AT = 100_000;
