/**
 * How long after the protocol's own bound a backup takes over: when the master is killed between
 * two instructions, and when it is stopped. Each trial starts both hosts afresh, so that the backup
 * takes over for the first time in its life.
 */
import { sleep, waitFor } from "../test/lab/wait.ts";
import type { Lan } from "../test/lab/lan.ts";
import type { Observer } from "../test/lab/observer.ts";
import type { Advert } from "../test/lab/packets.ts";
import type { Contest, Contestant, Measurement } from "./contest.ts";
import { routerOn, type Router } from "./routers.ts";

export const INTERVALS_MS = [1_000, 100, 10] as const;

const MASTER_PRIORITY = 200;
const BACKUP_PRIORITY = 100;
/** The time a backup listens before it is put to the test. */
const REST_MS = 1_200;

export async function playFailovers(
  contest: Contest,
  lan: Lan,
  observer: Observer,
  rounds: (intervalMs: number) => number,
): Promise<void> {
  for (const intervalMs of INTERVALS_MS) {
    const scene = { lan, observer, intervalMs };
    await contest.play(`crash at ${label(intervalMs)}`, rounds(intervalMs), (contestant) =>
      trial(scene, contestant, crash),
    );
    await contest.play(`graceful stop at ${label(intervalMs)}`, rounds(intervalMs), (contestant) =>
      trial(scene, contestant, stop),
    );
  }
}

interface Scene {
  readonly lan: Lan;
  readonly observer: Observer;
  readonly intervalMs: number;
}

interface Cast extends Scene {
  readonly master: Router;
  readonly backup: Router;
}

async function trial(
  scene: Scene,
  contestant: Contestant,
  act: (cast: Cast) => Promise<readonly Measurement[]>,
): Promise<readonly Measurement[]> {
  const { lan, intervalMs, observer } = scene;
  const of = (name: string, priority: number): Router =>
    routerOn(lan.host(name), contestant, { intervalMs, priority });
  const master = of("lb01", MASTER_PRIORITY);
  const backup = of("lb02", BACKUP_PRIORITY);
  observer.forget();
  try {
    await master.start();
    await observer.waitForAdvert(
      "of the master",
      15_000,
      (one) => one.source === master.host.address,
    );
    await backup.start();
    await sleep(REST_MS + Math.random() * intervalMs);
    return await act({ ...scene, master, backup });
  } finally {
    await master.sweep();
    await backup.sweep();
  }
}

async function crash(cast: Cast): Promise<readonly Measurement[]> {
  const { master, intervalMs } = cast;
  master.kill();
  await sleep(20);
  const last = adverts(cast, master).at(-1);
  if (last === undefined) throw new Error("the master sent nothing");
  const taken = await takeover(cast, last.at);
  const bound = 3 * intervalMs + skewMs(intervalMs);
  return [
    ms(
      `crash, ${label(intervalMs)}: first advert beyond the bound`,
      taken.advertAt - last.at - bound,
    ),
    ms(
      `crash, ${label(intervalMs)}: first gratuitous ARP beyond it`,
      taken.arpAt - last.at - bound,
    ),
  ];
}

async function stop(cast: Cast): Promise<readonly Measurement[]> {
  const { master, intervalMs } = cast;
  const signalledAt = master.terminate();
  const resignation = await waitFor("priority 0", 5_000, () =>
    adverts(cast, master).find((one) => one.priority === 0),
  );
  const taken = await takeover(cast, resignation.at);
  const late = taken.advertAt - resignation.at - skewMs(intervalMs);
  return [
    ms(`stop, ${label(intervalMs)}: SIGTERM to priority 0`, resignation.at - signalledAt),
    ms(`stop, ${label(intervalMs)}: first advert beyond the skew`, late),
  ];
}

async function takeover(
  cast: Cast,
  since: number,
): Promise<{ readonly advertAt: number; readonly arpAt: number }> {
  const { backup, observer } = cast;
  const first = await observer.waitForAdvert(
    "of the backup",
    6_000,
    (one) => one.source === backup.host.address && one.at >= since,
  );
  const arp = await waitFor(
    "its gratuitous ARP",
    3_000,
    () =>
      observer.arps(
        ({ at, isGratuitous, sourceMac }) =>
          at >= since && isGratuitous && backup.macs.includes(sourceMac),
      )[0],
  );
  return { advertAt: first.at, arpAt: arp.at };
}

function adverts(cast: Cast, router: Router): readonly Advert[] {
  return cast.observer.adverts((one) => one.source === router.host.address);
}

function skewMs(intervalMs: number): number {
  return ((256 - BACKUP_PRIORITY) / 256) * intervalMs;
}

function label(intervalMs: number): string {
  return intervalMs >= 1_000 ? `${intervalMs / 1_000} s` : `${intervalMs} ms`;
}

function ms(name: string, value: number): Measurement {
  return { name, unit: "ms", value };
}
