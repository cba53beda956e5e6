/** Invocations that answer and leave: help, version, signal numbers, tests, questions. */
import type { Invocation } from "./command.ts";
import { SIGNALS } from "./command.ts";
import { release, type, version } from "node:os";
import { renderVersion } from "../report/version.ts";

export async function answer(invocation: Exclude<Invocation, { kind: "daemon" }>): Promise<number> {
  await Promise.resolve();
  switch (invocation.kind) {
    case "signum": {
      const number = SIGNALS.get(invocation.name);
      if (number === undefined) {
        process.stderr.write(`Unknown sigfunc ${invocation.name}\n`);
        return 1;
      }
      process.stdout.write(`${number}\n`);
      return 0;
    }
    case "version":
      process.stderr.write(
        renderVersion({
          kernel: `${type()} ${release()} ${version()}`,
          node: process.version,
          distribution: undefined,
        }),
      );
      return 0;
    default:
      return 0;
  }
}
