/**
 * The client that keeps asking for the service, and the arithmetic of outages.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Host } from "./host.ts";
import { PROJECT_DIRECTORY } from "./namespace.ts";
import { waitFor } from "./wait.ts";

export interface Reply {
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly doneAt: number;
  /** Who answered, or why nobody did. */
  readonly server?: string;
  readonly error?: string;
}

export interface Outage {
  /** From the last answer before it to the first answer after it. */
  readonly ms: number;
  readonly lastAnswerAt: number;
  readonly firstAnswerAt: number;
  readonly before: string;
  readonly after: string;
}

export interface ClientOptions {
  readonly url: string;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
}

export class HttpClient implements Disposable {
  readonly replies: Reply[] = [];
  readonly #child: ChildProcess;

  constructor(host: Host, options: ClientOptions) {
    const tsx = join(PROJECT_DIRECTORY, "node_modules", "tsx", "dist", "loader.mjs");
    const [program = "", ...args] = host.machine.enter([
      ...[process.execPath, "--import", tsx],
      join(PROJECT_DIRECTORY, "test", "lab", "client-main.ts"),
      ...[options.url, String(options.intervalMs ?? 20), String(options.timeoutMs ?? 1000)],
    ]);
    this.#child = spawn(program, args, { detached: true, stdio: ["ignore", "pipe", "inherit"] });
    const output = this.#child.stdout;
    if (output === null) throw new Error("the client has no output");
    createInterface(output).on("line", (line) => this.replies.push(JSON.parse(line) as Reply));
  }

  get answers(): readonly Reply[] {
    return this.replies.filter((reply) => reply.server !== undefined);
  }

  get errors(): readonly Reply[] {
    return this.replies.filter((reply) => reply.error !== undefined);
  }

  /** Who answered last. */
  get server(): string | undefined {
    return this.answers.at(-1)?.server;
  }

  /** Waits until a request sent after `since` is answered by `server`. */
  async waitForServer(server: string, timeoutMs: number, since = 0): Promise<Reply> {
    return waitFor(`the client to be served by ${server}`, timeoutMs, () =>
      this.replies.find((reply) => reply.server === server && reply.sentAt >= since),
    );
  }

  /** The longest time without an answer in a period, in the order requests were sent. */
  longestOutage(from: number, to: number): Outage | undefined {
    const answers = this.answers
      .filter((reply) => reply.sentAt >= from && reply.sentAt <= to)
      .sort((a, b) => a.doneAt - b.doneAt);
    let longest: Outage | undefined;
    for (const [index, answer] of answers.entries()) {
      const previous = answers[index - 1];
      if (previous === undefined) continue;
      const ms = answer.doneAt - previous.doneAt;
      if (longest !== undefined && ms <= longest.ms) continue;
      longest = {
        ms,
        lastAnswerAt: previous.doneAt,
        firstAnswerAt: answer.doneAt,
        before: previous.server ?? "",
        after: answer.server ?? "",
      };
    }
    return longest;
  }

  [Symbol.dispose](): void {
    // The program ends on its first line into the closed pipe.
    this.#child.stdout?.destroy();
  }
}
