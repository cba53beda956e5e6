/**
 * A VRRP router on a host of the lab as the failover trials need it: this daemon, Debian's
 * keepalived, or FRRouting's vrrpd.
 */
import { Frr } from "../test/lab/frr.ts";
import type { Host } from "../test/lab/host.ts";
import { wallMs } from "../test/lab/wait.ts";
import type { Contestant } from "./contest.ts";
import { daemonOn, sweep } from "./daemons.ts";
import { oneInstance, virtualAddress, VRID } from "./instance-files.ts";

export interface Router {
  readonly host: Host;
  /** Its packets may come from any of these. */
  readonly macs: readonly string[];
  /** Resolves when it runs; a backup then listens. */
  start(): Promise<void>;
  /** Between two instructions. */
  kill(): void;
  /** In good order; returns when it was told, in milliseconds since 1970. */
  terminate(): number;
  sweep(): Promise<void>;
}

export interface RouterPlan {
  readonly priority: number;
  readonly intervalMs: number;
}

export function routerOn(host: Host, contestant: Contestant, plan: RouterPlan): Router {
  return contestant === "frr" ? frrOn(host, plan) : keepalivedOn(host, contestant, plan);
}

function keepalivedOn(host: Host, contestant: Contestant, plan: RouterPlan): Router {
  const daemon = daemonOn(host, contestant, oneInstance({ ...plan, addresses: 1 }));
  return {
    host,
    macs: [host.mac],
    start: () => daemon.startAndWait(),
    kill: () => {
      daemon.killFrozen();
    },
    terminate: () => {
      const parent = daemon.parent();
      const at = wallMs();
      host.signal([parent], "SIGTERM");
      return at;
    },
    sweep: () => sweep(daemon),
  };
}

function frrOn(host: Host, plan: RouterPlan): Router {
  const frr = new Frr(host, { ...plan, vrid: VRID, address: virtualAddress(0) });
  const end = (signal: "SIGTERM" | "SIGKILL"): void => {
    host.signal(frr.processes(), signal);
  };
  return {
    host,
    macs: [host.mac, frr.mac],
    start: () => frr.start(),
    kill: () => {
      end("SIGKILL");
    },
    terminate: () => {
      const at = wallMs();
      end("SIGTERM");
      return at;
    },
    sweep: async () => {
      end("SIGKILL");
      await frr.ended();
      await host.sh("ip link del vrrp-lab 2>/dev/null; rm -rf /run/frr; exit 0");
    },
  };
}
