/** Gratuitous ARP and unsolicited NA: instance over global over default. keepalived.conf(5), garp_*. */
import { NO_TIME, seconds } from "../base/units.ts";
import type { Family } from "../base/address.ts";
import type { AnnouncementPolicy } from "../vrrp/config.ts";
import type { AnnouncementDraft, GlobalDraft } from "./drafts.ts";

const DEFAULT_REPEAT = 5;
const DEFAULT_DELAY = seconds(5);

/** `isStrict`: lower priority adverts are answered with no announcements (§ strict mode). */
export function finishAnnouncements(
  instance: AnnouncementDraft,
  global: GlobalDraft,
  family: Family,
  isStrict: boolean,
): AnnouncementPolicy {
  const wide = global.announcements;
  const isMinimal = global.minimalGarp?.value === true;
  const wideRepeat = wide.masterRepeat?.value ?? (isMinimal ? 1 : DEFAULT_REPEAT);
  const wideDelay = wide.masterDelay?.value ?? (isMinimal ? NO_TIME : DEFAULT_DELAY);
  // What an instance does not say it takes from global_defs, not from its own garp_master_*.
  const lowerPriorityRepeat = instance.lowerPriorityRepeat ?? wide.lowerPriorityRepeat;
  const lowerPriorityDelay = instance.lowerPriorityDelay ?? wide.lowerPriorityDelay;
  const extra = (instance.extra ?? wide.extra)?.value;
  const gap = family === "ipv4" ? global.garpInterval : global.gnaInterval;
  return {
    masterRepeat: instance.masterRepeat?.value ?? wideRepeat,
    masterDelay: instance.masterDelay?.value ?? wideDelay,
    refresh: (instance.refresh ?? wide.refresh)?.value ?? NO_TIME,
    refreshRepeat: (instance.refreshRepeat ?? wide.refreshRepeat)?.value ?? 1,
    lowerPriorityRepeat: isStrict ? 0 : (lowerPriorityRepeat?.value ?? wideRepeat),
    lowerPriorityDelay: isStrict ? NO_TIME : (lowerPriorityDelay?.value ?? wideDelay),
    extra: extra === undefined || extra.period === NO_TIME ? undefined : extra,
    minimumGap: gap?.value ?? NO_TIME,
  };
}
