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

export const BRIDGE = "br0";
/** The one interface of every host. */
export const INTERFACE = "eth0";

export interface HostPlan {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly mac?: string;
}

export class Lan implements AsyncDisposable {
  readonly directory: string;
  readonly hosts: readonly Host[];
  readonly #network: Namespace;
  readonly #ports: Map<Host, string>;
  readonly #observers: Observer[] = [];

  /** Use `Lan.open`. */
  constructor(directory: string, network: Namespace, hosts: readonly Host[]) {
    this.directory = directory;
    this.#network = network;
    this.hosts = hosts;
    this.#ports = new Map(hosts.map((host, index) => [host, `port${index + 1}`]));
  }

  static async open(plans: readonly HostPlan[]): Promise<Lan> {
    const directory = mkdtempSync(join(tmpdir(), "keepalived-lab-"));
    const hosts = plans.map((plan, index) => {
      const own = join(directory, plan.name);
      mkdirSync(own);
      return new Host({ mac: macAddress(index + 1), ...plan }, own);
    });
    const network = await Namespace.open("switch", join(directory, "switch"));
    const lan = new Lan(directory, network, hosts);
    try {
      await lan.#ip([
        `link add ${BRIDGE} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
        `link set ${BRIDGE} up`,
      ]);
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
    const port = this.#port(host);
    const { pid } = host.machine;
    await this.#ip([
      `link add ${port} type veth peer name ${INTERFACE} address ${host.mac} netns ${pid}`,
      `link set ${port} master ${BRIDGE}`,
      `link set ${port} up`,
    ]);
    const addresses = host.addresses.map((address) => `addr add ${address} dev ${INTERFACE}`);
    await host.must(["ip", "-batch", "-"], {
      input: [`link set ${INTERFACE} up`, ...addresses, ""].join("\n"),
    });
  }

  /** A power cut: every process of the host stops at one instant, and its cable goes dead. */
  async powerOff(host: Host): Promise<void> {
    await host.powerOff();
    // The kernel takes the pair down with the namespace, but in its own time.
    await this.#ip([`link del ${this.#port(host)}`]).catch(() => undefined);
  }

  /** Pulls the cable of a running host, or puts it back: its carrier goes and comes. */
  async cable(host: Host, isPlugged: boolean): Promise<void> {
    await this.#ip([`link set ${this.#port(host)} ${isPlugged ? "up" : "down"}`]);
  }

  /** The host behind a MAC address, as the bridge has learned it. */
  async hostBehind(mac: string): Promise<Host | undefined> {
    const table = await must(
      this.#network.enterNetwork(["bridge", "fdb", "show", "br", BRIDGE, "dynamic"]),
    );
    const line = table.split("\n").find((entry) => entry.startsWith(`${mac} `));
    const port = /dev (\S+)/.exec(line ?? "")?.[1];
    return this.hosts.find((host) => this.#ports.get(host) === port);
  }

  /** Records what passes the bridge; `filter` is in tcpdump's language. */
  async observe(filter = "ip proto 112 or ip6 proto 112 or arp or icmp6"): Promise<Observer> {
    const file = join(this.directory, `capture-${this.#observers.length + 1}.pcap`);
    const observer = await Observer.open(this.#network, { device: BRIDGE, filter, file });
    this.#observers.push(observer);
    return observer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#observers.map((observer) => observer.stop()));
    await Promise.all(this.hosts.map((host) => host.powerOff()));
    await this.#network.powerOff();
    if (process.env["KEEP_LAB"] === undefined) {
      rmSync(this.directory, { recursive: true, force: true });
    }
  }

  #port(host: Host): string {
    const port = this.#ports.get(host);
    if (port === undefined) throw new Error(`${host.name} is not plugged into this switch`);
    return port;
  }

  async #ip(lines: readonly string[]): Promise<void> {
    await must(["nsenter", "-t", String(this.#network.pid), "-n", "--", "ip", "-batch", "-"], {
      input: [...lines, ""].join("\n"),
    });
  }
}

function macAddress(index: number): string {
  return `02:00:00:00:00:${index.toString(16).padStart(2, "0")}`;
}
