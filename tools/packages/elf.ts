/**
 * Which Debian packages an executable needs: what `ldd` finds, with the least version that has all
 * the symbol versions named in the file. No binutils needed.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** gcc's table of libstdc++ symbol versions; a package's version is that of its gcc. */
const GCC_OF_GLIBCXX: readonly (readonly [minor: number, gcc: string])[] = [
  [21, "5"],
  [22, "6"],
  [24, "7"],
  [25, "8"],
  [26, "9"],
  [28, "9.3"],
  [29, "11"],
  [30, "12"],
  [32, "13"],
  [33, "14"],
];

/** Libraries of the C library's own package. */
const OF_LIBC = /^(linux-vdso|ld-linux|libc|libm|libdl|libpthread|librt)[-.]/;

/** The `Depends` of an executable and of what it will load. */
export function debianDependencies(executable: string): readonly string[] {
  const image = readFileSync(executable, "latin1");
  const depends = [`libc6 (>= 2.${highest(image, /\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)/g)})`];
  for (const library of librariesOf(executable)) {
    if (OF_LIBC.test(library.name)) continue;
    if (library.name.startsWith("libstdc++.")) depends.push(`libstdc++6 (>= ${gccFor(image)})`);
    else if (library.name.startsWith("libgcc_s.")) depends.push("libgcc-s1 | libgcc1");
    else depends.push(packageOf(library.path));
  }
  return [...new Set(depends)].sort();
}

interface Library {
  readonly name: string;
  readonly path: string;
}

function librariesOf(executable: string): readonly Library[] {
  const { stdout, status } = spawnSync("ldd", [executable], { encoding: "utf8" });
  if (status !== 0) throw new Error(`ldd cannot read ${executable}`);
  return stdout
    .split("\n")
    .map((line) => /^\s*(\S+) => (\S+) /.exec(line))
    .flatMap((match) => (match === null ? [] : [{ name: match[1] ?? "", path: match[2] ?? "" }]));
}

function highest(image: string, pattern: RegExp): number {
  const minors = [...image.matchAll(pattern)].map((match) => Number(match[1]));
  if (minors.length === 0) throw new Error(`no symbol version like ${pattern.source}`);
  return Math.max(...minors);
}

function gccFor(image: string): string {
  const minor = highest(image, /\0GLIBCXX_3\.4\.(\d+)(?=\0)/g);
  const found = GCC_OF_GLIBCXX.find(([upTo]) => minor <= upTo);
  if (found === undefined) throw new Error(`which gcc brought GLIBCXX_3.4.${minor}?`);
  return found[1];
}

function packageOf(path: string): string {
  const { stdout, status } = spawnSync("dpkg", ["-S", path], { encoding: "utf8" });
  const name = /^([^:\s]+)/.exec(stdout)?.[1];
  if (status !== 0 || name === undefined) throw new Error(`no package has ${path}`);
  return name;
}
