/**
 * A virtual machine under QEMU without hardware help: a kernel, an initramfs, a serial line to read.
 * It has no network and no disk, and it ends with its limit, with this process, or by itself.
 *
 * Its clock counts instructions, one a nanosecond, and jumps over the time in which nothing is to be
 * done. So timers in there are exact however slow or busy this machine is, and waiting costs nothing.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { ended, hasEnded } from "../lab/command.ts";

export interface MachineOptions {
  readonly kernel: string;
  readonly initramfs: string;
  /** Further words of the kernel's command line; the guest reads them in /proc/cmdline. */
  readonly commandLine: readonly string[];
  readonly memoryMb: number;
  /** After this it is ended, whatever it does. */
  readonly limitMs: number;
  /** Every line from the serial line. */
  readonly onLine: (line: string) => void;
}

const QEMU = "qemu-system-x86_64";
const KEPT_LINES = 60;

export class Machine implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #tail: string[] = [];
  readonly #limit: NodeJS.Timeout;
  readonly #killAtExit: () => void;
  #endedBy: string | undefined;

  constructor(options: MachineOptions) {
    this.#child = spawn(QEMU, argumentsFor(options), { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => {
        this.#tail.push(line);
        if (this.#tail.length > KEPT_LINES) this.#tail.shift();
        options.onLine(line);
      });
    }
    this.#child.on("error", (error) => (this.#endedBy = error.message));
    this.#limit = setTimeout(() => {
      this.#endedBy = `the limit of ${options.limitMs / 1000} s`;
      this.#child.kill("SIGKILL");
    }, options.limitMs);
    this.#killAtExit = () => this.#child.kill("SIGKILL");
    process.once("exit", this.#killAtExit);
  }

  /** Resolves when the machine is off; says what ended it when it was not the guest. */
  async whenOff(): Promise<string | undefined> {
    await new Promise<void>((resolve) => {
      if (this.#child.pid === undefined) resolve();
      else if (hasEnded(this.#child)) resolve();
      else this.#child.once("close", resolve);
    });
    clearTimeout(this.#limit);
    process.off("exit", this.#killAtExit);
    return this.#endedBy;
  }

  /** The last lines of the serial line. */
  tail(): string {
    return this.#tail.join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#limit);
    if (!hasEnded(this.#child)) this.#child.kill("SIGKILL");
    if (this.#child.pid !== undefined) await ended(this.#child);
    process.off("exit", this.#killAtExit);
  }
}

function argumentsFor(options: MachineOptions): readonly string[] {
  const commandLine = ["console=ttyS0", "quiet", "panic=-1", "mitigations=off"];
  return [
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
    ...["-machine", "q35", "-accel", "tcg,thread=single", "-cpu", "max"],
    ...["-icount", "shift=0,sleep=off", "-rtc", "clock=vm"],
    ...["-smp", "1", "-m", String(options.memoryMb)],
    ...["-serial", "stdio", "-nic", "none"],
    ...["-kernel", options.kernel, "-initrd", options.initramfs],
    ...["-append", [...commandLine, ...options.commandLine].join(" ")],
  ];
}
