/**
 * A machine that systemd runs: the real one, as process 1 of namespaces over this machine's files.
 * What is written there is in memory; nothing of it is seen from outside, nothing is left behind.
 */
import { spawn, type ChildProcess } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ended, must, run, type Finished } from "./command.ts";
import { waitFor } from "./wait.ts";

const SYSTEMD = "/lib/systemd/systemd";
const BOOT_TIMEOUT_MS = 20_000;

/** linux/magic.h */
const CGROUP2_MAGIC = 0x63677270;
const CGROUP_MOUNTS = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];

/** Settings in /proc/sys of the whole machine, which systemd would change at its start. */
const NOT_ITS_OWN = ["fs", "kernel", "vm"];

/** What Debian's package would have put there. */
const FOREIGN = [
  ...["/etc/keepalived", "/etc/init.d/keepalived", "/etc/default/keepalived"],
  ...["/lib/systemd/system/keepalived.service", "/usr/sbin/keepalived"],
  "/var/lib/keepalived",
];

const bootScript = (stage: string): string => `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs ${stage}
mkdir ${stage}/upper ${stage}/work ${stage}/root
mount -t overlay overlay -o lowerdir=/,upperdir=${stage}/upper,workdir=${stage}/work ${stage}/root
cd ${stage}/root
mount -t proc proc proc
for each in ${NOT_ITS_OWN.join(" ")}; do
  mount --bind proc/sys/$each proc/sys/$each
  mount -o remount,bind,ro proc/sys/$each
done
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for each in run tmp dev; do mount -t tmpfs tmpfs $each; done
for each in ${DEVICES.join(" ")}; do touch dev/$each; mount --bind /dev/$each dev/$each; done
rm -rf etc/systemd/system/* ${FOREIGN.map((path) => `.${path}`).join(" ")}
printf '[Unit]\\nDescription=the lab\\n' > etc/systemd/system/lab.target
hostname lb01
ip link set lo up
ip link add eth0 type veth peer name other
ip link set eth0 up
ip link set other up
ip address add 10.0.0.7/24 dev eth0
mkdir outside
pivot_root . outside
umount -l /outside
exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin ${SYSTEMD} --system --unit=lab.target \\
  --log-target=console --show-status=no
`;

export class SystemdMachine implements AsyncDisposable {
  readonly #holder: ChildProcess;
  readonly #pid: number;
  readonly #dispose: () => Promise<void>;

  /** Use `SystemdMachine.boot`. */
  constructor(holder: ChildProcess, pid: number, dispose: () => Promise<void>) {
    this.#holder = holder;
    this.#pid = pid;
    this.#dispose = dispose;
  }

  static async boot(): Promise<SystemdMachine> {
    const directory = mkdtempSync(join(tmpdir(), "systemd-machine-"));
    const stage = join(directory, "stage");
    mkdirSync(stage);
    const script = join(directory, "boot.sh");
    writeFileSync(script, bootScript(stage));
    const group = join(cgroupMount() ?? "", `lab-${String(process.pid)}-${String(Date.now())}`);
    mkdirSync(group);
    // Its own group first, so that the namespace that follows begins there.
    const enter = `echo $$ > ${group}/cgroup.procs && exec "$@"`;
    const spaces = ["--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc", "--net"];
    const words = ["unshare", ...spaces, "--cgroup", "sh", script];
    const guarded = ["--pdeathsig", "KILL", "sh", "-c", enter, "sh", ...words];
    const holder = spawn("setpriv", guarded, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [holder.stdout, holder.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    const dispose = async (): Promise<void> => {
      // Processes that were killed leave their group a moment later.
      await waitFor("an empty group", BOOT_TIMEOUT_MS, () => removeGroup(group));
      rmSync(directory, { recursive: true });
    };
    try {
      const pid = await waitFor("systemd to start", BOOT_TIMEOUT_MS, () => systemdBelow(holder));
      const machine = new SystemdMachine(holder, pid, dispose);
      await waitFor("systemd to answer", BOOT_TIMEOUT_MS, async () => {
        const state = await machine.run(["systemctl", "is-active", "lab.target"]);
        return state.stdout.trim() === "active";
      });
      return machine;
    } catch (error) {
      holder.kill("SIGKILL");
      await ended(holder);
      await dispose();
      if (error instanceof Error) error.message += `\n${output}`;
      throw error;
    }
  }

  /** A path of the machine, as the lab can open it. */
  path(inside: string): string {
    return `/proc/${String(this.#pid)}/root${inside}`;
  }

  writeFile(inside: string, text: string): void {
    mkdirSync(dirname(this.path(inside)), { recursive: true });
    writeFileSync(this.path(inside), text);
  }

  run(argv: readonly string[]): Promise<Finished> {
    return run(this.#enter(argv));
  }

  must(argv: readonly string[]): Promise<string> {
    return must(this.#enter(argv));
  }

  /** A property of a unit, as `systemctl show` tells it. */
  async show(unit: string, property: string): Promise<string> {
    return (await this.must(["systemctl", "show", unit, "-P", property])).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#holder.kill("SIGKILL");
    await ended(this.#holder);
    await this.#dispose();
  }

  #enter(argv: readonly string[]): readonly string[] {
    return ["nsenter", "-t", String(this.#pid), "-m", "-u", "-i", "-n", "-p", "-C", "--", ...argv];
  }
}

/** Why this machine cannot run one, or undefined. */
export function obstacleToSystemd(): string | undefined {
  if (!existsSync(SYSTEMD)) return "needs systemd: apt-get install systemd";
  return cgroupMount() === undefined
    ? "needs a cgroup2 file system that can be written"
    : undefined;
}

function cgroupMount(): string | undefined {
  return CGROUP_MOUNTS.find((path) => {
    try {
      if (statfsSync(path).type !== CGROUP2_MAGIC) return false;
      const probe = join(path, `lab-probe-${String(process.pid)}`);
      mkdirSync(probe);
      rmdirSync(probe);
      return true;
    } catch {
      return false;
    }
  });
}

/** Its process 1 has become systemd when its name says so. */
function systemdBelow({ pid }: ChildProcess): number | undefined {
  try {
    const tasks = `/proc/${String(pid)}/task/${String(pid)}/children`;
    const child = readFileSync(tasks, "utf8").trim().split(" ")[0] ?? "";
    const name = readFileSync(`/proc/${child}/comm`, "utf8").trim();
    return name === "systemd" ? Number(child) : undefined;
  } catch {
    return undefined;
  }
}

/** Those inside it first. False while there is a process in one. */
function removeGroup(group: string): boolean {
  const inside = readdirSync(group, { withFileTypes: true }).filter((one) => one.isDirectory());
  if (!inside.every(({ name }) => removeGroup(join(group, name)))) return false;
  try {
    rmdirSync(group);
    return true;
  } catch {
    return false;
  }
}
