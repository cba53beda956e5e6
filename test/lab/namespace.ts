/**
 * A set of namespaces (network, mount, process table, host name) held by one small init process.
 * The init ends when the pipe to the lab process closes, however the lab ends, and the kernel then
 * ends every process in there and takes down its interfaces and mounts: nothing is left behind.
 */
import { spawn, type ChildProcess } from "node:child_process";
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ended, hasEnded, must, quote, run, type Finished, type RunOptions } from "./command.ts";

export const PROJECT_DIRECTORY = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const BOOT_TIMEOUT_MS = 20_000;

/** Directories of a host that are its own, empty at boot. The last one may hold the lab's files. */
const PRIVATE_DIRECTORIES = ["/run", "/root", "/etc/keepalived", "/dev", "/tmp"];

/** Nodes of the outer /dev a host gets; no console, so nobody logs to a serial line. */
const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];

const HOST_PATH = "/run/lab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface ProcessInfo {
  /** As the lab sees it. */
  readonly pid: number;
  /** As the host sees it. */
  readonly hostPid: number;
  readonly parentPid: number;
  readonly name: string;
  readonly commandLine: string;
  readonly state: string;
}

export interface SpawnOptions {
  /** Descriptors or "ignore"/"pipe" for standard input, output and error. */
  readonly stdio: readonly ("ignore" | "pipe" | number)[];
  readonly env?: Readonly<Record<string, string>>;
}

export class Namespace implements AsyncDisposable {
  readonly pid: number;
  readonly #holder: ChildProcess;
  readonly #pidNamespace: string;

  /** Use `Namespace.open`. */
  constructor(holder: ChildProcess, pid: number) {
    this.#holder = holder;
    this.pid = pid;
    this.#pidNamespace = readlinkSync(`/proc/${pid}/ns/pid`);
  }

  /** Makes the namespaces; `stage` is an empty directory used while mounting. */
  static async open(name: string, stage: string): Promise<Namespace> {
    mkdirSync(stage, { recursive: true });
    const script = join(stage, "boot.sh");
    writeFileSync(script, bootScript(name, stage));
    const flags = ["--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child"];
    const holder = spawn("unshare", [...flags, "sh", script], {
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: HOST_PATH },
    });
    holder.stdin.on("error", () => undefined);
    await readyLine(holder, name);
    const children = `/proc/${String(holder.pid)}/task/${String(holder.pid)}/children`;
    const pid = Number(readFileSync(children, "utf8").trim().split(" ")[0]);
    return new Namespace(holder, pid);
  }

  get isAlive(): boolean {
    return !hasEnded(this.#holder);
  }

  /** The command line that runs `argv` inside. */
  enter(argv: readonly string[]): readonly string[] {
    return ["nsenter", "-t", String(this.pid), "-m", "-u", "-i", "-n", "-p", "--", ...argv];
  }

  /** Like `enter`, but only the network and process table change: paths stay the lab's. */
  enterNetwork(argv: readonly string[]): readonly string[] {
    return ["nsenter", "-t", String(this.pid), "-n", "-p", "--", ...argv];
  }

  run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return run(this.enter(argv), { ...options, env: hostEnvironment(options.env) });
  }

  must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
    return must(this.enter(argv), { ...options, env: hostEnvironment(options.env) });
  }

  spawn(argv: readonly string[], options: SpawnOptions): ChildProcess {
    const [program = "", ...args] = this.enter(argv);
    return spawn(program, args, {
      detached: true,
      stdio: [...options.stdio],
      env: hostEnvironment(options.env),
    });
  }

  /** A path inside, as the lab can open it. */
  path(inside: string): string {
    return `/proc/${this.pid}/root${inside}`;
  }

  /** Every process inside, read from the outer /proc: nothing is started for it. */
  processes(): readonly ProcessInfo[] {
    const found: ProcessInfo[] = [];
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry) || Number(entry) === this.pid) continue;
      try {
        if (readlinkSync(`/proc/${entry}/ns/pid`) !== this.#pidNamespace) continue;
        const info = readProcess(Number(entry));
        if (info !== undefined) found.push(info);
      } catch {
        // It ended while we were looking.
      }
    }
    return found;
  }

  /** Ends everything inside at one instant, as a power cut would. */
  async powerOff(): Promise<void> {
    if (this.isAlive) {
      try {
        process.kill(this.pid, "SIGKILL");
      } catch {
        // Its init has ended by itself.
      }
    }
    this.#holder.stdin?.destroy();
    await ended(this.#holder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.powerOff();
  }
}

function hostEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: HOST_PATH, HOME: "/root", LANG: "C.UTF-8", TERM: "dumb", ...extra };
}

