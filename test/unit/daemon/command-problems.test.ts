/** What keeps a program from running, told with the user, the place that refuses and the remedy. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { CommandProblem } from "../../../src/config/surroundings.ts";
import { commandProblems } from "../../../src/daemon/command-problems.ts";

const directory = mkdtempSync(join(tmpdir(), "command-problems-"));
after(() => {
  rmSync(directory, { recursive: true });
});
chmodSync(directory, 0o755);
mkdirSync(join(directory, "private"));

function script(name: string, mode: number): string {
  const path = join(directory, name);
  writeFileSync(path, "#!/bin/sh\n");
  chmodSync(path, mode);
  return path;
}

const STRANGER = { uid: 65_533, gid: 65_533 };

function problemsOf(program: string, user?: string): readonly CommandProblem[] {
  const command = { argv: [program], text: program, user, group: undefined } as const;
  return commandProblems(command, {
    global: { scriptUser: { user: "monitor", group: undefined }, scriptSecurity: true },
    accounts: {
      user: (name) => (name === "monitor" ? STRANGER : undefined),
      group: () => undefined,
      supplementary: () => [50, 51],
    },
    self: STRANGER,
    searchPath: directory,
  });
}

test("a file without execute bits is named, with the command that gives them", () => {
  const path = script("no exec.sh", 0o644);
  assert.deepEqual(problemsOf(path), [
    {
      kind: "disabled",
      message: `script '${path}' is not executable for monitor, uid:gid 65533:65533`,
      fix: `run chmod 755 '${path}'`,
    },
  ]);
});

test("a directory that does not let the user in is named instead of the script", () => {
  const path = script("private/in.sh", 0o755);
  chmodSync(join(directory, "private"), 0o700);
  const [problem] = problemsOf(path);
  // Run by an ordinary user the directory belongs to somebody else all the same.
  assert.match(
    problem?.message ?? "",
    /cannot be reached by monitor.*directory .*\/private does not/,
  );
  assert.match(problem?.fix ?? "", /^run chmod o\+x .*\/private, or move/);
});

test("what is missing, unknown or found by searching is told with what to do", () => {
  const kindAndFix = (program: string, user?: string): readonly string[] =>
    problemsOf(program, user).map(({ kind, fix }) => `${kind}: ${fix ?? ""}`);
  const path = script("found.sh", 0o755);
  assert.deepEqual(kindAndFix(path), []);
  assert.deepEqual(kindAndFix("found.sh"), [`by-search: write ${path}`]);
  assert.deepEqual(kindAndFix(join(directory, "gone")), [
    "disabled: correct the path, or put the program there",
  ]);
  assert.deepEqual(kindAndFix("gone"), ["disabled: write the full path, or install gone"]);
  assert.deepEqual(kindAndFix(path, "nobdy"), ["unknown-user: run useradd --system nobdy"]);
});
