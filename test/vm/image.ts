/**
 * The guest's file system: this machine's programs with the libraries they need, this project's
 * build, kernel modules, and the program that runs the checks. Everything is read here and now, so
 * the guest tests what the rest of the machine would run.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { buildSync } from "esbuild";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";
import { archive, type Entry } from "./archive.ts";
import { modulesInOrder } from "./modules.ts";

/** Where the project lies in the guest. */
const PROJECT_INSIDE = "/opt/keepalived";
/** As deep as in the checkout, because the lab finds the project's directory from its own place. */
const PROGRAM_INSIDE = `${PROJECT_INSIDE}/test/vm/guest.mjs`;

export interface ImagePlan {
  /** The unpacked kernel's modules, and which of them the guest loads. */
  readonly modulesDirectory: string;
  readonly modules: readonly string[];
  /** Modules that lie in /spare, for a check to load. */
  readonly spareModules: readonly string[];
  /** A TypeScript program of this project, bundled; it runs in the guest and ends it. */
  readonly program: string;
  /** Debian's programs that come along. */
  readonly programs: readonly string[];
}

/** The initramfs, ready to be written to a file. */
export function guestImage(plan: ImagePlan): Uint8Array {
  const elf = [process.execPath, ...plan.programs.map(locate)];
  const koffi = addonFiles();
  return archive([
    ...["/proc", "/sys", "/dev", "/tmp", "/run", "/root", "/var/run", "/etc/keepalived"].map(
      (path): Entry => ({ kind: "directory", path }),
    ),
    ...[
      ["/bin", "usr/bin"],
      ["/sbin", "usr/sbin"],
      ["/lib", "usr/lib"],
      ["/lib64", "usr/lib64"],
      ["/usr/bin/node", process.execPath],
    ].flatMap(([path = "", target = ""]): Entry[] =>
      path === target ? [] : [{ kind: "link", path, target }],
    ),
    ...elf.map((path) => copyOf(path, underUsr(path))),
    ...librariesOf([...elf, ...koffi]).map((path) => copyOf(path, underUsr(path))),
    ...sharedBuiltins(process.execPath).map((path) => copyOf(path, path)),
    ...accounts(),
    ...applets(elf),
    ...project(),
    ...kernelModules(plan),
    text("/init", readFileSync(join(PROJECT_DIRECTORY, "test/vm/init.sh"), "utf8"), 0o755),
    text("/start", `exec node --no-warnings ${PROGRAM_INSIDE}\n`),
    text(PROGRAM_INSIDE, bundle(plan.program)),
  ]);
}

/** One file of JavaScript, with what the program imports. */
function bundle(program: string): string {
  const { outputFiles } = buildSync({
    absWorkingDir: PROJECT_DIRECTORY,
    entryPoints: [program],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20.19",
    logLevel: "warning",
  });
  return outputFiles[0]?.text ?? "";
}

function text(path: string, content: string, mode = 0o644): Entry {
  return { kind: "file", path, bytes: Buffer.from(content), mode };
}

function copyOf(from: string, to: string): Entry {
  return { kind: "file", path: to, bytes: readFileSync(from), mode: statSync(from).mode & 0o777 };
}

/** /bin, /sbin and /lib are links into /usr here, whatever they are on the machine. */
const underUsr = (path: string): string => path.replace(/^\/(bin|sbin|lib|lib64)\//, "/usr/$1/");

/** The path of a program, as a shell would find it. */
function locate(program: string): string {
  const path = `/usr/sbin${delimiter}/usr/bin${delimiter}/sbin${delimiter}/bin`;
  const found = path
    .split(delimiter)
    .map((directory) => join(directory, program))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error(`${program} is not on this machine`);
  return found;
}

function librariesOf(files: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const file of files) {
    const { stdout } = spawnSync("ldd", [file], { encoding: "utf8" });
    for (const [, path = ""] of stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)) found.add(path);
  }
  return [...found];
}

/** Debian's Node.js reads some of its own modules from files, whose names are in the program. */
function sharedBuiltins(node: string): readonly string[] {
  const libraries = librariesOf([node]).filter((path) => basename(path).startsWith("libnode"));
  const named = [node, ...libraries].flatMap((file) => {
    const found = readFileSync(file, "latin1").match(/\/usr\/share\/nodejs\/[\w./-]+\.js/g);
    return found ?? [];
  });
  return [...new Set(named)].filter((path) => existsSync(path));
}

function accounts(): readonly Entry[] {
  return [
    text("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"),
    text("/etc/group", "root:x:0:\nnogroup:x:65534:\n"),
    text("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\nprotocols: files\n"),
    text("/etc/hosts", "127.0.0.1 localhost guest\n"),
  ];
}

/** Everything BusyBox can do and no program of Debian's does here. */
function applets(present: readonly string[]): readonly Entry[] {
  const busybox = locate("busybox");
  const taken = new Set(["sh", ...present.map((path) => basename(path))]);
  const { stdout } = spawnSync(busybox, ["--list"], { encoding: "utf8" });
  const names = stdout.split("\n").filter((name) => name !== "" && !taken.has(name));
  return [
    copyOf(busybox, "/usr/bin/busybox"),
    // BusyBox's own shell would run its own programs, whatever PATH says.
    { kind: "link", path: "/usr/bin/sh", target: "dash" },
    ...names.map((name): Entry => ({ kind: "link", path: `/usr/bin/${name}`, target: "busybox" })),
  ];
}

function project(): readonly Entry[] {
  if (!existsSync(join(PROJECT_DIRECTORY, "dist/keepalived.cjs"))) {
    throw new Error("nothing is built yet: run `make build` first");
  }
  const files = [
    "bin/keepalived",
    "package.json",
    ...filesIn("dist"),
    ...filesIn("node_modules/koffi").filter((path) => /\.(cjs|js|json)$/.test(path)),
    ...filesIn("node_modules/@koromix"),
  ];
  return files.map((path) => copyOf(join(PROJECT_DIRECTORY, path), `${PROJECT_INSIDE}/${path}`));
}

function filesIn(directory: string): readonly string[] {
  const path = join(PROJECT_DIRECTORY, directory);
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(directory, join(entry.parentPath, entry.name).slice(path.length + 1)));
}

/** The native libraries of the dependencies. */
function addonFiles(): readonly string[] {
  return filesIn("node_modules/@koromix")
    .filter((path) => path.endsWith(".node"))
    .map((path) => join(PROJECT_DIRECTORY, path));
}

/** Numbered, so that the names sort in the order of loading. */
function kernelModules(plan: ImagePlan): readonly Entry[] {
  const loaded = modulesInOrder(plan.modulesDirectory, plan.modules);
  const names = new Set(loaded.map(({ name }) => name));
  const all = modulesInOrder(plan.modulesDirectory, plan.spareModules);
  const spare = all.filter(({ name }) => !names.has(name));
  return [
    ...loaded.map(({ name, bytes }, index) => moduleFile("/modules", index, { name, bytes })),
    ...spare.map((module, index) => moduleFile("/spare", index, module)),
  ];
}

function moduleFile(
  directory: string,
  index: number,
  module: { readonly name: string; readonly bytes: Uint8Array },
): Entry {
  const path = `${directory}/${String(index).padStart(3, "0")}-${module.name}.ko`;
  return { kind: "file", path, bytes: module.bytes, mode: 0o644 };
}
