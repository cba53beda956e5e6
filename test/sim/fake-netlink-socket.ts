/** `Netlink` on the tables of a simulated kernel. Notices of one instant arrive together. */
import { assert } from "../../src/base/failure.ts";
import type {
  AddressInfo,
  ChangeFailure,
  LinkInfo,
  Netlink,
  NetlinkOptions,
  NetworkChange,
  NetworkNotice,
  PreparedChanges,
  RouteInfo,
  RuleInfo,
} from "../../src/sys/ports.ts";
import type { Deliver, Scheduled, VirtualTime } from "./fake-clock.ts";
import type { FakeKernel } from "./fake-netlink.ts";

/** Notices a frozen reader's socket buffer holds before the kernel drops them (ENOBUFS). */
const NOTICE_QUEUE_LIMIT = 10_000;
/** RT_TABLE_LOCAL (linux/rtnetlink.h). */
const LOCAL_TABLE = 255;

/** The origin of what an operator changes, and the process id that the kernel tells of it. */
export const STRANGER: object = Object.freeze({ name: "an operator" });
export const STRANGER_PID = 4711;

export interface NetlinkHost {
  readonly kernel: FakeKernel;
  readonly time: VirtualTime;
  readonly deliver: Deliver;
}

class FakePreparedChanges implements PreparedChanges {
  readonly changes: readonly NetworkChange[];

  constructor(changes: readonly NetworkChange[]) {
    this.changes = [...changes];
  }

  get count(): number {
    return this.changes.length;
  }
}

/** One netlink user on a `FakeKernel`. */
export class FakeNetlink implements Netlink {
  readonly #kernel: FakeKernel;
  readonly #time: VirtualTime;
  readonly #deliver: Deliver;
  readonly #tellsOfRoutes: boolean;
  readonly #tellsOfLinks: boolean;
  readonly #unsubscribe: () => void;
  #pending: NetworkNotice[] = [];
  #wake: Scheduled | undefined;
  #handler: ((notices: readonly NetworkNotice[]) => void) | undefined;

  constructor(host: NetlinkHost, options: NetlinkOptions) {
    this.#kernel = host.kernel;
    this.#time = host.time;
    this.#deliver = host.deliver;
    this.#tellsOfRoutes = options.routes === true;
    this.#tellsOfLinks = options.links !== false;
    this.#unsubscribe = host.kernel.subscribe((notice, origin) => {
      this.#enqueue(notice, origin);
    });
  }

  links(): readonly LinkInfo[] {
    return this.#kernel.links();
  }

  addresses(): readonly AddressInfo[] {
    return this.#kernel.addresses();
  }

  routes(): readonly RouteInfo[] {
    return this.#kernel.routes();
  }

  rules(): readonly RuleInfo[] {
    return this.#kernel.rules();
  }

  prepare(changes: readonly NetworkChange[]): PreparedChanges {
    return new FakePreparedChanges(changes);
  }

  apply(prepared: PreparedChanges, from: number, count: number): readonly ChangeFailure[] {
    assert(prepared instanceof FakePreparedChanges, "changes this netlink prepared");
    const failures: ChangeFailure[] = [];
    for (const [i, change] of prepared.changes.slice(from, from + count).entries()) {
      const errno = this.#kernel.change(change, this);
      if (errno !== 0) failures.push({ index: from + i, errno });
    }
    return failures;
  }

  takeNotices(): readonly NetworkNotice[] {
    const notices = this.#pending;
    this.#pending = [];
    return notices;
  }

  onNotices(handler: (notices: readonly NetworkNotice[]) => void): void {
    this.#handler = handler;
    this.#arm();
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
    this.#wake?.cancel();
    this.#handler = undefined;
  }

  #enqueue(notice: NetworkNotice, origin: object | undefined): void {
    if (notice.kind === "addressAdded" && origin === this) return;
    if (notice.kind === "routeAdded" || notice.kind === "routeRemoved") {
      if (!this.#tellsOfRoutes || origin === this || notice.route.table === LOCAL_TABLE) return;
    } else if (notice.kind === "ruleRemoved") {
      if (!this.#tellsOfRoutes || origin === this) return;
    } else if (notice.kind !== "overrun" && !this.#tellsOfLinks) return;
    const mine = notice.kind === "addressRemoved" ? attributed(notice, origin, this) : notice;
    if (this.#pending.length < NOTICE_QUEUE_LIMIT) this.#pending.push(mine);
    else if (this.#pending.length === NOTICE_QUEUE_LIMIT) this.#pending.push({ kind: "overrun" });
    this.#arm();
  }

  #arm(): void {
    if (this.#wake !== undefined || this.#handler === undefined || this.#pending.length === 0) {
      return;
    }
    this.#wake = this.#time.at(this.#time.now, () => {
      this.#deliver(() => {
        this.#wake = undefined;
        const notices = this.#pending;
        this.#pending = [];
        if (notices.length > 0) this.#handler?.(notices);
      });
    });
  }
}

/** A removal with who asked for it: nobody when a lease ended or the link went. */
function attributed(
  notice: Extract<NetworkNotice, { kind: "addressRemoved" }>,
  origin: object | undefined,
  reader: object,
): NetworkNotice {
  if (origin === reader) return { ...notice, own: true };
  return origin === STRANGER ? { ...notice, by: STRANGER_PID } : notice;
}
