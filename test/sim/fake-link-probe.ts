/** Interfaces that answer for their link, whatever netlink tells. */
import type { LinkProbe } from "../../src/sys/ports.ts";
import type { FakeKernel } from "./fake-netlink.ts";

export class FakeLinkProbe implements LinkProbe {
  readonly #kernel: FakeKernel;
  readonly #silent: ReadonlySet<string>;
  /** How often it was asked. */
  questions = 0;

  /** `silent` ones have no link although they run. */
  constructor(kernel: FakeKernel, silent: ReadonlySet<string>) {
    this.#kernel = kernel;
    this.#silent = silent;
  }

  ask(interfaceName: string, question: "mii" | "ethtool" | "ioctl"): ReturnType<LinkProbe["ask"]> {
    this.questions += 1;
    const link = this.#kernel.link(interfaceName);
    if (link === undefined) return "down";
    if (question === "mii") return "unsupported";
    return this.#kernel.isRunning(link.index) && !this.#silent.has(interfaceName) ? "up" : "down";
  }

  [Symbol.dispose](): void {
    // Nothing is held.
  }
}
