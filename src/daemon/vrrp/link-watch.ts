/**
 * What counts of the links: beside netlink's word some are asked each second (linkbeat_interfaces),
 * and some changes must last (interface_up_down_delays). The rest count as netlink tells them.
 */
import { NO_TIME, after, earliest, seconds } from "../../base/units.ts";
import type { Duration, Instant } from "../../base/units.ts";
import type { LinkProbe, NetworkPorts } from "../../sys/ports.ts";
import { PLAIN_LINKS } from "../../track/config.ts";
import type { LinkProbeMethod, LinksConfig } from "../../track/config.ts";
import { followLink, initialLink } from "../../track/link-state.ts";
import type { LinkDelays, LinkTrack } from "../../track/link-state.ts";
import type { NetworkTable } from "./network-table.ts";
import type { TimedWork } from "./timed-work.ts";

/** Time between two questions to one interface. */
export const LINK_PROBE_PERIOD: Duration = seconds(1);
/** Whom to ask where the preferred one does not answer. keepalived.conf(5), linkbeat_interfaces. */
const METHODS: readonly LinkProbeMethod[] = ["mii", "ethtool", "ioctl"];

const AT_ONCE: LinkDelays = { down: NO_TIME, up: NO_TIME };

/** A change that counts from now on, and who told of it. */
export interface LinkFlip {
  readonly name: string;
  readonly up: boolean;
  readonly source: "netlink" | "linkbeat";
}

interface Watched {
  readonly method: LinkProbeMethod | undefined;
  readonly delays: LinkDelays;
  /** The method that answered last, asked alone from then on. */
  answering: LinkProbeMethod | undefined;
  /** Its last answer; true until there is one. */
  beats: boolean;
  track: LinkTrack;
}

export interface LinkWatchParts {
  readonly ports: Pick<NetworkPorts, "clock" | "openLinkProbe">;
  readonly table: NetworkTable;
  /** The longest that a change may be held back; undefined where nobody minds. */
  readonly limit: (interfaceName: string) => Duration | undefined;
  /** Some links count differently from now on. */
  readonly changed: (flips: readonly LinkFlip[]) => void;
}

export class LinkWatch implements TimedWork, Disposable {
  readonly #parts: LinkWatchParts;
  #watched: ReadonlyMap<string, Watched> = new Map();
  #probe: LinkProbe | undefined;
  #probesAt: Instant | undefined;

  constructor(parts: LinkWatchParts) {
    this.#parts = parts;
  }

  /** Goes over to a configuration; links that were watched before keep what counts of them. */
  configure(config: LinksConfig = PLAIN_LINKS): void {
    const before = this.#watched;
    const names = new Set([...config.polled, ...config.delays].map((each) => each.interfaceName));
    this.#watched = new Map(
      [...names].map((name) => {
        const method = config.polled.find((each) => each.interfaceName === name)?.method;
        const delays = config.delays.find((each) => each.interfaceName === name) ?? AT_ONCE;
        const known = before.get(name);
        const track = known?.track ?? initialLink(this.#parts.table.isUp(name));
        const answers = {
          answering: undefined,
          beats: method === undefined || known?.beats !== false,
        };
        return [name, { method, delays, ...answers, track }];
      }),
    );
    const now = this.#parts.ports.clock.now();
    this.#probesAt = config.polled.length === 0 ? undefined : now;
    if (this.#probesAt !== undefined) {
      this.#ask(now);
      // What is found at the start counts at once.
      for (const [name, each] of this.#watched) {
        if (!before.has(name)) each.track = initialLink(this.#isUp(name, each));
      }
    }
    this.settle();
  }

  watches(interfaceName: string): boolean {
    return this.#watched.has(interfaceName);
  }

  get deadline(): Instant | undefined {
    let first = this.#probesAt;
    for (const { track } of this.#watched.values()) first = earliest(first, track.turnsAt);
    return first;
  }

  run(now: Instant): void {
    if ((this.deadline ?? Infinity) > now) return;
    if (this.#probesAt !== undefined && this.#probesAt <= now) this.#ask(now);
    const flips = this.settle();
    if (flips.length > 0) this.#parts.changed(flips);
  }

  /** Has the table show the links as they count. To be called when it has heard something. */
  settle(): readonly LinkFlip[] {
    const now = this.#parts.ports.clock.now();
    const flips: LinkFlip[] = [];
    for (const [name, each] of this.#watched) {
      const before = each.track.up;
      const isUp = this.#isUp(name, each);
      if (isUp === before && each.track.turnsAt === undefined) continue;
      each.track = followLink(each.track, isUp, this.#delaysOf(name, each), now);
      const { up } = each.track;
      const source = each.method === undefined ? "netlink" : "linkbeat";
      if (up !== before) flips.push({ name, up, source });
    }
    this.#parts.table.judge(
      new Map([...this.#watched].map(([name, { track }]) => [name, track.up] as const)),
    );
    return flips;
  }

  [Symbol.dispose](): void {
    this.#probe?.[Symbol.dispose]();
  }

  /** What is gone cannot come back before it is there: that counts at once. */
  #delaysOf(name: string, { delays }: Watched): LinkDelays {
    if (!this.#parts.table.network.has(name)) return AT_ONCE;
    const most = this.#parts.limit(name);
    if (most === undefined) return delays;
    return {
      down: Math.min(delays.down, most) as Duration,
      up: Math.min(delays.up, most) as Duration,
    };
  }

  #isUp(name: string, { beats }: Watched): boolean {
    return beats && this.#parts.table.isUp(name);
  }

  #ask(now: Instant): void {
    this.#probe ??= this.#parts.ports.openLinkProbe();
    for (const [name, each] of this.#watched) {
      if (each.method === undefined || !this.#parts.table.network.has(name)) continue;
      const preferred = each.answering ?? each.method;
      for (const method of [preferred, ...METHODS.filter((other) => other !== preferred)]) {
        const answer = this.#probe.ask(name, method);
        if (answer === "unsupported") continue;
        each.answering = method;
        each.beats = answer === "up";
        break;
      }
    }
    this.#probesAt = after(now, LINK_PROBE_PERIOD);
  }
}
