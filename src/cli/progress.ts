/** A line on a terminal about what takes long; quick work says nothing. */

export interface Progress {
  say(what: string): void;
  /** Takes the line away. */
  clear(): void;
}

const QUIET_MS = 1_000;
/** Often enough to be read, seldom enough to cost nothing. */
const AGAIN_MS = 100;
const CLEAR_LINE = "\r\x1b[K";

export function createProgress(
  stream: Pick<NodeJS.WriteStream, "isTTY" | "write">,
  now: () => number = () => performance.now(),
): Progress {
  const startedAt = now();
  let saidAt: number | undefined;
  return {
    say: (what) => {
      const at = now();
      if (!stream.isTTY || at - startedAt < QUIET_MS) return;
      if (saidAt !== undefined && at - saidAt < AGAIN_MS) return;
      saidAt = at;
      stream.write(`${CLEAR_LINE}${what} …`);
    },
    clear: () => {
      if (saidAt !== undefined) stream.write(CLEAR_LINE);
      saidAt = undefined;
    },
  };
}
