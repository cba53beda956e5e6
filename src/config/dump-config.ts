/**
 * The files that signals ask for: where they go and in which layout, and the settings that only
 * they show, because instances have them applied by now. keepalived.conf(5), global_defs.
 */
import type { Duration } from "../base/units.ts";
import type { AnnouncementPolicy } from "../vrrp/config.ts";

export interface DumpConfig {
  /** state_dump_file, stats_dump_file, json_dump_file: as they are written. */
  readonly stateFile: string | undefined;
  readonly statisticsFile: string | undefined;
  readonly jsonFile: string | undefined;
  /** data_use_instance. */
  readonly usesInstanceName: boolean;
  readonly jsonVersion: 1 | 2;
  readonly defaults: InstanceDefaults;
}

/** What an instance gets that does not say otherwise. */
export interface InstanceDefaults {
  readonly announcements: Omit<AnnouncementPolicy, "minimumGap">;
  readonly arpGap: Duration;
  readonly naGap: Duration;
  readonly downTimerAdverts: number;
  readonly lowerPriorityNoAdvert: boolean;
  readonly higherPrioritySendAdvert: boolean;
  readonly checkUnicastSource: boolean;
  readonly skipAddressCheck: boolean;
  /** Undefined where the file leaves it open. */
  readonly smtpAlert: boolean | undefined;
  readonly smtpAlertVrrp: boolean | undefined;
  readonly smtpAlertChecker: boolean | undefined;
  readonly checkersLogAllFailures: boolean;
}
