/**
 * From the start of the program to its first advert, with priority 255; and the time a
 * configuration test of a large file takes.
 */
import { must } from "../test/lab/command.ts";
import { daemonProgram } from "../test/lab/keepalived.ts";
import type { Lan } from "../test/lab/lan.ts";
import type { Observer } from "../test/lab/observer.ts";
import type { Contest, Contestant, Measurement } from "./contest.ts";
import { daemonOn, kindOf, sweep } from "./daemons.ts";
import { manyInstances, oneInstance } from "./instance-files.ts";

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
  await contest.play("configuration test", rounds, (contestant) => test(lan, contestant));
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

const FILES = [
  {
    what: "250 instances of 100 addresses",
    text: manyInstances(250, 100, 100),
    path: "/root/a.conf",
  },
  { what: "an empty file", text: "", path: "/root/b.conf" },
] as const;

async function test(lan: Lan, contestant: Contestant): Promise<readonly Measurement[]> {
  const host = lan.host("lb01");
  const found: Measurement[] = [];
  for (const { what, text, path } of FILES) {
    host.writeFile(path, text);
    const program = daemonProgram(kindOf(contestant));
    // Timed inside, so that entering the host is not part of it.
    const script = `start=$EPOCHREALTIME; "$@" >/run/lab/test.log 2>&1; code=$?; end=$EPOCHREALTIME
      echo "$code $(( \${end/./} - \${start/./} ))"`;
    const output = await must(
      host.machine.enter(["bash", "-c", script, "bash", program, "-t", "-f", path]),
      { env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" } },
    );
    const [code, microseconds] = output.trim().split(" ").map(Number);
    if (code !== 0) throw new Error(`-t of ${what} ended with ${code}`);
    found.push({ name: `-t of ${what}`, unit: "ms", value: (microseconds ?? NaN) / 1000 });
  }
  return found;
}
