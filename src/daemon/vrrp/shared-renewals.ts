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

/** So many instances renew each by itself, and what is encoded for the others stays. */
const FEW_INSTANCES = 4;

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

  constructor(netlink: Netlink) {
    this.#netlink = netlink;
  }

  /**
   * A step for each slice of `due`, to be run in order. `alone` renews one instance by itself: when
   * it changed since, or when the kernel refused one of its requests.
   */
  steps(due: readonly DueLease[], alone: (due: DueLease) => void): readonly (() => void)[] {
    if (due.length <= FEW_INSTANCES) {
      for (const each of due) alone(each);
      return [];
    }
    this.#encode(due);
    return this.#batches.map((batch) => () => {
      this.#renew(batch, alone);
    });
  }

  /** What is encoded stays while the same instances hold the same addresses. */
  #encode(due: readonly DueLease[]): void {
    const known = new Map(this.#batches.map((batch) => [batch.owners[0]?.work, batch]));
    this.#batches = portionsOf(due).map((portion) => {
      const batch = known.get(portion[0]?.work);
      return batch !== undefined && isFor(batch, portion) ? batch : this.#batchOf(portion);
    });
  }

  #batchOf(portion: readonly DueLease[]): Batch {
    const owners = portion.map((each) => ({ ...each, revision: each.work.renewals.revision }));
    const changes = owners.flatMap(({ work }) => work.renewals.changes);
    return { owners, prepared: this.#netlink.prepare(changes) };
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

/** Instances in order, as many as there is room for in a slice. */
function portionsOf(due: readonly DueLease[]): readonly (readonly DueLease[])[] {
  const portions: DueLease[][] = [];
  let room = 0;
  for (const each of due) {
    const { length } = each.work.renewals.changes;
    const last = portions.at(-1);
    if (last === undefined || length > room) {
      portions.push([each]);
      room = SLICE;
    } else last.push(each);
    room -= length;
  }
  return portions;
}

function isFor({ owners }: Batch, portion: readonly DueLease[]): boolean {
  return (
    owners.length === portion.length &&
    owners.every((owner, at) => {
      const { router, work } = portion[at] ?? owner;
      return owner.router === router && owner.work === work && isCurrent(owner);
    })
  );
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
