/**
 * `make bench`: this daemon and Debian's keepalived side by side in one run, in network namespaces.
 *
 *   tsx bench/bench.ts            everything, less than 22 minutes
 *   tsx bench/bench.ts --quick    a part of it, less than 3 minutes
 *   tsx bench/bench.ts --markdown   the tables as docs/benchmarks.md has them
 *   tsx bench/bench.ts --check    keepalived against itself: the ratios have to be near 1
 *   tsx bench/bench.ts --only start,check,failover,takeover,load,reload,trackers,leases,vmac,memory,frr
 *
 * start: to the first advert; check: `-t` of large files, its time and memory; failover: a master
 * that crashes or stops; takeover: of many addresses; load: CPU and memory of being there; reload: of a thousand
 * instances; trackers: scripts, files, processes; leases: of many addresses, and a busy segment; vmac: virtual MACs;
 * memory: with 1, 100 and 1,000 instances;
 * frr: failovers beside those of FRRouting's vrrpd, when it is installed.
 */
import { existsSync, readFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { run } from "../test/lab/command.ts";
import { daemonProgram } from "../test/lab/keepalived.ts";
import { FRR_VRRPD } from "../test/lab/frr.ts";
import { Lan } from "../test/lab/lan.ts";
import { privilege } from "../test/lab/privilege.ts";
import { complaint } from "../test/lab/requirements.ts";
import { playChecks } from "./check.ts";
import { Contest } from "./contest.ts";
import { playFailovers } from "./failover.ts";
import { playLeases } from "./leases.ts";
import { playLoads } from "./load.ts";
import { playMemory } from "./memory.ts";
import { playReloads } from "./reload.ts";
import { playStarts } from "./startup.ts";
import { playTakeovers } from "./takeover.ts";
import { renderMarkdown, renderText, tableOf } from "./table.ts";
import { playTrackers } from "./trackers.ts";
import { playVmacs } from "./vmac.ts";

const HOSTS = [
  { name: "lb01", addresses: ["10.0.0.7/24"] },
  { name: "lb02", addresses: ["10.0.0.8/24"] },
] as const;

const FULL_LIMIT_MS = 20 * 60_000;
const QUICK_LIMIT_MS = 150_000;
/** Whatever hangs, the run ends. */
const LAST_RESORT_MS = 90_000;

interface Plan {
  readonly limitMs: number;
  readonly failover: (intervalMs: number) => number;
  readonly takeover: (addresses: number) => number;
  readonly load: (instances: number) => number;
  readonly loadWindowMs: number;
  readonly start: number;
  readonly check: number;
  readonly reload: number;
  readonly trackers: number;
  readonly leases: number;
  readonly vmac: number;
  readonly memory: number;
  readonly frr: (intervalMs: number) => number;
}

const FULL: Plan = {
  limitMs: FULL_LIMIT_MS,
  failover: (intervalMs) => (intervalMs === 1_000 ? 4 : 7),
  takeover: (addresses) => (addresses > 100 ? 5 : 4),
  load: () => 3,
  loadWindowMs: 10_000,
  start: 8,
  check: 11,
  reload: 3,
  trackers: 2,
  leases: 2,
  vmac: 2,
  memory: 1,
  frr: () => 4,
};

const QUICK: Plan = {
  limitMs: QUICK_LIMIT_MS,
  failover: (intervalMs) => (intervalMs === 1_000 ? 1 : 2),
  takeover: (addresses) => (addresses === 1 || addresses === 1_000 ? 2 : 0),
  load: (instances) => (instances === 1 ? 0 : 1),
  loadWindowMs: 5_000,
  start: 3,
  check: 5,
  reload: 1,
  trackers: 0,
  leases: 0,
  vmac: 0,
  memory: 0,
  frr: () => 0,
};

const PARTS = [
  "start",
  "check",
  "failover",
  "takeover",
  "load",
  "reload",
  "trackers",
  "leases",
  "vmac",
  "memory",
  "frr",
] as const;

async function main(words: readonly string[]): Promise<number> {
  const obstacle = whyNot();
  if (obstacle !== undefined) {
    console.error(obstacle);
    return 2;
  }
  const plan = words.includes("--quick") ? QUICK : FULL;
  const isCheck = words.includes("--check");
  const only = words.includes("--only")
    ? words[words.indexOf("--only") + 1]?.split(",")
    : undefined;
  const parts = PARTS.filter((part) => only?.includes(part) ?? true);
  const contest = new Contest(isCheck ? ["again", "real"] : ["ours", "real"], plan.limitMs, say);
  const withFrr = new Contest(["ours", "frr"], plan.limitMs, say);
  setTimeout(() => {
    console.error("The run hangs and is ended.");
    process.exit(1);
  }, plan.limitMs + LAST_RESORT_MS).unref();

  console.log(await circumstances());
  await play(contest, plan, parts);
  const titles = [isCheck ? "keepalived (again)" : "keepalived-ts", "keepalived"] as const;
  const print = (finished: Contest, names: readonly [string, string]): void => {
    if (finished.rows.size === 0) return;
    const table = tableOf(finished.rows.values(), names);
    const render = words.includes("--markdown") ? renderMarkdown : renderText;
    console.log(`\n${render(table)}\n`);
  };
  print(contest, titles);
  if (parts.includes("frr") && !isCheck) await playFrr(withFrr, plan);
  print(withFrr, ["keepalived-ts", "FRRouting"]);
  console.log(
    "Medians with their range; ratios of paired trials, below 1 is in favour of the left.",
  );
  for (const text of [...contest.skipped, ...withFrr.skipped]) console.log(`left out: ${text}`);
  return contest.rows.size + withFrr.rows.size > 0 ? 0 : 1;
}

async function play(contest: Contest, plan: Plan, parts: readonly string[]): Promise<void> {
  await using lan = await Lan.open(HOSTS);
  const observer = await lan.observe("ip proto 112 or arp");
  if (parts.includes("start")) await playStarts(contest, lan, observer, plan.start);
  if (parts.includes("check")) await playChecks(contest, lan, plan.check);
  if (parts.includes("failover")) await playFailovers(contest, lan, observer, plan.failover);
  if (parts.includes("takeover")) await playTakeovers(contest, lan, observer, plan.takeover);
  const windowMs = plan.loadWindowMs;
  if (parts.includes("reload")) await playReloads(contest, plan.reload);
  if (parts.includes("trackers")) {
    await playTrackers(contest, lan, { rounds: plan.trackers, windowMs });
  }
  if (parts.includes("leases")) await playLeases(contest, lan, { rounds: plan.leases, windowMs });
  if (parts.includes("vmac")) await playVmacs(contest, lan, { rounds: plan.vmac, windowMs });
  if (parts.includes("memory")) await playMemory(contest, plan.memory);
  if (parts.includes("load")) {
    await playLoads(contest, { rounds: plan.load, windowMs });
  }
}

/** A table of its own: another opponent, and only what both can do. */
async function playFrr(contest: Contest, plan: Plan): Promise<void> {
  if (!existsSync(FRR_VRRPD)) {
    contest.skipped.push("failovers beside FRRouting: apt-get install frr");
    return;
  }
  await using lan = await Lan.open(HOSTS);
  await playFailovers(contest, lan, await lan.observe("ip proto 112 or arp"), plan.frr);
}

function whyNot(): string | undefined {
  if (privilege().kind !== "root") return "The benchmarks need root: please run them with sudo.";
  const lacking = complaint("bench");
  if (lacking !== undefined) return `The benchmarks cannot run: ${lacking}`;
  if (!existsSync(daemonProgram("ours"))) return 'Please run "make build" first.';
  return undefined;
}

async function circumstances(): Promise<string> {
  const version = await run(["/usr/sbin/keepalived", "-v"]);
  const name = /^Keepalived v\S+/.exec(version.stderr)?.[0] ?? "keepalived of unknown version";
  const load = readFileSync("/proc/loadavg", "utf8").split(" ")[0] ?? "";
  const machine = `${cpus().length} CPUs (${cpus()[0]?.model.trim() ?? "unknown"})`;
  return `${name}, Linux ${release()}, Node ${process.version}, ${machine}, load ${load} at the start`;
}

function say(text: string): void {
  if (process.stderr.isTTY || process.env["BENCH_VERBOSE"] !== undefined) console.error(text);
}

process.exitCode = await main(process.argv.slice(2));
