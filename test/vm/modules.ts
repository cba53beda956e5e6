/** Kernel modules for the guest: which files, and in which order they can be loaded. */
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

export interface KernelModule {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The modules and what they depend on, each after what it depends on. */
export function modulesInOrder(
  directory: string,
  wanted: readonly string[],
): readonly KernelModule[] {
  const files = moduleFiles(directory);
  const ordered = new Map<string, KernelModule>();
  const place = (name: string): void => {
    if (ordered.has(name)) return;
    const file = files.get(name);
    if (file === undefined) throw new Error(`the guest's kernel has no module ${name}`);
    const bytes = unpacked(file);
    for (const needed of dependencies(bytes)) place(needed);
    ordered.set(name, { name, bytes });
  };
  for (const name of wanted) place(moduleName(name));
  return [...ordered.values()];
}

function moduleFiles(directory: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(directory, { recursive: true, encoding: "utf8" })
      .filter((path) => /\.ko(\.xz|\.zst)?$/.test(path))
      .map((path) => [moduleName(basename(path).replace(/\.ko.*/, "")), join(directory, path)]),
  );
}

/** The kernel makes no difference between the two signs. */
const moduleName = (text: string): string => text.replaceAll("-", "_");

function unpacked(file: string): Uint8Array {
  if (file.endsWith(".ko")) return readFileSync(file);
  const program = file.endsWith(".xz") ? "xz" : "zstd";
  const options = { maxBuffer: 64 * 1024 * 1024 };
  const { status, stdout } = spawnSync(program, ["-dc", file], options);
  if (status !== 0) throw new Error(`${program} cannot unpack ${file}`);
  return stdout;
}

/** The .modinfo section is a list of strings; this one names modules with commas between. */
function dependencies(bytes: Uint8Array): readonly string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  const list = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? "";
  return list.split(",").filter(Boolean).map(moduleName);
}
