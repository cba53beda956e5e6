/** From the start of the program to its first advert, with priority 255. */
import type { Lan } from "../test/lab/lan.ts";
import type { Observer } from "../test/lab/observer.ts";
import type { Contest, Contestant, Measurement } from "./contest.ts";
import { daemonOn, sweep } from "./daemons.ts";
import { oneInstance } from "./instance-files.ts";

/** Writes the time at the moment bash turns into the daemon. */
const STAMPED = 'printf %s "$EPOCHREALTIME" >/run/lab/started; exec "$@"';

export async function playStarts(
  contest: Contest,
  lan: Lan,
  observer: Observer,
  rounds: number,
): Promise<void> {
  await contest.play("start to first advert", rounds, (contestant) =>
    start(lan, observer, contestant),
  );
}

async function start(
  lan: Lan,
  observer: Observer,
  contestant: Contestant,
): Promise<readonly Measurement[]> {
  const host = lan.host("lb01");
  const plan = { priority: 255, intervalMs: 1_000, addresses: 1 };
  const daemon = daemonOn(host, contestant, oneInstance(plan));
  observer.forget();
  daemon.start(["bash", "-c", STAMPED, "bash"]);
  try {
    const advert = await observer.waitForAdvert("of its own", 15_000, () => true);
    const startedAt = Number(host.readFile("/run/lab/started").replace(",", ".")) * 1000;
    return [{ name: "start to first advert", unit: "ms", value: advert.at - startedAt }];
  } finally {
    await sweep(daemon);
  }
}
