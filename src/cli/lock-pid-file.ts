/** stand-in */
import { mkdirSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { PidFile } from "../daemon/pid-files.ts";

export function lockPidFile(path: string): PidFile | undefined {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
  return {
    write: (pid) => {
      writeFileSync(path, pid === undefined ? "" : `${pid}\n`);
    },
    release: () => {
      unlinkSync(path);
    },
  };
}
