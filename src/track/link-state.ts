/**
 * Whether a link counts as up, when its changes must last before they do. keepalived.conf(5),
 * interface_up_down_delays.
 */
import { NO_TIME, after } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import type { LinkDelay } from "./config.ts";

export interface LinkTrack {
  /** What counts. */
  readonly up: boolean;
  /** When that turns, unless the link returns before. */
  readonly turnsAt: Instant | undefined;
}

export type LinkDelays = Pick<LinkDelay, "down" | "up">;

/** What is found at the start counts at once. */
export const initialLink = (up: boolean): LinkTrack => ({ up, turnsAt: undefined });

/** The track after a look at the link: `isUp` is what the kernel says. */
export function followLink(
  track: LinkTrack,
  isUp: boolean,
  delays: LinkDelays,
  now: Instant,
): LinkTrack {
  if (isUp === track.up) return initialLink(isUp);
  const delay: Duration = isUp ? delays.up : delays.down;
  const turnsAt = track.turnsAt ?? after(now, delay);
  return delay === NO_TIME || turnsAt <= now ? initialLink(isUp) : { up: track.up, turnsAt };
}
