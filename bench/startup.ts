/**
 * From the start of the program to its first advert, with priority 255: of the bundles run by the
 * machine's Node.js and, when `make single` has made it, of the one executable.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Lan } from "../test/lab/lan.ts";
import { PROJECT_DIRECTORY } from "../test/lab/namespace.ts";
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
  const name = "start to first advert";
  await contest.play(name, rounds, (contestant) => start({ lan, observer, name }, contestant));
  if (!existsSync(ONE_FILE)) {
    contest.skipped.push("the start of the one executable: make single");
    return;
  }
  const scene = { lan, observer, name: `${name}, one executable`, program: ONE_FILE };
  await contest.play(scene.name, rounds, (contestant) => start(scene, contestant));
}

const ONE_FILE = join(PROJECT_DIRECTORY, "dist/single/keepalived");

interface Scene {
  readonly lan: Lan;
  readonly observer: Observer;
  readonly name: string;
  /** Of this project, instead of the usual build. */
  readonly program?: string;
}

async function start(
  { lan, observer, name, program }: Scene,
  contestant: Contestant,
): Promise<readonly Measurement[]> {
  const host = lan.host("lb01");
  const plan = { priority: 255, intervalMs: 1_000, addresses: 1 };
  const daemon = daemonOn(
    host,
    contestant,
    oneInstance(plan),
    contestant === "ours" ? program : undefined,
  );
  observer.forget();
  daemon.start(["bash", "-c", STAMPED, "bash"]);
  try {
    const advert = await observer.waitForAdvert("of its own", 15_000, () => true);
    const startedAt = Number(host.readFile("/run/lab/started").replace(",", ".")) * 1000;
    return [{ name, unit: "ms", value: advert.at - startedAt }];
  } finally {
    await sweep(daemon);
  }
}
