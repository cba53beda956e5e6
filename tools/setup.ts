/** Installs what `make demo` or `make bench` needs (as root), or says in a sentence what is missing. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const suite = process.argv[2] ?? "demo";
const run = (verb: string): number =>
  spawnSync(
    join(ROOT, "node_modules/.bin/tsx"),
    [join(ROOT, "test/lab/requirements.ts"), verb, suite],
    { cwd: ROOT, stdio: "inherit" },
  ).status ?? 1;

if (process.getuid?.() === 0) run("install");
process.exitCode = run("check");
