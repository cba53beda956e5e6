/** `keepalived check`: what it takes, its exit codes and its forms; and the manual's example. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { whatToCheck } from "../../../src/cli/check.ts";
import { createProgress } from "../../../src/cli/progress.ts";
import { instanceText } from "../cluster/pair.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "check-"));
after(() => {
  rmSync(folder, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** The command as a user runs it, in the folder of the files. */
function check(...words: readonly string[]): {
  readonly code: number | null;
  readonly out: string;
} {
  const tsx = fileURLToPath(import.meta.resolve("tsx"));
  const main = join(ROOT, "src/cli/main.ts");
  const run = spawnSync(process.execPath, ["--import", tsx, main, "check", ...words], {
    cwd: folder,
    encoding: "utf8",
  });
  return { code: run.status, out: run.stdout };
}

const none = (): boolean => false;

test("whatToCheck() pairs files with ids, as FILE@ID, one -i for each, or several for one", () => {
  const asked = (operands: readonly string[], ids: readonly string[]): unknown => {
    const result = whatToCheck(operands, ids, none);
    return result.ok ? result.value.map(({ file, id }) => `${file} ${id ?? "-"}`) : result.error;
  };

  assert.deepEqual(asked([], []), ["/etc/keepalived/keepalived.conf -"]);
  assert.deepEqual(asked(["a", "b"], []), ["a -", "b -"]);
  assert.deepEqual(asked(["a@x", "a@y"], []), ["a x", "a y"]);
  assert.deepEqual(asked(["a", "b"], ["x", "y"]), ["a x", "b y"]);
  assert.deepEqual(asked(["a"], ["x", "y"]), ["a x", "a y"]);
  assert.equal(asked(["a", "b"], ["x"]), "2 files need as many -i, or none; there are 1");
  assert.equal(asked(["a@x"], ["y"]), "Name an id either with -i or as FILE@ID");
});

test("whatToCheck() takes a file with an @ in its name for what it is", () => {
  const result = whatToCheck(["a@x"], [], (path) => path === "a@x");

  assert.deepEqual(result, { ok: true, value: [{ file: "a@x", id: undefined }] });
});

test("a cluster that will have two masters ends with 5, one with warnings only with --strict", () => {
  write({
    "a.conf": instanceText({ priority: 150 }),
    "b.conf": instanceText({ priority: 100 }),
    "tie.conf": instanceText({ priority: 150 }),
    "other.conf": instanceText({ priority: 100, vrid: 52 }),
  });

  assert.equal(check("a.conf", "b.conf").code, 0);
  assert.equal(check("a.conf", "other.conf").code, 5);
  assert.equal(check("a.conf", "tie.conf").code, 0);
  assert.equal(check("--strict", "a.conf", "tie.conf").code, 5);
  assert.equal(check("--strict", "a.conf", "b.conf").code, 0);
});

test("one file for several hosts is read once for each id", () => {
  const text = instanceText({})
    .replace("priority", "")
    .replace("  interface eth0", "  interface eth0\n@lb1  priority 150\n@lb2  priority 100");
  write({ "shared.conf": text });

  const { code, out } = check("-i", "lb1", "-i", "lb2", "shared.conf");

  assert.equal(code, 0);
  assert.match(out, /master lb1 \(150\), then lb2 \(100\)/);
});

test("--format json has the diagnostics of each file, and the cluster", () => {
  write({
    "a.conf": instanceText({ priority: 150 }),
    "b.conf": instanceText({ priority: 150 }),
  });

  const { counts, configurations, cluster } = JSON.parse(
    check("--format", "json", "a.conf", "b.conf").out,
  ) as Document;

  assert.deepEqual(counts, { error: 0, warning: 1, notice: 0 });
  assert.deepEqual(
    configurations.map(({ path, exitCode }) => [path, exitCode]),
    [
      ["a.conf", 0],
      ["b.conf", 0],
    ],
  );
  assert.deepEqual(cluster.nodes, ["a", "b"]);
  assert.deepEqual(
    cluster.diagnostics.map(({ code }) => code),
    ["cluster-priority"],
  );
  const [group] = cluster.groups;
  assert.deepEqual(group?.routers[0]?.succession, [
    { node: "b", priority: 150 },
    { node: "a", priority: 150 },
  ]);
  assert.equal(group.routers[0].isUndecided, true);
  assert.deepEqual(group.beginnings[0], { masters: { VI_1: ["b"] }, outcomes: [] });
});

interface Document {
  readonly counts: object;
  readonly configurations: readonly { readonly path: string; readonly exitCode: number }[];
  readonly cluster: {
    readonly nodes: readonly string[];
    readonly diagnostics: readonly { readonly code: string }[];
    readonly groups: readonly {
      readonly routers: readonly { readonly succession: unknown; readonly isUndecided: boolean }[];
      readonly beginnings: readonly unknown[];
    }[];
  };
}

test("progress is for a terminal, and for what takes longer than a second", () => {
  const run = (isTTY: boolean, ...times: readonly number[]): string => {
    const written: string[] = [];
    const clock = [...times];
    const stream = { isTTY, write: (text: string) => written.push(text) > 0 };
    const progress = createProgress(stream, () => clock.shift() ?? 0);
    times.slice(1).forEach(() => {
      progress.say("reading");
    });
    progress.clear();
    return written.join("");
  };

  assert.equal(run(true, 0, 500, 999), "");
  assert.equal(run(false, 0, 5_000), "");
  assert.equal(run(true, 0, 1_500, 1_550), "\r\x1b[Kreading …\r\x1b[K");
});
