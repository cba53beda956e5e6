/**
 * The netlink socket for routes and rules, opened when the configuration has any: its notices tell
 * of what others remove, and only of that.
 */
import type { Netlink, NetworkNotice, NetworkPorts } from "../../sys/ports.ts";
import { RouteWork } from "./route-work.ts";
import type { RoutingConfig, RoutingObject } from "./route-work.ts";

/** Whose routes and rules are watched: of each instance, in order, and those of the machine. */
export interface RoutingOwners {
  works(): readonly RouteWork[];
  /** Someone else removed something of the instance at that position. */
  lost(router: number, object: RoutingObject): void;
  /** Someone else removed static routes or rules. */
  lostStatics(objects: readonly RoutingObject[]): void;
  statics(): RouteWork;
}

export class Routing implements Disposable {
  readonly #ports: NetworkPorts;
  readonly #owners: RoutingOwners;
  #netlink: Netlink | undefined;

  constructor(ports: NetworkPorts, owners: RoutingOwners) {
    this.#ports = ports;
    this.#owners = owners;
  }

  /** The work for some routes and rules; the first that has any opens the socket. */
  work(config: RoutingConfig): RouteWork {
    const isEmpty = config.routes.length + config.rules.length === 0;
    return new RouteWork(config, isEmpty ? undefined : this.#opened());
  }

  [Symbol.dispose](): void {
    this.#netlink?.[Symbol.dispose]();
  }

  #opened(): Netlink {
    if (this.#netlink === undefined) {
      this.#netlink = this.#ports.openNetlink({ routes: true, links: false });
      this.#netlink.onNotices((notices) => {
        this.#onNotices(notices);
      });
    }
    return this.#netlink;
  }

  #onNotices(notices: readonly NetworkNotice[]): void {
    for (const notice of notices) {
      if (notice.kind === "routeRemoved") {
        const { route } = notice;
        this.#tell((work) => work.lostIn({ route }));
      } else if (notice.kind === "ruleRemoved") {
        const { rule } = notice;
        this.#tell((work) => work.lostIn({ rule }));
      } else if (notice.kind === "overrun") this.#checkAll();
    }
  }

  /** Notices were lost: whatever is not there has been removed. */
  #checkAll(): void {
    const routes = this.#netlink?.routes() ?? [];
    const rules = this.#netlink?.rules() ?? [];
    this.#tell((work) => work.missingIn(routes, rules));
  }

  #tell(lostOf: (work: RouteWork) => readonly RoutingObject[]): void {
    for (const [router, work] of this.#owners.works().entries()) {
      const first = lostOf(work).find(({ track }) => track);
      if (first !== undefined) this.#owners.lost(router, first);
    }
    const statics = lostOf(this.#owners.statics());
    if (statics.length > 0) this.#owners.lostStatics(statics);
  }
}
