/**
 * A LAN in namespaces: one bridge in a switch of its own and hosts plugged into it. Packets never
 * leave it, names never clash with another lab's, and it is gone when this process is.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "./command.ts";
import { Host } from "./host.ts";
import { Namespace } from "./namespace.ts";
import { Observer } from "./observer.ts";

/** The interface of a host in the first segment, usually its only one. */
export const INTERFACE = "eth0";

export interface HostPlan {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly mac?: string;
}

export interface LanOptions {
  /**
   * Separate bridges, each with an interface of every host: eth0 in the first, eth1 in the second
   * with 1 added to the third part of its IPv4 addresses, and so on.
   */
  readonly segments?: number;
}

export class Lan implements AsyncDisposable {
  readonly hosts: readonly Host[];
  readonly #directory: Disposable & { readonly path: string };
  readonly #network: Namespace;
  readonly #segments: number;
  readonly #ports: Map<Host, string>;
  readonly #observers: Observer[] = [];

  /** Use `Lan.open`. */
  constructor(
    directory: Disposable & { readonly path: string },
    network: Namespace,
    hosts: readonly Host[],
    segments: number,
  ) {
    this.#directory = directory;
    this.#network = network;
    this.#segments = segments;
    this.hosts = hosts;
    this.#ports = new Map(hosts.map((host, index) => [host, `port${index + 1}`]));
  }

  static async open(plans: readonly HostPlan[], options: LanOptions = {}): Promise<Lan> {
    const directory = ownDirectory();
    const hosts = plans.map((plan, index) => {
      const own = join(directory.path, plan.name);
      mkdirSync(own);
      return new Host({ mac: macAddress(index + 1), ...plan }, own);
    });
    const network = await Namespace.open("switch", join(directory.path, "switch"));
    const lan = new Lan(directory, network, hosts, options.segments ?? 1);
    try {
      await lan.#ip(
        lan.#each((segment) => [
          `link add br${segment} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
          `link set br${segment} up`,
        ]),
      );
      await Promise.all(hosts.map((host) => lan.powerOn(host)));
      return lan;
    } catch (error) {
      await lan[Symbol.asyncDispose]();
      throw error;
    }
  }

  host(name: string): Host {
    const found = this.hosts.find((host) => host.name === name);
    if (found === undefined) throw new Error(`no host ${name} in this lab`);
    return found;
  }

  /** Boots a host and plugs it in; its addresses are up when this returns. */
  async powerOn(host: Host): Promise<void> {
    await host.powerOn();
    const { pid } = host.machine;
    await this.#ip(
      this.#each((segment) => {
        const port = this.#port(host, segment);
        const peer = `peer name eth${segment} address ${macIn(host.mac, segment)} netns ${pid}`;
        return [
          `link add ${port} type veth ${peer}`,
          `link set ${port} master br${segment}`,
          `link set ${port} up`,
        ];
      }),
    );
    const lines = this.#each((segment) => [
      `link set eth${segment} up`,
      ...host.addresses.map(
        (address) => `addr add ${addressIn(address, segment)} dev eth${segment}`,
      ),
    ]);
    await host.must(["ip", "-batch", "-"], { input: [...lines, ""].join("\n") });
  }

  /** A power cut: every process of the host stops at one instant, and its cable goes dead. */
  async powerOff(host: Host): Promise<void> {
    await host.powerOff();
    // The kernel takes the pair down with the namespace, but in its own time.
    const ports = this.#each((segment) => [`link del ${this.#port(host, segment)}`]);
    await this.#ip(ports, ["-force"]).catch(() => undefined);
  }

  /** Pulls the cable of a running host, or puts it back: its carrier goes and comes. */
  async cable(host: Host, isPlugged: boolean): Promise<void> {
    await this.#ip([`link set ${this.#port(host, 0)} ${isPlugged ? "up" : "down"}`]);
  }

  /** Shuts the switch's port to a host, whose carrier stays, as a spanning tree does; or opens it. */
  async forward(host: Host, forwards: boolean): Promise<void> {
    const port = this.#port(host, 0);
    const rules = forwards
      ? `delete table bridge ${port}`
      : `table bridge ${port} {
          chain forward {
            type filter hook forward priority 0;
            iifname "${port}" drop
            oifname "${port}" drop
          }
        }`;
    const enter = ["nsenter", "-t", String(this.#network.pid), "-n", "--"];
    await must([...enter, "nft", "-f", "-"], { input: `${rules}\n` });
  }

  /** The host behind a MAC address, as the bridge has learned it. */
  async hostBehind(mac: string): Promise<Host | undefined> {
    const table = await must(
      this.#network.enterNetwork(["bridge", "fdb", "show", "br", "br0", "dynamic"]),
    );
    const line = table.split("\n").find((entry) => entry.startsWith(`${mac} `));
    const port = /dev (\S+)/.exec(line ?? "")?.[1];
    return this.hosts.find((host) => this.#port(host, 0) === port);
  }

  /** Records what passes the first bridge; `filter` is in tcpdump's language. */
  async observe(
    filter = "ip proto 112 or ip proto 51 or ip6 proto 112 or arp or icmp6",
  ): Promise<Observer> {
    const file = join(this.#directory.path, `capture-${this.#observers.length + 1}.pcap`);
    const observer = await Observer.open(this.#network, { device: "br0", filter, file });
    this.#observers.push(observer);
    return observer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#observers.map((observer) => observer.stop()));
    await Promise.all(this.hosts.map((host) => host.powerOff()));
    await this.#network.powerOff();
    this.#directory[Symbol.dispose]();
  }

  #port(host: Host, segment: number): string {
    const port = this.#ports.get(host);
    if (port === undefined) throw new Error(`${host.name} is not plugged into this switch`);
    return `${port}x${segment}`;
  }

  #each(lines: (segment: number) => readonly string[]): readonly string[] {
    return Array.from({ length: this.#segments }, (_, segment) => lines(segment)).flat();
  }

  async #ip(lines: readonly string[], flags: readonly string[] = []): Promise<void> {
    const enter = ["nsenter", "-t", String(this.#network.pid), "-n", "--"];
    await must([...enter, "ip", ...flags, "-batch", "-"], { input: [...lines, ""].join("\n") });
  }
}

/**
 * The lab's directory. The hosts end with this process in any case; this takes the directory away
 * too, also when the end is Ctrl-C. Set KEEP_LAB to look at the logs and captures afterwards.
 */
function ownDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "keepalived-lab-"));
  const remove = (): void => {
    if (process.env["KEEP_LAB"] === undefined) rmSync(path, { recursive: true, force: true });
  };
  process.once("exit", remove);
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    if (process.listenerCount(signal) === 0) process.on(signal, () => process.exit(code));
  }
  return {
    path,
    [Symbol.dispose]: () => {
      process.off("exit", remove);
      remove();
    },
  };
}

function macAddress(index: number): string {
  return `02:00:00:00:00:${index.toString(16).padStart(2, "0")}`;
}

function macIn(mac: string, segment: number): string {
  return segment === 0 ? mac : mac.replace(/^02:00/, `02:${segment.toString(16).padStart(2, "0")}`);
}

function addressIn(address: string, segment: number): string {
  if (segment === 0 || address.includes(":")) return address;
  const [a, b, c, rest] = address.split(".");
  return `${a}.${b}.${Number(c) + segment}.${rest}`;
}
