// Builds dist/: per process a bundle, a loader, and V8's compiled code for it. The code cache is
// made by running the program once, so that it holds what a start really uses; compiling that anew
// costs each process 15 to 20 ms (docs/decisions/0003).
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
/** Inside dist/, so that packages are found from there as they are from dist/ itself. */
const stage = join(dist, "rehearsal");

const PROGRAMS = [
  { name: "keepalived", entry: "src/cli/main.ts" },
  { name: "vrrp", entry: "src/cli/vrrp-main.ts" },
];

/**
 * Loaded on demand: plain files, since nobody waits for an editor's server, or for a mail to leave.
 * `packages`: what is bundled into them, and whose licences go with it.
 */
const LOADED_LATER = [
  {
    name: "lsp",
    entry: "src/cli/lsp-main.ts",
    packages: [
      "vscode-languageserver",
      "vscode-languageserver-protocol",
      "vscode-languageserver-types",
      "vscode-languageserver-textdocument",
      "vscode-jsonrpc",
    ],
  },
  { name: "mail", entry: "src/sys/linux/mail.ts", packages: ["nodemailer"] },
];

/** How long the rehearsal may take before the build goes on without a cache. */
const REHEARSAL_MS = 15_000;

/** A start that opens sockets, and a reload; it ends before anything is sent. */
const REHEARSAL = `
global_defs {
  router_id rehearsal
  script_user root
  enable_script_security
}
vrrp_script check {
  script "/bin/true"
  interval 1
  weight 10
}
vrrp_instance rehearsal {
  state BACKUP
  virtual_router_id 255
  priority 100
  advert_int 10
  unicast_src_ip 127.0.0.1
  unicast_peer {
    192.0.2.2
  }
  virtual_ipaddress {
    192.0.2.1/32 dev lo
  }
  track_script {
    check
  }
}
`;

async function contentsOf({ entry, banner = "" }) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    charset: "ascii",
    external: ["koffi"],
    legalComments: "none",
    logLevel: "warning",
    banner: { js: banner },
  });
  return outputFiles[0].contents;
}

async function bundle({ name, entry }) {
  const contents = await contentsOf({ entry });
  // In the files' names: V8 compares only lengths, and a program may start during a build.
  const digest = createHash("sha256").update(contents).digest("hex").slice(0, 16);
  writeFileSync(join(dist, `${name}.${digest}.js`), contents);
  return { name, stem: `${name}.${digest}` };
}

async function bundleForLater({ name, entry, packages }) {
  const licences = packages.map((packageName) => {
    const directory = join(root, "node_modules", packageName);
    const file = readdirSync(directory).find((found) => /^licen[cs]e/i.test(found));
    if (file === undefined) throw new Error(`${packageName} has no licence to go with it`);
    return `${packageName}:\n\n${readFileSync(join(directory, file), "utf8").trim()}`;
  });
  const banner = `/*\n${licences.join("\n\n").replaceAll("*/", "* /")}\n*/`;
  const path = join(dist, `${name}.cjs`);
  writeFileSync(`${path}.new`, await contentsOf({ entry, banner }));
  renameSync(`${path}.new`, path);
}

const HEAD = "(function (exports, require, module, __filename, __dirname) {";
const TAIL = "\n})";

/** A program that runs the bundle in `directory` from its cache; `atEnd` is put before the run. */
function loader({ stem }, directory, atEnd) {
  return `"use strict";
const { readFileSync, writeFileSync } = require("node:fs");
const { Script } = require("node:vm");
const stem = ${directory} + "/${stem}";
const filename = stem + ".js";
let cachedData;
try {
  cachedData = readFileSync(stem + ".cache");
} catch {
  // Without the cache everything works, only later.
}
// The bundle is ASCII, and read faster when nothing else is expected.
const source = ${JSON.stringify(HEAD)} + readFileSync(filename, "latin1") + ${JSON.stringify(TAIL)};
const script = new Script(source, { filename, cachedData });
${atEnd}script.runInThisContext()(exports, require, module, filename, __dirname);
`;
}

// Compiled code is accepted only under the settings it was kept with, and a start has V8's own.
const KEEP = `require("node:v8").setFlagsFromString = () => undefined;
process.on("exit", () => writeFileSync(stem + ".cache", script.createCachedData()));\n`;

/** A start, a reload and a stop with loaders that write down, at the end, what was compiled. */
async function rehearse(programs) {
  mkdirSync(stage);
  for (const program of programs) {
    const text = loader(program, JSON.stringify(dist), KEEP);
    writeFileSync(join(stage, `${program.name}.cjs`), text);
  }
  const config = join(stage, "rehearsal.conf");
  writeFileSync(config, REHEARSAL);
  const pidFiles = ["-p", "-r", "-c", "-b"].flatMap((flag) => [flag, join(stage, `${flag}.pid`)]);
  const program = join(stage, "keepalived.cjs");
  const args = ["--no-warnings", program, "-n", "-l", "-D", "-G", "-R", "-f", config, ...pidFiles];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  const patience = setTimeout(() => child.kill("SIGKILL"), REHEARSAL_MS);
  child.stderr.setEncoding("utf8").on("data", (text) => {
    // Without the right to open raw sockets it ends by itself, having compiled nearly everything.
    if (text.includes("Startup complete")) {
      writeFileSync(config, REHEARSAL.replace("priority 100", "priority 101"));
      child.kill("SIGHUP");
    }
    if (text.includes("Reload finished")) child.kill("SIGTERM");
  });
  await new Promise((resolve) => child.on("close", resolve));
  clearTimeout(patience);
  rmSync(stage, { recursive: true, force: true });
}

/** Throws when V8 would compile everything anew in spite of the cache. */
function assertAccepted({ stem }) {
  const source = readFileSync(join(dist, `${stem}.js`), "latin1");
  const cachedData = readFileSync(join(dist, `${stem}.cache`));
  const script = new Script(`${HEAD}${source}${TAIL}`, { cachedData });
  if (script.cachedDataRejected) throw new Error(`V8 rejects the code cache of ${stem}`);
}

mkdirSync(dist, { recursive: true });
rmSync(stage, { recursive: true, force: true });
const programs = [];
for (const program of PROGRAMS) programs.push(await bundle(program));
for (const later of LOADED_LATER) await bundleForLater(later);
await rehearse(programs);
for (const program of programs) {
  const path = join(dist, `${program.name}.cjs`);
  writeFileSync(`${path}.new`, loader(program, "__dirname", ""));
  renameSync(`${path}.new`, path);
  const cache = join(dist, `${program.stem}.cache`);
  if (existsSync(cache)) {
    chmodSync(cache, 0o644);
    assertAccepted(program);
  } else console.log(`build: no code cache for ${program.name}; it will start a little later`);
}

const current = new Set(programs.map(({ stem }) => stem));
for (const name of readdirSync(dist)) {
  const isPart = name.endsWith(".cache") || name.endsWith(".js");
  if (isPart && !current.has(name.replace(/\.[a-z]+$/, ""))) rmSync(join(dist, name));
}
