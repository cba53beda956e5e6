/**
 * A log on the lab's side of a host: searched from a mark, waited on, and quoted in failures.
 */
import { existsSync, readFileSync } from "node:fs";
import { waitFor } from "./wait.ts";

export class LogFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  text(from = 0): string {
    return existsSync(this.path) ? readFileSync(this.path, "utf8").slice(from) : "";
  }

  /** The present end, to search only what comes after it. */
  mark(): number {
    return this.text().length;
  }

  has(pattern: RegExp, from = 0): boolean {
    return pattern.test(this.text(from));
  }

  count(pattern: RegExp, from = 0): number {
    return this.text(from)
      .split("\n")
      .filter((line) => pattern.test(line)).length;
  }

  async waitFor(pattern: RegExp, timeoutMs: number, from = 0): Promise<string> {
    try {
      return await waitFor(
        `${String(pattern)} in ${this.path}`,
        timeoutMs,
        () => pattern.exec(this.text(from))?.[0],
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}; its end is\n${this.tail(25)}`);
    }
  }

  tail(lines: number): string {
    return this.text().trimEnd().split("\n").slice(-lines).join("\n");
  }
}
