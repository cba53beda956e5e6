/** The processes of this host as /proc shows them, and word of their ends. */
import { readdirSync, readFileSync } from "node:fs";
import { SyscallError } from "../../base/failure.ts";
import type { ProcessDetails, ProcessTable } from "../ports.ts";
import { PROCESSES_LOOKED_AT } from "../ports.ts";
import { Descriptor } from "./descriptor.ts";
import { pidfdOpen } from "./libc.ts";
import { ProcConnector } from "./proc-connector.ts";

export const processTable: ProcessTable = {
  pids: () =>
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .slice(0, PROCESSES_LOOKED_AT)
      .map(Number),
  describe,
  openEvents: (handler, buffer) => {
    try {
      return new ProcConnector(handler, buffer);
    } catch (error: unknown) {
      if (error instanceof SyscallError) return undefined;
      throw error;
    }
  },
  watchEnd: (pid, ended) => {
    const fd = pidfdOpen(pid);
    if (fd < 0) return undefined;
    const descriptor = new Descriptor(fd);
    descriptor.onReadable(ended);
    return descriptor;
  },
};

/** One that has ended and waits for its parent is no process any more. */
const GONE = new Set(["Z", "X"]);

function describe(pid: number, wantsWords: boolean): ProcessDetails | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // proc(5): the name is in brackets and may have any character; the state follows.
    const end = stat.lastIndexOf(")");
    const name = stat.slice(stat.indexOf("(") + 1, end);
    if (end < 0 || GONE.has(stat.charAt(end + 2))) return undefined;
    const words = wantsWords
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replace(/\0$/, "").split("\0")
      : [];
    return { name, words };
  } catch {
    return undefined;
  }
}
