// Builds dist/: one CommonJS bundle per process, which Node loads faster than modules.
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");

const PROGRAMS = [
  { name: "keepalived", entry: "src/cli/main.ts" },
  { name: "vrrp", entry: "src/cli/vrrp-main.ts" },
];

mkdirSync(dist, { recursive: true });
for (const { name, entry } of PROGRAMS) {
  if (!existsSync(join(root, entry))) {
    console.log(`build: ${entry} does not exist yet, dist/${name}.cjs is left out`);
    continue;
  }
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(dist, `${name}.cjs`),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    external: ["koffi"],
    legalComments: "none",
    logLevel: "warning",
  });
}
