/**
 * When gratuitous ARPs and unsolicited neighbour advertisements are due (keepalived.conf(5)
 * garp_master_delay, garp_master_refresh, garp_lower_prio_*). What is sent, and how fast, is the
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
  let { secondSet, refreshAt } = schedule;
  if (secondSet !== undefined && secondSet.at <= now) {
    effects.push({ kind: "announce", repeat: secondSet.repeat });
    secondSet = undefined;
  }
  if (refreshAt !== undefined && refreshAt <= now) {
    effects.push({ kind: "announce", repeat: policy.refreshRepeat });
    refreshAt = after(now, policy.refresh);
  }
  return effects.length === 0
    ? { schedule, effects }
    : { schedule: { secondSet, refreshAt }, effects };
}

export const announcementDeadline = (schedule: AnnouncementSchedule): Instant | undefined =>
  earliest(schedule.secondSet?.at, schedule.refreshAt);

function laterSet(
  delay: Duration,
  repeat: number,
  now: Instant,
): AnnouncementSchedule["secondSet"] {
  return delay > 0 && repeat > 0 ? { at: after(now, delay), repeat } : undefined;
}
