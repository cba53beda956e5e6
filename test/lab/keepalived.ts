/**
 * The daemon under test on a host of the lab: the one of this project or Debian's. Everything a
 * judge does to it goes through the doors an operator has: its file, signals, pid files and exit.
 */
import { join } from "node:path";
import { hasEnded, type Finished } from "./command.ts";
import type { Host, HostProcess } from "./host.ts";
import type { LogFile } from "./log-file.ts";
import { PROJECT_DIRECTORY, type ProcessInfo } from "./namespace.ts";
import { installService } from "./systemctl.ts";
import { waitFor } from "./wait.ts";

export type DaemonKind = "ours" | "real";

export const CONFIG_FILE = "/etc/keepalived/keepalived.conf";

/**
 * In the foreground, on standard error, in detail, without syslog: where no syslog runs, a daemon
 * that insists on it writes to the console and waits for a serial line.
 */
export const LAB_FLAGS: readonly string[] = ["-n", "-l", "-G", "-D"];

const STOP_TIMEOUT_MS = 10_000;

/** The program to start for a kind of daemon; KEEPALIVED_PROGRAM names another build of ours. */
export function daemonProgram(kind: DaemonKind): string {
  if (kind === "real") return "/usr/sbin/keepalived";
  return process.env["KEEPALIVED_PROGRAM"] ?? join(PROJECT_DIRECTORY, "bin", "keepalived");
}

/** Which daemon this run judges: KEEPALIVED_UNDER_TEST=real validates the judges themselves. */
export function daemonUnderTest(): DaemonKind {
  return process.env["KEEPALIVED_UNDER_TEST"] === "real" ? "real" : "ours";
}

export interface KeepalivedOptions {
  readonly kind: DaemonKind;
  readonly config: string;
  readonly flags?: readonly string[];
  readonly env?: Record<string, string>;
  /** Another build of it. */
  readonly program?: string;
}

export class Keepalived {
  readonly host: Host;
  readonly kind: DaemonKind;
  readonly log: LogFile;
  readonly #flags: readonly string[];
  readonly #env: Record<string, string> | undefined;
  readonly #program: string;
  #running: HostProcess | undefined;

  /** Puts the configuration on the host's disk and makes `systemctl` there know the daemon. */
  constructor(host: Host, options: KeepalivedOptions) {
    this.host = host;
    this.kind = options.kind;
    this.#flags = options.flags ?? LAB_FLAGS;
    this.#env = options.env;
    this.#program = options.program ?? daemonProgram(options.kind);
    this.log = host.log("keepalived");
    this.configure(options.config);
    installService(host, {
      name: "keepalived",
      start: [this.#program, ...LAB_FLAGS],
      pidFile: "/run/keepalived.pid",
    });
  }

  get isRunning(): boolean {
    return this.#running !== undefined && !hasEnded(this.#running.child);
  }

  /** The exit code of the last run, once it has ended. */
  get exitCode(): number | undefined {
    return this.#running?.child.exitCode ?? undefined;
  }

  configure(config: string): void {
    this.host.writeFile(CONFIG_FILE, config);
  }

  /** Starts the daemon, `through` another program if one is given. */
  start(through: readonly string[] = []): HostProcess {
    this.#running = this.host.start(
      [...through, this.#program, ...this.#flags],
      "keepalived",
      this.#env,
    );
    return this.#running;
  }

  /** Starts and waits until an instance has a state. */
  async startAndWait(timeoutMs = 10_000): Promise<void> {
    const mark = this.log.mark();
    this.start();
    await this.log.waitFor(/Entering (BACKUP|MASTER|FAULT) STATE/, timeoutMs, mark);
  }

  /** Runs the daemon's program to its end, as a second invocation on this host. */
  invoke(flags: readonly string[], timeoutMs = 15_000): Promise<Finished> {
    return this.host.run([this.#program, ...flags], {
      timeoutMs,
      ...(this.#env === undefined ? {} : { env: this.#env }),
    });
  }

  /** All processes of the daemon, the parent first. */
  processes(): readonly ProcessInfo[] {
    const named = this.host
      .processes()
      .filter((one) => one.name.startsWith("keepalived") && one.state !== "Z");
    return [...named].sort((a, b) => a.hostPid - b.hostPid);
  }

  /** The process signals go to. */
  parent(): ProcessInfo {
    const [first] = this.processes();
    if (first === undefined) throw new Error(`no keepalived runs on ${this.host.name}`);
    return first;
  }

  signal(signal: NodeJS.Signals | number): void {
    this.host.signal([this.parent()], signal);
  }

  async stop(): Promise<void> {
    if (this.processes().length > 0) this.signal("SIGTERM");
    await this.waitForEnd();
  }

  async waitForEnd(timeoutMs = STOP_TIMEOUT_MS): Promise<void> {
    await waitFor(
      `keepalived on ${this.host.name} to end`,
      timeoutMs,
      () => this.processes().length === 0 && !this.isRunning,
    );
  }

  /** SIGHUP, after writing a new file when one is given. */
  async reload(config?: string, timeoutMs = 10_000): Promise<void> {
    if (config !== undefined) this.configure(config);
    const mark = this.log.mark();
    this.signal("SIGHUP");
    await this.log.waitFor(/Reload complete|Reload finished|Reloading finished/, timeoutMs, mark);
  }

  /**
   * Kills every process of the daemon while none of them can act: killing one by one would let the
   * parent restart a child or shut down gracefully. The host and its addresses stay.
   */
  killFrozen(): void {
    const victims = this.processes();
    this.host.signal(victims, "SIGSTOP");
    this.host.signal(this.processes(), "SIGSTOP");
    this.host.signal(this.processes(), "SIGKILL");
  }

  /** Stops every process of the daemon in its tracks, as a stalled machine would. */
  freeze(): void {
    this.host.signal(this.processes(), "SIGSTOP");
    this.host.signal(this.processes(), "SIGSTOP");
  }

  thaw(): void {
    this.host.signal(this.processes(), "SIGCONT");
  }
}
