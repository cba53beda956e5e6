/**
 * What tracking costs: a hundred check scripts a second, as root and as another user, and a thousand
 * files or processes that change. Scripts are counted with the programs they run.
 */
import type { Host } from "../test/lab/host.ts";
import type { Lan } from "../test/lab/lan.ts";
import { sleep, waitFor } from "../test/lab/wait.ts";
import type { Contest, Contestant, Measurement } from "./contest.ts";
import { daemonOn, sweep } from "./daemons.ts";
import { virtualAddress } from "./instance-files.ts";
import { cpuMs, cpuMsWithChildren, cpuShare } from "./usage.ts";

const SCRIPTS = 100;
const OBJECTS = 1_000;
const SETTLE_MS = 8_000;
/** How long the thousand files are written to, and processes come and go. */
const CHANGES_MS = 5_000;

interface Scene {
  readonly name: string;
  readonly config: string;
  readonly prepare: (host: Host) => Promise<void>;
  /** Makes changes for about `CHANGES_MS`. */
  readonly disturb: ((host: Host) => Promise<unknown>) | undefined;
  readonly measure: typeof cpuMs;
}

export async function playTrackers(
  contest: Contest,
  lan: Lan,
  options: { readonly rounds: number; readonly windowMs: number },
): Promise<void> {
  if (options.rounds === 0) return;
  for (const scene of [scripts("root"), scripts("nobody"), files(), processes()]) {
    await contest.play(scene.name, options.rounds, (contestant) =>
      trial(lan.host("lb01"), scene, options.windowMs, contestant),
    );
  }
}

async function trial(
  host: Host,
  scene: Scene,
  windowMs: number,
  contestant: Contestant,
): Promise<readonly Measurement[]> {
  await scene.prepare(host);
  const daemon = daemonOn(host, contestant, scene.config);
  try {
    daemon.start();
    await waitFor("the master", 30_000, () => host.holds(virtualAddress(0)));
    await sleep(SETTLE_MS);
    const share = cpuShare(
      daemon,
      scene.disturb === undefined ? windowMs : CHANGES_MS,
      scene.measure,
    );
    const [value] = await Promise.all([share, scene.disturb?.(host)]);
    return [{ name: `${scene.name}: CPU`, unit: "%", value }];
  } finally {
    await sweep(daemon);
  }
}

function scripts(user: string): Scene {
  const names = Array.from({ length: SCRIPTS }, (_, index) => `check${index}`);
  return {
    name: `${SCRIPTS} scripts at 1 s as ${user}`,
    config: `global_defs {
    script_user ${user}
    enable_script_security
}
${names.map((name) => `vrrp_script ${name} {\n    script "/usr/bin/true"\n    interval 1\n}\n`).join("")}
${instance("track_script", names)}`,
    prepare: () => Promise.resolve(),
    disturb: undefined,
    measure: cpuMsWithChildren,
  };
}

function files(): Scene {
  const names = Array.from({ length: OBJECTS }, (_, index) => `f${index}`);
  return {
    name: `${OBJECTS} tracked files, each written once in 5 s`,
    config: `${names.map((name) => `vrrp_track_file ${name} {\n    file /root/tracked/${name}\n    weight 1\n}\n`).join("")}
${instance("track_file", names)}`,
    prepare: async (host) => {
      await host.sh(
        `mkdir -p /root/tracked && cd /root/tracked && for i in $(seq 0 ${OBJECTS - 1}); do echo 0 >f$i; done`,
      );
    },
    disturb: (host) =>
      host.sh(
        `cd /root/tracked && for i in $(seq 0 ${OBJECTS - 1}); do echo 0 >f$i; [ $((i % 20)) = 0 ] && sleep 0.08; done; exit 0`,
      ),
    measure: cpuMs,
  };
}

function processes(): Scene {
  const names = Array.from({ length: OBJECTS }, (_, index) => `p${index}`);
  return {
    name: `${OBJECTS} tracked processes, 100 others a second come and go`,
    // Weighted by nothing that matters: the instance stays master whatever runs.
    config: `${names.map((name) => `vrrp_track_process ${name} {\n    process ${name}\n    weight 1\n}\n`).join("")}
${instance("track_process", names)}`,
    prepare: () => Promise.resolve(),
    disturb: (host) => host.sh("for i in $(seq 500); do /usr/bin/true; sleep 0.008; done; exit 0"),
    measure: cpuMs,
  };
}

function instance(block: string, names: readonly string[]): string {
  return `vrrp_instance V {
    state MASTER
    interface eth0
    virtual_router_id 50
    priority 255
    version 3
    advert_int 1
    virtual_ipaddress {
        ${virtualAddress(0)}/32
    }
    ${block} {
${names.map((name) => `        ${name}`).join("\n")}
    }
}
`;
}
