/**
 * The witness on the bridge. It streams tcpdump's capture (kernel time stamps, nanoseconds), keeps
 * the frames in order for the judges, and leaves a file for tshark.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { spawn, type ChildProcess } from "node:child_process";
import { ended, hasEnded, run } from "./command.ts";
import type { Namespace } from "./namespace.ts";
import { readFrame, type Advert, type Arp, type Frame, type NeighbourAdvert } from "./packets.ts";
import { sleep, waitFor } from "./wait.ts";

export interface ObserverOptions {
  readonly device: string;
  readonly filter: string;
  readonly file: string;
}

const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
/** Magic number of a capture with nanoseconds, as a little-endian machine writes it. */
const NANOSECOND_MAGIC = 0xa1b23c4d;
const BUFFER_KIB = 32_768;
/** The kernel's ring has a slot of this size for each packet: a thousand ARPs come at once. */
const SNAPSHOT_BYTES = 2_048;
const START_TIMEOUT_MS = 10_000;

export class Observer implements AsyncDisposable {
  readonly file: string;
  readonly #frames: Frame[] = [];
  readonly #child: ChildProcess;
  readonly #reader: PcapReader;
  #descriptor: number | undefined;
  readonly #unread: Buffer[] = [];
  #errors = "";

  /** Use `Observer.open`. */
  constructor(child: ChildProcess, file: string) {
    this.#child = child;
    this.file = file;
    this.#descriptor = openSync(file, "w");
    this.#reader = new PcapReader((bytes, at) => this.#frames.push(readFrame(bytes, at)));
    child.stdout?.on("data", (chunk: Buffer) => {
      if (this.#descriptor !== undefined) writeSync(this.#descriptor, chunk);
      this.#unread.push(chunk);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#errors += text));
  }

  static async open(network: Namespace, options: ObserverOptions): Promise<Observer> {
    const [program = "", ...args] = network.enterNetwork([
      ...["tcpdump", "-i", options.device, "-n", "-U", "-w", "-", "--immediate-mode"],
      ...[
        "-B",
        String(BUFFER_KIB),
        "-s",
        String(SNAPSHOT_BYTES),
        "--time-stamp-precision=nano",
        "-Z",
        "root",
      ],
      options.filter,
    ]);
    const child = spawn(program, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const observer = new Observer(child, options.file);
    await waitFor("tcpdump to listen", START_TIMEOUT_MS, () => {
      if (child.exitCode !== null) throw new Error(`tcpdump ended: ${observer.#errors}`);
      return observer.#errors.includes("listening on");
    });
    return observer;
  }

  /** All frames so far. Reading them is put off until asked: measuring leaves no time for it. */
  get frames(): readonly Frame[] {
    this.#read();
    return this.#frames;
  }

  /** Forgets what was recorded up to now, in memory; the file keeps it. */
  forget(): void {
    this.#read();
    this.#frames.length = 0;
  }

  adverts(where: (advert: Advert) => boolean = () => true): readonly Advert[] {
    return this.frames.filter((frame) => frame.kind === "advert").filter(where);
  }

  arps(where: (arp: Arp) => boolean = () => true): readonly Arp[] {
    return this.frames.filter((frame) => frame.kind === "arp").filter(where);
  }

  neighbourAdverts(where: (advert: NeighbourAdvert) => boolean): readonly NeighbourAdvert[] {
    return this.frames.filter((frame) => frame.kind === "neighbourAdvert").filter(where);
  }

  /** Waits for a frame that fits and returns it; looks from the first frame on. */
  waitForAdvert(
    what: string,
    timeoutMs: number,
    where: (advert: Advert) => boolean,
  ): Promise<Advert> {
    return waitFor(`an advert ${what}`, timeoutMs, () => this.adverts(where)[0]);
  }

  /** Lets frames in flight arrive, so that an absence can be judged. */
  async settle(): Promise<void> {
    await sleep(100);
  }

  /** Stops recording; the file is complete afterwards. Returns what tcpdump says it dropped. */
  async stop(): Promise<number> {
    if (!hasEnded(this.#child)) {
      await this.#interrupt();
    }
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    return Number(/(\d+) packets? dropped by kernel/.exec(this.#errors)?.[1] ?? 0);
  }

  /** What tshark finds wrong with the capture, one line a packet; nothing is what one wants. */
  async complaints(filter: string, preferences: readonly string[] = []): Promise<string[]> {
    await this.stop();
    const finished = await run(
      [
        ...["tshark", "-n", "-r", this.file, ...preferences.flatMap((one) => ["-o", one])],
        ...["-Y", filter, "-T", "fields", "-e", "frame.number", "-e", "_ws.col.Info"],
      ],
      { timeoutMs: 60_000 },
    );
    if (finished.code !== 0) throw new Error(`tshark: ${finished.stderr}`);
    return finished.stdout.split("\n").filter((line) => line !== "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #read(): void {
    for (const chunk of this.#unread.splice(0)) this.#reader.feed(chunk);
  }

  async #interrupt(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    for (const pid of childrenOf(this.#child)) process.kill(pid, "SIGINT");
    const giveUp = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await ended(this.#child);
    await closed;
    clearTimeout(giveUp);
  }
}

/** The program inside the `nsenter` that entered the process namespace for it. */
function childrenOf(child: ChildProcess): readonly number[] {
  const pid = String(child.pid);
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map(Number);
}

/** Cuts a capture stream into packets. */
class PcapReader {
  readonly #onPacket: (bytes: Uint8Array, at: number) => void;
  #pending: Buffer = Buffer.alloc(0);
  #isStarted = false;

  constructor(onPacket: (bytes: Uint8Array, at: number) => void) {
    this.#onPacket = onPacket;
  }

  feed(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    if (!this.#isStarted) {
      if (this.#pending.length < PCAP_HEADER) return;
      if (this.#pending.readUInt32LE(0) !== NANOSECOND_MAGIC) throw new Error("not a capture");
      this.#isStarted = true;
      at = PCAP_HEADER;
    }
    while (this.#pending.length - at >= RECORD_HEADER) {
      const length = this.#pending.readUInt32LE(at + 8);
      if (this.#pending.length - at < RECORD_HEADER + length) break;
      const seconds = this.#pending.readUInt32LE(at);
      const nanoseconds = this.#pending.readUInt32LE(at + 4);
      const start = at + RECORD_HEADER;
      const stamp = seconds * 1000 + nanoseconds / 1_000_000;
      this.#onPacket(this.#pending.subarray(start, start + length), stamp);
      at = start + length;
    }
    this.#pending = this.#pending.subarray(at);
  }
}
