/** The intervals of the protocol (RFC 3768 §6.1, RFC 9568 §6.1). All divisions round to the nearest µs. */
import { plus, seconds, times } from "../base/units.ts";
import type { Duration, Priority } from "../base/units.ts";
import type { InstanceConfig } from "./config.ts";

type Timers = Pick<InstanceConfig, "version" | "downTimerAdverts">;

/**
 * Skew_Time: the higher the priority, the shorter. v2: ((256 - Priority) / 256) seconds;
 * v3: (256 - Priority) * Active_Adver_Interval / 256.
 */
export function skewTime(timers: Timers, priority: Priority, masterInterval: Duration): Duration {
  const base = timers.version === 2 ? seconds(1) : masterInterval;
  return times(base, (256 - priority) / 256);
}

/**
 * Active_Down_Interval (Master_Down_Interval in v2): 3 * interval + skew; the 3 is
 * `down_timer_adverts` here.
 */
export function masterDownInterval(
  timers: Timers,
  priority: Priority,
  masterInterval: Duration,
): Duration {
  return plus(
    times(masterInterval, timers.downTimerAdverts),
    skewTime(timers, priority, masterInterval),
  );
}
