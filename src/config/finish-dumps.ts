/** Where dumps go and what they tell of the settings for all instances. keepalived.conf(5), global_defs. */
import { NO_TIME } from "../base/units.ts";
import type { GlobalDraft } from "./drafts.ts";
import type { DumpConfig, InstanceDefaults } from "./dump-config.ts";
import { finishAnnouncements } from "./finish-announcements.ts";

export const DEFAULT_DOWN_TIMER_ADVERTS = 3;

export function finishDumps(global: GlobalDraft): DumpConfig {
  const { dumps } = global;
  return {
    stateFile: dumps.stateFile,
    statisticsFile: dumps.statisticsFile,
    jsonFile: dumps.jsonFile,
    usesInstanceName: dumps.usesInstanceName === true,
    jsonVersion: dumps.jsonVersion ?? 1,
    defaults: finishDefaults(global),
  };
}

function finishDefaults(global: GlobalDraft): InstanceDefaults {
  const { minimumGap: arpGap, ...announcements } = finishAnnouncements({}, global, "ipv4", false);
  return {
    announcements,
    arpGap,
    naGap: global.gnaInterval?.value ?? NO_TIME,
    downTimerAdverts: global.downTimerAdverts?.value ?? DEFAULT_DOWN_TIMER_ADVERTS,
    lowerPriorityNoAdvert: global.lowerPriorityNoAdvert?.value === true,
    higherPrioritySendAdvert: global.higherPrioritySendAdvert?.value === true,
    checkUnicastSource: global.checkUnicastSource !== undefined,
    skipAddressCheck: global.skipAddressCheck?.value === true,
    smtpAlert: global.smtpAlert?.value,
    smtpAlertVrrp: global.smtpAlertVrrp?.value,
    smtpAlertChecker: global.smtpAlertChecker?.value,
    checkersLogAllFailures: global.checkersLogAllFailures === true,
  };
}
