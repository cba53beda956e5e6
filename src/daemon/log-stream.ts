/**
 * Text to a descriptor that may be slow, full or gone: standard error, a log file. Lines wait in a
 * bounded queue and go out in batches with one asynchronous write at a time, so that a reader that
 * stopped reading costs lines, never the daemon. What was dropped is counted and said once.
 */
import { write, writeSync } from "node:fs";
import { milliseconds } from "../base/units.ts";
import type { Timers } from "../sys/ports.ts";
import type { LineSink } from "./logger.ts";

/** The most text kept for a reader that does not read; about five thousand lines. */
export const LOG_QUEUE_BYTES = 512 * 1024;
/** The most text handed over in one write. */
const BATCH_BYTES = 64 * 1024;
/** How soon a full pipe is tried again. */
const RETRY_DELAY = milliseconds(50);

export class LogStream implements LineSink {
  readonly #fd: number;
  readonly #timers: Timers;
  #queue: string[] = [];
  #queuedBytes = 0;
  #writing = false;
  #dropped = 0;
  #broken = false;

  constructor(fd: number, timers: Timers) {
    this.#fd = fd;
    this.#timers = timers;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Queues `text`, or drops it when the queue is full or the other end is gone. Never throws. */
  write(text: string): void {
    if (this.#broken || this.#queuedBytes + text.length > LOG_QUEUE_BYTES) {
      this.#dropped += 1;
      return;
    }
    this.#queue.push(text);
    this.#queuedBytes += text.length;
    this.#pump();
  }

  /** Writes what is left as far as it goes without waiting; for the last moments of the process. */
  flush(): void {
    if (this.#broken || this.#writing) return;
    try {
      for (const text of this.#queue) writeSync(this.#fd, text);
    } catch {
      this.#broken = true;
    }
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  /** Resolves when nothing is left to write, or nothing can be. */
  async drained(): Promise<void> {
    while (this.#writing && !this.#broken) {
      await new Promise<void>((resolve) => {
        this.#timers.after(milliseconds(2), resolve);
      });
    }
  }

  #pump(): void {
    if (this.#writing || this.#broken || this.#queue.length === 0) return;
    this.#writing = true;
    this.#writeAll(this.#takeBatch());
  }

  #takeBatch(): Uint8Array {
    let text = "";
    let taken = 0;
    while (taken < this.#queue.length && text.length < BATCH_BYTES) {
      text += this.#queue[taken] ?? "";
      taken += 1;
    }
    this.#queue.splice(0, taken);
    this.#queuedBytes -= text.length;
    if (this.#dropped > 0 && this.#queue.length === 0) {
      text += `${this.#dropped} log lines were dropped because the reader did not keep up\n`;
      this.#dropped = 0;
    }
    return new TextEncoder().encode(text);
  }

  #writeAll(bytes: Uint8Array): void {
    write(this.#fd, bytes, 0, bytes.length, null, (error, written) => {
      if (error === null && written < bytes.length) {
        this.#writeAll(bytes.subarray(written));
      } else if (error?.code === "EAGAIN" || error?.code === "EINTR") {
        this.#timers.after(RETRY_DELAY, () => {
          this.#writeAll(bytes);
        });
      } else {
        this.#written(error);
      }
    });
  }

  /** A full disk may have room again; any other failure is for good. */
  #written(error: NodeJS.ErrnoException | null): void {
    this.#writing = false;
    if (error !== null) {
      this.#dropped += 1;
      if (error.code !== "ENOSPC" && error.code !== "EDQUOT") {
        this.#broken = true;
        return;
      }
    }
    this.#pump();
  }
}
