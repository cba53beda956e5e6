/**
 * Renews the leases of many instances with few addresses each: their requests are encoded together
 * and sent in few system calls. What changed since is left to its own instance.
 */
import type { ChangeFailure, Netlink, PreparedChanges } from "../../sys/ports.ts";
import type { AddressWork } from "./address-work.ts";

/** Instances with more addresses than that renew them on their own. */
export const FEW_ADDRESSES = 8;
/** Requests in a slice: about 4 ms of kernel work. */
const SLICE = 256;

/** An instance whose lease is due. */
export interface DueLease {
  readonly router: number;
  readonly work: AddressWork;
}

interface Owner extends DueLease {
  /** What the requests were made from; another object means other requests. */
  readonly revision: object;
}

interface Batch {
  readonly owners: readonly Owner[];
  readonly prepared: PreparedChanges;
}

export class SharedRenewals {
  readonly #netlink: Netlink;
  #batches: readonly Batch[] = [];
  #due: readonly DueLease[] = [];

  constructor(netlink: Netlink) {
    this.#netlink = netlink;
  }

  /**
   * A step for each slice of `due`, to be run in order. `alone` renews one instance by itself: when
   * it changed since, or when the kernel refused one of its requests.
   */
  steps(due: readonly DueLease[], alone: (due: DueLease) => void): readonly (() => void)[] {
    this.#encode(due);
    return this.#batches.map((batch) => () => {
      this.#renew(batch, alone);
    });
  }

  /** Nothing to do while the same instances hold the same addresses. */
  #encode(due: readonly DueLease[]): void {
    const isSame =
      due.length === this.#due.length &&
      due.every(({ work }, at) => work === this.#due[at]?.work) &&
      this.#batches.every(({ owners }) => owners.every(isCurrent));
    if (isSame) return;
    this.#due = due;
    const batches: Batch[] = [];
    let owners: Owner[] = [];
    let count = 0;
    const close = (): void => {
      const changes = owners.flatMap(({ work }) => work.renewals.changes);
      if (changes.length > 0) batches.push({ owners, prepared: this.#netlink.prepare(changes) });
      owners = [];
      count = 0;
    };
    for (const each of due) {
      const { changes, revision } = each.work.renewals;
      if (count + changes.length > SLICE) close();
      owners.push({ ...each, revision });
      count += changes.length;
    }
    close();
    this.#batches = batches;
  }

  #renew({ owners, prepared }: Batch, alone: (due: DueLease) => void): void {
    const current = owners.filter(isCurrent);
    if (current.length < owners.length) {
      for (const each of current) alone(each);
      return;
    }
    const failures = this.#netlink.apply(prepared, 0, prepared.count);
    for (const each of new Set(failures.map((failure) => ownerOf(owners, failure)))) {
      if (each !== undefined) alone(each);
    }
  }
}

/** It holds all its addresses, and they are those that were encoded. */
function isCurrent({ work, revision }: Owner): boolean {
  const { changes, revision: current } = work.renewals;
  return current === revision && work.installed === changes.length;
}

function ownerOf(owners: readonly Owner[], { index }: ChangeFailure): Owner | undefined {
  let end = 0;
  return owners.find(({ work }) => {
    end += work.renewals.changes.length;
    return index < end;
  });
}
