/**
 * Starting in the background: a launcher starts the daemon in a session of its own and waits until
 * it really runs, so that the exit status tells the truth and messages of a failed start are seen.
 */
import { spawn } from "node:child_process";
import type { LineSink } from "../daemon/logger.ts";
import { ownStart } from "./program.ts";

/** Set for the daemon by its launcher, and removed before anything else can see it. */
const LAUNCHED = "KEEPALIVED_LAUNCHED";
/** How long a launcher waits before it leaves the daemon to itself. */
const LAUNCH_PATIENCE_MS = 60_000;
/** Lines of a failed start that are shown. */
const LINES_KEPT = 200;

/** What a daemon says to its launcher. */
type Report = { readonly kind: "line"; readonly text: string } | { readonly kind: "ready" };

/** Starts this program again as a daemon; resolves with the launcher's exit code. */
export function launchDaemon(argv: readonly string[]): Promise<number> {
  const { path, words, environment } = ownStart("keepalived");
  const daemon = spawn(path, [...words, ...argv], {
    argv0: "keepalived",
    detached: true,
    env: { ...process.env, ...environment, [LAUNCHED]: "1" },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const lines: string[] = [];
  return new Promise((resolve) => {
    const finish = (code: number): void => {
      clearTimeout(patience);
      if (code !== 0) process.stderr.write(lines.join(""));
      if (daemon.connected) daemon.disconnect();
      daemon.unref();
      resolve(code);
    };
    const patience = setTimeout(() => {
      lines.push("keepalived has not finished its start yet; it goes on in the background.\n");
      finish(1);
    }, LAUNCH_PATIENCE_MS);
    daemon.on("message", (message) => {
      const report = message as Report;
      if (report.kind === "ready") finish(0);
      else if (lines.push(report.text) > LINES_KEPT) lines.shift();
    });
    daemon.on("error", (error) => {
      lines.push(`keepalived could not be started: ${error.message}\n`);
      finish(1);
    });
    daemon.on("exit", (code) => {
      // An exit with 0 before it runs: another daemon does already.
      if (code === 0) process.stderr.write(lines.join(""));
      finish(code ?? 1);
    });
  });
}

/** The daemon's side of the launch; undefined when nobody launched it. */
export interface Launch {
  /** Console lines until the daemon runs. */
  readonly sink: LineSink;
  ready(): void;
}

export function takeLaunch(): Launch | undefined {
  const isLaunched = process.env[LAUNCHED] !== undefined && process.send !== undefined;
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an environment is a dictionary
  delete process.env[LAUNCHED];
  if (!isLaunched) return undefined;
  const tell = (report: Report): void => {
    if (process.connected) process.send?.(report, undefined, undefined, () => undefined);
  };
  // A launcher that was interrupted does not end the daemon.
  process.on("disconnect", () => undefined);
  return {
    sink: {
      write: (text) => {
        tell({ kind: "line", text });
      },
      flush: () => undefined,
      drained: () => Promise.resolve(),
    },
    ready: () => {
      tell({ kind: "ready" });
    },
  };
}
