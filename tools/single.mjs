// Builds dist/single/keepalived: one executable with Node.js, the bundles of dist/ with their code
// caches, and koffi inside (docs/decisions/0030). It runs where there is no Node.js.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { inject } from "postject";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const single = join(dist, "single");
/** Where Node.js looks for what was put into it, as its documentation gives it. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** koffi with its native library asked for by one name, whatever the machine. */
async function bundleKoffi(target) {
  const platform = `${process.platform}-${process.arch}`;
  const native = new RegExp(`^@koromix/koffi-${platform}$`);
  await build({
    absWorkingDir: root,
    entryPoints: [join(root, "node_modules/koffi/index.cjs")],
    bundle: true,
    outfile: target,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    charset: "ascii",
    logLevel: "warning",
    legalComments: "none",
    external: ["koffi.node", "@koromix/*"],
    plugins: [
      {
        name: "native",
        setup: ({ onResolve }) => {
          onResolve({ filter: native }, () => ({ path: "koffi.node", external: true }));
        },
      },
    ],
  });
}

function nativeLibrary() {
  const directory = join(root, `node_modules/@koromix/koffi-${process.platform}-${process.arch}`);
  const path = join(directory, `${process.platform}_${process.arch}`, "koffi.node");
  if (!existsSync(path)) throw new Error(`koffi has no library for this machine at ${path}`);
  return path;
}

/** The files of one program in dist/, which have a digest in their names. */
function builtFile(name, ending) {
  const found = readdirSync(dist).find(
    (file) => file.startsWith(`${name}.`) && file.endsWith(`.${ending}`),
  );
  if (found === undefined) throw new Error(`dist/ has no ${name}.*.${ending}: build it first`);
  return join(dist, found);
}

function runOrThrow(program, words) {
  const done = spawnSync(program, words, { cwd: root, encoding: "utf8" });
  if (done.status === 0) return;
  throw new Error(`${program} ${words.join(" ")}: ${done.error?.message ?? done.stderr}`);
}

/** Symbols are a fifth of the file; without strip(1) they stay. */
function strip(path) {
  const done = spawnSync("strip", ["--strip-unneeded", path], { encoding: "utf8" });
  if (done.status !== 0) console.log("single: no strip(1) here; the executable keeps its symbols");
}

rmSync(single, { recursive: true, force: true });
mkdirSync(single, { recursive: true });
await bundleKoffi(join(single, "koffi.cjs"));
copyFileSync(nativeLibrary(), join(single, "koffi.node"));
const programs = ["keepalived", "vrrp"].flatMap((name) => [
  [`${name}.js`, builtFile(name, "js")],
  [`${name}.cache`, builtFile(name, "cache")],
]);
const assets = Object.fromEntries([
  ...programs,
  ...["lsp.cjs", "mail.cjs"].map((name) => [name, join(dist, name)]),
  ...["koffi.cjs", "koffi.node"].map((name) => [name, join(single, name)]),
]);
const blob = join(single, "blob");
const settings = join(single, "sea.json");
writeFileSync(
  settings,
  JSON.stringify({
    main: join(root, "tools/single-main.cjs"),
    output: blob,
    disableExperimentalSEAWarning: true,
    assets,
  }),
);
runOrThrow(process.execPath, ["--experimental-sea-config", settings]);
const executable = join(single, "keepalived.new");
copyFileSync(process.execPath, executable);
chmodSync(executable, 0o755);
strip(executable);
await inject(executable, "NODE_SEA_BLOB", readFileSync(blob), { sentinelFuse: FUSE });
renameSync(executable, join(single, "keepalived"));
for (const scrap of ["blob", "sea.json", "koffi.cjs"]) rmSync(join(single, scrap));
const { size } = statSync(join(single, "keepalived"));
console.log(`dist/single/keepalived: ${Math.round(size / 1e6)} MB, needs no Node.js`);