function readProcess(pid: number): ProcessInfo | undefined {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string): string =>
    new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1]?.trim() ?? "";
  const hostPid = Number(field("NSpid").split(/\s+/).at(-1));
  if (!Number.isInteger(hostPid)) return undefined;
  const commandLine = readFileSync(`/proc/${pid}/cmdline`, "utf8");
  return {
    pid,
    hostPid,
    parentPid: Number(field("PPid")),
    name: field("Name"),
    commandLine: commandLine.replaceAll("\0", " ").trim(),
    state: field("State").charAt(0),
  };
}

function readyLine(holder: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let errors = "";
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(new Error(`cannot make the namespaces of ${name}: ${reason}\n${errors}`));
    };
    const timer = setTimeout(() => {
      holder.kill("SIGKILL");
      fail(`not ready after ${BOOT_TIMEOUT_MS} ms`);
    }, BOOT_TIMEOUT_MS);
    holder.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
    holder.on("error", (error) => {
      fail(error.message);
    });
    holder.on("exit", (code) => {
      fail(`exit code ${String(code)}`);
    });
    holder.stdout?.setEncoding("utf8").on("data", (text: string) => {
      if (!text.includes("ready")) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * What the init does before it turns into `cat`, which reads the lab's pipe until it closes. A
 * process 1 that ignores SIGCHLD has the kernel reap every orphan for it.
 */
function bootScript(name: string, stage: string): string {
  const lines = ["set -e", "mount --make-rprivate /", `hostname ${quote(name)}`];
  for (const [index, directory] of mountableDirectories().entries()) {
    lines.push(...privateDirectory(directory, join(stage, `private${index}`)));
  }
  lines.push(
    "mount -t proc proc /proc",
    "mount -t sysfs sysfs /sys 2>/dev/null || true",
    "mkdir -p /run/lab/bin /dev/shm",
    ...["all", "default"].flatMap((scope) => [
      `echo 0 2>/dev/null >/proc/sys/net/ipv6/conf/${scope}/accept_dad || true`,
      `echo 0 2>/dev/null >/proc/sys/net/ipv6/conf/${scope}/accept_ra || true`,
      `echo 0 2>/dev/null >/proc/sys/net/ipv6/conf/${scope}/router_solicitations || true`,
    ]),
    "ip link set lo up",
    "echo ready",
    "exec env --ignore-signal=CHLD cat >/dev/null 2>&1",
  );
  return lines.join("\n");
}

/** The private directories that exist, or whose parent has to be covered to make them. */
function mountableDirectories(): readonly string[] {
  return PRIVATE_DIRECTORIES.map((directory) =>
    isDirectory(directory) ? directory : dirname(directory),
  );
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Covers `directory` with an empty file system. The project and Node stay visible at their own
 * paths even when they live below it.
 */
function privateDirectory(directory: string, stage: string): readonly string[] {
  const at = quote(stage);
  const lines = [`mkdir -p ${at}`, `mount -t tmpfs -o mode=0755 lab ${at}`];
  if (directory === "/tmp") lines.push(`chmod 1777 ${at}`);
  if (directory === "/dev") lines.push(...devices(stage));
  if (directory === "/etc") lines.push(...shadowedEtc(stage));
  for (const kept of [PROJECT_DIRECTORY, nodePrefix()]) {
    if (!kept.startsWith(`${directory}/`)) continue;
    const target = quote(`${stage}${kept.slice(directory.length)}`);
    lines.push(`mkdir -p ${target}`, `mount --rbind ${quote(kept)} ${target}`);
  }
  lines.push(`mount --rbind ${at} ${directory}`);
  return lines;
}

function nodePrefix(): string {
  return dirname(dirname(process.execPath));
}

function devices(stage: string): readonly string[] {
  const nodes = DEVICES.flatMap((device) => {
    const target = quote(join(stage, device));
    return [`touch ${target}`, `mount --bind /dev/${device} ${target}`];
  });
  const links = [
    ["fd", "/proc/self/fd"],
    ["stdin", "/proc/self/fd/0"],
    ["stdout", "/proc/self/fd/1"],
    ["stderr", "/proc/self/fd/2"],
  ].map(([link = "", to = ""]) => `ln -s ${to} ${quote(join(stage, link))}`);
  return [...nodes, ...links];
}

/** A machine without /etc/keepalived: an /etc of links to the real entries, and that directory. */
function shadowedEtc(stage: string): readonly string[] {
  const real = quote(join(stage, ".real"));
  return [
    `mkdir -p ${real} ${quote(join(stage, "keepalived"))}`,
    `mount --rbind /etc ${real}`,
    `for entry in ${real}/*; do ln -s .real/\${entry##*/} ${quote(stage)}/; done`,
  ];
}
