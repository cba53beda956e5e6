/**
 * Running programs from a test: to the end with a limit, or in the background with an owner. Every
 * child is started in a session of its own, so that Ctrl-C reaches the lab first and the lab ends
 * what it started.
 */
import { spawn, type ChildProcess } from "node:child_process";

export interface Finished {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

const DEFAULT_TIMEOUT_MS = 20_000;

/** Runs a command to its end; a failing exit code is a value, a command that hangs is an error. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [program = "", ...args] = argv;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    const timer = setTimeout(() => {
      killSession(child, "SIGKILL");
      reject(new Error(`${argv.join(" ")}: not finished after ${timeoutMs} ms\n${output.stderr}`));
    }, timeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? undefined, signal: signal ?? undefined, ...output });
    });
    // A program that ends without reading its input is no failure of ours.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

/** Runs a command that has to succeed and returns what it printed. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const finished = await run(argv, options);
  if (finished.code !== 0) {
    const how = finished.signal ?? `exit code ${String(finished.code)}`;
    throw new Error(`${argv.join(" ")}: ${how}\n${finished.stderr}${finished.stdout}`);
  }
  return finished.stdout;
}

/** Ends a child started with `detached`, and what it started in the same session. */
export function killSession(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || hasEnded(child)) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Resolves when a child has ended, at once when it already has. */
export function ended(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => {
      resolve();
    });
  });
}

/** One word for `sh`. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
