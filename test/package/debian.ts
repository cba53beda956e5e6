/**
 * A Debian of its own on a host of the lab: a minimal system, unpacked once, with a layer above it
 * that is gone with the host. No systemd runs there; services are started by their init scripts.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { must } from "../lab/command.ts";
import type { Finished } from "../lab/command.ts";
import type { Host } from "../lab/host.ts";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";

const RELEASE = "bookworm";
const SYSTEM = join(PROJECT_DIRECTORY, ".cache/test", `debian-${RELEASE}`);
const MAKE_TIMEOUT_MS = 240_000;
/** An installation unpacks a hundred megabytes. */
const INSTALL_TIMEOUT_MS = 120_000;

/** Where packages of Debian's are that no test has installed yet. */
export const ARCHIVES = "/srv/archives";

/** Makes the system, when it is not there from before: half a minute and the network. */
export async function prepareDebian(): Promise<void> {
  if (existsSync(SYSTEM)) return;
  const fresh = `${SYSTEM}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(dirname(SYSTEM), { recursive: true });
  const download = "apt-get install -y --download-only --no-install-recommends keepalived";
  await must(
    [
      "mmdebstrap",
      "--quiet",
      "--variant=minbase",
      "--include=iproute2",
      `--customize-hook=chroot "$1" apt-get clean && chroot "$1" ${download} >/dev/null`,
      `--customize-hook=cp -r "$1/var/cache/apt/archives" "$1${ARCHIVES}"`,
      RELEASE,
      fresh,
    ],
    { timeoutMs: MAKE_TIMEOUT_MS },
  );
  renameSync(fresh, SYSTEM);
}

export class Debian {
  readonly host: Host;
  static readonly root = "/run/debian/root";

  /** Use `Debian.boot`. */
  constructor(host: Host) {
    this.host = host;
  }

  static async boot(host: Host): Promise<Debian> {
    const base = dirname(Debian.root);
    await host.sh(
      [
        `mkdir -p ${base} && mount -t tmpfs debian ${base} && mkdir ${base}/upper ${base}/work ${Debian.root}`,
        `mount -t overlay -o lowerdir=${SYSTEM},upperdir=${base}/upper,workdir=${base}/work debian ${Debian.root}`,
        `cd ${Debian.root} && mount -t proc proc proc && mount --rbind /sys sys && mount --rbind /dev dev`,
        "mount -t tmpfs -o mode=0755 run run && mkdir run/lock",
      ].join(" && "),
    );
    return new Debian(host);
  }

  /** Runs a line of shell inside, whatever comes of it. */
  run(line: string): Promise<Finished> {
    const environment = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "HOME=/root"];
    return this.host.run(["chroot", Debian.root, ...environment, "sh", "-c", line], {
      timeoutMs: INSTALL_TIMEOUT_MS,
    });
  }

  /** Runs a line of shell that has to succeed, and returns all it said. */
  async sh(line: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(line);
    if (code !== 0) throw new Error(`${line}: exit code ${String(code)}\n${stdout}${stderr}`);
    return stdout + stderr;
  }

  /** Puts a file of this machine into the system. */
  async copyIn(source: string, target: string): Promise<void> {
    await must(["cp", source, this.host.machine.path(Debian.root + target)]);
  }

  async write(path: string, text: string, mode = 0o644): Promise<void> {
    const target = Debian.root + path;
    await this.host.must(["sh", "-c", `cat >"$0" && chmod ${mode.toString(8)} "$0"`, target], {
      input: text,
    });
  }

  /** Every file, directory and link of the system, without what the tools of Debian keep. */
  async files(): Promise<readonly string[]> {
    const listing = await this.sh(
      "find / -xdev -not -path '/var/lib/dpkg/*' -not -path '/var/cache/*' -not -path '/var/log/*' -not -path '/srv/*'; find /run -xdev",
    );
    return listing.split("\n").filter(Boolean).sort();
  }
}
