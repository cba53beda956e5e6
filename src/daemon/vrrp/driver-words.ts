/** What the driver says that is no event of an instance: strange router ids, links, who did it. */
import { linkLine, unknownVridLine } from "../../report/vrrp-lines.ts";
import type { Culprit } from "../../vrrp/events.ts";
import type { SystemConfig } from "../../vrrp/system-state.ts";
import { usesInterface } from "./address-work.ts";
import type { DriverOutput } from "./driver-setup.ts";
import type { LinkFlip } from "./link-watch.ts";

/** Unknown router ids remembered so that each is said once. */
const UNKNOWN_VRIDS_LIMIT = 255;

export interface DriverWordsParts {
  readonly output: DriverOutput;
  readonly processName: (pid: number) => string | undefined;
}

export class DriverWords {
  readonly #parts: DriverWordsParts;
  readonly #unknownVrids = new Set<number>();

  constructor(parts: DriverWordsParts) {
    this.#parts = parts;
  }

  /** Router ids that are not ours: once each. */
  unknownVrids(vrids: readonly number[]): void {
    for (const vrid of vrids) {
      const known = this.#unknownVrids;
      if (known.has(vrid) || known.size >= UNKNOWN_VRIDS_LIMIT) continue;
      known.add(vrid);
      this.#parts.output.line("info", unknownVridLine(vrid), false);
    }
  }

  /** Links that change, as far as an instance uses them. */
  flips(flips: readonly LinkFlip[], { routers }: SystemConfig): void {
    for (const { name, up, source } of flips) {
      const isInUse = routers.some(({ config }) => usesInterface(config, name));
      if (isInUse) this.#parts.output.line("info", linkLine(name, up, source), false);
    }
  }

  /** The process with this id, by name while it lives. */
  culprit(pid: number | undefined): Culprit | undefined {
    return pid === undefined ? undefined : { pid, name: this.#parts.processName(pid) };
  }
}
