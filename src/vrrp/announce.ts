/**
 * When gratuitous ARPs and unsolicited neighbour advertisements are due (keepalived.conf(5)
 * garp_master_delay, garp_master_refresh, garp_lower_prio_*, garp_extra_if). What is sent, and how fast, is the
 * daemon's business: adverts always go before announcements.
 */
import { after, earliest } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import type { AnnouncementPolicy, InstanceConfig } from "./config.ts";
import type { AnnouncementSchedule } from "./state.ts";
import type { Effect } from "./step.ts";

/** The schedule of a new master; the first set goes out at once. */
export function announceNow(policy: AnnouncementPolicy, now: Instant): AnnouncementSchedule {
  return {
    secondSet: laterSet(policy.masterDelay, policy.masterRepeat, now),
    refreshAt: policy.refresh > 0 ? after(now, policy.refresh) : undefined,
    // As in Keepalived, counted from the delayed set.
    extraAt: policy.extra && after(after(now, policy.masterDelay), policy.extra.period),
  };
}

/** The schedule after a set for a lower-priority master: its own second set joins what was due. */
export function announceAgain(
  policy: AnnouncementPolicy,
  schedule: AnnouncementSchedule,
  now: Instant,
): AnnouncementSchedule {
  const again = laterSet(policy.lowerPriorityDelay, policy.lowerPriorityRepeat, now);
  return { ...schedule, secondSet: again ?? schedule.secondSet };
}

/** What is due, and the schedule without it. */
export function dueAnnouncements(
  config: InstanceConfig,
  schedule: AnnouncementSchedule,
  now: Instant,
): { readonly schedule: AnnouncementSchedule; readonly effects: readonly Effect[] } {
  const policy = config.announcements;
  const effects: Effect[] = [];
  let { secondSet, refreshAt, extraAt } = schedule;
  if (secondSet !== undefined && secondSet.at <= now) {
    effects.push({ kind: "announce", repeat: secondSet.repeat });
    secondSet = undefined;
  }
  if (refreshAt !== undefined && refreshAt <= now) {
    effects.push({ kind: "announce", repeat: policy.refreshRepeat });
    refreshAt = after(now, policy.refresh);
  }
  if (extraAt !== undefined && extraAt <= now) {
    effects.push({ kind: "announceExtra" });
    extraAt = policy.extra && after(now, policy.extra.period);
  }
  return effects.length === 0
    ? { schedule, effects }
    : { schedule: { secondSet, refreshAt, extraAt }, effects };
}

export const announcementDeadline = (schedule: AnnouncementSchedule): Instant | undefined =>
  earliest(earliest(schedule.secondSet?.at, schedule.refreshAt), schedule.extraAt);

function laterSet(
  delay: Duration,
  repeat: number,
  now: Instant,
): AnnouncementSchedule["secondSet"] {
  return delay > 0 && repeat > 0 ? { at: after(now, delay), repeat } : undefined;
}
