/**
 * A guest that plays checks: the image is made, the machine boots, and each result is handed out
 * when the guest tells of it. A guest that ends early fails what it has not told of.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guestImage, type ImagePlan } from "./image.ts";
import { guestKernel } from "./kernel.ts";
import { Machine } from "./qemu.ts";
import { TapReader, type CheckResult } from "./tap.ts";

export interface GuestPlan extends Omit<ImagePlan, "modulesDirectory"> {
  /** The names of the checks it will tell of. */
  readonly checks: readonly string[];
  /** Words for the program, as `vm.NAME=VALUE` on the kernel's command line. */
  readonly settings: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly limitMs: number;
}

/** A result that will arrive; the first one counts. */
class Expected {
  readonly result: Promise<CheckResult>;
  #resolve: (result: CheckResult) => void = () => undefined;

  constructor() {
    this.result = new Promise((resolve) => (this.#resolve = resolve));
  }

  arrive(result: CheckResult): void {
    this.#resolve(result);
  }
}

export class Guest implements AsyncDisposable {
  readonly #folder: string;
  readonly #machine: Machine;
  readonly #results: ReadonlyMap<string, Expected>;

  constructor(plan: GuestPlan) {
    const kernel = guestKernel();
    assert.ok(kernel, "the guest's kernel is not unpacked");
    this.#results = new Map(plan.checks.map((name) => [name, new Expected()]));
    this.#folder = mkdtempSync(join(tmpdir(), "keepalived-vm-"));
    const initramfs = join(this.#folder, "initramfs.cpio");
    writeFileSync(initramfs, guestImage({ ...plan, modulesDirectory: kernel.modules }));
    const reader = new TapReader((result) => this.#results.get(result.name)?.arrive(result));
    this.#machine = new Machine({
      ...plan,
      kernel: kernel.image,
      initramfs,
      commandLine: Object.entries(plan.settings).map(
        ([name, value]) => `vm.${name}=${encodeURIComponent(value)}`,
      ),
      onLine: (line) => {
        reader.line(line);
      },
    });
    void this.#machine.whenOff().then((reason = "it had nothing more to do") => {
      const detail = `the guest has ended: ${reason}\n${this.#machine.tail()}`;
      for (const [name, expected] of this.#results) {
        expected.arrive({ name, isOk: false, milliseconds: 0, detail });
      }
    });
  }

  /** What became of a check, once the guest tells of it. */
  async result(name: string): Promise<CheckResult> {
    const expected = this.#results.get(name);
    assert.ok(expected, `this guest plays no check "${name}"`);
    return expected.result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#machine[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
