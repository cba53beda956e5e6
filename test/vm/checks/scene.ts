/** Two routers of one LAN in the guest: ours, which is meant to be master, and Debian's. */
import type { Host } from "../../lab/host.ts";
import { Keepalived, type DaemonKind } from "../../lab/keepalived.ts";
import { Lan, type LanOptions } from "../../lab/lan.ts";
import { waitFor } from "../../lab/wait.ts";

/** By the guest's clock, to which it does not matter how busy this machine is. */
export const SOON_MS = 30_000;

export interface Router {
  readonly kind: DaemonKind;
  readonly config: string;
  /** Lines for `ip -batch`, before the daemon starts. */
  readonly links?: readonly string[];
}

export class Scene implements AsyncDisposable {
  readonly lan: Lan;
  readonly lb01: Host;
  readonly lb02: Host;
  readonly first: Keepalived;
  readonly second: Keepalived;

  /** Use `Scene.open`. */
  constructor(lan: Lan, routers: readonly [Router, Router]) {
    this.lan = lan;
    this.lb01 = lan.host("lb01");
    this.lb02 = lan.host("lb02");
    this.first = new Keepalived(this.lb01, routers[0]);
    this.second = new Keepalived(this.lb02, routers[1]);
  }

  static open(routers: readonly [Router, Router], options: LanOptions = {}): Promise<Scene> {
    return Scene.start(routers, options, (lan) => new Scene(lan, routers));
  }

  /** Builds the network and starts both, as a scene that may know more than this one. */
  static async start<Made extends Scene>(
    routers: readonly [Router, Router],
    options: LanOptions,
    make: (lan: Lan) => Made,
  ): Promise<Made> {
    const lan = await Lan.open(
      [
        { name: "lb01", addresses: ["10.0.0.7/24", "fd00::7/64"] },
        { name: "lb02", addresses: ["10.0.0.8/24", "fd00::8/64"] },
      ],
      options,
    );
    const scene = make(lan);
    await ip(scene.lb01, routers[0].links ?? []);
    await ip(scene.lb02, routers[1].links ?? []);
    scene.first.start();
    scene.second.start();
    return scene;
  }

  /** Waits until `holder` alone has an address. */
  async moves(address: string, holder: Host, timeoutMs = SOON_MS): Promise<void> {
    const other = holder === this.lb01 ? this.lb02 : this.lb01;
    await waitFor(`${holder.name} alone to hold ${address}`, timeoutMs, () => {
      return holder.holds(address) && !other.holds(address);
    });
  }

  story(): string {
    return [
      `log of lb01 (${this.first.kind}):`,
      this.first.log.tail(40),
      `log of lb02 (${this.second.kind}):`,
      this.second.log.tail(40),
    ].join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lan[Symbol.asyncDispose]();
  }
}

/** Runs lines of `ip` on a host, all of which have to succeed. */
export async function ip(host: Host, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await host.must(["ip", "-batch", "-"], { input: [...lines, ""].join("\n") });
}

export interface InstancePlan {
  readonly name: string;
  readonly interfaceName: string | undefined;
  readonly vrid: number;
  readonly priority: number;
  readonly addresses: readonly string[];
  readonly lines?: readonly string[];
}

/** An instance with adverts each second, in words both daemons know. */
export function instance(plan: InstancePlan): string {
  const { interfaceName } = plan;
  return [
    `vrrp_instance ${plan.name} {`,
    "    state BACKUP",
    ...(interfaceName === undefined ? [] : [`    interface ${interfaceName}`]),
    `    virtual_router_id ${plan.vrid}`,
    `    priority ${plan.priority}`,
    "    advert_int 1",
    ...(plan.lines ?? []).map((line) => `    ${line}`),
    "    virtual_ipaddress {",
    ...plan.addresses.map((address) => `        ${address}`),
    "    }",
    "}",
    "",
  ].join("\n");
}
