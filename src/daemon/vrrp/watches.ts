/**
 * What looks at the machine and its surroundings beside netlink: links by polling and with delays,
 * proof that an interface receives, and whether this host is cut off.
 */
import type { LinkFlip } from "./link-watch.ts";
import type { NetworkPorts } from "../../sys/ports.ts";
import type { TrackerUpdate } from "../../track/verdicts.ts";
import { longestDelayOf } from "../../vrrp/link-delay.ts";
import { IsolationWork } from "./isolation-work.ts";
import { LinkWatch } from "./link-watch.ts";
import type { NetworkTable } from "./network-table.ts";
import type { World } from "./performer.ts";
import { ReceiveWatch } from "./receive-watch.ts";
import type { TimedWork } from "./timed-work.ts";

export interface WatchesParts {
  readonly ports: NetworkPorts;
  readonly table: NetworkTable;
  readonly world: () => World;
  /** Interfaces went up or down as far as instances are concerned. */
  readonly flipped: (flips: readonly LinkFlip[]) => void;
  /** The network as it counts is different now. */
  readonly adapt: () => void;
  readonly update: (update: TrackerUpdate) => void;
}

export class Watches implements Disposable {
  readonly links: LinkWatch;
  readonly proofs: ReceiveWatch;
  readonly isolation: IsolationWork;

  constructor({ ports, table, world, flipped, adapt, update }: WatchesParts) {
    this.links = new LinkWatch({
      ports,
      table,
      limit: (name) => longestDelayOf(world().config, world().state, name),
      changed: (flips) => {
        flipped(flips);
        adapt();
      },
    });
    this.proofs = new ReceiveWatch({ ports, table, world, proved: adapt });
    this.isolation = new IsolationWork({
      ports,
      table,
      config: () => world().config,
      tell: update,
    });
  }

  get timed(): readonly TimedWork[] {
    return [this.links, this.proofs, this.isolation];
  }

  [Symbol.dispose](): void {
    this.links[Symbol.dispose]();
    this.proofs[Symbol.dispose]();
    this.isolation[Symbol.dispose]();
  }
}
