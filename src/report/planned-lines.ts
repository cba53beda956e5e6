/** Planned work in words: maintenance, switchovers, and a restart that keeps the addresses. */
import { toMilliseconds } from "../base/units.ts";
import type { MaintenanceOrder } from "../track/maintenance.ts";
import type { InstanceEvent } from "../vrrp/events.ts";
import { renderSpan } from "./dates.ts";

/** An order as a clause: "maintenance for 2 h, ordered by root: new kernel". */
export function renderMaintenance({ since, until, reason, by }: MaintenanceOrder): string {
  const span = until === undefined ? "" : ` for ${renderSpan(until - since)}`;
  const who = by === undefined ? "" : `, ordered by ${by}`;
  return `maintenance${span}${who}${reason === undefined ? "" : `: ${reason}`}`;
}

/** What came of a switchover. */
export function switchoverText(
  event: Extract<InstanceEvent, { kind: "handedOver" | "holdEnded" }>,
): string {
  if (event.kind === "holdEnded") {
    const why = event.why === "released" ? "the switchover was released" : "the master resigned";
    return `${why}: its own priority counts again`;
  }
  const gap = renderSpan(toMilliseconds(event.gap));
  return `switchover: ${event.to} is master now (priority ${event.priority}), ${gap} after we resigned`;
}
