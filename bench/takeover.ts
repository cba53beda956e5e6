/**
 * A take-over of many addresses: from the first advert to the last address on the interface, to
 * every address announced once, and to the end of the first set of announcements. The daemon has
 * been started for the trial: it takes over for the first time, with nothing warm.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { sleep, waitFor } from "../test/lab/wait.ts";
import type { Host } from "../test/lab/host.ts";
import type { Lan } from "../test/lab/lan.ts";
import { PROJECT_DIRECTORY } from "../test/lab/namespace.ts";
import type { Observer } from "../test/lab/observer.ts";
import type { Contest, Contestant, Measurement } from "./contest.ts";
import { daemonOn, sweep } from "./daemons.ts";
import { oneInstance, virtualAddress } from "./instance-files.ts";

export const ADDRESS_COUNTS = [1, 100, 1_000, 3_000] as const;

/** Announcements of one set follow each other; the next set comes after garp_master_delay, 5 s. */
const SET_GAP_MS = 1_000;

export async function playTakeovers(
  contest: Contest,
  lan: Lan,
  observer: Observer,
  rounds: (addresses: number) => number,
): Promise<void> {
  for (const count of ADDRESS_COUNTS) {
    if (rounds(count) === 0) continue;
    await contest.play(`take-over of ${count} addresses`, rounds(count), (contestant) =>
      takeOver(lan, observer, count, contestant),
    );
  }
}

async function takeOver(
  lan: Lan,
  observer: Observer,
  count: number,
  contestant: Contestant,
): Promise<readonly Measurement[]> {
  const host = lan.host("lb01");
  const plan = { priority: 150, intervalMs: 1_000, addresses: count };
  const daemon = daemonOn(host, contestant, oneInstance(plan));
  const watch = await AddressWatch.open(host);
  observer.forget();
  try {
    daemon.start();
    await waitFor("the last address", 20_000, () => host.holds(virtualAddress(count - 1)));
    await sleep(SET_GAP_MS + count / 3);
    const addresses = await watch.stop();
    const advert = observer.adverts()[0];
    if (advert === undefined) throw new Error("no advert was seen");
    const times = announcementTimes(observer, advert.at);
    if (times.addresses !== count) {
      throw new Error(`${times.addresses} of ${count} addresses were announced`);
    }
    return [
      row(count, "last address present", addresses.lastAt - advert.at),
      row(count, "all announced once", times.onceAt - advert.at),
      row(count, "first set of announcements out", times.setAt - advert.at),
    ];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}; its log ends with\n${daemon.log.tail(6)}`);
  } finally {
    await watch.stop();
    await sweep(daemon);
  }
}

function row(count: number, what: string, value: number): Measurement {
  return { name: `take-over, ${count} addresses: ${what}`, unit: "ms", value };
}

interface AnnouncementTimes {
  readonly addresses: number;
  readonly onceAt: number;
  readonly setAt: number;
}

function announcementTimes(observer: Observer, since: number): AnnouncementTimes {
  const first = new Map<string, number>();
  let setAt = since;
  for (const arp of observer.arps((one) => one.isGratuitous && one.at >= since)) {
    if (arp.at - setAt > SET_GAP_MS) break;
    setAt = arp.at;
    if (!first.has(arp.sender)) first.set(arp.sender, arp.at);
  }
  return { addresses: first.size, onceAt: Math.max(since, ...first.values()), setAt };
}

interface AddressTimes {
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** A netlink listener inside a host. */
class AddressWatch {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #result: AddressTimes | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout === null) throw new Error("the address watch has no output");
    createInterface(child.stdout).on("line", (line) => this.#lines.push(line));
  }

  static async open(host: Host): Promise<AddressWatch> {
    const tsx = join(PROJECT_DIRECTORY, "node_modules", "tsx", "dist", "loader.mjs");
    const main = join(PROJECT_DIRECTORY, "bench", "address-watch-main.ts");
    const [program = "", ...args] = host.machine.enter([process.execPath, "--import", tsx, main]);
    const child = spawn(program, args, { detached: true, stdio: ["pipe", "pipe", "inherit"] });
    const watch = new AddressWatch(child);
    await waitFor("the address watch", 10_000, () => watch.#lines.includes("ready"));
    return watch;
  }

  async stop(): Promise<AddressTimes> {
    if (this.#result === undefined) {
      this.#child.stdin?.end();
      const line = await waitFor("the address times", 10_000, () =>
        this.#lines.find((one) => one.startsWith("{")),
      );
      this.#result = JSON.parse(line) as AddressTimes;
    }
    return this.#result;
  }
}
