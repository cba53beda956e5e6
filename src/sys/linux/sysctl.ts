/**
 * The kernel's settings through /proc/sys: files in name only, so that reading and writing them
 * waits for nothing.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Errno } from "../../base/failure.ts";
import type { Sysctl } from "../ports.ts";

const ROOT = "/proc/sys";

export class LinuxSysctl implements Sysctl {
  read(path: string): string | { readonly errno: number } {
    try {
      return readFileSync(`${ROOT}/${path}`, "utf8").trimEnd();
    } catch (error: unknown) {
      return { errno: errnoOf(error) };
    }
  }

  write(path: string, value: string): number {
    try {
      // Opened for writing alone: these files can be neither made nor cut.
      writeFileSync(`${ROOT}/${path}`, `${value}\n`, { flag: "r+" });
      return 0;
    } catch (error: unknown) {
      return errnoOf(error);
    }
  }
}

function errnoOf(error: unknown): number {
  if (!(error instanceof Error) || !("errno" in error) || typeof error.errno !== "number") {
    throw error;
  }
  // Node gives the number negated.
  return error.errno < 0 ? -error.errno : Errno.EIO;
}
