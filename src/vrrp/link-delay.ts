/**
 * How long a change of a link may be held back. A backup that hears nothing because its own link is
 * down must come to know it before it declares the master dead: one interval is lost already, and
 * the skew is the reserve. keepalived.conf(5), interface_up_down_delays.
 */
import { times } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import { interfacesOf } from "./assess.ts";
import type { InstanceConfig } from "./config.ts";
import { instanceAt } from "./system-state.ts";
import type { SystemConfig, SystemState } from "./system-state.ts";

/** For an instance that hears adverts each `interval`. */
export const longestDelay = (
  { downTimerAdverts }: Pick<InstanceConfig, "downTimerAdverts">,
  interval: Duration,
): Duration => times(interval, Math.max(0, downTimerAdverts - 1));

/** For all instances on an interface, with the intervals that their masters have now. */
export function longestDelayOf(
  { routers }: SystemConfig,
  state: SystemState,
  interfaceName: string,
): Duration | undefined {
  const delays = routers.flatMap(({ config }, router) => {
    const interval = instanceAt(state, router)?.masterAdvertInterval;
    return interval !== undefined && interfacesOf(config).includes(interfaceName)
      ? [longestDelay(config, interval)]
      : [];
  });
  return delays.length === 0 ? undefined : (Math.min(...delays) as Duration);
}
