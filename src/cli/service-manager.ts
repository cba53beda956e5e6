/** Telling systemd about this daemon (sd_notify(3)), where it asks to be told. */
import { microseconds } from "../base/units.ts";
import { LinuxSyslogSocket } from "../sys/linux/syslog.ts";
import type { ServiceManager } from "../sys/telling-ports.ts";

/** `isDetached`: a launcher was started, not this process, which is the one that counts. */
export function serviceManager(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
  isDetached: boolean,
): ServiceManager {
  const mainPid = isDetached ? pid : undefined;
  const path = environment["NOTIFY_SOCKET"] ?? "";
  // A name with @ is in no directory. What begins otherwise is meant for somebody else (vsock).
  if (!/^[/@]./.test(path)) return { tell: () => undefined, watchdog: undefined, mainPid };
  const socket = new LinuxSyslogSocket(path);
  return {
    tell: (state) => {
      socket.send(new TextEncoder().encode(state));
    },
    watchdog: watchdogOf(environment, pid),
    mainPid,
  };
}

/** sd_watchdog_enabled(3). */
function watchdogOf(
  { WATCHDOG_USEC = "", WATCHDOG_PID = "" }: Readonly<Record<string, string | undefined>>,
  pid: number,
): ServiceManager["watchdog"] {
  if (!/^[1-9]\d{0,14}$/.test(WATCHDOG_USEC)) return undefined;
  if (WATCHDOG_PID !== "" && Number(WATCHDOG_PID) !== pid) return undefined;
  return microseconds(Number(WATCHDOG_USEC));
}
