/**
 * The time a configuration test takes from its start to its end, and the memory it needs at most:
 * of a file of 10,000 virtual servers, of one of many addresses, and of an empty one.
 */
import { must } from "../test/lab/command.ts";
import type { Host } from "../test/lab/host.ts";
import { daemonProgram } from "../test/lab/keepalived.ts";
import type { Lan } from "../test/lab/lan.ts";
import type { Contest, Contestant, Measurement } from "./contest.ts";
import { kindOf } from "./daemons.ts";
import { manyInstances } from "./instance-files.ts";
import { manyServers } from "./server-files.ts";

const FILES = [
  { what: "10,000 virtual servers of 2 real servers", text: () => manyServers(10_000) },
  { what: "250 instances of 100 addresses", text: () => manyInstances(250, 100, 100) },
  { what: "an empty file", text: () => "" },
] as const;

const PATH_OF_FILE = "/root/check.conf";

export async function playChecks(contest: Contest, lan: Lan, rounds: number): Promise<void> {
  const host = lan.host("lb01");
  for (const { what, text } of FILES) {
    host.writeFile(PATH_OF_FILE, text());
    await contest.play(`-t of ${what}`, rounds, (contestant) => trial(host, contestant, what));
  }
}

/** Timed inside, so that entering the host is not part of it. */
const TIMED = `start=$EPOCHREALTIME; "$@" >/run/lab/test.log 2>&1; code=$?; end=$EPOCHREALTIME
echo "$code $(( \${end/./} - \${start/./} ))"`;

/** The kernel's own maximum, read again and again until the process is gone: less than 1 ms apart. */
const WATCHED = `"$@" >/run/lab/test.log 2>&1 & status=/proc/$!/status
while text=; read -r -N 4096 -d '' text <$status; [[ $text =~ VmHWM:[[:space:]]*([0-9]+) ]]; do
  peak=\${BASH_REMATCH[1]}
done 2>/dev/null
wait $!; echo "$? $peak"`;

async function trial(
  host: Host,
  contestant: Contestant,
  what: string,
): Promise<readonly Measurement[]> {
  const microseconds = await test(host, contestant, TIMED);
  const kilobytes = await test(host, contestant, WATCHED);
  return [
    { name: `-t of ${what}`, unit: "ms", value: microseconds / 1000 },
    { name: `-t of ${what}: memory (peak)`, unit: "kB", value: kilobytes },
  ];
}

/** Runs a test of the file; `script` prints its exit code and the figure it is about. */
async function test(host: Host, contestant: Contestant, script: string): Promise<number> {
  const program = daemonProgram(kindOf(contestant));
  const output = await must(
    host.machine.enter(["bash", "-c", script, "bash", program, "-t", "-f", PATH_OF_FILE]),
    { env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" } },
  );
  const [code, figure = NaN] = output.trim().split(" ").map(Number);
  if (code !== 0) throw new Error(`the test ended with ${code}`);
  return figure;
}
