/** The settings of a simulated kernel; every one exists, and is 0 until somebody sets it. */
import { Errno } from "../../src/base/failure.ts";
import type { Sysctl } from "../../src/sys/ports.ts";

export class FakeSysctl implements Sysctl {
  readonly values = new Map<string, string>();
  /** As in a container: what is written is refused. */
  isReadOnly = false;

  read(path: string): string {
    return this.values.get(path) ?? "0";
  }

  write(path: string, value: string): number {
    if (this.isReadOnly) return Errno.EROFS;
    this.values.set(path, value);
    return 0;
  }
}
