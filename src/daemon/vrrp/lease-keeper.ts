/**
 * Renews the leases of the addresses that are on (vip_lease): one tick for all instances, and no
 * tick while none holds addresses. What ran out while the process did not run is told, not renewed.
 */
import { after, between, times } from "../../base/units.ts";
import type { Duration, Instant } from "../../base/units.ts";
import type { AddressWork } from "./address-work.ts";
import type { DueLease } from "./shared-renewals.ts";
import type { TimedWork } from "./timed-work.ts";

/** Renewals in the time of a lease: two may be missed. */
const RENEWALS = 3;
/** For so long after a late renewal the kernel's news of the end of the lease is old news. */
const OLD_NEWS: Duration = 1_000_000 as Duration;

export interface LeaseKeeperParts {
  /** By position of their instances. */
  readonly works: () => readonly AddressWork[];
  /** Renews the addresses of these instances, in slices. */
  readonly renew: (due: readonly DueLease[]) => void;
}

/** An instance whose lease ended `late` ago. */
export interface ExpiredLease {
  readonly router: number;
  readonly late: Duration;
}

export class LeaseKeeper implements TimedWork {
  readonly #parts: LeaseKeeperParts;
  #period: Duration | undefined;
  #nextTick: Instant | undefined;

  constructor(parts: LeaseKeeperParts) {
    this.#parts = parts;
  }

  /** After the start and each reload: how often to tick. */
  configure(now: Instant): void {
    const leases = this.#parts.works().flatMap(({ lease }) => lease ?? []);
    const shortest = leases.reduce((least, lease) => Math.min(least, lease), Infinity);
    this.#period = shortest === Infinity ? undefined : times(shortest as Duration, 1 / RENEWALS);
    this.#nextTick = undefined;
    const due: DueLease[] = [];
    for (const [router, work] of this.#parts.works().entries()) {
      if (work.installed === 0) continue;
      this.#begin(now);
      if (work.renewedAt !== undefined) continue;
      // New after a reload, and with another lease perhaps.
      work.renewedAt = now;
      due.push({ router, work });
    }
    this.#parts.renew(due);
  }

  /** The addresses of an instance go on now. */
  began(work: AddressWork | undefined, now: Instant): void {
    if (work === undefined) return;
    work.renewedAt = now;
    if (work.lease !== undefined) this.#begin(now);
  }

  get deadline(): Instant | undefined {
    return this.#nextTick;
  }

  run(now: Instant): void {
    if (this.#nextTick === undefined || this.#period === undefined || now < this.#nextTick) return;
    let isHeld = false;
    const due: DueLease[] = [];
    for (const [router, work] of this.#parts.works().entries()) {
      const { lease, renewedAt, installed } = work;
      if (lease === undefined || renewedAt === undefined || installed === 0) continue;
      isHeld = true;
      const age = between(renewedAt, now);
      // A longer lease than the shortest needs no renewal at each tick.
      if (age >= lease || age + this.#period / 2 < lease / RENEWALS) continue;
      work.renewedAt = now;
      due.push({ router, work });
    }
    this.#parts.renew(due);
    this.#nextTick = isHeld ? after(now, this.#period) : undefined;
  }

  /** The leases that ended unrenewed; each is told once. Cheap while the ticks are on time. */
  expired(now: Instant): readonly ExpiredLease[] {
    if (this.#nextTick === undefined || now <= this.#nextTick) return [];
    return this.#parts.works().flatMap((work, router) => {
      const { lease, renewedAt, installed } = work;
      if (lease === undefined || renewedAt === undefined || installed === 0) return [];
      const late = between(after(renewedAt, lease), now);
      if (late < 0) return [];
      work.renewedAt = now;
      work.expiredAt = now;
      return [{ router, late }];
    });
  }

  /** Whether the kernel's removal of an address is the end of a lease that has been dealt with. */
  isOldNews(router: number, now: Instant): boolean {
    const expiredAt = this.#parts.works()[router]?.expiredAt;
    return expiredAt !== undefined && between(expiredAt, now) < OLD_NEWS;
  }

  #begin(now: Instant): void {
    if (this.#period !== undefined) this.#nextTick ??= after(now, this.#period);
  }
}
