/**
 * Runs the suites this machine can run, one after the other, and says by name which it cannot and
 * what they need. `--only NAME` runs one. As root, missing Debian packages are installed first.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

interface Suite {
  readonly name: string;
  readonly folders: readonly string[];
  readonly needsRoot: boolean;
  /** A suite of test/lab/requirements.ts, when it needs programs. */
  readonly requirements?: string;
  readonly minutes: number;
  /** Test files at once: live suites measure time and want the machine to themselves. */
  readonly concurrency: number;
}

const SUITES: readonly Suite[] = [
  {
    name: "unit",
    folders: ["test/unit", "test/scenarios", "test/contract", "test/tidy"],
    needsRoot: false,
    minutes: 10,
    concurrency: 2,
  },
  {
    name: "kernel",
    folders: ["test/kernel"],
    needsRoot: true,
    requirements: "kernel",
    minutes: 10,
    concurrency: 1,
  },
  {
    name: "interop",
    folders: ["test/interop"],
    needsRoot: true,
    requirements: "interop",
    minutes: 40,
    concurrency: 1,
  },
  {
    name: "vm",
    folders: ["test/vm"],
    needsRoot: false,
    requirements: "vm",
    minutes: 10,
    concurrency: 1,
  },
  {
    name: "package",
    folders: ["test/package"],
    needsRoot: true,
    requirements: "package",
    minutes: 15,
    concurrency: 1,
  },
];

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const TSX = join(ROOT, "node_modules/.bin/tsx");

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

function main(argv: readonly string[]): void {
  const only = argv[0] === "--only" ? argv[1] : undefined;
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const notRun: string[] = [];
  for (const suite of SUITES.filter(({ name }) => only === undefined || name === only)) {
    const obstacle = obstacleTo(suite);
    if (obstacle !== undefined) {
      notRun.push(`${suite.name}: ${obstacle}`);
      continue;
    }
    const counts = runSuite(suite);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  for (const line of notRun) console.log(`not run here: ${line}`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

function obstacleTo(suite: Suite): string | undefined {
  if (testFiles(suite).length === 0) return "it has no tests";
  const isRoot = process.getuid?.() === 0;
  if (suite.needsRoot && !isRoot) return "it needs root (network namespaces): sudo make test";
  if (suite.requirements === undefined) return undefined;
  const tool = join(ROOT, "test/lab/requirements.ts");
  if (isRoot)
    spawnSync(TSX, [tool, "install", suite.requirements], { cwd: ROOT, stdio: "inherit" });
  const check = spawnSync(TSX, [tool, "check", suite.requirements], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return check.status === 0 ? undefined : check.stdout.trim() + check.stderr.trim();
}

function testFiles(suite: Suite): readonly string[] {
  return suite.folders.flatMap((folder) => {
    const path = join(ROOT, folder);
    try {
      return readdirSync(path, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".test.ts"))
        .map((name) => relative(ROOT, join(path, name)))
        .sort();
    } catch {
      return [];
    }
  });
}

function runSuite(suite: Suite): Counts {
  const files = testFiles(suite);
  console.log(`\n== ${suite.name}: ${files.length} files`);
  const folder = mkdtempSync(join(tmpdir(), "keepalived-test-"));
  const tap = join(folder, "results.tap");
  const { status, signal } = spawnSync(
    TSX,
    [
      "--test",
      `--test-concurrency=${suite.concurrency}`,
      "--test-reporter=spec",
      "--test-reporter-destination=stdout",
      "--test-reporter=tap",
      `--test-reporter-destination=${tap}`,
      ...files,
    ],
    { cwd: ROOT, stdio: "inherit", timeout: suite.minutes * 60_000 },
  );
  const counts = countsOf(tap);
  rmSync(folder, { recursive: true });
  if (signal !== null) console.log(`${suite.name}: ended by ${signal} after ${suite.minutes} min`);
  // A runner that failed without a failed test is a failure too.
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function countsOf(file: string): Counts {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // The runner ended before it wrote anything; its exit code says so.
  }
  const last = (word: string): number =>
    Number([...text.matchAll(new RegExp(`^# ${word} (\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
  return {
    passed: last("pass"),
    failed: last("fail") + last("cancelled"),
    skipped: last("skipped"),
  };
}

main(process.argv.slice(2));
