/**
 * The two load balancers, the web servers on them and the client of the demo, with what a
 * spectator can see of each at any moment.
 */
import { HttpClient } from "../test/lab/client.ts";
import type { Host } from "../test/lab/host.ts";
import { Keepalived, type DaemonKind } from "../test/lab/keepalived.ts";
import { Lan } from "../test/lab/lan.ts";
import { installWebServer, repairWebServer, type WebServerName } from "../test/lab/web.ts";
import { waitFor } from "../test/lab/wait.ts";

export const VIRTUAL_ADDRESS = "10.0.0.3";

/** Four requests in a tenth of a second are enough to see an outage to a fortieth. */
const REQUEST_INTERVAL_MS = 25;

export interface Files {
  readonly first: string;
  readonly second: string;
  /** A check script on lb01. */
  readonly script?: { readonly path: string; readonly text: string };
}

/** What a spectator sees of one load balancer. */
export interface HostView {
  readonly name: string;
  readonly address: string;
  readonly isOn: boolean;
  readonly holdsAddress: boolean;
  /** From its daemon's own log: MASTER, BACKUP, FAULT; undefined when no daemon runs. */
  readonly state: string | undefined;
  readonly webProcesses: number;
}

export class Stage implements AsyncDisposable {
  readonly lan: Lan;
  readonly lb01: Host;
  readonly lb02: Host;
  readonly first: Keepalived;
  readonly second: Keepalived;
  readonly web: HttpClient;
  readonly webServer: WebServerName;

  constructor(lan: Lan, kind: DaemonKind, webServer: WebServerName) {
    this.lan = lan;
    this.webServer = webServer;
    this.lb01 = lan.host("lb01");
    this.lb02 = lan.host("lb02");
    this.first = new Keepalived(this.lb01, { kind, config: "" });
    this.second = new Keepalived(this.lb02, { kind, config: "" });
    this.web = new HttpClient(lan.host("client"), {
      url: `http://${VIRTUAL_ADDRESS}/`,
      intervalMs: REQUEST_INTERVAL_MS,
    });
  }

  static async open(kind: DaemonKind, webServer: WebServerName): Promise<Stage> {
    const lan = await Lan.open([
      { name: "lb01", addresses: ["10.0.0.7/24"] },
      { name: "lb02", addresses: ["10.0.0.8/24"] },
      { name: "client", addresses: ["10.0.0.100/24"] },
    ]);
    const stage = new Stage(lan, kind, webServer);
    for (const host of [stage.lb01, stage.lb02]) installWebServer(host, webServer);
    return stage;
  }

  get daemons(): readonly [Keepalived, Keepalived] {
    return [this.first, this.second];
  }

  /** Both hosts up with a working web server and freshly started daemons. */
  async begin(files: Files): Promise<void> {
    await Promise.all(this.daemons.map((daemon) => this.#prepare(daemon)));
    if (files.script !== undefined) {
      this.lb01.writeFile(files.script.path, files.script.text, 0o755);
    }
    this.first.configure(files.first);
    this.second.configure(files.second);
    // lb01's wait begins first, so that under nopreempt too it is the first master. With a check
    // script it says nothing before the first result, which is no reason to wait here.
    if (files.script === undefined) await this.first.startAndWait();
    else this.first.start();
    this.second.start();
  }

  async startWeb(host: Host): Promise<void> {
    await host.must(["systemctl", "start", this.webServer]);
  }

  async killWeb(host: Host): Promise<void> {
    await host.must(["killall", this.webServer]);
  }

  /** lb01 comes back from a power cut with everything a boot starts. */
  async bootFirst(): Promise<void> {
    await this.lan.powerOn(this.lb01);
    await this.startWeb(this.lb01);
    this.first.start();
  }

  async waitForHolder(holder: Host, timeoutMs: number): Promise<void> {
    const other = holder === this.lb01 ? this.lb02 : this.lb01;
    await waitFor(
      `${VIRTUAL_ADDRESS} on ${holder.name} alone`,
      timeoutMs,
      () => holder.holds(VIRTUAL_ADDRESS) && !other.holds(VIRTUAL_ADDRESS),
    );
  }

  view(daemon: Keepalived): HostView {
    const { host } = daemon;
    const isRunning = host.isOn && daemon.processes().length > 0;
    const states = [...daemon.log.text().matchAll(/Entering (MASTER|BACKUP|FAULT) STATE/g)];
    return {
      name: host.name,
      address: host.address,
      isOn: host.isOn,
      holdsAddress: host.holds(VIRTUAL_ADDRESS),
      state: isRunning ? states.at(-1)?.[1] : undefined,
      webProcesses: host.isOn ? host.processes(this.webServer).length : 0,
    };
  }

  async #prepare(daemon: Keepalived): Promise<void> {
    if (daemon.host.isOn) await daemon.stop();
    else await this.lan.powerOn(daemon.host);
    repairWebServer(daemon.host, this.webServer);
    await this.startWeb(daemon.host);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.web[Symbol.dispose]();
    await this.lan[Symbol.asyncDispose]();
  }
}
