/**
 * The scene of most judges: two load balancers, a client, a witness on the bridge. A failing judge
 * quotes both daemons' logs and the adverts that passed.
 */
import { test } from "node:test";
import { HttpClient, type ClientOptions } from "../lab/client.ts";
import type { Host } from "../lab/host.ts";
import { Keepalived, type DaemonKind } from "../lab/keepalived.ts";
import { Lan } from "../lab/lan.ts";
import type { Observer } from "../lab/observer.ts";
import { waitFor } from "../lab/wait.ts";
import { programsOf, requireBuilt, skipUnless } from "./gate.ts";

export const VIRTUAL_ADDRESS = "10.0.0.3";

export interface Side {
  readonly kind: DaemonKind;
  readonly config: string;
}

export interface PairOptions {
  /** lb01 and lb02. */
  readonly sides: readonly [Side, Side];
  /** Programs the judge needs beyond the lab's own. */
  readonly needs?: readonly string[];
  readonly timeoutMs?: number;
  /** Start both daemons before the body runs; they start when the judge says so otherwise. */
  readonly start?: boolean;
}

export class Pair implements AsyncDisposable {
  readonly lan: Lan;
  readonly lb01: Host;
  readonly lb02: Host;
  readonly client: Host;
  readonly first: Keepalived;
  readonly second: Keepalived;
  readonly observer: Observer;
  #web: HttpClient | undefined;

  constructor(lan: Lan, observer: Observer, sides: readonly [Side, Side]) {
    this.lan = lan;
    this.observer = observer;
    this.lb01 = lan.host("lb01");
    this.lb02 = lan.host("lb02");
    this.client = lan.host("client");
    this.first = new Keepalived(this.lb01, sides[0]);
    this.second = new Keepalived(this.lb02, sides[1]);
  }

  static async open(sides: readonly [Side, Side]): Promise<Pair> {
    const lan = await Lan.open([
      { name: "lb01", addresses: ["10.0.0.7/24", "fd00::7/64"] },
      { name: "lb02", addresses: ["10.0.0.8/24", "fd00::8/64"] },
      { name: "client", addresses: ["10.0.0.100/24", "fd00::100/64"] },
    ]);
    return new Pair(lan, await lan.observe(), sides);
  }

  daemon(host: Host): Keepalived {
    return host === this.lb01 ? this.first : this.second;
  }

  /** Waits until `holder` alone has the address. */
  async waitForHolder(
    holder: Host,
    timeoutMs: number,
    address: string = VIRTUAL_ADDRESS,
  ): Promise<void> {
    const other = holder === this.lb01 ? this.lb02 : this.lb01;
    await waitFor(
      `${holder.name} alone to hold ${address}`,
      timeoutMs,
      () => holder.holds(address) && !other.holds(address),
    );
  }

  /** Waits until both daemons listen to signals: those sent during the start are ignored. */
  async waitForStart(): Promise<void> {
    for (const daemon of [this.first, this.second]) {
      await daemon.log.waitFor(/Startup complete/, 10_000);
    }
  }

  async waitForBoth(timeoutMs: number, address: string = VIRTUAL_ADDRESS): Promise<void> {
    await waitFor(
      `both to hold ${address}`,
      timeoutMs,
      () => this.lb01.holds(address) && this.lb02.holds(address),
    );
  }

  /** The client starts asking; once a scene. */
  browse(options: Partial<ClientOptions> = {}): HttpClient {
    this.#web = new HttpClient(this.client, { url: `http://${VIRTUAL_ADDRESS}/`, ...options });
    return this.#web;
  }

  /** The MAC address the client would send packets for `address` to. */
  async macSeenByClient(address: string = VIRTUAL_ADDRESS): Promise<string | undefined> {
    const text = await this.client.must(["ip", "neigh", "show", "to", address]);
    return /lladdr (\S+)/.exec(text)?.[1];
  }

  story(): string {
    const adverts = this.observer.adverts().slice(-12);
    const start = this.observer.frames[0]?.at ?? 0;
    return [
      "last adverts on the wire:",
      ...adverts.map(
        (one) =>
          `  ${((one.at - start) / 1000).toFixed(3)} ${one.source} -> ${one.destination} ` +
          `v${one.version} vrid ${one.vrid} priority ${one.priority}`,
      ),
      `log of lb01 (${this.first.kind}):`,
      this.first.log.tail(40),
      `log of lb02 (${this.second.kind}):`,
      this.second.log.tail(40),
    ].join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#web?.[Symbol.dispose]();
    await this.lan[Symbol.asyncDispose]();
  }
}

const DEFAULT_TIMEOUT_MS = 90_000;

/** Registers a judge that plays on a pair. */
export function pairTest(
  name: string,
  options: PairOptions,
  body: (pair: Pair) => Promise<void>,
): void {
  const kinds = options.sides.map((side) => side.kind);
  const skip = skipUnless(...programsOf(kinds), ...(options.needs ?? []));
  test(name, { skip, timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS }, async () => {
    requireBuilt(kinds);
    await using pair = await Pair.open(options.sides);
    try {
      if (options.start !== false) {
        pair.first.start();
        pair.second.start();
      }
      await body(pair);
    } catch (error) {
      if (error instanceof Error) error.message = `${error.message}\n${pair.story()}`;
      throw error;
    }
  });
}
