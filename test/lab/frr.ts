/**
 * FRRouting's vrrpd on a host of the lab: a VRRP of other authors. It wants a macvlan with the
 * virtual MAC for each router, and zebra beside it.
 */
import { ended } from "./command.ts";
import type { Host, HostProcess } from "./host.ts";
import type { ProcessInfo } from "./namespace.ts";

export const FRR_VRRPD = "/usr/lib/frr/vrrpd";
const FRR_ZEBRA = "/usr/lib/frr/zebra";

export interface FrrPlan {
  readonly vrid: number;
  readonly priority: number;
  readonly intervalMs: number;
  readonly address: string;
}

export class Frr {
  readonly host: Host;
  readonly mac: string;
  #programs: readonly HostProcess[] = [];
  readonly #plan: FrrPlan;

  constructor(host: Host, plan: FrrPlan) {
    this.host = host;
    this.#plan = plan;
    this.mac = `00:00:5e:00:01:${plan.vrid.toString(16).padStart(2, "0")}`;
    host.writeFile("/run/frr/zebra.conf", "log stdout errors\n");
    host.writeFile(
      "/run/frr/vrrpd.conf",
      [
        "log stdout errors",
        "interface eth0",
        ` vrrp ${plan.vrid} version 3`,
        ` vrrp ${plan.vrid} priority ${plan.priority}`,
        ` vrrp ${plan.vrid} advertisement-interval ${plan.intervalMs}`,
        ` vrrp ${plan.vrid} ip ${plan.address}`,
        "",
      ].join("\n"),
    );
  }

  async start(): Promise<void> {
    await this.host.sh(
      [
        "set -e",
        "ip link show vrrp-lab >/dev/null 2>&1 || ip link add vrrp-lab link eth0 type macvlan mode bridge",
        `ip link set vrrp-lab address ${this.mac} up`,
        `ip addr replace ${this.#plan.address}/24 dev vrrp-lab`,
        "chown -R frr:frr /run/frr",
      ].join("\n"),
    );
    const options = ["-A", "127.0.0.1", "-P", "0", "-f"];
    const zebra = this.host.start([FRR_ZEBRA, ...options, "/run/frr/zebra.conf"], "zebra");
    // vrrpd looks for zebra's socket once every few seconds: have it there first.
    await this.host.sh(
      "for try in $(seq 100); do test -S /run/frr/zserv.api && exit; sleep 0.05; done; exit 1",
    );
    const vrrpd = this.host.start([FRR_VRRPD, ...options, "/run/frr/vrrpd.conf"], "vrrpd");
    this.#programs = [vrrpd, zebra];
  }

  /** SIGTERM; vrrpd says priority 0. */
  async stop(): Promise<void> {
    this.host.signal(this.processes(), "SIGTERM");
    await this.ended();
  }

  /** vrrpd first: it is to be told before zebra takes its addresses away. */
  processes(): readonly ProcessInfo[] {
    const found = this.host.processes();
    return ["vrrpd", "zebra"].flatMap((name) => found.filter((one) => one.name === name));
  }

  async ended(): Promise<void> {
    await Promise.all(this.#programs.map(({ child }) => ended(child)));
  }

  log(): string {
    return this.#programs.map(({ log }) => log.tail(10)).join("\n");
  }
}
