/**
 * The scene of judges that look at one daemon alone: a host, and the witness on the bridge.
 */
import { test } from "node:test";
import type { Host } from "../lab/host.ts";
import { Keepalived, type KeepalivedOptions } from "../lab/keepalived.ts";
import { Lan } from "../lab/lan.ts";
import type { Observer } from "../lab/observer.ts";
import { programsOf, requireBuilt, skipUnless } from "./gate.ts";

export interface Solo {
  readonly lan: Lan;
  readonly host: Host;
  readonly daemon: Keepalived;
  readonly observer: Observer;
}

const TIMEOUT_MS = 60_000;

/** Registers a judge that plays on one host. The body starts the daemon. */
export function soloTest(
  name: string,
  options: KeepalivedOptions & { readonly needs?: readonly string[] },
  body: (solo: Solo) => Promise<void>,
): void {
  const skip = skipUnless(...programsOf([options.kind]), ...(options.needs ?? []));
  test(name, { skip, timeout: TIMEOUT_MS }, async () => {
    requireBuilt([options.kind]);
    await using lan = await Lan.open([{ name: "lb01", addresses: ["10.0.0.7/24", "fd00::7/64"] }]);
    const host = lan.host("lb01");
    const daemon = new Keepalived(host, options);
    const observer = await lan.observe();
    try {
      await body({ lan, host, daemon, observer });
    } catch (error) {
      if (error instanceof Error) error.message += `\nits log:\n${daemon.log.tail(40)}`;
      throw error;
    }
  });
}
