/** Planned work that an operator has announced: who takes no part meanwhile, and why. */

export interface MaintenanceOrder {
  /** The vrrp_instance that takes no part; undefined is all of them. */
  readonly instance: string | undefined;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Milliseconds since 1970; undefined until somebody ends it. */
  readonly until: number | undefined;
  readonly reason: string | undefined;
  /** The account of whoever ordered it, where the system tells. */
  readonly by: string | undefined;
}

/** What keeps an instance from taking part: an order for all of them says more than its own. */
export const maintenanceOf = (
  orders: readonly MaintenanceOrder[],
  instance: string,
): MaintenanceOrder | undefined =>
  orders.find((order) => order.instance === undefined) ??
  orders.find((order) => order.instance === instance);
