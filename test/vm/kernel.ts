/**
 * The guest's kernel: Debian's cloud kernel, downloaded and unpacked into the project's cache. It is
 * never installed, so that the machine boots tomorrow what it booted yesterday.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";

/** The unpacked package: boot/vmlinuz-VERSION, lib/modules/VERSION. `make clean` removes it. */
export const KERNEL_DIRECTORY = join(PROJECT_DIRECTORY, ".cache", "guest-kernel");

/** The package whose dependency is the newest kernel of this release. */
export const KERNEL_PACKAGE = "linux-image-cloud-amd64";

export interface GuestKernel {
  readonly version: string;
  readonly image: string;
  /** Where its modules are; in Debian 12 `lib`, where /usr is merged `usr/lib`. */
  readonly modules: string;
}

/** The kernel that was unpacked, or undefined. */
export function guestKernel(): GuestKernel | undefined {
  const boot = join(KERNEL_DIRECTORY, "boot");
  if (!existsSync(boot)) return undefined;
  const name = readdirSync(boot).find((entry) => entry.startsWith("vmlinuz-"));
  if (name === undefined) return undefined;
  const version = name.slice("vmlinuz-".length);
  const modules = ["lib", "usr/lib"]
    .map((directory) => join(KERNEL_DIRECTORY, directory, "modules", version))
    .find((directory) => existsSync(directory));
  return modules === undefined ? undefined : { version, image: join(boot, name), modules };
}

/** Downloads and unpacks the kernel; returns what went wrong in a sentence. */
export function fetchGuestKernel(): string | undefined {
  if (guestKernel() !== undefined) return undefined;
  const stage = `${KERNEL_DIRECTORY}.new`;
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  const complaint = download(stage);
  if (complaint !== undefined) return complaint;
  const file = readdirSync(stage).find((entry) => entry.endsWith(".deb"));
  if (file === undefined) return `apt-get download ${KERNEL_PACKAGE} brought nothing`;
  if (!succeeds("dpkg", ["-x", file, "."], stage)) return `dpkg -x ${file} failed`;
  rmSync(join(stage, file));
  rmSync(KERNEL_DIRECTORY, { recursive: true, force: true });
  renameSync(stage, KERNEL_DIRECTORY);
  return guestKernel() === undefined ? `${file} has no kernel where it is expected` : undefined;
}

/** Once with the lists apt has, and once with new ones: the version it knows of may be gone. */
function download(directory: string): string | undefined {
  for (const isFirst of [true, false]) {
    if (!isFirst) succeeds("apt-get", ["update", "-qq"], directory);
    const name = currentPackage();
    if (name === undefined) continue;
    if (succeeds("apt-get", ["download", "-qq", name], directory)) return undefined;
  }
  return `${KERNEL_PACKAGE} cannot be downloaded with apt-get`;
}

/** The package with the kernel itself: what the one without a version depends on. */
function currentPackage(): string | undefined {
  const { stdout } = spawnSync("apt-cache", ["depends", KERNEL_PACKAGE], { encoding: "utf8" });
  return /Depends: (linux-image-\S+)/.exec(stdout)?.[1];
}

function succeeds(program: string, args: readonly string[], cwd: string): boolean {
  // What apt says of its sandbox and this directory is of no use to anybody.
  return spawnSync(program, args, { cwd, stdio: ["ignore", "ignore", "ignore"] }).status === 0;
}
