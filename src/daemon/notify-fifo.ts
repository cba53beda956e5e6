/**
 * One FIFO that is told of changes. A pipe nobody reads costs nothing: what does not fit is dropped
 * and counted, which is said once, and once more when there is room again.
 */
import { SyscallError } from "../base/failure.ts";
import { fifoFullLine, fifoWorksAgainLine, fifoWriteFailedLine } from "../report/fifo-lines.ts";
import type { Fifo } from "../sys/telling-ports.ts";
import type { Logger } from "./logger.ts";

export class NotifyFifo implements Disposable {
  readonly #path: string;
  readonly #fifo: Fifo;
  readonly #logger: Logger;
  #dropped = 0;
  #hasFailed = false;

  constructor(path: string, fifo: Fifo, logger: Logger) {
    this.#path = path;
    this.#fifo = fifo;
    this.#logger = logger;
  }

  write(line: string): void {
    try {
      if (this.#fifo.write(line) === "full") this.#drop();
      else this.#recover();
    } catch (error: unknown) {
      if (!(error instanceof SyscallError)) throw error;
      if (!this.#hasFailed) this.#logger.log(fifoWriteFailedLine(this.#path, error.message));
      this.#hasFailed = true;
    }
  }

  [Symbol.dispose](): void {
    this.#fifo[Symbol.dispose]();
  }

  #drop(): void {
    if (this.#dropped === 0) this.#logger.log(fifoFullLine(this.#path));
    this.#dropped += 1;
  }

  #recover(): void {
    this.#hasFailed = false;
    if (this.#dropped === 0) return;
    this.#logger.log(fifoWorksAgainLine(this.#path, this.#dropped));
    this.#dropped = 0;
  }
}
