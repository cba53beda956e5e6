/**
 * The container image as far as it can be had without Docker: the steps of its recipe done to a small
 * Debian, run by crun with the settings that recipe, Compose file and DaemonSet name.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finished } from "../lab/command.ts";
import type { Host, HostProcess } from "../lab/host.ts";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";
import { Debian } from "./debian.ts";

const RECIPES = join(PROJECT_DIRECTORY, "packaging/container");
const BUNDLE = "/run/bundle";
/** What is /run inside: it outlives the container, as the volume of a pod does. */
const RUN = "/run/pod";
const NAME = "keepalived";
const TIMEOUT_MS = 30_000;

/** A recipe by its path in packaging/container. */
export const recipe = (name: string): string => readFileSync(join(RECIPES, name), "utf8");

/** The words of the last instruction of a kind in the Dockerfile's exec form. */
export function wordsOf(instruction: "ENTRYPOINT" | "CMD" | "HEALTHCHECK"): readonly string[] {
  const lines = recipe("Dockerfile").matchAll(new RegExp(`^${instruction} .*?(\\[.*\\])$`, "gm"));
  return JSON.parse([...lines].at(-1)?.[1] ?? "[]") as readonly string[];
}

/** The number of the image's user. */
export function userOf(): number {
  return Number(/^USER (\d+):/m.exec(recipe("Dockerfile"))?.[1]);
}

export class Container {
  readonly #debian: Debian;
  readonly #host: Host;

  /** Use `Container.create`. */
  constructor(debian: Debian, host: Host) {
    this.#debian = debian;
    this.#host = host;
  }

  /** The image, with a file for the daemon, on a host of the lab. */
  static async create(host: Host, config: string): Promise<Container> {
    const debian = await Debian.boot(host);
    await debian.copyIn(join(RECIPES, "finish"), "/srv/finish");
    await debian.sh("/srv/finish");
    const single = join(PROJECT_DIRECTORY, "dist/single");
    await debian.copyIn(join(single, "keepalived"), "/usr/sbin/keepalived");
    await debian.sh("mkdir -p /usr/lib/keepalived");
    await debian.copyIn(join(single, "koffi.node"), "/usr/lib/keepalived/koffi.node");
    const file = `${Debian.root}/usr/sbin/keepalived`;
    await host.must(["setcap", "cap_net_admin,cap_net_raw+ep", file]);
    await debian.sh("mkdir -p /etc/keepalived");
    await debian.write("/etc/keepalived/keepalived.conf", config);
    // crun wants a hierarchy to look at, though it is told to leave it alone.
    await host.sh(`mkdir -p ${BUNDLE} ${RUN} && mount -t cgroup2 cgroup /sys/fs/cgroup`);
    await host.sh(`mount -t tmpfs -o noexec,uid=${userOf()},gid=${userOf()},mode=0755 run ${RUN}`);
    return new Container(debian, host);
  }

  async configure(config: string): Promise<void> {
    await this.#debian.write("/etc/keepalived/keepalived.conf", config);
  }

  /** Starts it in the background, on the host's network, with these capabilities and no others. */
  start(capabilities: readonly string[]): HostProcess {
    const words = [...wordsOf("ENTRYPOINT"), ...wordsOf("CMD")];
    const settings = JSON.stringify(specification(capabilities, words));
    this.#host.writeFile(`${BUNDLE}/config.json`, settings);
    return this.#host.start(
      ["crun", "--cgroup-manager=disabled", "run", "--bundle", BUNDLE, NAME],
      "container",
    );
  }

  /** Another program in the container, as its user. */
  exec(words: readonly string[]): Promise<Finished> {
    const user = ["--user", `${userOf()}:${userOf()}`];
    return this.#host.run(["crun", "--cgroup-manager=disabled", "exec", ...user, NAME, ...words], {
      timeoutMs: TIMEOUT_MS,
    });
  }

  /** What `docker stop` and the kubelet begin with. */
  async signal(signal: "TERM" | "HUP" | "KILL"): Promise<void> {
    await this.#host.must(["crun", "--cgroup-manager=disabled", "kill", NAME, signal]);
  }
}

/** https://github.com/opencontainers/runtime-spec: no network namespace, a root that is only read. */
function specification(capabilities: readonly string[], words: readonly string[]): object {
  const id = userOf();
  const names = capabilities.map((name) => `CAP_${name}`);
  const memory = (destination: string, mode: string): object => ({
    destination,
    type: "tmpfs",
    source: "tmpfs",
    // As Docker and containerd mount it.
    options: ["nosuid", "nodev", "noexec", `mode=${mode}`, `uid=${id}`, `gid=${id}`],
  });
  return {
    ociVersion: "1.0.2",
    process: {
      user: { uid: id, gid: id },
      args: words,
      env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      cwd: "/",
      // A user that is not root: only the bounding set is full.
      capabilities: { bounding: names, effective: [], permitted: [], inheritable: [] },
      noNewPrivileges: false,
    },
    root: { path: Debian.root, readonly: true },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] },
      { destination: "/run", type: "bind", source: RUN, options: ["bind", "nosuid", "noexec"] },
      memory("/tmp", "1777"),
      memory("/var/lib/keepalived", "0755"),
    ],
    linux: {
      namespaces: ["pid", "mount", "ipc", "uts"].map((type) => ({ type })),
      maskedPaths: ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
      readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    },
  };
}
