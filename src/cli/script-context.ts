/** What programs that the daemon runs are judged by and started with. */
import type { CommandContext } from "../daemon/script-commands.ts";
import { GROUP_SETTER } from "../sys/linux/group-setter.ts";
import { findGroup, findUser, supplementaryGroups } from "../sys/linux/users.ts";

const DEFAULT_SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Left out of a script's environment. The first three change how programs are loaded or split
 * words (Keepalived 2.4); the others are between the service manager and the daemon.
 */
const WITHHELD: ReadonlySet<string> = new Set([
  "IFS",
  "LD_PRELOAD",
  "LD_LIBRARY_PATH",
  "NOTIFY_SOCKET",
  "WATCHDOG_USEC",
  "WATCHDOG_PID",
]);

/** The start script sets variables meant for Node aside under this prefix; scripts get them back. */
const SET_ASIDE = "KEEPALIVED_SET_ASIDE_";

export function scriptContext(): Omit<CommandContext, "global"> {
  return {
    accounts: {
      user: (name) => findUser(name),
      group: (name) => findGroup(name)?.gid,
      supplementary: (name) => {
        const user = findUser(name);
        return user === undefined ? [] : supplementaryGroups(user.name);
      },
    },
    self: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    canSetGroups: GROUP_SETTER !== undefined,
    searchPath: process.env["PATH"] ?? DEFAULT_SEARCH_PATH,
  };
}

export function scriptEnvironment(
  own: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined || WITHHELD.has(name)) continue;
    entries.push([name.startsWith(SET_ASIDE) ? name.slice(SET_ASIDE.length) : name, value]);
  }
  return Object.fromEntries(entries);
}
