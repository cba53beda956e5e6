/** Telling systemd about start, reload and stop (sd_notify(3)), where it asks to be told. */
import { LinuxSyslogSocket } from "../sys/linux/syslog.ts";

export interface ServiceManager {
  tell(state: string): void;
}

/** A service manager to tell, or one that does not listen. */
export function serviceManager(): ServiceManager {
  const path = process.env["NOTIFY_SOCKET"];
  // Abstract names (`@…`) are used by user sessions only; the system's manager has a path.
  if (path?.startsWith("/") !== true) return { tell: () => undefined };
  const socket = new LinuxSyslogSocket(path);
  return {
    tell: (state) => {
      socket.send(new TextEncoder().encode(state));
    },
  };
}
