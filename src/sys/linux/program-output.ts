/**
 * What a program writes. Standard output and standard error share one pipe, which is always read,
 * so that a flood never stops the program, and of which the last bytes are kept.
 */
import { Descriptor } from "./descriptor.ts";
import { close, must, pipe2, read } from "./libc.ts";
import { Arena } from "./memory.ts";
import { LITTLE } from "./structs.ts";

/** asm-generic/fcntl.h; the same on every machine Node runs on. */
const O_CLOEXEC = 0o2000000;

/** How long output of a program that has ended is still awaited; a grandchild may hold the pipe. */
const DRAIN_MS = 50;

/** As much as a pipe holds. */
const READ_BYTES = 65_536;

/** Pipes left open by programs that have ended; beyond that the oldest is closed. */
const LEFTOVERS_LIMIT = 64;

const ends = new Arena(8);
const chunk = new Uint8Array(READ_BYTES);

export class ProgramOutput {
  readonly #tail: OutputTail;
  readonly #reader: Descriptor;
  #isKept = true;
  #closed: (() => void) | undefined;
  /** For the program; must not outlive the call of `givenAway`. */
  readonly writer: number;

  constructor(limit: number) {
    must(pipe2(ends.bytes, O_CLOEXEC), "pipe2", "open a pipe for the output of a program");
    this.#tail = new OutputTail(limit);
    this.#reader = new Descriptor(ends.view.getInt32(0, LITTLE));
    this.writer = ends.view.getInt32(4, LITTLE);
    this.#reader.onReadable(() => {
      this.#read();
    });
  }

  /** The program has the writer, or there is no program: ours is closed. */
  givenAway(): void {
    close(this.writer);
  }

  /** What was written last; nothing is kept from now on. */
  take(): string {
    this.#isKept = false;
    return this.#tail.text();
  }

  /** Calls back when everything has been read, or when what is left open has been given its time. */
  drained(done: () => void): void {
    if (!this.#reader.isOpen) {
      done();
      return;
    }
    const timer = setTimeout(() => {
      this.#closed = undefined;
      leftovers.add(this);
      done();
    }, DRAIN_MS);
    this.#closed = () => {
      clearTimeout(timer);
      done();
    };
  }

  get isOpen(): boolean {
    return this.#reader.isOpen;
  }

  close(): void {
    if (!this.#reader.isOpen) return;
    this.#reader[Symbol.dispose]();
    const closed = this.#closed;
    this.#closed = undefined;
    closed?.();
  }

  /** The pipe is readable: one read never waits. */
  #read(): void {
    if (!this.#reader.isOpen) return;
    const length = read(this.#reader.number, chunk, chunk.length);
    if (length <= 0) this.close();
    else if (this.#isKept) this.#tail.add(chunk.subarray(0, length));
  }
}

/**
 * Outputs held open by what a program left running. A service started by a check must not die of
 * a broken pipe, so they are read and forgotten.
 */
class Leftovers {
  #outputs: readonly ProgramOutput[] = [];

  add(output: ProgramOutput): void {
    this.#outputs = [...this.#outputs.filter(({ isOpen }) => isOpen), output];
    if (this.#outputs.length > LEFTOVERS_LIMIT) this.#outputs[0]?.close();
  }
}

const leftovers = new Leftovers();

/** The last bytes of what is added. */
class OutputTail {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Uint8Array): void {
    const kept = bytes.slice(Math.max(0, bytes.length - this.#limit));
    this.#chunks.push(kept);
    this.#bytes += kept.length;
    for (
      let first = this.#chunks[0];
      first !== undefined && this.#bytes - first.length >= this.#limit;
      first = this.#chunks[0]
    ) {
      this.#chunks.shift();
      this.#bytes -= first.length;
    }
  }

  text(): string {
    if (this.#chunks.length === 0) return "";
    const all = Buffer.concat(this.#chunks);
    return all.subarray(Math.max(0, all.length - this.#limit)).toString("utf8");
  }
}
