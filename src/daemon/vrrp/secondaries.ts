/**
 * promote_secondaries: while an instance runs that asks for it, removing the first address of a
 * subnet leaves the others on its interface. What the setting was before is put back.
 */
import { errnoName } from "../../base/failure.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import { secondariesRefusedLine } from "../../report/vrrp-lines.ts";
import type { Sysctl } from "../../sys/ports.ts";
import type { Network } from "../../track/network.ts";
import type { InstanceConfig } from "../../vrrp/config.ts";

interface Held {
  readonly index: InterfaceIndex;
  /** Undefined when there is nothing to put back. */
  readonly original: string | undefined;
}

export class Secondaries {
  readonly #sysctl: Sysctl;
  readonly #line: (level: "warning", text: string) => void;
  readonly #held = new Map<string, Held>();

  constructor(sysctl: Sysctl, line: (level: "warning", text: string) => void) {
    this.#sysctl = sysctl;
    this.#line = line;
  }

  /** Has the interfaces of these instances as they ask, and others as they were. */
  hold(instances: readonly InstanceConfig[], network: Network): void {
    const wanted = new Set(
      instances.filter((each) => each.promotesSecondaries).map((each) => each.interfaceName),
    );
    for (const name of this.#held.keys()) if (!wanted.has(name)) this.#restore(name);
    for (const name of wanted) {
      const index = name === undefined ? undefined : network.get(name)?.index;
      // An interface that was made anew has the settings of a new one.
      if (name === undefined || index === undefined || this.#held.get(name)?.index === index)
        continue;
      this.#held.set(name, { index, original: this.#promote(name) });
    }
  }

  /** Puts everything back. */
  release(): void {
    for (const name of this.#held.keys()) this.#restore(name);
  }

  /** What the setting was, when it has been changed. */
  #promote(name: string): string | undefined {
    const original = this.#sysctl.read(pathOf(name));
    if (original === ON) return undefined;
    const errno =
      typeof original === "string" ? this.#sysctl.write(pathOf(name), ON) : original.errno;
    if (errno === 0 && typeof original === "string") return original;
    this.#line("warning", secondariesRefusedLine(name, errnoName(errno)));
    return undefined;
  }

  #restore(name: string): void {
    const original = this.#held.get(name)?.original;
    this.#held.delete(name);
    // An interface that is gone has taken its settings with it.
    if (original !== undefined) this.#sysctl.write(pathOf(name), original);
  }
}

const ON = "1";
const pathOf = (name: string): string => `net/ipv4/conf/${name}/promote_secondaries`;
