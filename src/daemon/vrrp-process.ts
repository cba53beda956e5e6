/**
 * The VRRP process as its parent holds it: started as early as possible, spoken to over IPC.
 * Messages that come before somebody listens are kept; an end is told once, after its last message.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { assert } from "../base/failure.ts";
import type { FromVrrp, ToVrrp } from "./messages.ts";

export type ProcessEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: string }
  | { readonly kind: "notStarted"; readonly reason: string };

export interface VrrpProcessListener {
  message(message: FromVrrp): void;
  ended(end: ProcessEnd): void;
}

export interface VrrpProcess {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  listen(listener: VrrpProcessListener): void;
  send(message: ToVrrp): void;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

/** How a part of this program is started. */
export interface ProgramStart {
  readonly path: string;
  /** Without the name. */
  readonly words: readonly string[];
  /** Added to that of this process. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What `ps` shows until the process has named itself. */
const FIRST_NAME = "keepalived";

export function startVrrpProcess({ path, words, environment }: ProgramStart): VrrpProcess {
  return new SpawnedVrrpProcess(
    spawn(path, words, {
      argv0: FIRST_NAME,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    }),
  );
}

class SpawnedVrrpProcess implements VrrpProcess {
  readonly #child: ChildProcess;
  #listener: VrrpProcessListener | undefined;
  #early: FromVrrp[] = [];
  #end: ProcessEnd | undefined;
  #isTold = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (message) => {
      this.#receive(message as FromVrrp);
    });
    child.on("error", (error) => {
      // "error" also reports a failed send or kill; only a process that never was has no pid.
      if (child.pid === undefined) this.#finish({ kind: "notStarted", reason: error.message });
    });
    child.on("exit", (code, signal) => {
      this.#finish(
        signal === null ? { kind: "exited", code: code ?? 0 } : { kind: "signalled", signal },
      );
    });
    child.on("disconnect", () => {
      this.#tellEnd();
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  listen(listener: VrrpProcessListener): void {
    assert(this.#listener === undefined, "a second listener for one VRRP process");
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const message of early) listener.message(message);
    this.#tellEnd();
  }

  /** A message to a process that is going away is lost; its end is told anyway. */
  send(message: ToVrrp): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    this.#child.kill(signal);
  }

  #receive(message: FromVrrp): void {
    if (this.#listener === undefined) this.#early.push(message);
    else this.#listener.message(message);
  }

  #finish(end: ProcessEnd): void {
    this.#end ??= end;
    this.#tellEnd();
  }

  /** The exit may be seen before the last messages: the channel's end says that they are through. */
  #tellEnd(): void {
    const end = this.#end;
    if (end === undefined || this.#isTold || this.#child.connected) return;
    if (this.#listener === undefined) return;
    this.#isTold = true;
    this.#listener.ended(end);
  }
}
