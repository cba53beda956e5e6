/**
 * The four pid files of a daemon: their names, and holding their locks. All four are locked even
 * when no process will use them, so that two daemons never share one.
 */
import { dirname } from "node:path";
import type { GlobalConfig } from "../config/model.ts";

export const PID_DIRECTORY = "/run";
export const PRIVATE_PID_DIRECTORY = "/run/keepalived";

export interface PidFileNames {
  readonly parent: string;
  readonly vrrp: string;
  readonly checkers: string;
  readonly bfd: string;
}

/** -p, -r, -c, -b; undefined is the default name. */
export interface PidFileOptions {
  readonly parent: string | undefined;
  readonly vrrp: string | undefined;
  readonly checkers: string | undefined;
  readonly bfd: string | undefined;
}

/** A locked pid file. */
export interface PidFile {
  /** Replaces the content; before that the file is empty. */
  write(pid: number): void;
  /** Removes the file and gives up the lock. */
  release(): void;
}

/** Creates and locks a file; undefined when another process holds it. Throws what the kernel says. */
export type LockPidFile = (path: string) => PidFile | undefined;

/** `_NAMESPACE_INSTANCE`, as it is put on pid file names and syslog idents; empty without both. */
export function nameSuffix(global: Pick<GlobalConfig, "netNamespace" | "instanceName">): string {
  const parts = [global.netNamespace, global.instanceName].filter((part) => part !== undefined);
  return parts.map((part) => `_${part}`).join("");
}

export function pidFileNames(
  options: PidFileOptions,
  global: Pick<GlobalConfig, "usePidDir" | "netNamespace" | "instanceName">,
): PidFileNames {
  const suffix = nameSuffix(global);
  const isPrivate = global.usePidDir || suffix !== "";
  const directory = isPrivate ? PRIVATE_PID_DIRECTORY : PID_DIRECTORY;
  const path = (name: string): string => `${directory}/${name}${suffix}.pid`;
  return {
    parent: options.parent ?? path("keepalived"),
    vrrp: options.vrrp ?? path("vrrp"),
    checkers: options.checkers ?? path("checkers"),
    bfd: options.bfd ?? path("bfd"),
  };
}

/** keepalived.conf(5) reload_file without a name: in the directory of the pid files. */
export function reloadMarkerPath(
  options: PidFileOptions,
  global: Parameters<typeof pidFileNames>[1],
): string {
  return `${dirname(pidFileNames(options, global).parent)}/keepalived.reload`;
}

/**
 * Where the control socket of the daemon with this pid file is: `/run/keepalived/control.sock`,
 * with the instance's suffix where there is one; beside a pid file of another name or place.
 */
export function controlSocketPath(parentPidFile: string): string {
  const known = /^\/run\/(?:keepalived\/)?keepalived(_[^/]*)?\.pid$/.exec(parentPidFile);
  return known === null
    ? `${parentPidFile.replace(/\.pid$/, "")}.sock`
    : `${PRIVATE_PID_DIRECTORY}/control${known[1] ?? ""}.sock`;
}

export type LockOutcome =
  | { readonly kind: "locked"; readonly files: PidFiles }
  | { readonly kind: "taken"; readonly path: string };

export class PidFiles {
  readonly #held: ReadonlyMap<string, PidFile>;
  readonly #names: PidFileNames;

  constructor(held: ReadonlyMap<string, PidFile>, names: PidFileNames) {
    this.#held = held;
    this.#names = names;
  }

  setParent(pid: number): void {
    this.#held.get(this.#names.parent)?.write(pid);
  }

  setVrrp(pid: number): void {
    this.#held.get(this.#names.vrrp)?.write(pid);
  }

  release(): void {
    for (const file of this.#held.values()) file.release();
  }
}

/** Locks all four, or none. */
export function lockPidFiles(names: PidFileNames, lock: LockPidFile): LockOutcome {
  const held = new Map<string, PidFile>();
  for (const path of [names.parent, names.vrrp, names.checkers, names.bfd]) {
    const file = held.has(path) ? undefined : lock(path);
    if (file === undefined) {
      for (const other of held.values()) other.release();
      return { kind: "taken", path };
    }
    held.set(path, file);
  }
  return { kind: "locked", files: new PidFiles(held, names) };
}
