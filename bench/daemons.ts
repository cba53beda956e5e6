/**
 * The contestants on the hosts of a lab. Both log to a file, without detail and without syslog:
 * where no syslog runs it would be the console, and the log would be measured.
 */
import { Keepalived, type DaemonKind } from "../test/lab/keepalived.ts";
import type { Host } from "../test/lab/host.ts";
import type { Contestant } from "./contest.ts";

const FLAGS: readonly string[] = ["-n", "-l", "-G"];

export function kindOf(contestant: Contestant): DaemonKind {
  return contestant === "ours" ? "ours" : "real";
}

export function daemonOn(
  host: Host,
  contestant: Contestant,
  config: string,
  program?: string,
): Keepalived {
  const options = { kind: kindOf(contestant), config, flags: FLAGS };
  return new Keepalived(host, program === undefined ? options : { ...options, program });
}

/** Ends daemons without ceremony and takes what they left on the hosts away. */
export async function sweep(...daemons: readonly Keepalived[]): Promise<void> {
  for (const daemon of daemons) {
    if (!daemon.host.isOn) continue;
    daemon.killFrozen();
    await daemon.waitForEnd();
    await daemon.host.sh(
      `cat /sys/class/net/eth0/carrier >/dev/null; ip -o addr show dev eth0 | grep -q 10.50 && ` +
        `ip addr flush dev eth0 to 10.50.0.0/16; rm -f /run/*.pid; exit 0`,
    );
  }
}
