/** Dates of mails. */
import type { LocalTime } from "../base/local-time.ts";

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DAY = 1_440;
/** No zone is further east than UTC+14. */
const EASTERNMOST = 840;

/** As RFC 5322 §3.3 wants it: `Sun, 22 Nov 2026 12:03:27 +0100`. */
export function renderMailDate(ms: number, local: LocalTime): string {
  const clock = [local.hour, local.minute, local.second].map(twoDigits).join(":");
  const date = `${twoDigits(local.day)} ${MONTHS[local.month - 1] ?? ""} ${local.year}`;
  return `${WEEKDAYS[local.weekday] ?? ""}, ${date} ${clock} ${zone(ms, local)}`;
}

/** What the clock on the wall is ahead of UTC. */
function zone(ms: number, { hour, minute }: LocalTime): string {
  const utc = Math.floor(ms / 60_000) % DAY;
  const ahead = (hour * 60 + minute - utc + DAY) % DAY;
  const signed = ahead > EASTERNMOST ? ahead - DAY : ahead;
  const size = Math.abs(signed);
  return `${signed < 0 ? "-" : "+"}${twoDigits(Math.floor(size / 60))}${twoDigits(size % 60)}`;
}

const twoDigits = (n: number): string => String(n).padStart(2, "0");
