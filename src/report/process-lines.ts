/** The lines about how the daemon's processes are served by the kernel. */
import { renderSpan } from "./dates.ts";
import { notice, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";
import { toMilliseconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";

const span = (time: Duration): string => renderSpan(toMilliseconds(time));

/** Keepalived's words for the new priority. */
export const raisedLine = (priority: number, late: Duration): LogLine =>
  warning(`Set realtime priority ${priority}: a timer was served ${span(late)} late`);

export const servedLateLine = (late: Duration): LogLine =>
  notice(
    `A timer was served ${span(late)} late; with max_auto_priority this process raises its ` +
      "priority when that happens (-1 silences this notice)",
  );

export const ranLongLine = (limit: Duration): LogLine =>
  notice(
    `The VRRP process ran for more than vrrp_rlimit_rttime (${limit} us) without a pause; this is said once`,
  );
