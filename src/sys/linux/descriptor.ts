/** A file descriptor that is owned by one object, closed once, and watched by Node's own loop. */
import koffi from "koffi";
import { assert } from "../../base/failure.ts";
import { close } from "./libc.ts";

type PollHandle = ReturnType<typeof koffi.node.poll>;

export class Descriptor implements Disposable {
  readonly #fd: number;
  #isOpen = true;
  /** Held here because a collected handle stops polling. */
  #poll: PollHandle | undefined;

  constructor(fd: number) {
    assert(fd >= 0, `a descriptor: ${fd}`);
    this.#fd = fd;
  }

  /** The number, which must not outlive this object. */
  get number(): number {
    assert(this.#isOpen, `descriptor ${this.#fd} is closed`);
    return this.#fd;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Calls `handler` from the loop whenever there is something to read, or an error to fetch. */
  onReadable(handler: () => void): void {
    this.#poll?.close();
    const listener = (status: unknown): void => {
      // libuv ends a watch on EPOLLERR, such as a full netlink buffer; the error is read, not fatal.
      if (typeof status === "number" && status < 0) poll.start({ readable: true }, listener);
      try {
        handler();
      } catch (error: unknown) {
        // Left in koffi's callback it would surface at some later garbage collection.
        setImmediate(() => {
          throw error;
        });
      }
    };
    const poll = koffi.node.poll(this.number, { readable: true }, listener);
    this.#poll = poll;
  }

  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#poll?.close();
    this.#poll = undefined;
    close(this.#fd);
  }
}
