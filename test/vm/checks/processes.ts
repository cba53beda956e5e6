/**
 * Tracked processes in the initial namespaces, where alone the kernel tells of processes by itself:
 * our daemon is a program of the guest, and Debian's runs on a host that a cable leads to.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, copyFileSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { ended, killSession, must } from "../../lab/command.ts";
import type { Host } from "../../lab/host.ts";
import { daemonProgram, Keepalived } from "../../lab/keepalived.ts";
import { Lan } from "../../lab/lan.ts";
import { addressesFromProc } from "../../lab/local-addresses.ts";
import { LogFile } from "../../lab/log-file.ts";
import { sleep, waitFor } from "../../lab/wait.ts";
import { act } from "../checks.ts";
import { instance, ip, SOON_MS } from "./scene.ts";

const DIRECTORY = "/tmp/processes";
const TRACKED = "tracked";
const ADDRESS = "10.50.0.3";
const CABLE = "cable0";
/** Priority 250 waits 6/256 s after a resignation (RFC 3768 §6.1). */
const SKEW_MS = 23;
const NOTICE_MS = 50;
const LOOK_MS = 5;
const ROUNDS = 3;

const configuration = (priority: number, interfaceName: string, tracks: boolean): string =>
  [
    ...(tracks ? ["global_defs {", "    script_user root", "}"] : []),
    ...(tracks ? ["vrrp_track_process it {", `    process ${TRACKED}`, "}"] : []),
    instance({
      ...{ name: "VI", interfaceName, vrid: 40, priority, addresses: [`${ADDRESS}/24`] },
      lines: tracks ? ["track_process {", "    it", "}"] : [],
    }),
  ].join("\n");

class ProcessScene implements AsyncDisposable {
  readonly #lan: Lan;
  readonly peer: Host;
  readonly log = new LogFile(`${DIRECTORY}/keepalived.log`);
  readonly #daemon: ChildProcess;
  readonly #other: Keepalived;
  #tracked: ChildProcess | undefined;

  constructor(lan: Lan) {
    this.#lan = lan;
    this.peer = lan.host("lb02");
    this.runTracked();
    const descriptor = openSync(this.log.path, "a");
    const program = daemonProgram("ours");
    const flags = ["-n", "-l", "-D", "-G", "-f", `${DIRECTORY}/keepalived.conf`];
    this.#daemon = spawn(program, flags, {
      detached: true,
      stdio: ["ignore", descriptor, descriptor],
    });
    closeSync(descriptor);
    this.#other = new Keepalived(this.peer, {
      kind: "real",
      config: configuration(250, CABLE, false),
    });
    this.#other.start();
  }

  static async open(): Promise<ProcessScene> {
    mkdirSync(DIRECTORY, { recursive: true });
    // By a name of its own: other processes of the guest are seen too.
    copyFileSync("/usr/bin/dash", `${DIRECTORY}/${TRACKED}`);
    writeFileSync(`${DIRECTORY}/keepalived.conf`, configuration(254, CABLE, true));
    const lan = await Lan.open([{ name: "lb02", addresses: ["10.0.0.8/24"] }]);
    const peer = lan.host("lb02");
    const netns = String(peer.machine.pid);
    const cable = ["type", "veth", "peer", "name", CABLE, "netns", netns];
    await must(["ip", "link", "add", CABLE, ...cable]);
    await must(["ip", "addr", "add", "10.50.0.7/24", "dev", CABLE]);
    await must(["ip", "link", "set", CABLE, "up"]);
    await ip(peer, [`link set ${CABLE} up`, `addr add 10.50.0.8/24 dev ${CABLE}`]);
    return new ProcessScene(lan);
  }

  runTracked(): void {
    this.#tracked = spawn(`${DIRECTORY}/${TRACKED}`, ["-c", "read line"], {
      stdio: ["pipe", "ignore", "ignore"],
    });
  }

  killTracked(): void {
    this.#tracked?.kill("SIGKILL");
  }

  async moves(isHere: boolean): Promise<void> {
    await waitFor(`the address ${isHere ? "here" : "there"} alone`, SOON_MS, () => {
      const hasIt = addressesFromProc(process.pid).has(ADDRESS);
      return hasIt === isHere && this.peer.holds(ADDRESS) !== isHere;
    });
  }

  story(): string {
    return [
      "log of ours, in the guest itself:",
      this.log.tail(40),
      "log of lb02 (real):",
      this.#other.log.tail(40),
    ].join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    killSession(this.#daemon, "SIGTERM");
    await ended(this.#daemon);
    this.killTracked();
    await this.#lan[Symbol.asyncDispose]();
  }
}

export const PROCESSES = act(
  () => ProcessScene.open(),
  [
    {
      name: "the kernel tells of a tracked process that ends and of one that starts",
      async run(scene) {
        await scene.moves(true);
        assert.equal(scene.log.has(/The kernel tells nothing of processes here/), false);
        const times: number[] = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          const start = performance.now();
          scene.killTracked();
          while (!scene.peer.holds(ADDRESS)) await sleep(LOOK_MS);
          times.push(Math.round(performance.now() - start));
          await scene.moves(false);
          scene.runTracked();
          await scene.moves(true);
        }
        const limit = NOTICE_MS + SKEW_MS + LOOK_MS;
        assert.ok(Math.max(...times) <= limit, `${times.join(", ")} ms, not within ${limit} ms`);
        return `the address moved after ${times.join(", ")} ms`;
      },
    },
  ],
);
