/** What the program before this one in the same process has left: text in memory without a name. */
import { closeSync, fstatSync, readSync } from "node:fs";

/** Names the descriptor for the program that follows. */
export const HANDOVER_VARIABLE = "KEEPALIVED_HANDOVER";
const FIRST_INHERITED = 3;

/** The second time there is nothing. */
export function takeHandover(): string | undefined {
  const fd = Number(process.env[HANDOVER_VARIABLE] ?? NaN);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an environment is a dictionary
  delete process.env[HANDOVER_VARIABLE];
  if (!Number.isInteger(fd) || fd < FIRST_INHERITED) return undefined;
  try {
    const bytes = new Uint8Array(fstatSync(fd).size);
    for (let done = 0; done < bytes.length;) {
      const count = readSync(fd, bytes, done, bytes.length - done, done);
      if (count === 0) break;
      done += count;
    }
    closeSync(fd);
    return new TextDecoder().decode(bytes);
  } catch {
    // Somebody else's variable of that name.
    return undefined;
  }
}
