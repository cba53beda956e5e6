/**
 * A reload of a thousand instances of which one has another priority: when that shows on the wire,
 * and what it costs beyond the ordinary.
 */
import { Lan } from "../test/lab/lan.ts";
import { sleep, waitFor } from "../test/lab/wait.ts";
import type { Contest, Measurement } from "./contest.ts";
import { daemonOn, sweep } from "./daemons.ts";
import { interfacesFor, manyInstances, virtualAddress } from "./instance-files.ts";
import { cpuMs } from "./usage.ts";

const INSTANCES = 1_000;
const SETTLE_MS = 12_000;
const WINDOW_MS = 3_000;
/** The first instance becomes an owner no more. */
const OLD_PRIORITY = 255;
const NEW_PRIORITY = 250;

export async function playReloads(contest: Contest, rounds: number): Promise<void> {
  if (rounds === 0) return;
  await using lan = await Lan.open([{ name: "lb01", addresses: ["10.0.0.7/24"] }], {
    segments: interfacesFor(INSTANCES),
  });
  const observer = await lan.observe("ip proto 112");
  const before = manyInstances(INSTANCES, OLD_PRIORITY);
  const after = before.replace(`priority ${OLD_PRIORITY}`, `priority ${NEW_PRIORITY}`);
  await contest.play(`reload of ${INSTANCES} instances`, rounds, async (contestant) => {
    const daemon = daemonOn(lan.host("lb01"), contestant, before);
    try {
      daemon.start();
      await waitFor("all instances to be master", 60_000, () =>
        daemon.host.holds(virtualAddress(INSTANCES - 1)),
      );
      await sleep(SETTLE_MS);
      const usual = await used(() => cpuMs(daemon));
      daemon.configure(after);
      observer.forget();
      const startedAt = Date.now();
      const reloading = used(() => cpuMs(daemon));
      daemon.signal("SIGHUP");
      const advert = await observer.waitForAdvert(
        "with the new priority",
        15_000,
        ({ priority }) => priority === NEW_PRIORITY,
      );
      const cost = (await reloading) - usual;
      return [measured("until it shows", advert.at - startedAt), measured("CPU", cost)];
    } finally {
      await sweep(daemon);
    }
  });
}

async function used(measure: () => number): Promise<number> {
  const before = measure();
  await sleep(WINDOW_MS);
  return measure() - before;
}

const measured = (what: string, value: number): Measurement => ({
  name: `reload of ${INSTANCES} instances, one changed: ${what}`,
  unit: "ms",
  value,
});
