/**
 * One machine of the lab. It can be switched off and on again: what makes it this machine (name,
 * addresses, MAC address, files put on its disk) stays, what ran on it is gone.
 */
import { openSync, closeSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { hasEnded, type Finished, type RunOptions } from "./command.ts";
import { addressesFromProc } from "./local-addresses.ts";
import { LogFile } from "./log-file.ts";
import { Namespace, type ProcessInfo } from "./namespace.ts";
import { waitFor } from "./wait.ts";

export interface HostOptions {
  readonly name: string;
  /** Such as "10.0.0.7/24" or "fd00::7/64"; the first IPv6 one may be link-local. */
  readonly addresses: readonly string[];
  readonly mac: string;
}

interface StoredFile {
  readonly content: string;
  readonly mode: number;
}

export class Host {
  readonly name: string;
  readonly mac: string;
  readonly addresses: readonly string[];
  readonly #directory: string;
  readonly #disk = new Map<string, StoredFile>();
  #machine: Namespace | undefined;
  #boots = 0;

  constructor(options: HostOptions, directory: string) {
    this.name = options.name;
    this.mac = options.mac;
    this.addresses = options.addresses;
    this.#directory = directory;
  }

  /** The first address without its prefix length. */
  get address(): string {
    return (this.addresses[0] ?? "").split("/")[0] ?? "";
  }

  get isOn(): boolean {
    return this.#machine?.isAlive ?? false;
  }

  get machine(): Namespace {
    if (this.#machine === undefined) throw new Error(`${this.name} is switched off`);
    return this.#machine;
  }

  async powerOn(): Promise<void> {
    this.#boots += 1;
    const stage = join(this.#directory, `boot-${this.#boots}`);
    this.#machine = await Namespace.open(this.name, stage);
    for (const [path, file] of this.#disk) this.#write(path, file);
  }

  /** Everything stops between two instructions; nothing is said to anybody. */
  async powerOff(): Promise<void> {
    const machine = this.#machine;
    this.#machine = undefined;
    await machine?.powerOff();
  }

  run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return this.machine.run(argv, options);
  }

  must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
    return this.machine.must(argv, options);
  }

  /** Runs a line of shell that has to succeed. */
  sh(line: string, options: RunOptions = {}): Promise<string> {
    return this.machine.must(["sh", "-c", line], options);
  }

  /** Starts a program whose output goes to a log the lab can read, also after the host is gone. */
  start(argv: readonly string[], logName: string, env?: Record<string, string>): HostProcess {
    const log = this.log(logName);
    const descriptor = openSync(log.path, "a");
    try {
      // nsenter stops itself when its child is stopped, and then never learns of its end. With
      // setsid between them a program can be frozen, killed and waited for.
      const child = this.machine.spawn(["setsid", "--fork", "--wait", ...argv], {
        stdio: ["ignore", descriptor, descriptor],
        ...(env === undefined ? {} : { env }),
      });
      return { child, log };
    } finally {
      closeSync(descriptor);
    }
  }

  log(logName: string): LogFile {
    return new LogFile(join(this.#directory, `${logName}.log`));
  }

  /** Puts a file on this host's disk, where it survives a power cut. */
  writeFile(path: string, content: string, mode = 0o644): void {
    const file = { content, mode };
    this.#disk.set(path, file);
    if (this.isOn) this.#write(path, file);
  }

  /** Takes a file off the disk again. */
  removeFile(path: string): void {
    this.#disk.delete(path);
    if (this.isOn) rmSync(this.machine.path(path), { force: true });
  }

  readFile(path: string): string {
    return readFileSync(this.machine.path(path), "utf8");
  }

  hasFile(path: string): boolean {
    try {
      readFileSync(this.machine.path(path));
      return true;
    } catch {
      return false;
    }
  }

  processes(name?: string): readonly ProcessInfo[] {
    const all = this.machine.processes();
    return name === undefined ? all : all.filter((one) => one.name === name);
  }

  /** Signals the processes given, by the numbers the lab knows them by. */
  signal(processes: readonly ProcessInfo[], signal: NodeJS.Signals | number): void {
    for (const { pid } of processes) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  /** Every address the host's kernel answers for, without prefix lengths. */
  localAddresses(): ReadonlySet<string> {
    return this.#machine === undefined ? new Set() : addressesFromProc(this.#machine.pid);
  }

  holds(address: string): boolean {
    return this.isOn && this.localAddresses().has(address);
  }

  /** Waits until the process is gone or the limit is reached. */
  async waitForExit(child: ChildProcess, timeoutMs: number): Promise<void> {
    await waitFor(`a program on ${this.name} to end`, timeoutMs, () => hasEnded(child));
  }

  #write(path: string, file: StoredFile): void {
    const outside = this.machine.path(path);
    mkdirSync(dirname(outside), { recursive: true });
    writeFileSync(outside, file.content, { mode: file.mode });
  }
}

export interface HostProcess {
  /** The `nsenter` around the program; it ends when the program ends, with its exit code. */
  readonly child: ChildProcess;
  readonly log: LogFile;
}
