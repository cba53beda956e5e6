/** What the state machine is told of a configuration, on the clock that it knows. */
import { NO_TIME, after, between, instant } from "../../base/units.ts";
import type { Model } from "../../config/model.ts";
import type { Clock } from "../../sys/ports.ts";
import type { SystemSettings } from "../../vrrp/system.ts";

/** The machine has been up for as long as the clock of the boot tells. */
export function settingsOf(model: Model, clock: Clock): SystemSettings {
  const { delayAfterBoot } = model.global;
  const notBefore =
    delayAfterBoot === NO_TIME
      ? undefined
      : after(clock.now(), between(clock.bootTime(), instant(delayAfterBoot)));
  return { ...model, ...model.global, notBefore };
}
